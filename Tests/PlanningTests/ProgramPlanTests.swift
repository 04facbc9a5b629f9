import Compiler
import Dataflow
import Diagnosing
import Foundation
import Planning
import Semantics
import Testing

/// The plans of the programs in `Programs/`, in every format. `THALWEG_BLESS=1` writes them anew.
struct ProgramPlanTests {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent()

  static let programs = ["daily_revenue", "click_sessions", "quote", "training", "big_sales"]
  static let formats = ["txt", "json", "svg", "dot", "mmd"]

  private static func plan(_ program: String) async throws -> Plan {
    let path = "\(program).thal"
    let source = try String(contentsOf: folder.appending(path: "Programs/\(path)"), encoding: .utf8)
    let compilation = await check([path]) { $0 == path ? Array(source.utf8) : nil }
    #expect(compilation.diagnostics.filter { $0.severity == .error }.map(\.message) == [])
    let graph = try #require(compilation.graphs.first)
    #expect(graph.problems() == [])
    return Plan(graph)
  }

  @Test(arguments: programs, formats)
  func `a program has the plan that stands beside it`(program: String, format: String) async throws {
    let plan = try await Self.plan(program)
    let actual =
      switch format {
      case "txt": plan.text
      case "json": plan.json.indented + "\n"
      case "dot": plan.dot
      case "mmd": plan.mermaid
      default: plan.svg
      }
    let url = Self.folder.appending(path: "Programs/\(program).\(format)")
    if ProcessInfo.processInfo.environment["THALWEG_BLESS"] != nil {
      try Data(actual.utf8).write(to: url)
    } else {
      #expect(actual == (try String(contentsOf: url, encoding: .utf8)))
    }
  }

  @Test(arguments: programs)
  func `every operator is in one job, behind what it needs`(program: String) async throws {
    let plan = try await Self.plan(program)
    let nodes = plan.jobs.flatMap(\.nodes)
    #expect(nodes.sorted() == Array(0..<nodes.count))
    for job in plan.jobs { #expect(job.dependencies.allSatisfy { $0 < job.id }, "\(job.name)") }
  }
}
