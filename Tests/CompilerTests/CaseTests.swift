import Compiler
import Diagnosing
import Foundation
import Testing

/// Each case is a program with its errors beside the code: `// error: [G601] part of the message` at the end
/// of the line on which the error is reported. No other line has one.
struct CaseTests {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("Cases")

  static let cases =
    (try? FileManager.default.subpathsOfDirectory(atPath: folder.path))?
    .filter { $0.hasSuffix(".thal") }.sorted() ?? []

  @Test(arguments: cases)
  func `a case has exactly the errors that stand beside its code`(name: String) async throws {
    let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    let compilation = await compile([name: text], [name])
    var found: [Int: [Diagnostic]] = [:]
    for diagnostic in compilation.diagnostics {
      let line = compilation.sources[diagnostic.span.file].position(of: diagnostic.span.start).line
      found[line, default: []].append(diagnostic)
    }
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      let wanted = expectations(on: line)
      let got = found[index + 1] ?? []
      let fits =
        wanted.count == got.count
        && zip(wanted, got).allSatisfy {
          $0.code == $1.code.text && ($0.message.isEmpty || $1.message.contains($0.message))
        }
      let texts = got.map { "[\($0.code)] \($0.message)" }
      #expect(
        fits,
        "\(name):\(index + 1): expected \(wanted.map { "[\($0.code)] \($0.message)" }), found \(texts)")
    }
  }

  private func expectations(on line: String) -> [(code: String, message: String)] {
    line.components(separatedBy: "// error: [").dropFirst().compactMap { part in
      guard let end = part.firstIndex(of: "]") else { return nil }
      return (String(part[..<end]), part[part.index(after: end)...].trimmingCharacters(in: .whitespaces))
    }
  }
}
