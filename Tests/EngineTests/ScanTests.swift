import Columns
import Dataflow
import Semantics
import Testing

@testable import Engine

/// Amount, id, key, time: the amount comes first so that canonical order is not that of the ids.
let hitRecord = "record Hit { amount: Int, id: Int, key: String?, at: Timestamp }\n"

/// Rows with many equal times, absent and long keys.
func hits(_ count: Int, keys: Int64, span: Int64, seed: UInt64) -> [Value] {
  var dice = Dice(seed: seed)
  return (0..<count).map { id in
    let key = dice.int(0...keys)
    return .row([
      .int(dice.int(0...9)), .int(Int64(id)),
      key == 0 ? .none : .text(key % 2 == 0 ? "k\(key)" : "a key with a long name, \(key)"),
      .int(dice.int(-span / 4...span)),
    ])
  }
}

/// Rows in the order of time, ties in canonical order, by key.
func chronological(_ rows: [Value]) -> [(key: Value, rows: [Value])] {
  Dictionary(grouping: rows) { $0.fields[2] }.map { key, rows in
    let sorted = rows.sorted { a, b in
      a.int(3) != b.int(3) ? a.int(3) < b.int(3) : Value.order(a, b) < 0
    }
    return (key: key, rows: sorted)
  }
}

@Suite struct Scans {
  @Test(arguments: [(0, 1), (1, 1), (60, 1), (200, 5), (300, 150)] as [(Int, Int64)])
  func `a state goes along each key in the order of time`(count: Int, keys: Int64) async throws {
    let program = TimedProgram(
      text: hitRecord + """
        pipeline scans {
          from hits: SOURCE<Hit> = SOURCE
          let sums = hits.timed(h -> h.at, delay: 10s).group_by(h -> h.key)
            .scan(7, (s, h) -> (s * 31 + h.amount) % 1_000_003, emit: (s, h) -> row { h.id, s }, ttl: 10ms, late: fail)
          into out = SINK <- sums
        }
        """, time: 3)
    let rows = hits(count, keys: keys, span: 60_000, seed: UInt64(count) + 1)
    var expected: [Expected] = []
    for (_, rows) in chronological(rows) {
      var state: Int64 = 7
      var last: Int64?
      for row in rows {
        if let last, row.int(3) - last > 10_000 { state = 7 }
        state = (state * 31 + row.int(0)) % 1_000_003
        last = row.int(3)
        expected.append(Expected(value: .row([row.fields[1], .int(state)]), due: row.int(3)))
      }
    }
    try await program.expect(["hits": rows], expected, seed: UInt64(count))
  }

  @Test func `a state may be a record with texts, lists and absent values`() async throws {
    let program = TimedProgram(
      text: hitRecord + """
        record Trail { keys: List<Int>, first: String?, text: String }
        fn next(t: Trail, h: Hit) -> Trail {
          Trail { keys: t.keys.concat([h.amount]), first: if t.first == none { h.key } else { t.first }, text: "{t.text}.{h.amount}" }
        }
        pipeline scans {
          from hits: SOURCE<Hit> = SOURCE
          let trails = hits.timed(h -> h.at, delay: 10s).group_by(h -> row { h.key, odd: h.id % 2 })
            .scan(Trail { keys: [], first: none, text: "from the start" }, (t, h) -> next(t, h),
              emit: (t, h) -> row { h.id, t.keys, t.first, t.text }, ttl: 1d, late: fail)
          into out = SINK <- trails
        }
        """, time: 3)
    let rows = hits(120, keys: 4, span: 500, seed: 3)
    var expected: [Expected] = []
    for odd in 0..<2 {
      for (key, rows) in chronological(rows.filter { $0.int(1) % 2 == odd }) {
        var amounts: [Int64] = []
        for row in rows {
          amounts.append(row.int(0))
          let text = (["from the start"] + amounts.map { "\($0)" }).joined(separator: ".")
          expected.append(
            Expected(
              value: .row([row.fields[1], .list(amounts.map { .int($0) }), key, .text(text)]),
              due: row.int(3)))
        }
      }
    }
    try await program.expect(["hits": rows], expected, seed: 5)
  }

  @Test func `late rows go to the second result`() async throws {
    let graph = try await compiled(
      hitRecord + """
        pipeline scans {
          from hits: Stream<Hit> = kafka("hits", group: "g")
          let counts, late = hits.timed(h -> h.at, delay: 10s).group_by(h -> h.key)
            .scan(0, (s, h) -> s + 1, emit: (s, h) -> row { h.id, s }, ttl: 1d)
          into out = jsonl("out.jsonl") <- counts
          into late_out = jsonl("late.jsonl") <- late.map(h -> row { h.id })
        }
        """)
    let rows = hits(40, keys: 2, span: 1000, seed: 8)
    var dice = Dice(seed: 9)
    let run = try Rounds(graph, workers: 2)
    // A row at its partition's watermark is in time.
    let marks = rows.map { row in row.int(3) + (row.int(1) % 4 == 0 ? 1 : 0) }
    try run.run(
      ["hits": Rounds.Rows(values: rows, watermarks: marks)], watermarks: ["hits": .ended], time: 3, &dice)
    let late = rows.filter { $0.int(1) % 4 == 0 }
    #expect(canonical(run.collected["late_out"] ?? []) == canonical(late.map { .row([$0.fields[1]]) }))
    #expect(run.collected["out"]?.count == rows.count - late.count)
    let counters = try #require(run.counters(of: "scan"))
    #expect(counters.rowsIn == counters.rowsOut[0] + counters.late)
  }

  @Test func `what fails in a step fails the run at its row`() async throws {
    let program =
      hitRecord + """
        pipeline scans {
          from hits: Table<Hit> = jsonl("in.jsonl")
          let sums = hits.timed(h -> h.at, delay: 10s).group_by(h -> h.key)
            .scan(0, (s, h) -> s + h.amount, emit: (s, h) -> row { s }, late: fail)
          into out = jsonl("out.jsonl") <- sums
        }
        """
    let rows: [Value] = [1, Int64.max, 3].enumerated().map { index, amount in
      .row([.int(amount), .int(Int64(index)), .text("k"), .int(Int64(index))])
    }
    let graph = try await compiled(program)
    for drive in Drive.all {
      guard case .fault(let fault)? = await MemoryRun(graph, ["hits": rows], drive).failure() else {
        Issue.record("the run did not fail")
        continue
      }
      #expect(fault.row?.contains("id: 1") == true)
    }
  }
}
