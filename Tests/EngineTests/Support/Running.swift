import Dataflow
import Semantics
import Testing

@testable import Engine

/// How a test drives the engine: each output must be the same under all of these.
struct Drive: CustomStringConvertible {
  let workers: Int
  let morselRows: Int
  var description: String { "\(workers) workers, \(morselRows) rows" }

  static let all: [Drive] = [
    Drive(workers: 1, morselRows: 1000), Drive(workers: 1, morselRows: 7), Drive(workers: 2, morselRows: 1),
    Drive(workers: 2, morselRows: 64), Drive(workers: 4, morselRows: 3), Drive(workers: 4, morselRows: 50),
  ]
}

/// Sources and sinks of a graph in memory.
struct MemoryRun {
  let run: BatchRun
  let sinks: [String: MemorySink]
  let progress: RunProgress

  init(
    _ graph: Graph, _ rows: [String: [Value]], _ drive: Drive, failingRow: (String, Int)? = nil,
    misfits: [String: Set<Int>] = [:]
  ) {
    let needs = SourceNeeds(graph: graph)
    var sources: [String: any RowSource] = [:]
    var sinks: [String: MemorySink] = [:]
    for node in graph.nodes {
      switch node.operation {
      case .source(let source):
        sources[source.name] = MemorySource(
          rows: rows[source.name] ?? [], element: node.outputs[0].element, needed: needs[source.name],
          morselRows: drive.morselRows,
          failingRow: failingRow?.0 == source.name ? failingRow?.1 : nil,
          misfits: misfits[source.name] ?? [])
      case .sink(let sink):
        let input = node.inputs[0]
        sinks[sink.name] = MemorySink(graph.nodes[input.node].outputs[input.port].element)
      default: break
      }
    }
    self.sinks = sinks
    progress = RunProgress(graph: graph)
    run = BatchRun(
      graph: graph, parameters: [:], sources: sources, sinks: sinks,
      options: RunOptions(workers: drive.workers, morselRows: drive.morselRows))
  }

  /// Runs and publishes.
  func outputs() async throws -> [String: [Value]] {
    try await run.run(progress: progress).publish()
    return sinks.mapValues { $0.published ?? [] }
  }

  /// Runs, which must fail.
  func failure() async -> RunFailure? {
    do {
      try await run.run(progress: progress).publish()
      return nil
    } catch { return error }
  }
}

/// Runs a graph under all drives: the same rows in the same order each time.
func outputsUnderAllDrives(
  _ graph: Graph, _ rows: [String: [Value]], sourceLocation: SourceLocation = #_sourceLocation
) async throws -> [String: [Value]] {
  var first: [String: [Value]]?
  for drive in Drive.all {
    let outputs = try await MemoryRun(graph, rows, drive).outputs()
    if let first {
      #expect(outputs == first, "\(drive) differs", sourceLocation: sourceLocation)
    }
    first = first ?? outputs
  }
  return first ?? [:]
}

/// Compares with the reference: as bags, but sorted flows as lists.
func expectReference(
  _ graph: Graph, _ rows: [String: [Value]], sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let outputs = try await outputsUnderAllDrives(graph, rows, sourceLocation: sourceLocation)
  let expected = try Reference(graph, rows).outputs()
  for (name, rows) in expected {
    #expect(
      canonical(outputs[name] ?? []) == canonical(rows.values), "\(name)", sourceLocation: sourceLocation)
    if rows.isOrdered { #expect(outputs[name] == rows.values, "\(name)", sourceLocation: sourceLocation) }
  }
}

func canonical(_ rows: [Value]) -> [Value] { rows.sorted { Value.order($0, $1) < 0 } }

/// Repeatable random numbers.
struct Dice: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func int(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }
  mutating func chance(_ percent: Int64) -> Bool { int(1...100) <= percent }
}
