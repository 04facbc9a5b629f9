import Columns
import Compiler
import Dataflow
import Diagnosing
import Semantics
import Testing

@testable import Engine

/// A row that an operator of event time gives, and when: it is out once the watermark is past `due`.
struct Expected {
  let value: Value
  let due: Int64
}

/// Compiles the one pipeline of a program.
func compiled(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Graph {
  let compilation = await check(["test.thal"]) { $0 == "test.thal" ? Array(text.utf8) : nil }
  try #require(
    compilation.diagnostics.filter { $0.severity == .error }.isEmpty,
    "\(compilation.diagnostics.map(\.message))", sourceLocation: sourceLocation)
  return try #require(compilation.graphs.first, sourceLocation: sourceLocation)
}

/// A program that runs as a batch and as a stream.
struct TimedProgram {
  /// `from` statements are written `from NAME: SOURCE<RECORD> = SOURCE`; the sink `out` gets the results.
  let text: String
  /// The field that is the time of a row, in all records.
  let time: Int
  /// Whether rows with a common key replace each other: only the newest of what is out counts.
  var replaces: (@Sendable (Value) -> Value)?

  func graph(isStream: Bool, sourceLocation: SourceLocation) async throws -> Graph {
    var result = text.replacing(/from (\w+): SOURCE<(\w+)> = SOURCE/) { match in
      isStream
        ? "from \(match.1): Stream<\(match.2)> = kafka(\"\(match.1)\", group: \"g\")"
        : "from \(match.1): Table<\(match.2)> = jsonl(\"in.jsonl\")"
    }
    result = result.replacing("= SINK", with: "= jsonl(\"out.jsonl\")")
    return try await compiled(result, sourceLocation: sourceLocation)
  }

  /// Runs the program as a batch under all drives, and as a stream in rounds, with restarts between them and other
  /// numbers of workers: at every watermark exactly the rows that are due are out.
  func expect(
    _ rows: [String: [Value]], _ expected: [Expected], seed: UInt64,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let batch = try await graph(isStream: false, sourceLocation: sourceLocation)
    let outputs = try await outputsUnderAllDrives(batch, rows, sourceLocation: sourceLocation)
    #expect(
      canonical(outputs["out"] ?? []) == canonical(expected.map(\.value)), "batch",
      sourceLocation: sourceLocation)
    let stream = try await graph(isStream: true, sourceLocation: sourceLocation)
    for (workers, restarts) in [(1, false), (3, false), (2, true)] {
      try runInRounds(stream, rows, expected, workers, restarts, seed, sourceLocation)
    }
  }

  private func at(_ value: Value) -> Int64 { if case .int(let at) = value.fields[time] { at } else { 0 } }

  private func runInRounds(
    _ graph: Graph, _ rows: [String: [Value]], _ expected: [Expected], _ workers: Int, _ restarts: Bool,
    _ seed: UInt64, _ sourceLocation: SourceLocation
  ) throws {
    var dice = Dice(seed: seed &+ UInt64(workers))
    let count = 9
    var watermarks: [String: [Int64]] = [:]
    var arrivals: [String: [Rounds.Rows]] = [:]
    for (name, values) in rows.sorted(by: { $0.key < $1.key }) {
      let times = values.map(at)
      let (least, most) = (times.min() ?? 0, times.max() ?? 0)
      let marks = (0..<count).map { _ in dice.int(least - 2...most + 2) }.sorted()
      var rounds = Array(repeating: Rounds.Rows(), count: count + 1)
      for value in values.shuffled(using: &dice) {
        // It comes in some round before whose start the watermark was not past it.
        let latest = marks.firstIndex { $0 > at(value) } ?? count
        let round = Int(dice.int(0...Int64(latest)))
        rounds[round].values.append(value)
        rounds[round].watermarks.append(round == 0 ? .min : marks[round - 1])
      }
      watermarks[name] = marks
      arrivals[name] = rounds
    }
    var run = try Rounds(graph, workers: workers)
    var before: [Int: OperatorState] = [:]
    for round in 0...count {
      let isLast = round == count
      let inputs = watermarks.mapValues { marks in
        isLast ? .ended : TimeProgress.Input(watermark: marks[round], hasEnded: false)
      }
      try run.run(arrivals.mapValues { $0[round] }, watermarks: inputs, time: time, &dice)
      let reached = inputs.values.map(\.watermark).min() ?? .max
      let due = expected.filter { isLast || $0.due < reached }.map(\.value)
      #expect(
        canonical(newest(run.collected["out"] ?? [])) == canonical(due),
        "round \(round) of \(workers) workers, watermark \(reached)", sourceLocation: sourceLocation)
      if restarts, !isLast {
        let states = try run.saved()
        expectVersions(before, states, sourceLocation)
        before = states
        run = try run.restarted(workers: [1, 4, 2][round % 3], states)
      }
    }
  }

  /// Of rows that replace each other the last one.
  private func newest(_ rows: [Value]) -> [Value] {
    guard let replaces else { return rows }
    return Array(Dictionary(rows.map { (replaces($0), $0) }) { $1 }.values)
  }

  /// Sections that keep their version keep what they hold.
  private func expectVersions(
    _ before: [Int: OperatorState], _ after: [Int: OperatorState], _ sourceLocation: SourceLocation
  ) {
    for (index, state) in after {
      var known: [String: OperatorState.Section] = [:]
      for section in before[index]?.sections ?? [] { known[section.name] = section }
      #expect(Set(state.sections.map(\.name)).count == state.sections.count, sourceLocation: sourceLocation)
      for section in state.sections {
        guard let old = known[section.name], old.version == section.version else { continue }
        #expect(old.content == section.content, "\(section.name)", sourceLocation: sourceLocation)
      }
    }
  }
}

extension Value {
  /// The number in a field.
  func int(_ field: Int) -> Int64 { if case .int(let value) = fields[field] { value } else { 0 } }
}
