import Dataflow
import Semantics
import Testing

@testable import Engine

private let element = rowType([
  "a": .optional(.int), "b": .string, "c": .float, "d": .bool, "e": .optional(.string),
])

private func rows(_ count: Int, seed: UInt64) -> [Value] {
  var dice = Dice(seed: seed)
  return (0..<count).map { _ in
    .row([
      dice.chance(20) ? .none : .int(dice.int(-3...3)),
      .text(dice.chance(50) ? "b\(dice.int(0...3))" : "b is a longer text \(dice.int(0...3))"),
      dice.chance(5) ? .float(.nan) : .float(Double(dice.int(-2...2))), .bool(dice.chance(50)),
      dice.chance(30) ? .none : .text("e\(dice.int(0...2))"),
    ])
  }
}

@Suite struct Ranking {
  static let keys: [[(desc: Bool, name: String)]] = [
    [(false, "a")], [(true, "a")], [(false, "b"), (true, "c")], [(true, "b")], [(true, "c"), (false, "a")],
    [(false, "d"), (true, "e")],
  ]

  @Test(arguments: keys.indices)
  func `sort orders by its keys, absent ones last, and ties canonically`(index: Int) async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    let keys = Self.keys[index]
    builder.sink("out", builder.sort(flow, keys.map { key in (key.desc, { $0[key.name] }) }), ordered: true)
    for count in [0, 1, 300] {
      try await expectReference(builder.graph, ["rows": rows(count, seed: 31)])
    }
  }

  @Test(arguments: [0, 1, 5, 1000])
  func `limit takes the first rows of a sort`(limit: Int64) async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    let sorted = builder.sort(flow, [(desc: true, { $0["a"] })])
    builder.sink("out", builder.limit(sorted, limit), ordered: true)
    // Used twice, the sort has to give all rows, too.
    let other = builder.sort(flow, [(desc: false, { $0["b"] })])
    builder.sink("all", other, ordered: true)
    builder.sink("few", builder.limit(other, limit), ordered: true)
    try await expectReference(builder.graph, ["rows": rows(200, seed: 32)])
  }

  @Test(arguments: [false, true], [1, 2, 7, 500] as [Int64])
  func `top takes the greatest, whole or grouped, with or without ties`(keepsTies: Bool, count: Int64)
    async throws
  {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    for (name, group) in [("whole", nil), ("grouped", "b"), ("optional", "e")] as [(String, String?)] {
      let top = builder.top(
        flow, count, group: group.map { field in { $0[field] } }, keepsTies: keepsTies,
        by: [(desc: false, { $0["a"] }), (desc: true, { $0["d"] })])
      builder.sink(name, top)
    }
    let input = ["rows": rows(250, seed: 33)]
    try await expectReference(builder.graph, input)
    // The greatest come first, in the sink too.
    let outputs = try await outputsUnderAllDrives(builder.graph, input)
    let expected = try Reference(builder.graph, input).outputs()
    #expect(outputs["whole"] == expected["whole"]?.values)
  }

  @Test func `distinct keeps the canonically least row of each key`() async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    builder.sink("by", builder.distinct(flow, by: { $0["a"] }))
    builder.sink("pair", builder.distinct(flow, by: { row(["b": $0["b"], "d": $0["d"]]) }))
    builder.sink("whole", builder.distinct(flow))
    builder.sink("none", builder.distinct(builder.filter(flow) { $0["b"].equals(.text("no")) }))
    let noNaN = rows(400, seed: 34).filter {
      !$0.fields.contains { value in
        if case .float(let x) = value { x.isNaN } else { false }
      }
    }
    try await expectReference(builder.graph, ["rows": noNaN])
  }

  @Test func `a bounded sort drops rows on the way and still finds the first`() async throws {
    var builder = GraphBuilder()
    let plain = rowType(["x": .int])
    let flow = builder.source("rows", plain)
    builder.sink("out", builder.limit(builder.sort(flow, [(desc: true, { $0["x"] % .int(1000) })]), 3))
    let input: [Value] = (0..<200_000).map { .row([.int($0)]) }
    for workers in [1, 2] {
      let drive = Drive(workers: workers, morselRows: 20_000)
      let outputs = try await MemoryRun(builder.graph, ["rows": input], drive).outputs()
      #expect(outputs["out"] == [.row([.int(999)]), .row([.int(1999)]), .row([.int(2999)])])
    }
  }

  @Test func `large sorts are merged from parts`() async throws {
    var builder = GraphBuilder()
    let plain = rowType(["x": .int, "y": .int])
    let flow = builder.source("rows", plain)
    builder.sink("out", builder.sort(flow, [(desc: false, { $0["x"] })]))
    var dice = Dice(seed: 35)
    let input: [Value] = (0..<150_000).map { .row([.int(dice.int(0...999)), .int($0)]) }
    for workers in [1, 3] {
      let drive = Drive(workers: workers, morselRows: 20_000)
      let out = try await MemoryRun(builder.graph, ["rows": input], drive).outputs()["out"]
      #expect(out == canonical(input))
    }
  }
}
