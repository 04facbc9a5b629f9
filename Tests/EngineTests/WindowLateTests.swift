import Columns
import Dataflow
import Semantics
import Synchronization
import Testing

@testable import Engine

private func program(_ window: String, late: Bool) -> String {
  """
  record Event { id: Int, at: Timestamp }
  pipeline windows(length: Duration, step: Duration, zone: String) {
    from events: Table<Event> = jsonl("events.jsonl")
    let \(late ? "windowed, late" : "windowed") = events.timed(e -> e.at, delay: 0s).window(\(window))
    into out = jsonl("out.jsonl") <- windowed.aggregate(g -> row { ids: g.collect(e -> e.id) })
    \(late ? "into rest = jsonl(\"rest.jsonl\") <- late" : "")
  }
  """
}

/// Keeps what comes.
private final class Collector: Operator {
  private(set) var batches: [Batch] = []
  override func push(_ batch: Batch, input: Int, _ worker: Worker) { batches.append(batch) }
  var values: [Value] { batches.flatMap { $0.values(elements[0]) } }
}

/// The `window` of a program, and what it gives.
private final class WindowAlone {
  let context: RunContext
  let window: WindowOperator
  let inTime: Collector
  let late: Collector
  let element: Type
  private let worker: Worker

  init(_ graph: Graph, parameters: [String: Column] = [:]) throws {
    var arguments: [Int: Column] = [:]
    for parameter in graph.parameters { arguments[parameter.local.id] = parameters[parameter.local.name] }
    context = RunContext(
      graph, parameters: arguments, options: RunOptions(workers: 1), progress: RunProgress(graph: graph))
    let index = graph.nodes.firstIndex { if case .window = $0.operation { true } else { false } } ?? 0
    guard case .window(let operation) = graph.nodes[index].operation else { fatalError("no window") }
    window = try WindowOperator(index, context, operation)
    inTime = Collector(index, context, isHelper: true)
    late = Collector(index, context, isHelper: true)
    window.outputs = [[Target(operation: inTime, input: 0)], [Target(operation: late, input: 0)]]
    element = window.elements[0]
    worker = Worker(index: 0, nodes: graph.nodes.count, operations: 1)
  }

  /// Pushes rows of these times, in microseconds, each with the watermark of its partition.
  func push(_ rows: [(time: Int64, watermark: Int64)]) throws {
    let values = rows.enumerated().map { Value.row([.int(Int64($0)), .int($1.time)]) }
    let tags = RowTags(times: Buffer(rows.map(\.time)), watermarks: Buffer(rows.map(\.watermark)))
    try window.push(Batch(values, element).tagged(tags), input: 0, worker)
  }
}

private func ids(_ values: [Value]) -> [Value] { values.map { $0.fields[0] } }

@Suite struct LateRowsOfWindows {
  @Test(
    arguments: [
      ("tumbling(length), lateness: 3ms", [(0, 12), (9, 12), (9, 13), (10, 13), (-1, 2), (-1, 3)], [2, 5]),
      ("sliding(length, every: step)", [(0, 4), (0, 5), (4, 5), (5, 9), (5, 10), (-1, 0)], [1, 2, 4, 5]),
      ("session(gap: length), lateness: 3ms", [(0, 3), (0, 4), (7, 10), (7, 11)], [1, 3]),
      ("tumbling(1d, zone: zone)", [(0, 86_399_999), (0, 86_400_000), (-1, 0)], [1, 2]),
    ] as [(String, [(Int64, Int64)], [Int64])])
  func `rows are late once their earliest window is complete`(
    window: String, rows: [(Int64, Int64)], lateIDs: [Int64]
  ) async throws {
    let graph = try await compile(program(window, late: true))
    let alone = try WindowAlone(graph, parameters: durations(10, 5))
    try alone.push(rows.map { (time: $0.0 * 1000, watermark: $0.1 * 1000) })
    #expect(ids(alone.late.values) == lateIDs.map { .int($0) })
    let rest = Set(0..<Int64(rows.count)).subtracting(lateIDs).sorted()
    #expect(ids(alone.inTime.values) == rest.map { .int($0) })
    #expect(alone.late.batches.allSatisfy { $0.tags?.times == nil })
    #expect(alone.window.counters.late.load(ordering: .relaxed) == lateIDs.count)
  }

  @Test func `late rows are counted where they are discarded, and fail the run else`() async throws {
    let discarding = try WindowAlone(try await compile(program("tumbling(10s), late: discard", late: false)))
    try discarding.push([(0, 10_000_000), (1, 0)])
    #expect(ids(discarding.inTime.values) == [.int(1)])
    #expect(discarding.window.counters.late.load(ordering: .relaxed) == 1)
    let failing = try WindowAlone(try await compile(program("tumbling(10s), late: fail", late: false)))
    try failing.push([(0, 0)])
    #expect(throws: RunFailure.self) { try failing.push([(0, 10_000_000)]) }
  }

  @Test(
    arguments: [
      ("tumbling(length)", 0, 1, "the length of `tumbling` is more than nothing, not 0s"),
      ("sliding(length, every: step)", 10, -5, "`every:` of `sliding` is more than nothing, not -5ms"),
      ("sliding(length, every: step)", 10, 11, "windows of 10ms every 11ms leave gaps between them"),
      ("session(gap: length)", -1, 1, "`gap:` of `session` is more than nothing, not -1ms"),
      ("tumbling(1s), lateness: step", 1, -1, "`lateness:` is zero or more, not -1ms"),
      ("tumbling(length, zone: zone)", 10, 1, "a window in a time zone is of whole days, not 10ms"),
    ] as [(String, Int64, Int64, String)])
  func `lengths that make no windows are told before anything runs`(
    window: String, length: Int64, step: Int64, message: String
  ) async throws {
    let graph = try await compile(program("\(window), late: discard", late: false))
    do throws(RunFailure) {
      _ = try windowAlone(graph, durations(length, step))
      Issue.record("it was taken")
    } catch {
      guard case .fault(let fault) = error else { throw error }
      #expect(fault.message == message)
    }
  }
}

private func windowAlone(_ graph: Graph, _ parameters: [String: Column]) throws(RunFailure) -> WindowAlone? {
  do { return try WindowAlone(graph, parameters: parameters) } catch {
    guard let failure = error as? RunFailure else { return nil }
    throw failure
  }
}

/// Values of the parameters, in milliseconds.
private func durations(_ length: Int64, _ step: Int64) -> [String: Column] {
  [
    "length": Column([.int(length * 1000)], .duration), "step": Column([.int(step * 1000)], .duration),
    "zone": Column([.text("UTC")], .string),
  ]
}
