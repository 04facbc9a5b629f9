import Diagnosing
import Foundation
import Testing

@testable import Linting

struct ReferenceTests {
  private static let page = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Documentation/reference/rules.md")

  @Test func `the reference page is what the rules say`() throws {
    if ProcessInfo.processInfo.environment["THALWEG_BLESS"] != nil {
      try FileManager.default.createDirectory(
        at: Self.page.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(Rules.reference.utf8).write(to: Self.page)
    }
    let written = try? String(contentsOf: Self.page, encoding: .utf8)
    #expect(written == Rules.reference, "stale: write it with THALWEG_BLESS=1")
  }

  @Test func `the list has a line for each rule`() {
    let lines = Rules.table.split(separator: "\n")
    #expect(lines.count == Rules.all.count)
    #expect(
      lines.contains {
        $0.hasPrefix("L907  float-equality ") && $0.hasSuffix("floats compared with `==` or `!=`")
      })
  }

  @Test func `the list for machines is JSON with every rule`() throws {
    let data = Data(Rules.json.compact.utf8)
    let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let rules = try #require(document["rules"] as? [[String: String]])
    #expect(rules.map { $0["code"] } == Rules.all.map(\.code.text))
    #expect(
      rules.allSatisfy {
        Set($0.keys) == ["code", "name", "category", "level", "fix", "title", "why", "bad", "good"]
      })
  }

  @Test func `a rule is found by its code in any case and by its name`() {
    #expect(Rules.rule("l907")?.name == "float-equality")
    #expect(Rules.rule("float-equality")?.code.text == "L907")
    #expect(Rules.rule("L999") == nil)
  }
}
