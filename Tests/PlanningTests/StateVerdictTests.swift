import Compiler
import Dataflow
import Diagnosing
import Foundation
import Planning
import Semantics
import Testing

/// What becomes of the state of one version in the next, for each case in `Against/`: the two versions and the
/// verdicts stand in one file. `THALWEG_BLESS=1` writes the verdicts anew.
struct StateVerdictTests {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "Against")

  static let cases = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

  /// The parts of a case.
  private struct Case {
    let url: URL
    let former: String
    let next: String
    let verdicts: String

    init(_ name: String) throws {
      url = StateVerdictTests.folder.appending(path: name)
      let parts = try String(contentsOf: url, encoding: .utf8).split(
        separator: /=== (?:former|next|verdicts)\n/, omittingEmptySubsequences: true)
      try #require(parts.count >= 2, "`=== former`, `=== next`, `=== verdicts`")
      (former, next) = (String(parts[0]), String(parts[1]))
      verdicts = parts.count > 2 ? String(parts[2]) : ""
    }
  }

  private static func graph(_ program: String) async throws -> Graph {
    let compilation = await check(["p.thal"]) { $0 == "p.thal" ? Array(program.utf8) : nil }
    #expect(compilation.diagnostics.filter { $0.severity == .error }.map(\.message) == [])
    return try #require(compilation.graphs.first)
  }

  /// What a run of `graph` keeps, where each operator says what it holds.
  private static func held(_ graph: Graph) -> [String: HeldShape] {
    var held: [String: HeldShape] = [:]
    for (index, node) in graph.nodes.enumerated() {
      guard let shape = StateShape(index, of: graph, reads: { everyField($0, graph) }) else { continue }
      held[node.name] = HeldShape(shape, holds: [.own, .left, .right, .state])
    }
    return held
  }

  private static func everyField(_ edge: Edge, _ graph: Graph) -> [Bool] {
    let element = graph.nodes[edge.node].outputs[edge.port].element
    if case .record(let record) = element { return record.fields.map { _ in true } }
    if case .row(let row) = element { return row.names.map { _ in true } }
    return [true]
  }

  private static func comparison(_ former: String, _ next: String) async throws -> StateComparison {
    let graph = try await graph(next)
    return StateComparison(graph, against: held(try await Self.graph(former))) { everyField($0, graph) }
  }

  @Test(arguments: cases)
  func `a version has the verdicts that stand beside it`(name: String) async throws {
    let item = try Case(name)
    let verdicts = try await Self.comparison(item.former, item.next).text(run: "clicks-1", epoch: 12)
    if ProcessInfo.processInfo.environment["THALWEG_BLESS"] != nil {
      let text = "=== former\n\(item.former)=== next\n\(item.next)=== verdicts\n\(verdicts)"
      try Data(text.utf8).write(to: item.url)
    } else {
      #expect(verdicts == item.verdicts)
    }
  }

  @Test(arguments: cases)
  func `a version carries its own state`(name: String) async throws {
    let item = try Case(name)
    for program in [item.former, item.next] {
      let comparison = try await Self.comparison(program, program)
      #expect(comparison.verdicts.allSatisfy { $0.kind == .carried && $0.reason.isEmpty })
      #expect(comparison.released.isEmpty && !comparison.verdicts.isEmpty)
    }
  }

  @Test func `verdicts are told to machines`() async throws {
    let item = try Case("changed.txt")
    let comparison = try await Self.comparison(item.former, item.next)
    let json = comparison.json(run: "clicks-1", epoch: 12).compact
    #expect(
      json.hasPrefix(
        #"{"run":"clicks-1","epoch":12,"operators":[{"name":"raw","operator":"from","verdict":"carried","#))
    #expect(json.contains(#""verdict":"refused","taken_from":"sums.aggregate.1","reason":"its window was"#))
    #expect(comparison.isRefused)
  }

  @Test func `what was not kept can't be read`() async throws {
    let item = try Case("changed.txt")
    let graph = try await Self.graph(item.former)
    let read = Self.held(graph)
    let unread = StateShapes.allUnread(graph)
    let same = StateComparison(graph, against: unread) { edge in
      Self.everyField(edge, graph).map { _ in false }
    }
    #expect(same.verdicts.allSatisfy { $0.kind == .carried })
    let fewer = StateComparison(graph, against: read) { edge in
      Self.everyField(edge, graph).map { _ in false }
    }
    #expect(fewer.verdicts.allSatisfy { $0.kind == .carried })
    let more = StateComparison(graph, against: unread) { Self.everyField($0, graph) }
    let refused = more.verdicts.filter { $0.kind == .refused }
    #expect(
      !refused.isEmpty
        && refused.allSatisfy { $0.reason.hasSuffix("is not in what is kept, as nothing read it") })
  }
}

private enum StateShapes {
  /// What a run of `graph` keeps where nothing reads any field.
  static func allUnread(_ graph: Graph) -> [String: HeldShape] {
    var held: [String: HeldShape] = [:]
    for (index, node) in graph.nodes.enumerated() {
      guard let shape = StateShape(index, of: graph, reads: { _ in [] }) else { continue }
      held[node.name] = HeldShape(shape, holds: [.own, .left, .right, .state])
    }
    return held
  }
}
