import Dataflow
import Semantics
import Testing

@testable import Engine

private let left = rowType(["id": .int, "key": .int, "name": .optional(.string), "size": .int])
private let right = rowType(["key": .optional(.int), "name": .string, "value": .int])

private func name(_ number: Int64) -> Value {
  .text(number % 2 == 0 ? "n\(number)" : "a longer name \(number)")
}

private func leftRows(_ count: Int, _ dice: inout Dice) -> [Value] {
  (0..<count).map { index in
    .row([
      .int(Int64(index)), .int(dice.int(0...30)), dice.chance(15) ? .none : name(dice.int(0...6)),
      .int(dice.int(0...9)),
    ])
  }
}

private func rightRows(_ count: Int, _ dice: inout Dice) -> [Value] {
  (0..<count).map { _ in
    .row([dice.chance(15) ? .none : .int(dice.int(0...30)), name(dice.int(0...6)), .int(dice.int(0...9))])
  }
}

@Suite struct Joins {
  static let kinds: [JoinOperation.Kind] = [.inner, .left, .semi, .anti]

  private func joined(
    _ kind: JoinOperation.Kind, keys: Int, residual: Bool, _ builder: inout GraphBuilder, _ l: Edge, _ r: Edge
  ) -> Edge {
    let conditions:
      [(left: (TypedExpression) -> TypedExpression, right: (TypedExpression) -> TypedExpression)] = [
        (left: { $0["key"] }, right: { $0["key"] }),
        (left: { $0["name"] }, right: { $0["name"] }),
        (left: { $0["size"] % .int(2) }, right: { $0["value"] % .int(2) }),
      ]
    let chosen = keys == 0 ? [conditions[1]] : Array(conditions.prefix(keys))
    return builder.join(
      kind, l, r, on: chosen, where: residual ? { $0["size"].isLess($1["value"]) } : nil,
      select: kind == .semi || kind == .anti
        ? nil
        : { l, r in
          let value = kind == .left ? r.optional("value") : r["value"]
          let name = kind == .left ? r.optional("name") : r["name"]
          return ["id": l["id"], "size": l["size"], "value": value, "name": name]
        })
  }

  /// `keys` 0 is one text key, else so many of one integer, one text and one more integer.
  @Test(arguments: kinds, [0, 1, 2, 3])
  func `joins agree with nested loops`(kind: JoinOperation.Kind, keys: Int) async throws {
    for residual in [false, true] {
      for (leftCount, rightCount) in [(200, 60), (50, 0), (0, 20), (30, 400)] {
        var dice = Dice(seed: UInt64(keys * 100 + leftCount + (residual ? 7 : 0)))
        var builder = GraphBuilder()
        let l = builder.source("left", left)
        let r = builder.source("right", right)
        builder.sink("out", joined(kind, keys: keys, residual: residual, &builder, l, r))
        let rows = ["left": leftRows(leftCount, &dice), "right": rightRows(rightCount, &dice)]
        try await expectReference(builder.graph, rows)
      }
    }
  }

  @Test func `a flow joins with itself, kept until its other side is complete`() async throws {
    var dice = Dice(seed: 9)
    var builder = GraphBuilder()
    let rows = builder.source("left", left)
    let few = builder.filter(rows) { $0["size"].isLess(.int(3)) }
    let pairs = builder.join(
      .inner, rows, few, on: [(left: { $0["key"] }, right: { $0["key"] })],
      select: { ["a": $0["id"], "b": $1["id"]] })
    builder.sink("out", pairs)
    try await expectReference(builder.graph, ["left": leftRows(150, &dice)])
  }

  @Test func `two flows each join with the other`() async throws {
    var dice = Dice(seed: 10)
    var builder = GraphBuilder()
    let l = builder.source("left", left)
    let r = builder.source("right", right)
    let a = joined(.inner, keys: 2, residual: false, &builder, l, r)
    let b = builder.join(
      .inner, r, l, on: [(left: { $0["name"] }, right: { $0["name"] })],
      select: { ["value": $0["value"], "id": $1["id"]] })
    builder.sink("a", a)
    builder.sink("b", b)
    try await expectReference(
      builder.graph, ["left": leftRows(80, &dice), "right": rightRows(40, &dice)])
  }

  @Test func `an aggregate joins back to the flow that it came from`() async throws {
    var dice = Dice(seed: 11)
    var builder = GraphBuilder()
    let rows = builder.source("left", left)
    let totals = builder.aggregate(
      rows, by: { $0["key"] }, [.init("total", .sum, .int) { $0["size"] }])
    let shares = builder.join(
      .left, rows, totals, on: [(left: { $0["key"] }, right: { $0["key"] })],
      select: { ["id": $0["id"], "total": $1.optional("total")] })
    builder.sink("out", builder.sort(shares, [(desc: true, { $0["id"] })]))
    try await expectReference(builder.graph, ["left": leftRows(120, &dice)])
  }

