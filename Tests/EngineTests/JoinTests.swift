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
