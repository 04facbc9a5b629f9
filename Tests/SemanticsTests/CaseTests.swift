import Diagnosing
import Foundation
import Testing

/// Each case is a program, or a folder of files that import each other, with its errors beside the code:
/// `// error: [T301] part of what is said` at the end of the line on which the error is reported, in any
/// order. No other line has one.
struct CaseTests {
  @Test(arguments: Cases.names)
  func `a case has exactly the errors that stand beside its code`(name: String) throws {
    let files = try Cases.files(of: name)
    let checked = CheckedFiles(files)
    for (index, file) in checked.sources.files.enumerated() {
      for line in 1...file.lineCount {
        let wanted = expectations(on: file.line(line))
        let found = checked.diagnostics.filter {
          $0.span.file.index == UInt32(index) && file.position(of: $0.span.start).line == line
        }
        let texts = found.map { "[\($0.code)] \($0.message) | \($0.help ?? "")" }
        #expect(
          fits(wanted, found),
          "\(name) \(file.path):\(line): expected \(wanted.map { "[\($0.code)] \($0.text)" }), found \(texts)"
        )
      }
    }
  }

  /// Whether each expectation is met by a finding of its own.
  private func fits(_ wanted: [(code: String, text: String)], _ found: [Diagnostic]) -> Bool {
    var rest = found
    for expectation in wanted {
      let index = rest.firstIndex {
        $0.code.text == expectation.code
          && "\($0.message)\n\($0.label)\n\($0.help ?? "")".contains(expectation.text)
      }
      guard let index else { return false }
      rest.remove(at: index)
    }
    return rest.isEmpty
  }

  private func expectations(on line: String) -> [(code: String, text: String)] {
    line.components(separatedBy: "// error: [").dropFirst().compactMap { part in
      guard let end = part.firstIndex(of: "]") else { return nil }
      return (String(part[..<end]), part[part.index(after: end)...].trimmingCharacters(in: .whitespaces))
    }
  }

  private static let codes = Catalogue.entries.filter { entry in
    entry.example == .program && ["N", "T", "F"].contains(entry.code.text.first)
      || entry.code.text.hasPrefix("S70")
  }

  @Test(arguments: codes.map(\.code.text))
  func `what explains a code shows it in its bad example and not in its good one`(code: String) throws {
    let entry = try #require(Catalogue.entry(code))
    let bad = CheckedFiles(files: entry.bad)
    #expect(bad.diagnostics.map(\.code.text) == [code], "\(bad.report)")
    let good = CheckedFiles(files: entry.good)
    #expect(good.report == "")
  }
}

/// The programs beside these tests.
enum Cases {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("Cases")

  static let names: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []

  static func files(of name: String) throws -> [(path: String, bytes: [UInt8])] {
    let place = folder.appendingPathComponent(name)
    if name.hasSuffix(".thal") { return [(name, try [UInt8](Data(contentsOf: place)))] }
    return try FileManager.default.contentsOfDirectory(atPath: place.path).sorted().map {
      ($0, try [UInt8](Data(contentsOf: place.appendingPathComponent($0))))
    }
  }
}
