import Compiler
import Diagnosing
import Foundation
import Testing

/// The documentation and the README: every program in them is compiled.
struct DocumentationTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The programs of one section of a page, which together are one file.
  struct Section: Sendable, CustomStringConvertible {
    let page: String
    let heading: String
    var program: String
    var description: String { "\(page): \(heading)" }
  }

  static let sections: [Section] = pages.flatMap { page -> [Section] in
    let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    var sections: [Section] = []
    var heading = ""
    var isProgram = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isProgram = line == "```thalweg"
        if isProgram, sections.last?.heading != heading {
          sections.append(Section(page: page.lastPathComponent, heading: heading, program: ""))
        }
      } else if isProgram {
        sections[sections.count - 1].program += "\(line)\n"
      } else if line.hasPrefix("#") {
        heading = String(line.drop { $0 == "#" || $0 == " " })
      }
    }
    return sections
  }

  private static let pages: [URL] = {
    let folder = root.appending(path: "Documentation")
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
    // The examples of the rules are linted where the rules are tested.
    return names.filter { $0.hasSuffix(".md") && !$0.hasSuffix("rules.md") }.sorted().map {
      folder.appending(path: $0)
    }
      + [root.appending(path: "README.md")]
  }()

  @Test func `there are programs in the reference`() { #expect(Self.sections.count >= 28) }

  @Test(arguments: sections)
  func `a program of the documentation has the errors that stand beside its lines`(section: Section) async {
    let compilation = await compile(section.program)
    let lines = section.program.split(separator: "\n", omittingEmptySubsequences: false)
    let wanted = lines.enumerated().compactMap { index, line -> String? in
      guard let mark = line.range(of: "// error: [") else { return nil }
      return "\(index + 1) \(line[mark.upperBound...].prefix(4))"
    }
    let found = compilation.diagnostics.map { diagnostic in
      let line = compilation.sources[diagnostic.span.file].position(of: diagnostic.span.start).line
      return "\(line) \(diagnostic.code)"
    }
    #expect(found == wanted, "\(compilation.report.joined(separator: "\n"))")
  }
}
