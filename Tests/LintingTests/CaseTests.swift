import Compiler
import Diagnosing
import Foundation
import Linting
import Testing

/// Each rule has a folder of programs with its findings beside the code: `// warning: [L904] part of what is said`
/// at the end of the line on which it is found. No other line has one. Beside a program whose findings can be
/// mended stands what `--fix` makes of it, in `.fixed`, and what `--fix --unsafe` does, in `.unsafe`;
/// `THALWEG_BLESS=1` writes them. Several files stand behind lines `// file: name`.
struct CaseTests {
  static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("Cases")

  static let names: [String] =
    FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    .filter { $0.hasSuffix(".thal") }.sorted() ?? []

  private static func read(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// A case: its program without the expectations, and these by file and line.
  private struct Case {
    typealias Expectation = (severity: String, code: String, text: String)

    var program = ""
    /// By file, then line.
    var expected: [String: [Int: [Expectation]]] = [:]

    init(_ text: String) {
      var file = "a.thal"
      var number = 0
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        number += 1
        if line.hasPrefix("// file: ") {
          file = String(line.dropFirst("// file: ".count))
          number = 0
        }
        let matches = line.matches(of: /\ ?\/\/ (note|warning|error): \[([A-Z]\d+)\]([^\/]*)/)
        for match in matches {
          let text = match.3.trimmingCharacters(in: .whitespaces)
          expected[file, default: [:]][number, default: []].append((String(match.1), String(match.2), text))
        }
        program += "\(matches.first.map { line[..<$0.range.lowerBound] } ?? line)\n"
      }
      program.removeLast()
    }
  }

  @Test(arguments: names)
  func `a case has exactly the findings that stand beside its code`(name: String) async throws {
    let golden = Case(try Self.read(name))
    let linted = await Linted(golden.program)
    for file in linted.compilation.sources.files {
      for line in 1...file.lineCount {
        let wanted = golden.expected[file.path]?[line] ?? []
        let found = linted.findings.filter {
          $0.span.file == file.id && file.position(of: $0.span.start).line == line
        }
        guard !fits(wanted, found) else { continue }
        let texts = found.map { "\($0.severity): [\($0.code)] \($0.message) | \($0.help ?? "")" }
        Issue.record(
          "\(name) \(file.path):\(line): expected \(wanted.map { "\($0.severity): [\($0.code)] \($0.text)" }), found \(texts)"
        )
      }
    }
  }

  @Test(arguments: names)
  func `fixes make of a case what stands beside it`(name: String) async throws {
    let linted = await Linted(Case(try Self.read(name)).program)
    for (suffix, unsafe) in [("fixed", false), ("unsafe", true)] {
      let fixes = linted.report.findings.flatMap(\.fixes).filter { !$0.edits.isEmpty }
      let path = Self.folder.appendingPathComponent("\(name.dropLast(5)).\(suffix)")
      guard fixes.contains(where: { $0.isSafe != unsafe }) else {
        #expect(!FileManager.default.fileExists(atPath: path.path))
        continue
      }
      let files = try #require(await linted.mended(unsafe: unsafe), "the fixes of \(name) do not settle")
      let text = files.sorted { $0.key < $1.key }
        .map { files.count > 1 ? "// file: \($0.key)\n\($0.value)" : $0.value }.joined()
      let after = await Linted(files)
      #expect(!after.findings.contains { $0.severity == .error }, "\(after.lines)")
      if ProcessInfo.processInfo.environment["THALWEG_BLESS"] != nil {
        try Data(text.utf8).write(to: path)
      } else {
        #expect(text == (try? String(contentsOf: path, encoding: .utf8)))
      }
    }
  }

  @Test func `every rule has a case that finds something and one that does not`() throws {
    let all = try Self.names.map { (name: $0, text: try Self.read($0)) }
    let lacking = Rules.all.filter { rule in
      let own = all.filter { $0.name.hasPrefix("\(rule.name)/") }
      let failing = own.count { $0.text.contains("[\(rule.code)]") }
      return failing == 0 || failing == own.count
    }
    #expect(lacking.map(\.name) == [])
    let folders = Set(Self.names.map { String($0.prefix { $0 != "/" }) })
    #expect(folders.subtracting(Rules.all.map(\.name)) == [])
  }

  private func fits(_ wanted: [Case.Expectation], _ found: [Diagnostic]) -> Bool {
    var rest = found
    for expectation in wanted {
      let index = rest.firstIndex {
        $0.code.text == expectation.code && $0.severity.rawValue == expectation.severity
          && (expectation.text.isEmpty
            || "\($0.message)\n\($0.label)\n\($0.help ?? "")".contains(expectation.text))
      }
      guard let index else { return false }
      rest.remove(at: index)
    }
    return rest.isEmpty
  }
}
