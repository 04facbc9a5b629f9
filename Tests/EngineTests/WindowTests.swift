import Dataflow
import Semantics
import Testing

@testable import Engine

private let second: Int64 = 1_000_000

private let event = """
  record Event {
    key: String, number: Int, maybe: Int?, half: Float, exact: Decimal, text: String, flag: Bool, at: Timestamp
  }

  """

/// A program with one operator behind a window.
private func program(_ window: String, _ rest: String) -> String {
  event + """
    pipeline windows() {
      from events: Table<Event> = jsonl("events.jsonl")
      let windowed = events.timed(e -> e.at, delay: 20s).window(\(window), late: discard)
      let results = windowed\(rest)
      into out = jsonl("out.jsonl") <- results
    }
    """
}

private func rows(_ count: Int, seed: UInt64, keys: Int64 = 5, seconds: Int64 = 300) -> [Value] {
  var dice = Dice(seed: seed)
  return (0..<count).map { _ in
    let key = dice.int(0...keys - 1)
    // Some times are equal, some on the edge of a window, some before 1970.
    let time = (dice.int(0...seconds) - seconds / 2) * second + (dice.chance(50) ? 0 : dice.int(0...999_999))
    return .row([
      .text(key % 2 == 0 ? "k\(key)" : "a key with a long name, \(key)"), .int(dice.int(-9...9)),
      dice.chance(30) ? .none : .int(dice.int(0...4)), .float(Double(dice.int(-20...20)) / 2),
      .decimal(Int128(dice.int(-50...50)) * 1_000_000_000_000_000_000 / 4),
      .text(dice.chance(50) ? "t\(dice.int(0...9))" : "quite a long text, number \(dice.int(0...9))"),
      .bool(dice.chance(40)), .int(time),
    ])
  }
}

/// Every aggregate that the reference knows.
private let everything = """
  row {
    start: g.window.start, end: g.window.end, count: g.count(), sum: g.sum(e -> e.number),
    sum_maybe: g.sum(e -> e.maybe), sum_half: g.sum(e -> e.half), sum_exact: g.sum(e -> e.exact),
    mean: g.mean(e -> e.half), min: g.min(e -> e.number), max: g.max(e -> e.half),
    max_exact: g.max(e -> e.exact), min_text: g.min(e -> e.text), max_text: g.max(e -> e.text),
    max_flag: g.max(e -> e.flag), min_maybe: g.min(e -> e.maybe),
    min_by: g.min_by(e -> e.number), max_by: g.max_by(e -> e.maybe),
    first: g.first(e -> e.number), last: g.last(e -> e.text), first_maybe: g.first(e -> e.maybe),
    collect: g.collect(e -> e.number), texts: g.collect(e -> e.text),
    distinct: g.count_distinct(e -> e.text), distinct_maybe: g.count_distinct(e -> e.maybe),
    median: g.quantile(e -> e.number, 0.5), high: g.quantile(e -> e.half, 0.95),
    middle: g.quantile(e -> e.exact, 0.5), best: g.top(3, by: e -> e.half),
    any: g.any(e -> e.flag), all: g.all(e -> e.flag),
    some: g.where(e -> e.number > 5).count(), some_first: g.where(e -> e.number > 5).first(e -> e.text),
    some_last: g.where(e -> e.number > 5).last(e -> e.half), some_max: g.where(e -> e.number > 5).max(e -> e.half),
    some_list: g.where(e -> e.number > 5).collect(e -> e.number),
  }
  """

/// Floats of which only the engine's own results are compared, bit for bit.
private let floats = """
  row { sum: g.sum(e -> e.half / 3.7), mean: g.mean(e -> e.half * 1.1), deviation: g.stddev(e -> e.half * 0.3),
    exact: g.mean(e -> e.exact) }
  """

private struct Shape: CustomTestStringConvertible {
  let text: String
  let shape: WindowReference.Shape
  let lateness: Int64
  var testDescription: String { text }

