import Dataflow
import Semantics
import Testing

@testable import Engine

private let element = rowType([
  "group": .string, "number": .int, "maybe": .optional(.int), "half": .float, "text": .string, "flag": .bool,
  "day": .optional(.date),
])

private func rows(_ count: Int, seed: UInt64, groups: Int64) -> [Value] {
  var dice = Dice(seed: seed)
  return (0..<count).map { _ in
    let group = dice.int(0...groups - 1)
    return .row([
      .text(group % 2 == 0 ? "g\(group)" : "a group with a long name, \(group)"), .int(dice.int(-5...5)),
      dice.chance(30) ? .none : .int(dice.int(0...4)), .float(Double(dice.int(-20...20)) / 2),
      .text(dice.chance(50) ? "t\(dice.int(0...9))" : "quite a long text, number \(dice.int(0...9))"),
      .bool(dice.chance(40)), dice.chance(10) ? .none : .date(Int32(dice.int(0...3))),
    ])
  }
}

/// Every aggregate; `optional` says that a group may be empty, so that values may be absent.
private func calls(filter: ((TypedExpression) -> TypedExpression)? = nil, optional: Bool) -> [GraphBuilder
  .Call]
{
  func type(_ type: Type) -> Type { optional ? .optional(type) : type }
  let filters = filter.map { [$0] } ?? []
  return [
    .init("count", .count, .int, filters: filters),
    .init("sum", .sum, .int, filters: filters) { $0["number"] },
    .init("sum_maybe", .sum, .optional(.int), filters: filters) { $0["maybe"] },
    .init("sum_half", .sum, .float, filters: filters) { $0["half"] },
    .init("mean", .mean, type(.float), filters: filters) { $0["number"] },
    .init("mean_half", .mean, type(.float), filters: filters) { $0["half"] },
    .init("mean_maybe", .mean, .optional(.float), filters: filters) { $0["maybe"] },
    .init("min", .min, type(.int), filters: filters) { $0["number"] },
    .init("max", .max, type(.float), filters: filters) { $0["half"] },
    .init("min_text", .min, type(.string), filters: filters) { $0["text"] },
    .init("max_text", .max, type(.string), filters: filters) { $0["text"] },
    .init("max_day", .max, .optional(.date), filters: filters) { $0["day"] },
    .init("max_flag", .max, type(.bool), filters: filters) { $0["flag"] },
    .init("min_by", .minBy, type(element), filters: filters) { $0["number"] },
    .init("max_by", .maxBy, .optional(element), filters: filters) { $0["maybe"] },
    .init("collect", .collect, type(.list(.int)), filters: filters) { $0["number"] },
    .init("collect_text", .collect, type(.list(.string)), filters: filters) { $0["text"] },
    .init("distinct", .countDistinct, .int, filters: filters) { $0["text"] },
    .init("distinct_maybe", .countDistinct, .int, filters: filters) { $0["maybe"] },
    .init("median", .quantile, type(.int), constant: .float(0.5), filters: filters) { $0["number"] },
    .init("p95", .quantile, .optional(.int), constant: .float(0.95), filters: filters) { $0["maybe"] },
    .init("top", .top, type(.list(element)), constant: .int(3), filters: filters) { $0["half"] },
    .init("any", .any, type(.bool), filters: filters) { $0["flag"] },
    .init("all", .all, type(.bool), filters: filters) { $0["flag"] },
  ]
}

