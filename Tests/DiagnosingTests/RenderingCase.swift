import Foundation
import Testing

@testable import Diagnosing

/// A golden case: marked sources and a diagnostic, then what the renderers make of them.
///
/// `«0:` opens the diagnostic's place and `«1:` that of its first label; `»` closes the innermost. `\t` is a tab,
/// `\e` an escape byte, `\xff` a byte that is no UTF-8.
struct RenderingCase: CustomTestStringConvertible {
  let url: URL
  let sources: SourceMap
  let diagnostic: Diagnostic
  let head: String
  let expected: [String: String]

  var testDescription: String { url.lastPathComponent }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Goldens")

  static func all() -> [RenderingCase] {
    let files =
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.pathExtension == "txt" }
      .sorted { $0.path < $1.path }
      .compactMap { try? RenderingCase($0) }
  }

  init(_ url: URL) throws {
    self.url = url
    let text = try String(contentsOf: url, encoding: .utf8)
    var sections: [(title: String, body: String)] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if line.hasPrefix("== ") {
        sections.append((String(line.dropFirst(3)), ""))
      } else if !sections.isEmpty {
        sections[sections.count - 1].body += line + "\n"
      }
    }
    var sources = SourceMap()
    var spans: [Int: Span] = [:]
    var diagnostic: Diagnostic?
    var head = ""
    var expected: [String: String] = [:]
    for (title, body) in sections {
      let words = title.split(separator: " ", maxSplits: 2).map(String.init)
      switch words[0] {
      case "file":
        let (bytes, found) = Self.unmark(String(body.dropLast()))
        let file = sources.add(path: words[1], bytes: bytes)
        for (number, range) in found {
          spans[number] = Span(file.id, UInt32(range.lowerBound), UInt32(range.upperBound))
        }
      case "text", "json", "color":
        expected[words[0]] = body
        continue
      default:
        diagnostic = Self.diagnostic(words, body, spans)
      }
      head += "== \(title)\n\(body)"
    }
    self.sources = sources
    self.diagnostic = diagnostic!
    self.head = head
    self.expected = expected
  }

  private static func diagnostic(_ words: [String], _ body: String, _ spans: [Int: Span]) -> Diagnostic {
    var messages: [Int: String] = [:]
    var help: String?
    var fixes: [Fix] = []
    for line in body.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      let rest = (parts.count > 1 ? parts[1] : "").replacing("\\n", with: "\n").replacing(
        "\\e", with: "\u{1B}")
      switch parts[0] {
      case "help": help = rest
      case "fix": fixes.append(Fix(rest, isSafe: true, edits: [Edit(spans[0]!, "mended")]))
      default: messages[Int(parts[0])!] = rest
      }
    }
    let labels = spans.keys.filter { $0 > 0 }.sorted().map { Label(spans[$0]!, messages[$0] ?? "") }
    return Diagnostic(
      Code(words[1]), words[2].replacing("\\e", with: "\u{1B}"), at: spans[0]!, label: messages[0] ?? "",
      labels: labels, help: help, fixes: fixes, severity: Severity(rawValue: words[0])!)
  }

  private static func unmark(_ text: String) -> ([UInt8], [Int: Range<Int>]) {
    let text = text.replacing("\\t", with: "\t").replacing("\\e", with: "\u{1B}")
    var bytes: [UInt8] = []
    var open: [(Int, Int)] = []
    var found: [Int: Range<Int>] = [:]
    var rest = Substring(text)
    while let scalar = rest.unicodeScalars.first {
      if scalar == "«" {
        let end = rest.firstIndex(of: ":")!
        open.append((Int(rest[rest.index(after: rest.startIndex)..<end])!, bytes.count))
        rest = rest[rest.index(after: end)...]
      } else if scalar == "»" {
        let (number, start) = open.removeLast()
        found[number] = start..<bytes.count
        rest = rest.dropFirst()
      } else if rest.hasPrefix("\\xff") {
        bytes.append(0xFF)
        rest = rest.dropFirst(4)
      } else {
        bytes += Array(String(scalar).utf8)
        rest.unicodeScalars.removeFirst()
      }
    }
    return (bytes, found)
  }
}
