import Diagnosing
import Foundation
import Syntax
import Testing

/// Each case is a program with its errors beside the code: `// error: [P103] part of the message` at the end
/// of the line on which the error is reported, or `// error below: [P103] ...` on the line before where that
/// line ends in a string. No other line has one.
struct CaseTests {
  @Test(arguments: Corpus.cases)
  func `a case has exactly the errors that stand beside its code`(name: String) throws {
    if ProcessInfo.processInfo.environment["THALWEG_BLESS"] != nil { try bless(name) }
    let parsed = try parse(bytes: Corpus.bytes(ofCase: name), path: name)
    var expected: [Int: [(code: String, message: String)]] = [:]
    for number in 1...parsed.file.lineCount {
      let line = parsed.file.line(number)
      expected[number, default: []] += expectations(on: line, "// error: [")
      expected[number + 1, default: []] += expectations(on: line, "// error below: [")
    }
    var found: [Int: [Diagnostic]] = [:]
    for diagnostic in parsed.diagnostics {
      found[parsed.file.position(of: diagnostic.span.start).line, default: []].append(diagnostic)
    }
    for line in Set(expected.keys).union(found.keys).sorted() {
      let wanted = expected[line] ?? []
      let got = found[line] ?? []
      let fits =
        wanted.count == got.count
        && zip(wanted, got).allSatisfy { $0.code == $1.code.text && $1.message.contains($0.message) }
      let texts = got.map { "[\($0.code)] \($0.message)" }
      #expect(
        fits, "\(name):\(line): expected \(wanted.map { "[\($0.code)] \($0.message)" }), found \(texts)")
    }
  }

  /// Writes what is found beside the code.
  private func bless(_ name: String) throws {
    let bytes = try Corpus.bytes(ofCase: name)
    let parsed = parse(bytes: bytes, path: name)
    var lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n").map {
      $0.components(separatedBy: " // error: [")[0]
    }
    for diagnostic in parsed.diagnostics {
      let line = parsed.file.position(of: diagnostic.span.start).line - 1
      if line > 0, lines[line - 1].contains("// error below: [") { continue }
      lines[line] += " // error: [\(diagnostic.code)] \(diagnostic.message)"
    }
    try Corpus.write(lines.joined(separator: "\n"), toCase: name)
  }

  private func expectations(on line: String, _ mark: String) -> [(code: String, message: String)] {
    let parts = line.components(separatedBy: mark).dropFirst()
    return parts.compactMap { part in
      guard let end = part.firstIndex(of: "]") else { return nil }
      return (String(part[..<end]), part[part.index(after: end)...].trimmingCharacters(in: .whitespaces))
    }
  }

  @Test(arguments: Corpus.examples)
  func `an example parses without a finding`(path: String) throws {
    let parsed = try parse(bytes: Corpus.bytes(ofExample: path), path: path)
    #expect(parsed.report == "")
  }

  @Test(arguments: Catalogue.entries.filter { $0.code.text.hasPrefix("P") }.map(\.code.text))
  func `what explains a code shows it in its bad example and not in its good one`(code: String) throws {
    let entry = try #require(Catalogue.entry(code))
    var bad = Array(entry.bad.utf8)
    if code == Code.invalidEncoding.text { bad.append(0xFF) }
    #expect(parse(bytes: bad).diagnostics.map(\.code.text) == [code])
    #expect(parse(entry.good).report == "")
  }
}
