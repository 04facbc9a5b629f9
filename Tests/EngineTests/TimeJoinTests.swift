import Dataflow
import Semantics
import Testing

@testable import Engine

private let records = """
  record Left { key: Int?, size: Int, id: Int, at: Timestamp }
  record Right { value: Int, id: Int, key: Int, at: Timestamp, region: Int? }

  """

private struct Sides {
  let left: [Value]
  let right: [Value]

  init(_ lefts: Int, _ rights: Int, keys: Int64, span: Int64, seed: UInt64) {
    var dice = Dice(seed: seed)
    left = (0..<lefts).map { id in
      .row([
        dice.chance(10) ? .none : .int(dice.int(1...keys)), .int(dice.int(0...9)), .int(Int64(id)),
        .int(dice.int(0...span)),
      ])
    }
    right = (0..<rights).map { id in
      .row([
        .int(dice.int(0...9)), .int(Int64(id)), .int(dice.int(1...keys)), .int(dice.int(0...span)),
        dice.chance(20) ? .none : .int(dice.int(1...3)),
      ])
    }
  }

  var rows: [String: [Value]] { ["lefts": left, "rights": right] }
}

@Suite struct TimeJoins {
  static let kinds = ["join", "left_join", "semi_join", "anti_join"]

  private func program(
    _ kind: String, right: String = "rights.timed(r -> r.at, delay: 5s)", _ on: String, _ time: String
  )
    -> TimedProgram
  {
    let select =
      switch kind {
      case "join": ", select: (l, r) -> row { l.id, right: r.id, l.size, r.value }"
      case "left_join": ", select: (l, r) -> row { l.id, right: r?.id, l.size, value: r?.value }"
      default: ""
      }
    return TimedProgram(
      text: records + """
        pipeline joined {
          from lefts: SOURCE<Left> = SOURCE
          from rights: SOURCE<Right> = SOURCE
          let pairs = lefts.timed(l -> l.at, delay: 10s)
            .\(kind)(\(right), on: (l, r) -> \(on)\(time)\(select))
          into out = SINK <- pairs
        }
        """, time: 3)
  }

  /// What a join gives of these matches of each left row.
  private func results(
    _ kind: String, _ left: Value, _ matches: [(right: Value, due: Int64)], unmatched due: Int64
  ) -> [Expected] {
    switch kind {
    case "semi_join":
      return matches.map(\.due).min().map { [Expected(value: left, due: $0)] } ?? []
    case "anti_join": return matches.isEmpty ? [Expected(value: left, due: due)] : []
    default:
      let pairs = matches.map { right, due in
        Expected(
          value: .row([left.fields[2], right.fields[1], left.fields[1], right.fields[0]]), due: due)
      }
      if kind == "join" || !pairs.isEmpty { return pairs }
      return [Expected(value: .row([left.fields[2], .none, left.fields[1], .none]), due: due)]
    }
  }

  static let sizes: [(Int, Int, Int64)] = [(0, 20, 2), (20, 0, 2), (80, 60, 3), (150, 150, 60)]

  @Test(arguments: kinds, [false, true])
  func `within gives all pairs that are near enough, at the later time`(kind: String, residual: Bool)
    async throws
  {
    for (seed, (lefts, rights, keys)) in Self.sizes.enumerated() {
      let sides = Sides(lefts, rights, keys: keys, span: 90_000, seed: UInt64(seed) + 20)
      let program = program(
        kind, residual ? "l.key == r.key && l.size < r.value" : "l.key == r.key", ", within: 10ms, late: fail"
      )
      let expected = sides.left.flatMap { left in
        let matches = sides.right.filter { right in
          left.fields[0] == right.fields[2] && abs(left.int(3) - right.int(3)) <= 10_000
            && (!residual || left.int(1) < right.int(0))
        }
        return results(
          kind, left, matches.map { ($0, max(left.int(3), $0.int(3))) }, unmatched: left.int(3) + 10_000)
      }
      try await program.expect(sides.rows, expected, seed: UInt64(seed))
    }
  }

