import Diagnosing
import Foundation
import Testing

struct FixTests {
  /// A finding of a case that can be mended.
  struct Mendable: Sendable, CustomTestStringConvertible {
    let name: String
    let index: Int
    let testDescription: String
  }

  private static let mendables: [Mendable] = Cases.names.flatMap { name -> [Mendable] in
    guard let files = try? Cases.files(of: name) else { return [] }
    let checked = CheckedFiles(files)
    return checked.diagnostics.enumerated().flatMap { index, diagnostic in
      diagnostic.fixes.contains { !$0.edits.isEmpty }
        ? [
          Mendable(
            name: name, index: index,
            testDescription: "\(checked.place(of: diagnostic)) \(diagnostic.message)")
        ] : []
    }
  }

  @Test(arguments: mendables)
  func `a fix takes its finding away and brings no syntax error`(mendable: Mendable) throws {
    var files = try Cases.files(of: mendable.name)
    let before = CheckedFiles(files)
    let diagnostic = before.diagnostics[mendable.index]
    for fix in diagnostic.fixes where !fix.edits.isEmpty {
      for edit in fix.edits.sorted(by: { $0.span.start > $1.span.start }) {
        files[Int(edit.span.file.index)].bytes
          .replaceSubrange(Int(edit.span.start)..<Int(edit.span.end), with: Array(edit.text.utf8))
      }
      let after = CheckedFiles(files)
      let finding = { (found: Diagnostic) in
        (found.code, found.message) == (diagnostic.code, diagnostic.message)
      }
      #expect(
        after.diagnostics.count(where: finding) < before.diagnostics.count(where: finding),
        "\(fix.title)\n\(after.report)")
      #expect(!after.diagnostics.contains { $0.code.text.hasPrefix("P") }, "\(fix.title)\n\(after.report)")
    }
  }
}