@Suite struct Aggregates {
  @Test(arguments: [(0, 1), (1, 1), (40, 3), (300, 7), (400, 200)] as [(Int, Int64)])
  func `grouped aggregates agree with the reference`(count: Int, groups: Int64) async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    builder.sink("out", builder.aggregate(flow, by: { $0["group"] }, calls(optional: false)))
    try await expectReference(builder.graph, ["rows": rows(count, seed: 21, groups: groups)])
  }

  @Test(arguments: [(0, 1), (1, 1), (300, 7)] as [(Int, Int64)])
  func `filtered aggregates skip what their condition rejects`(count: Int, groups: Int64) async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    let filtered = calls(filter: { $0["number"].isLess(.int(-3)) }, optional: true)
    builder.sink("out", builder.aggregate(flow, by: { $0["group"] }, filtered))
    builder.sink("whole", builder.aggregate(flow, by: nil, filtered))
    try await expectReference(builder.graph, ["rows": rows(count, seed: 22, groups: groups)])
  }

  @Test func `ungrouped aggregates of nothing give one row`() async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    builder.sink("out", builder.aggregate(flow, by: nil, calls(optional: true)))
    let outputs = try await outputsUnderAllDrives(builder.graph, [:])
    #expect(outputs["out"]?.count == 1)
    try await expectReference(builder.graph, [:])
  }

  @Test func `keys may be rows, absent, long or short`() async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    let byRow = builder.aggregate(
      flow,
      by: { row(["day": $0["day"], "group": $0["group"], "flag": $0["flag"], "maybe": $0["maybe"]]) },
      [.init("count", .count, .int), .init("sum", .sum, .int) { $0["number"] }])
    builder.sink("row", byRow)
    builder.sink("day", builder.aggregate(flow, by: { $0["day"] }, [.init("count", .count, .int)]))
    builder.sink("flag", builder.aggregate(flow, by: { $0["flag"] }, [.init("count", .count, .int)]))
    builder.sink("int", builder.aggregate(flow, by: { $0["number"] }, [.init("count", .count, .int)]))
    try await expectReference(builder.graph, ["rows": rows(500, seed: 23, groups: 5)])
  }

  @Test func `groups come out in the canonical order of their keys`() async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    builder.sink("out", builder.aggregate(flow, by: { $0["day"] }, [.init("count", .count, .int)]))
    let outputs = try await outputsUnderAllDrives(
      builder.graph, ["rows": rows(300, seed: 24, groups: 5)])
    let keys = (outputs["out"] ?? []).map { $0.fields[0] }
    #expect(keys == canonical(keys))
    #expect(keys.last == Value.none)
  }

  @Test func `sums of floats are exact at any parallelism`() async throws {
    var builder = GraphBuilder()
    let plain = rowType(["x": .float])
    let flow = builder.source("rows", plain)
    builder.sink(
      "out",
      builder.aggregate(
        flow, by: nil,
        [
          .init("sum", .sum, .float) { $0["x"] }, .init("mean", .mean, .float) { $0["x"] },
          .init("stddev", .stddev, .optional(.float)) { $0["x"] },
        ]))
    var dice = Dice(seed: 25)
    var input: [Value] = (0..<600).map { _ in .row([.float(Double.random(in: -1...1, using: &dice))]) }
    input += [.row([.float(1e300)]), .row([.float(1e-300)]), .row([.float(-1e300)])]
    let outputs = try await outputsUnderAllDrives(builder.graph, ["rows": input])
    #expect(outputs["out"]?.count == 1)
  }

  @Test func `the standard deviation is that of a sample`() async throws {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    builder.sink(
      "out",
      builder.aggregate(
        flow, by: { $0["group"] },
        [
          .init("half", .stddev, .optional(.float)) { $0["half"] },
          .init("number", .stddev, .optional(.float)) { $0["number"] },
        ]))
    let input = ["rows": rows(100, seed: 26, groups: 90)]
    let outputs = try await outputsUnderAllDrives(builder.graph, input)
    let expected = try Reference(builder.graph, input).outputs()["out"]?.values ?? []
    for (found, wanted) in zip(outputs["out"] ?? [], expected) {
      for (a, b) in zip(found.fields, wanted.fields) {
        if case .float(let x) = a, case .float(let y) = b {
          #expect((x - y).magnitude <= 1e-12 * max(1, y))
        } else {
          #expect(a == b)
        }
      }
    }
  }

  @Test func `a sum that does not fit fails the run at its call`() async throws {
    var builder = GraphBuilder()
    let plain = rowType(["x": .int])
    let flow = builder.source("rows", plain)
    let operation = builder.aggregation(flow, by: nil, [.init("sum", .sum, .int) { $0["x"] }])
    builder.sink("out", builder.add(.aggregate(operation), [flow], [operation.result.type]))
    let big: [Value] = [.row([.int(.max)]), .row([.int(1)])]
    let run = MemoryRun(builder.graph, ["rows": big], Drive.all[2])
    guard case .fault(let fault)? = await run.failure() else {
      Issue.record("the run did not fail")
      return
    }
    #expect(fault.span == operation.calls[0].span)
    #expect(fault.operatorName == "node.1")
    // What overflows only on the way is fine.
    let both: [Value] = big + [.row([.int(-1)])]
    let outputs = try await outputsUnderAllDrives(builder.graph, ["rows": both])
    #expect(outputs["out"] == [.row([.int(.max)])])
  }

  @Test func `many groups are merged by partitions`() async throws {
    var builder = GraphBuilder()
    let plain = rowType(["x": .int])
    let flow = builder.source("rows", plain)
    builder.sink(
      "out",
      builder.aggregate(
        flow, by: { $0["x"] % .int(30_000) },
        [
          .init("count", .count, .int), .init("max", .max, .int) { $0["x"] },
          .init("list", .collect, .list(.int)) { $0["x"] },
          .init("first", .minBy, plain) { $0["x"] }, .init("kinds", .countDistinct, .int) { $0["x"] },
        ]))
    let input: [Value] = (0..<90_000).map { .row([.int($0)]) }
    for drive in [Drive(workers: 1, morselRows: 10_000), Drive(workers: 3, morselRows: 5000)] {
      let out = try await MemoryRun(builder.graph, ["rows": input], drive).outputs()["out"] ?? []
      #expect(out.count == 30_000)
      #expect(
        out[1234]
          == .row([
            .int(1234), .int(3), .int(61_234), .list([.int(1234), .int(31_234), .int(61_234)]),
            .row([.int(1234)]), .int(3),
          ]))
    }
  }
}