  /// The newest of some rows that is not after a time, of several of one time the canonically greatest.
  private func newest(_ rows: [Value], _ time: Int64) -> Value? {
    rows.filter { $0.int(3) <= time }
      .max { a, b in a.int(3) != b.int(3) ? a.int(3) < b.int(3) : Value.order(a, b) < 0 }
  }

  @Test(arguments: kinds.prefix(2), ["10ms", "forever"])
  func `as_of gives the newest that is not later`(kind: String, age: String) async throws {
    for residual in [false, true] {
      for (seed, (lefts, rights, keys)) in Self.sizes.enumerated() {
        let sides = Sides(lefts, rights, keys: keys, span: residual ? 90_000 : 60, seed: UInt64(seed) + 30)
        let program = program(
          kind, residual ? "l.key == r.key && l.size < r.value" : "l.key == r.key",
          ", as_of: \(age), late: fail")
        let expected = sides.left.flatMap { left in
          // The newest is found first, and then judged by the rest of the condition.
          let match = newest(sides.right.filter { left.fields[0] == $0.fields[2] }, left.int(3))
            .flatMap { age == "forever" || left.int(3) - $0.int(3) <= 10_000 ? $0 : nil }
            .flatMap { !residual || left.int(1) < $0.int(0) ? $0 : nil }
          return results(kind, left, match.map { [($0, left.int(3))] } ?? [], unmatched: left.int(3))
        }
        try await program.expect(sides.rows, expected, seed: UInt64(seed))
      }
    }
  }

  @Test(arguments: kinds, [0, 1, 2])
  func `latest matches what was the newest of its key at the left row's time`(kind: String, condition: Int)
    async throws
  {
    for (seed, (lefts, rights, keys)) in Self.sizes.enumerated() {
      let sides = Sides(lefts, rights, keys: keys, span: 60_000, seed: UInt64(seed) + 40)
      let program = program(
        kind, right: "rights.timed(r -> r.at, delay: 5s).group_by(r -> r.key).latest(ttl: 20ms, late: fail)",
        condition == 2
          ? "l.size % 4 == r.region && r.value > 2"
          : condition == 1 ? "l.key == r.key && r.value > 2" : "l.key == r.key", "")
      let versions = Dictionary(grouping: sides.right) { $0.fields[2] }.values
      let expected = sides.left.flatMap { left in
        let matches = versions.compactMap { newest($0, left.int(3)) }.filter { right in
          left.int(3) - right.int(3) <= 20_000 && (condition == 0 || right.int(0) > 2)
            && (condition == 2
              ? .int(left.int(1) % 4) == right.fields[4] : left.fields[0] == right.fields[2])
        }
        return results(kind, left, matches.map { ($0, left.int(3)) }, unmatched: left.int(3))
      }
      try await program.expect(sides.rows, expected, seed: UInt64(seed))
    }
  }

  @Test func `latest serves a sink and a join at once`() async throws {
    let sides = Sides(60, 60, keys: 3, span: 60_000, seed: 50)
    let graph = try await compiled(
      records + """
        pipeline both {
          from lefts: Stream<Left> = kafka("lefts", group: "g")
          from rights: Stream<Right> = kafka("rights", group: "g")
          let newest = rights.timed(r -> r.at, delay: 5s).group_by(r -> r.key).latest(ttl: 1d, late: fail)
          let known = lefts.timed(l -> l.at, delay: 1s).semi_join(newest, on: (l, r) -> l.key == r.key)
          into out = jsonl("out.jsonl") <- known
          into table = kafka("newest", write: upsert(by: r -> r.key)) <- newest
        }
        """)
    var dice = Dice(seed: 51)
    let run = try Rounds(graph, workers: 2)
    try run.run(
      sides.rows.mapValues { Rounds.Rows(values: $0, watermarks: $0.map { _ in .min }) },
      watermarks: [:], time: 3, &dice)
    let known = sides.left.filter { left in
      sides.right.contains { $0.fields[2] == left.fields[0] && $0.int(3) <= left.int(3) }
    }
    #expect(canonical(run.collected["out"] ?? []) == canonical(known))
    let newest = Dictionary(grouping: sides.right) { $0.fields[2] }.values
      .compactMap { self.newest($0, .max) }
    #expect(canonical(run.collected["table"] ?? []) == canonical(newest))
  }

