import Diagnosing
import Foundation
import Syntax
import Testing

/// The VS Code folder: its JSON says what is there, and its problem matcher reads what `thalweg` prints.
@Suite struct ExtensionTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Editors/vscode")

  private func json(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: Self.folder.appending(path: name))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func contributions(_ name: String) throws -> [[String: Any]] {
    let contributes = try #require(try json("package.json")["contributes"] as? [String: Any])
    return try #require(contributes[name] as? [[String: Any]])
  }

  @Test func `every file that the extension names is there`() throws {
    var names = [try #require(try json("package.json")["main"] as? String)]
    names += try contributions("grammars").compactMap { $0["path"] as? String }
    names += try contributions("snippets").compactMap { $0["path"] as? String }
    names += try contributions("languages").compactMap { $0["configuration"] as? String }
    #expect(names.count == 4)
    for name in names {
      #expect(FileManager.default.fileExists(atPath: Self.folder.appending(path: name).path), "\(name)")
    }
  }

  @Test func `the problem matcher reads findings as they are printed`() throws {
    let matcher = try #require(try contributions("problemMatchers").first)
    let patterns = try #require(matcher["pattern"] as? [[String: Any]])
    let printed = [
      "error[M503]: `aggregate` never completes on an unbounded flow", "  --> flows/sessions.thal:5:37",
    ]
    let captured = try zip(patterns, printed).map { pattern, line in
      let expression = try NSRegularExpression(pattern: try #require(pattern["regexp"] as? String))
      let range = NSRange(line.startIndex..., in: line)
      let match = try #require(expression.firstMatch(in: line, range: range), "\(line)")
      return (1..<match.numberOfRanges).map { (line as NSString).substring(with: match.range(at: $0)) }
    }
    #expect(captured[0] == ["error", "M503", "`aggregate` never completes on an unbounded flow"])
    #expect(captured[1] == ["flows/sessions.thal", "5", "37"])
  }

  @Test func `every snippet is syntax that the parser knows`() throws {
    let snippets = try json("snippets/thalweg.json")
    #expect(snippets.count >= 10)
    for (name, value) in snippets {
      let snippet = try #require(value as? [String: Any], "\(name)")
      #expect(snippet["prefix"] is String, "\(name)")
      let body = try #require(snippet["body"] as? [String], "\(name)").joined(separator: "\n")
      var sources = SourceMap()
      let file = sources.add(path: name, bytes: Array(program(from: body).utf8))
      #expect(parse(file).diagnostics.isEmpty, "\(name)")
    }
  }

  /// A snippet as it is before anything is typed into it, inside of what it is a part of.
  private func program(from body: String) -> String {
    let text = body.replacing(/\$\{\d+:([^}]*)\}/) { $0.1 }
      .replacing(/\$\{\d+\|([^,|]*)[^}]*\}/) { $0.1 }.replacing(/\$\d/, with: "")
    if text.hasPrefix(".") { return "pipeline p {\n  let a = rows\n\(text)\n}" }
    if text.hasPrefix("check") { return "pipeline p {\n\(text)\n}" }
    return text
  }
}
