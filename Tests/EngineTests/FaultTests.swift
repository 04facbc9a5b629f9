import Dataflow
import Semantics
import Testing

@testable import Engine

private let element = rowType(["id": .int, "size": .int])

/// Rows whose sizes are their numbers.
private func rows(_ count: Int64) -> [Value] { (0..<count).map { .row([.int($0), .int($0)]) } }

extension GraphBuilder {
  fileprivate mutating func faults() -> Edge { add(.faults, [], [.record(.fault)]) }
}

extension TypedExpression {
  /// Overflows from 2 on.
  fileprivate var overflowing: TypedExpression { self * .int(.max) }
}

extension Value {
  /// The texts of a row of `faults`.
  fileprivate var texts: [String] {
    guard case .row(let fields) = self else { return [] }
    return fields.map { if case .text(let text) = $0 { text } else { "?" } }
  }
}

@Suite struct Faults {
  @Test(arguments: Drive.all)
  func `a row that overflows goes to the flow, with its place and what it holds`(drive: Drive) async throws {
    var builder = GraphBuilder()
    let mapped = builder.map(builder.source("rows", element)) {
      ["id": $0["id"], "size": $0["size"].overflowing]
    }
    builder.sink("out", mapped)
    builder.sink("dead", builder.faults())
    let run = MemoryRun(builder.graph, ["rows": rows(20)], drive)
    let outputs = try await run.outputs()
    #expect(outputs["out"]?.count == 2)
    let dead = (outputs["dead"] ?? []).map(\.texts)
    #expect(dead.count == 18)
    #expect(
      dead.contains([
        "node.1", "rows", "memory:8", "value", "7 * 9223372036854775807 overflows `Int`",
        "{\"id\":7,\"size\":7}",
      ]))
    #expect(run.progress[1].faulted == 18)
  }

  @Test(arguments: Drive.all)
  func `a row that does not fit its record goes to the flow as it was read`(drive: Drive) async throws {
    var builder = GraphBuilder()
    let source = builder.source("rows", element)
    builder.sink("out", builder.filter(source) { TypedExpression.int(10).isLess($0["size"]) })
    builder.sink("dead", builder.faults())
    let run = MemoryRun(builder.graph, ["rows": rows(30)], drive, misfits: ["rows": [3, 4, 20]])
    let outputs = try await run.outputs()
    #expect(outputs["out"]?.count == 18)
    #expect(
      Set((outputs["dead"] ?? []).map(\.texts)) == [
        ["node.0", "rows", "memory:4", "decode", "column `x`: expected a number", "row 3"],
        ["node.0", "rows", "memory:5", "decode", "column `x`: expected a number", "row 4"],
        ["node.0", "rows", "memory:21", "decode", "column `x`: expected a number", "row 20"],
      ])
    #expect(run.progress[0].rowsIn == 30)
    #expect(run.progress[0].faulted == 3)
  }

  @Test(arguments: Drive.all)
  func `places are those of the input behind rows that were dropped`(drive: Drive) async throws {
    var builder = GraphBuilder()
    let kept = builder.filter(builder.source("rows", element)) { ($0["id"] % .int(2)).equals(.int(1)) }
    builder.sink("out", builder.map(kept) { ["size": $0["size"].overflowing] })
    builder.sink("dead", builder.faults())
    let run = MemoryRun(builder.graph, ["rows": rows(12)], drive, misfits: ["rows": [0, 5]])
    let dead = (try await run.outputs()["dead"] ?? []).map(\.texts)
    let places = dead.filter { $0[3] == "value" }.map { $0[2] }
    #expect(Set(places) == ["memory:4", "memory:8", "memory:10", "memory:12"])
  }

  @Test func `a row that fails is not a fault, and one that overflows is no failure`() async throws {
    var builder = GraphBuilder()
    let source = builder.source("rows", element)
    let body = lambda(element) { row in
      .construct(
        rowType(["share": .int]),
        [TypedExpression.int(100) / (row["size"] % .int(5)) + row["size"].overflowing])
    }
    let failedElement = rowType(["input": element, "error": .string, "operator": .string])
    let parsed = builder.add(.tryMap(body, failed: .bound), [source], [body.body.type, failedElement])
    builder.sink("out", parsed)
    builder.sink("failed", Edge(parsed.node, port: 1))
    builder.sink("dead", builder.faults())
    let run = MemoryRun(builder.graph, ["rows": rows(20)], Drive.all[3])
    let outputs = try await run.outputs()
    let counted = run.progress[parsed.node]
    #expect(counted.failed == 4)
    #expect(outputs["failed"]?.count == 4)
    #expect(counted.faulted == outputs["dead"]?.count)
    #expect(counted.rowsIn == counted.rowsOut[0] + counted.failed + counted.faulted)
  }

  @Test(arguments: Drive.all) func `each part of a join may fault`(drive: Drive) async throws {
    var builder = GraphBuilder()
    let left = builder.source("left", element)
    let right = builder.source("right", element)
    builder.sink(
      "keyed",
      builder.join(
        .semi, left, right, on: [(left: { $0["size"].overflowing }, right: { $0["size"].overflowing })]))
    builder.sink(
      "asked",
      builder.join(
        .anti, left, right, on: [(left: { $0["id"] }, right: { $0["id"] })],
        where: { l, r in l["size"].overflowing.isLess(r["size"]) }))
    builder.sink(
      "made",
      builder.join(
        .inner, left, right, on: [(left: { $0["id"] }, right: { $0["id"] })],
        select: { l, r in ["sum": l["size"].overflowing + r["size"]] }))
    builder.sink("dead", builder.faults())
    let outputs = try await MemoryRun(builder.graph, ["left": rows(6), "right": rows(4)], drive).outputs()
    #expect(outputs["keyed"]?.count == 2)
    // 0 is less than 0 in no pair, 1 neither; 2 and 3 have no answer; 4 and 5 have nobody to be asked about.
    let unmatched: [Value] = [0, 1, 4, 5].map { (id: Int64) in Value.row([.int(id), .int(id)]) }
    #expect(canonical(outputs["asked"] ?? []) == unmatched)
    #expect(outputs["made"]?.count == 1)
    #expect(outputs["dead"]?.count == 11)
  }

  @Test(arguments: Drive.all)
  func `what is behind the flow sees the rows of every stage`(drive: Drive) async throws {
    var builder = GraphBuilder()
    let faults = builder.faults()
    let counted = builder.aggregate(faults, by: { $0["kind"] }, [.init("count", .count, .int)])
    let source = builder.source("rows", element)
    let sorted = builder.sort(
      builder.map(source) { ["id": $0["id"], "size": $0["size"].overflowing] }, [(desc: false, { $0["id"] })])
    builder.sink("out", builder.map(sorted) { ["id": ($0["id"] + .int(2)).overflowing] })
    builder.sink("dead", counted)
    let run = MemoryRun(builder.graph, ["rows": rows(20)], drive, misfits: ["rows": [9]])
    let outputs = try await run.outputs()
    #expect(outputs["out"]?.isEmpty == true)
    let expected: [Value] = [.row([.text("decode"), .int(1)]), .row([.text("value"), .int(19)])]
    #expect(canonical(outputs["dead"] ?? []) == expected)
  }

  @Test func `a fault of what is behind the flow fails the run`() async throws {
    var builder = GraphBuilder()
    builder.sink("out", builder.map(builder.source("rows", element)) { ["size": $0["size"].overflowing] })
    builder.sink("dead", builder.map(builder.faults()) { _ in ["size": TypedExpression.int(2).overflowing] })
    let run = MemoryRun(builder.graph, ["rows": rows(5)], Drive.all[0])
    guard case .fault(let fault)? = await run.failure() else {
      Issue.record("the run did not fail")
      return
    }
    #expect(fault.message == "2 * 9223372036854775807 overflows `Int`")
    #expect(run.sinks.values.allSatisfy { $0.isDiscarded })
  }

  @Test func `a fault of an aggregate fails the run all the same`() async throws {
    var builder = GraphBuilder()
    let sum = builder.aggregate(
      builder.source("rows", element), by: nil,
      [.init("sum", .sum, .int) { $0["size"].overflowing }])
    builder.sink("out", sum)
    builder.sink("dead", builder.faults())
    #expect(await MemoryRun(builder.graph, ["rows": rows(5)], Drive.all[0]).failure() != nil)
  }

  /// Nothing is lost in silence.
  @Test(arguments: 1...30)
  func `what comes in goes out, fails or faults`(seed: Int) async throws {
    var dice = Dice(seed: UInt64(seed))
    var builder = GraphBuilder()
    let source = builder.source("rows", element)
    var flow = source
    for _ in 0..<(2 + seed % 5) {
      let number = dice.int(1...4)
      if dice.chance(50) {
        flow = builder.map(flow) {
          ["id": $0["id"], "size": $0["size"] * .int(Int64.max / (number * 400)) / .int(1000)]
        }
      } else {
        let body = lambda(element) { row in
          .construct(element, [row["id"], .int(1000) / ((row["id"] + row["size"]) % .int(number + 1))])
        }
        flow = builder.add(
          .tryMap(body, failed: .discard), [flow], [element, rowType(["input": element])])
      }
    }
    builder.sink("out", flow)
    builder.sink("dead", builder.faults())
    let graph = builder.graph
    let misfits = Set((0..<dice.int(0...20)).map { _ in Int(dice.int(0...299)) })
    var first: [String: [Value]]?
    for drive in Drive.all {
      let run = MemoryRun(graph, ["rows": rows(300)], drive, misfits: ["rows": misfits])
      let outputs = try await run.outputs().mapValues(canonical)
      for index in graph.nodes.indices where graph.nodes[index].outputs.count > 0 {
        let node = run.progress[index]
        #expect(node.rowsIn == node.rowsOut[0] + node.late + node.failed + node.faulted, "node \(index)")
      }
      let faulted = run.progress.nodes.reduce(0) { $0 + $1.faulted }
      #expect(outputs["dead"]?.count == faulted)
      #expect(first == nil || first == outputs, "\(drive)")
      first = outputs
    }
  }
}
