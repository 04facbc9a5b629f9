import Dataflow
import Semantics
import Testing

@testable import Engine

private let element = rowType(["id": .int, "group": .string, "amount": .optional(.int)])

@Suite struct Checks {
  private func check(
    _ condition: (GraphBuilder, Edge) -> CheckOperation.Condition, warns: Bool = false, rows: Int = 100,
    drive: Drive = Drive.all[3]
  ) async throws -> (failed: [FailedCheck], warnings: [FailedCheck], published: Bool) {
    var builder = GraphBuilder()
    let flow = builder.source("rows", element)
    builder.sink("out", flow)
    let clause = CheckOperation(
      condition: condition(builder, flow), warns: warns, description: "the clause", span: freshSpan())
    _ = builder.add(.check([clause]), [flow], [])
    let run = MemoryRun(builder.graph, ["rows": sampleRows(rows, seed: 51)], drive)
    do {
      let staged = try await run.run.run(progress: run.progress)
      try staged.publish()
      return ([], staged.warnings, run.sinks["out"]?.published != nil)
    } catch RunFailure.checks(let failed, let warnings) {
      return (failed, warnings, run.sinks["out"]?.published != nil)
    }
  }

  @Test func `rows asks for a number of rows`() async throws {
    let few = try await check { _, _ in .rows(min: .int(101), max: nil) }
    #expect(few.failed.map(\.found) == ["found 100 rows, wanted at least 101"])
    #expect(!few.published)
    let many = try await check { _, _ in .rows(min: nil, max: .int(99)) }
    #expect(many.failed.map(\.found) == ["found 100 rows, wanted at most 99"])
    let right = try await check { _, _ in .rows(min: .int(100), max: .int(100)) }
    #expect(right.failed.isEmpty && right.published)
    let none = try await check({ _, _ in .rows(min: .int(1), max: nil) }, rows: 0)
    #expect(none.failed.map(\.found) == ["found 0 rows, wanted at least 1"])
  }

  @Test(arguments: Drive.all.indices)
  func `unique names keys that come more than once`(index: Int) async throws {
    let good = try await check({ _, _ in .unique(lambda(element) { $0["id"] }) }, drive: Drive.all[index])
    #expect(good.failed.isEmpty && good.published)
    let bad = try await check(
      { _, _ in .unique(lambda(element) { $0["id"] % .int(97) }) }, drive: Drive.all[index])
    #expect(bad.failed.map(\.found) == ["3 keys more than once"])
    #expect(bad.failed.first?.examples == ["0 occurs 2 times", "1 occurs 2 times", "2 occurs 2 times"])
    #expect(!bad.published)
  }

  @Test(arguments: Drive.all.indices)
  func `every counts rows that do not fulfil it and shows the first`(index: Int) async throws {
    let condition = lambda(element) { $0["id"].isLess(.int(90)) }
    let bad = try await check({ _, _ in .every(condition, atLeast: nil) }, drive: Drive.all[index])
    #expect(bad.failed.map(\.found) == ["10 of 100 rows do not fulfil it"])
    #expect(bad.failed.first?.examples.count == 3)
    #expect(bad.failed.first?.examples.first?.hasPrefix("id: 90, group: ") == true)
    let share = try await check({ _, _ in .every(condition, atLeast: .float(0.9)) }, drive: Drive.all[index])
    #expect(share.failed.isEmpty)
    let more = try await check({ _, _ in .every(condition, atLeast: .float(0.91)) }, drive: Drive.all[index])
    #expect(more.failed.map(\.found) == ["10 of 100 rows do not fulfil it; a share of 0.91 must"])
    let empty = try await check({ _, _ in .every(condition, atLeast: .float(0.91)) }, rows: 0)
    #expect(empty.failed.isEmpty)
  }

  @Test func `that judges an aggregate of the whole flow`() async throws {
    func condition(_ limit: Int64) -> (GraphBuilder, Edge) -> CheckOperation.Condition {
      { builder, flow in
        .that(
          builder.aggregation(flow, by: nil, [.init("n", .count, .int)]) { locals in
            TypedExpression.local(locals[0]).isLess(.int(limit))
          })
      }
    }
    #expect(try await check(condition(101)).failed.isEmpty)
    let bad = try await check(condition(100))
    #expect(bad.failed.first?.examples == ["count is 100"])
    #expect(bad.failed.map(\.description) == ["the clause"])
  }

  @Test func `warn reports and lets the run go on`() async throws {
    let result = try await check({ _, _ in .rows(min: .int(101), max: nil) }, warns: true)
    #expect(result.failed.isEmpty)
    #expect(result.warnings.map(\.found) == ["found 100 rows, wanted at least 101"])
    #expect(result.published)
  }
}