  static let all: [Shape] = [
    Shape(text: "tumbling(30s)", shape: .tumbling(30 * second), lateness: 0),
    Shape(text: "tumbling(7s), lateness: 12s", shape: .tumbling(7 * second), lateness: 12 * second),
    Shape(text: "sliding(30s, every: 10s)", shape: .sliding(30 * second, every: 10 * second), lateness: 0),
    Shape(
      text: "sliding(25s, every: 10s), lateness: 3s", shape: .sliding(25 * second, every: 10 * second),
      lateness: 3 * second),
    Shape(text: "session(gap: 5s)", shape: .session(gap: 5 * second), lateness: 0),
    Shape(text: "session(gap: 9s), lateness: 4s", shape: .session(gap: 9 * second), lateness: 4 * second),
  ]
}

private let consumers = [
  ".group_by(e -> e.key).aggregate(g -> row { key: g.key, all: \(everything) })",
  ".aggregate(g -> \(everything))",
  ".group_by(e -> row { e.flag, e.maybe }).aggregate(g -> row { g.key, count: g.count(), last: g.last(e -> e.text) })",
  ".top(2, by: e -> e.number)",
  ".group_by(e -> e.key).top(2, by: e -> e.maybe, then: e -> desc(e.half), ties: keep)",
  ".group_by(e -> e.key).aggregate(g -> row { key: g.key, start: g.window.start, sums: \(floats) })",
]

/// Rows and their times in an order.
private func sorted(_ results: [(row: Value, time: Int64)]) -> [Value] {
  canonical(results.map { .row([.int($0.time), $0.row]) })
}

@Suite struct Windows {
  @Test(arguments: Shape.all, consumers.indices.dropLast())
  fileprivate func `results agree with the reference in a batch`(shape: Shape, consumer: Int) async throws {
    let graph = try await compile(program(shape.text, consumers[consumer]))
    for (count, keys) in [(0, 1), (1, 1), (200, 4), (150, 60)] as [(Int, Int64)] {
      let rows = rows(count, seed: UInt64(count), keys: keys)
      let outputs = try await outputsUnderAllDrives(graph, ["events": rows])
      let expected = try WindowReference(graph: graph, shape: shape.shape).results(rows)
      #expect(canonical(outputs["out"] ?? []) == canonical(expected.map(\.row)))
    }
  }

  @Test(arguments: Shape.all, consumers.indices)
  fileprivate func `each window fires once, when it is due, over any rounds and restarts`(
    shape: Shape, consumer: Int
  ) async throws {
    let graph = try await compile(program(shape.text, consumers[consumer]))
    let rows = rows(400, seed: 7, keys: 8)
    let reference = WindowReference(graph: graph, shape: shape.shape)
    let whole = try WindowRounds(graph, Drive(workers: 1, morselRows: 1000))
    try whole.push(rows, times: rows.map { try reference.time(of: $0) }, worker: 0)
    let expected = try sorted(whole.advance(to: .max, hasEnded: true))
    #expect(!expected.isEmpty)
    for seed in 1...4 as ClosedRange<UInt64> {
      var dice = Dice(seed: seed)
      let results = try streamed(graph, rows, shape, reference, &dice)
      #expect(sorted(results) == expected, "seed \(seed)")
    }
  }