  @Test func `late rows of both sides go to the second result`() async throws {
    let graph = try await compiled(
      records + """
        pipeline joined {
          from lefts: Stream<Left> = kafka("lefts", group: "g")
          from rights: Stream<Right> = kafka("rights", group: "g")
          let pairs, late = lefts.timed(l -> l.at, delay: 1s).join(rights.timed(r -> r.at, delay: 5s),
            on: (l, r) -> l.key == r.key, within: 5ms, select: (l, r) -> row { l.id })
          into out = jsonl("out.jsonl") <- pairs
          into late_out = jsonl("late.jsonl") <- late.map(x -> row { left: x.left?.id, right: x.right?.id })
        }
        """)
    let sides = Sides(30, 30, keys: 1, span: 100, seed: 60)
    var dice = Dice(seed: 61)
    let run = try Rounds(graph, workers: 2)
    try run.run(
      sides.rows.mapValues { rows in
        Rounds.Rows(values: rows, watermarks: rows.indices.map { rows[$0].int(3) + ($0 % 3 == 0 ? 1 : 0) })
      }, watermarks: [:], time: 3, &dice)
    let late =
      stride(from: 0, to: 30, by: 3).map { Value.row([.int(Int64($0)), .none]) }
      + stride(from: 0, to: 30, by: 3).map { Value.row([.none, .int(Int64($0))]) }
    #expect(canonical(run.collected["late_out"] ?? []) == canonical(late))
    #expect(run.counters(of: "join")?.late == 20)
  }

  @Test func `what follows a join in time is timed`() async throws {
    // The counts behind the joins depend on the times that they give.
    let sides = Sides(60, 60, keys: 4, span: 40_000, seed: 70)
    let program = TimedProgram(
      text: records + """
        pipeline joined {
          from lefts: SOURCE<Left> = SOURCE
          from rights: SOURCE<Right> = SOURCE
          let pairs = lefts.timed(l -> l.at, delay: 10s).left_join(rights.timed(r -> r.at, delay: 1s),
            on: (l, r) -> l.key == r.key, within: 10ms, late: fail,
            select: (l, r) -> row { l.key, l.id, right: r?.id, at: l.at })
          into out = SINK <- pairs.group_by(p -> p.key)
            .scan(0, (n, p) -> n + 1, emit: (n, p) -> row { p.id, p.right, n }, ttl: 1d, late: fail)
        }
        """, time: 3)
    var timed: [(key: Value, time: Int64, row: [Value], due: Int64)] = []
    for left in sides.left {
      let matches = sides.right.filter {
        $0.fields[2] == left.fields[0] && abs($0.int(3) - left.int(3)) <= 10_000
      }
      for right in matches {
        timed.append(
          (
            left.fields[0], max(left.int(3), right.int(3)),
            [left.fields[2], right.fields[1], left.fields[3]], 0
          ))
      }
      if matches.isEmpty {
        timed.append((left.fields[0], left.int(3), [left.fields[2], .none, left.fields[3]], 0))
      }
    }
    var expected: [Expected] = []
    for rows in Dictionary(grouping: timed, by: \.key).values {
      let sorted = rows.sorted { a, b in
        a.time != b.time ? a.time < b.time : Value.order(.row(a.row), .row(b.row)) < 0
      }
      for (index, row) in sorted.enumerated() {
        // The join promises no more than its distance behind its inputs.
        expected.append(
          Expected(value: .row([row.row[0], row.row[1], .int(Int64(index + 1))]), due: row.time + 10_000))
      }
    }
    try await program.expect(sides.rows, expected, seed: 71)
  }
}
