import Diagnosing
import Foundation
import Settings
import Testing

/// Each case is a project file with its errors beside the line: `# error: [C860] part of what is said` at its
/// end. No other line has one.
struct CaseTests {
  @Test(arguments: Cases.names)
  func `a case has exactly the errors that stand beside its lines`(name: String) throws {
    let (found, file) = read(try Cases.bytes(name))
    for line in 1...file.lineCount {
      let wanted = expectations(on: file.line(line))
      let here = found.everything.filter { file.position(of: $0.span.start).line == line }
      var rest = here
      for expectation in wanted {
        rest.removeAll { diagnostic in
          let texts =
            [diagnostic.message, diagnostic.label, diagnostic.help ?? ""] + diagnostic.labels.map(\.message)
          return diagnostic.code.text == expectation.code && texts.contains { $0.contains(expectation.text) }
        }
      }
      #expect(
        wanted.count == here.count && rest.isEmpty,
        "\(name):\(line): found \(here.map { "[\($0.code)] \($0.message) | \($0.label) | \($0.help ?? "")" })"
      )
    }
  }

  private func expectations(on line: String) -> [(code: String, text: String)] {
    line.components(separatedBy: "# error: [").dropFirst().compactMap { part in
      guard let end = part.firstIndex(of: "]") else { return nil }
      return (String(part[..<end]), part[part.index(after: end)...].trimmingCharacters(in: .whitespaces))
    }
  }

  static let codes = Catalogue.entries.filter { $0.example == .settings }.map(\.code.text)

  @Test(arguments: codes)
  func `what explains a code shows it in its bad example and not in its good one`(code: String) throws {
    let entry = try #require(Catalogue.entry(code))
    let bad = read(entry.bad).read.everything
    #expect(bad.map(\.code.text) == [code], "\(bad.map(\.message))")
    #expect(read(entry.good).read.everything.map(\.message) == [])
  }
}