  /// The results of rows that come at most 20 s behind others, in rounds, with restarts between some.
  private func streamed(
    _ graph: Graph, _ rows: [Value], _ shape: Shape, _ reference: WindowReference, _ dice: inout Dice
  ) throws -> [(row: Value, time: Int64)] {
    let delay = 20 * second
    var arriving: [(at: Int64, time: Int64, row: Value)] = []
    for row in rows {
      let time = try reference.time(of: row)
      arriving.append((time + dice.int(0...delay), time, row))
    }
    arriving.sort { $0.at < $1.at }
    var rounds = try WindowRounds(graph, Drive.all[Int(dice.int(0...5))])
    var results: [(row: Value, time: Int64)] = []
    var watermark = Int64.min
    var rest = arriving[...]
    while !rest.isEmpty {
      let round = rest.prefix(Int(dice.int(1...60)))
      rest = rest.dropFirst(round.count)
      var open = round
      while !open.isEmpty {
        let batch = open.prefix(Int(dice.int(1...25)))
        open = open.dropFirst(batch.count)
        try rounds.push(batch.map(\.row), times: batch.map(\.time), worker: Int(dice.int(0...3)))
      }
      let before = watermark
      watermark = max(watermark, (round.map(\.time).max() ?? .min) - delay)
      let hasEnded = rest.isEmpty
      let fired = try rounds.advance(to: watermark, hasEnded: hasEnded)
      for (_, time) in fired {
        #expect(time + 1 + shape.lateness > before, "it was due before")
        if !hasEnded { #expect(time + 1 + shape.lateness <= watermark, "it is not due yet") }
      }
      results += fired
      if dice.chance(40) {
        rounds = try WindowRounds(graph, Drive.all[Int(dice.int(0...5))], restoring: rounds.save())
      } else if dice.chance(30) {
        _ = try rounds.save()
      }
    }
    #expect(try rounds.advance(to: .max, hasEnded: true).isEmpty)
    return results
  }

  @Test func `results come in the order of their windows and keys`() async throws {
    for window in ["tumbling(30s)", "session(gap: 5s)"] {
      let graph = try await compile(
        program(
          window, ".group_by(e -> e.key).aggregate(g -> row { end: g.window.end, key: g.key })"
        ))
      let out = try await outputsUnderAllDrives(graph, ["events": rows(300, seed: 3)])["out"] ?? []
      #expect(out == canonical(out))
    }
  }

  @Test func `windows of windows are tumbling windows of their results' times`() async throws {
    let graph = try await compile(
      program(
        "sliding(20s, every: 10s)",
        """
        .group_by(e -> e.key).aggregate(g -> row { key: g.key, end: g.window.end, count: g.count() })
            .window(tumbling(10s), late: fail).top(1, by: r -> r.count, ties: keep)
        """))
    let rows = rows(200, seed: 5)
    let out = try await outputsUnderAllDrives(graph, ["events": rows])["out"] ?? []
    var counts: [Int64: [String: Int64]] = [:]
    for case .row(let fields) in rows {
      guard case .text(let key) = fields[0], case .int(let time) = fields[7] else { continue }
      let first = floorDivision(time, 10 * second) * 10 * second
      for end in [first + 10 * second, first + 20 * second] {
        counts[end, default: [:]][key, default: 0] += 1
      }
    }
    let expected: [Value] = counts.flatMap { end, counts in
      counts.filter { $1 == counts.values.max() }.map { .row([.text($0), .int(end), .int($1)]) }
    }
    #expect(canonical(out) == canonical(expected))
  }

  @Test func `first and last of a bounded timed flow go by time, then canonically`() async throws {
    let graph = try await compile(
      event + """
        pipeline ends() {
          from events: Table<Event> = jsonl("events.jsonl")
          let ends = events.timed(e -> e.at, delay: 0s)
            .aggregate(g -> row { first: g.first(e -> e.text), last: g.last(e -> e.number) })
          into out = jsonl("out.jsonl") <- ends
        }
        """)
    func row(_ number: Int64, _ text: String, _ time: Int64) -> Value {
      .row([
        .text("k"), .int(number), .none, .float(0), .decimal(0), .text(text), .bool(false), .int(time),
      ])
    }
    let rows = [row(4, "d", 5), row(3, "c", 5), row(2, "b", 9), row(7, "a", 9), row(5, "e", 7)]
    #expect(
      try await outputsUnderAllDrives(graph, ["events": rows])["out"] == [.row([.text("c"), .int(7)])])
    #expect(try await outputsUnderAllDrives(graph, ["events": []])["out"] == [.row([.none, .none])])
  }

  @Test func `what has not changed since a save is saved as it was`() async throws {
    let graph = try await compile(
      program(
        "sliding(20s, every: 10s)", ".group_by(e -> e.key).aggregate(g -> row { g.key, count: g.count() })"))
    let rounds = try WindowRounds(graph, Drive.all[2])
    let rows = rows(60, seed: 11, keys: 40)
    func section(_ state: OperatorState) -> Set<String> {
      Set(state.sections.map { "\($0.name)@\($0.version)" })
    }
    try rounds.push(rows, times: rows.map { _ in 5 * second }, worker: 0)
    try rounds.push(rows, times: rows.map { _ in 15 * second }, worker: 1)
    let before = try section(rounds.save())
    #expect(try section(rounds.save()) == before)
    try rounds.push(Array(rows[0..<1]), times: [16 * second], worker: 0)
    let after = try section(rounds.save())
    #expect(after.isSuperset(of: before))
    #expect(after.count == before.count + 1)
  }
}
