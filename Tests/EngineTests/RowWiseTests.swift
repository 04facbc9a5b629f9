import Dataflow
import Semantics
import Testing

@testable import Engine

private let element = rowType(["id": .int, "group": .string, "amount": .optional(.int)])

func sampleRows(_ count: Int, seed: UInt64, groups: Int64 = 5) -> [Value] {
  var dice = Dice(seed: seed)
  return (0..<count).map { index in
    .row([
      .int(Int64(index)), .text("group number \(dice.int(0...groups - 1))"),
      dice.chance(20) ? .none : .int(dice.int(-9...9)),
    ])
  }
}

@Suite struct RowWiseOperators {
  @Test func `map, filter and sink keep the order of the input`() async throws {
    var builder = GraphBuilder()
    let rows = builder.source("rows", element)
    let few = builder.filter(rows) { ($0["id"] % .int(3)).equals(.int(1)) }
    let mapped = builder.map(few) { ["double": $0["id"] * .int(2), "group": $0["group"]] }
    builder.sink("out", mapped)
    let input = sampleRows(500, seed: 1)
    let outputs = try await outputsUnderAllDrives(builder.graph, ["rows": input])
    let expected = try Reference(builder.graph, ["rows": input]).outputs()
    #expect(outputs["out"] == expected["out"]?.values)
  }

  @Test func `flat_map gives the elements of each list in order`() async throws {
    var builder = GraphBuilder()
    let rows = builder.source("rows", element)
    let lists = lambda(element) { row in
      TypedExpression(.list([row["id"], row["id"] + .int(1000), .int(7)]), .list(.int))
    }
    builder.sink("out", builder.add(.flatMap(lists), [rows], [.int]))
    let input = sampleRows(100, seed: 2)
    let outputs = try await outputsUnderAllDrives(builder.graph, ["rows": input])
    let expected = try Reference(builder.graph, ["rows": input]).outputs()
    #expect(outputs["out"] == expected["out"]?.values)
  }

  @Test func `try_map sends rows that fail to its second result`() async throws {
    var builder = GraphBuilder()
    let rows = builder.source("rows", element)
    let divided = rowLambda(element) { ["share": .int(100) / ($0["id"] % .int(5)), "id": $0["id"]] }
    let failed = rowType(["input": element, "error": .string, "operator": .string])
    let edge = builder.add(.tryMap(divided, failed: .bound), [rows], [divided.body.type, failed])
    builder.sink("good", edge)
    builder.sink("bad", Edge(edge.node, port: 1))
    let outputs = try await outputsUnderAllDrives(builder.graph, ["rows": sampleRows(60, seed: 3)])
    #expect(outputs["good"]?.count == 48)
    let bad = outputs["bad"] ?? []
    #expect(bad.map { $0.fields[0].fields[0] } == (0..<12).map { .int($0 * 5) })
    #expect(bad.allSatisfy { $0.fields[2] == .text("node.1") && $0.fields[1] != .text("") })
  }

  @Test func `a flow used by several operators is read once and goes to all`() async throws {
    var builder = GraphBuilder()
    let rows = builder.source("rows", element)
    let even = builder.filter(rows) { ($0["id"] % .int(2)).equals(.int(0)) }
    builder.sink("even", even)
    builder.sink("all", builder.sort(builder.union(rows, even), [(desc: false, { $0["id"] })]))
    builder.sink("count", builder.aggregate(even, by: nil, [.init("count", .count, .int)]))
    let graph = builder.graph
    let input = sampleRows(200, seed: 4)
    try await expectReference(graph, ["rows": input])
    let run = MemoryRun(graph, ["rows": input], Drive.all[3])
    _ = try await run.outputs()
    #expect(run.progress[0].rowsOut[0] == 200)
    #expect(run.progress[1].rowsIn == 200)
    #expect(run.progress[1].rowsOut[0] == 100)
    #expect(!run.progress.nodes.contains { !$0.isDone })
  }

  @Test func `split parts the rows by key, the same way in every run, and sample takes the same ones`()
    async throws
  {
    var builder = GraphBuilder()
    let rows = builder.source("rows", element)
    let key = lambda(element) { $0["id"] }
    let split = builder.add(.split(fraction: .float(0.25), by: key, salt: nil), [rows], [element, element])
    builder.sink("some", split)
    builder.sink("rest", Edge(split.node, port: 1))
    let sample = builder.add(.sample(fraction: .float(0.25), by: key, salt: nil), [rows], [element])
    builder.sink("sample", sample)
    let salted = builder.add(
      .sample(fraction: .float(0.25), by: key, salt: .text("other")), [rows], [element])
    builder.sink("salted", salted)
    let input = sampleRows(2000, seed: 5)
    let outputs = try await outputsUnderAllDrives(builder.graph, ["rows": input])
    let some = outputs["some"] ?? []
    #expect(canonical(some + (outputs["rest"] ?? [])) == canonical(input))
    #expect((400...600).contains(some.count))
    #expect(outputs["sample"] == some)
    #expect(outputs["salted"] != some)
    // Frozen: these rows are taken in every version.
    let first: [Value] = some.prefix(4).map { $0.fields[0] }
    #expect(first == [.int(0), .int(2), .int(4), .int(6)])
  }
}