  @Test func `many matches a row come out in pieces and in order`() async throws {
    var builder = GraphBuilder()
    let l = builder.source("left", left)
    let r = builder.source("right", right)
    builder.sink("out", joined(.inner, keys: 1, residual: false, &builder, l, r))
    let leftRows: [Value] = (0..<40).map { .row([.int($0), .int(1), .none, .int(0)]) }
    let rightRows: [Value] = (0..<50).map { .row([.int(1), .text("x"), .int($0)]) }
    let outputs = try await outputsUnderAllDrives(builder.graph, ["left": leftRows, "right": rightRows])
    let expected = (0..<40).flatMap { id in
      (0..<50).map { Value.row([.int(id), .int(0), .int($0), .text("x")]) }
    }
    #expect(outputs["out"] == expected)
  }

  @Test(arguments: ["join", "left_join", "semi_join", "anti_join"])
  func `rows keep their times in a join with a table`(kind: String) async throws {
    let select = kind.hasPrefix("semi") || kind.hasPrefix("anti") ? "" : ", select: (h, k) -> h"
    let graph = try await compiled(
      hitRecord + """
        record Key { name: String }
        pipeline joined {
          from hits: Table<Hit> = jsonl("hits.jsonl")
          from keys: Table<Key> = jsonl("keys.jsonl")
          let known = hits.timed(h -> h.at, delay: 1s).\(kind)(keys, on: (h, k) -> h.key == k.name\(select))
          into out = jsonl("out.jsonl") <- known.group_by(h -> h.key)
            .scan(0, (n, h) -> n + 1, emit: (n, h) -> row { h.id, n }, late: fail)
        }
        """)
    let rows = hits(120, keys: 8, span: 100, seed: 15)
    let names: [Value] = [.text("k2"), .text("a key with a long name, 3"), .text("nobody's")]
    let kept = rows.filter { row in
      kind == "left_join" || names.contains(row.fields[2]) == (kind != "anti_join")
    }
    let expected = chronological(kept).flatMap { _, rows in
      rows.enumerated().map { Value.row([$1.fields[1], .int(Int64($0 + 1))]) }
    }
    let outputs = try await outputsUnderAllDrives(
      graph, ["hits": rows, "keys": names.map { .row([$0]) }])
    #expect(canonical(outputs["out"] ?? []) == canonical(expected))
  }

  @Test func `a table that is made anew takes the place of the old one`() async throws {
    let graph = try await compiled(
      hitRecord + """
        record Rate { amount: Int, rate: Int }
        pipeline joined {
          from hits: Stream<Hit> = kafka("hits", group: "g")
          from rates: Table<Rate> = jsonl("rates.jsonl")
          into out = jsonl("out.jsonl") <- hits.join(rates, on: (h, r) -> h.amount == r.amount,
            select: (h, r) -> row { h.id, r.rate })
        }
        """)
    var dice = Dice(seed: 16)
    let run = try Rounds(graph, workers: 2)
    func come(_ source: String, _ rows: [Value]) throws {
      try run.run(
        [source: Rounds.Rows(values: rows, watermarks: rows.map { _ in .min })], watermarks: [:], time: 0,
        &dice)
    }
    let hits: [Value] = [
      .row([.int(1), .int(7), .none, .int(0)]), .row([.int(2), .int(8), .none, .int(0)]),
    ]
    try come("rates", [.row([.int(1), .int(10)]), .row([.int(2), .int(20)])])
    try run.rebuildTables()
    try come("hits", hits)
    try come("rates", [.row([.int(1), .int(11)])])
    // Until then the old one serves.
    try come("hits", hits)
    try run.rebuildTables()
    try come("hits", hits)
    let expected: [[Int64]] = [[7, 10], [8, 20], [7, 10], [8, 20], [7, 11]]
    #expect(
      canonical(run.collected["out"] ?? []) == canonical(expected.map { .row($0.map { .int($0) }) }))
  }

  @Test func `a large right side is entered by all workers`() async throws {
    let plain = rowType(["key": .int, "value": .int])
    var builder = GraphBuilder()
    let l = builder.source("left", plain)
    let r = builder.source("right", plain)
    let pairs = builder.join(
      .left, l, r, on: [(left: { $0["key"] }, right: { $0["key"] })],
      select: { ["key": $0["key"], "value": $1.optional("value")] })
    builder.sink("out", pairs)
    // Keys 0..<100_000, of which the first 50_000 come twice.
    let right: [Value] = (0..<150_000).map { .row([.int($0 % 100_000), .int($0)]) }
    let left: [Value] = [3, 99_999, 100_000].map { .row([.int($0), .int(0)]) }
    let expected: [Value] = [
      .row([.int(3), .int(3)]), .row([.int(3), .int(100_003)]), .row([.int(99_999), .int(99_999)]),
      .row([.int(100_000), .none]),
    ]
    for workers in [1, 3] {
      let drive = Drive(workers: workers, morselRows: 30_000)
      let outputs = try await MemoryRun(builder.graph, ["left": left, "right": right], drive).outputs()
      #expect(outputs["out"] == expected)
    }
  }
}
