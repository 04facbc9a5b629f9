import Diagnosing
import Foundation
import Settings
import Testing

/// The project files that the documentation shows are read without a finding.
struct DocumentationTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let blocks: [String] = ["README.md", "Documentation/reference/project.md"].flatMap { page in
    let text = (try? String(contentsOf: root.appending(path: page), encoding: .utf8)) ?? ""
    return text.components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
      .filter { $0.contains("version: 1") }
  }

  @Test func `there are project files in the documentation`() { #expect(!Self.blocks.isEmpty) }

  @Test(arguments: blocks)
  func `a project file of the documentation has no finding`(text: String) {
    var sources = SourceMap()
    let file = sources.add(path: "thalweg.yaml", bytes: Array(text.utf8))
    #expect(readSettings(file, rules: ["L904"], environment: { _ in "set" }).diagnostics.map(\.message) == [])
  }
}
