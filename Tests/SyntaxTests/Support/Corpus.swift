import Diagnosing
import Foundation
import Syntax

/// The repository's programs, and how tests parse them.
enum Corpus {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Every case beside these tests, by name.
  static let cases = names(in: folder.appendingPathComponent("Cases"))

  /// Every example of the repository, by path.
  static let examples: [String] = {
    let root = examplesFolder
    return (try? FileManager.default.subpathsOfDirectory(atPath: root.path))?
      .filter { $0.hasSuffix(".thal") }.sorted() ?? []
  }()

  private static var examplesFolder: URL {
    folder.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples")
  }

  private static func names(in folder: URL) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
      .filter { $0.hasSuffix(".thal") }.sorted() ?? []
  }

  static func bytes(ofCase name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: folder.appendingPathComponent("Cases").appendingPathComponent(name)))
  }

  static func write(_ text: String, toCase name: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent("Cases").appendingPathComponent(name))
  }

  static func bytes(ofExample path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: examplesFolder.appendingPathComponent(path)))
  }

  /// All of them.
  static func everything() throws -> [[UInt8]] {
    try cases.map { try bytes(ofCase: $0) } + examples.map { try bytes(ofExample: $0) }
  }
}

func parse(bytes: [UInt8], path: String = "test.thal") -> ParsedFile {
  var map = SourceMap()
  return parse(map.add(path: path, bytes: bytes))
}

func parse(_ text: String) -> ParsedFile { parse(bytes: Array(text.utf8)) }

extension ParsedFile {
  /// Each finding on a line: place, code and message.
  var report: String {
    diagnostics.map {
      let position = file.position(of: $0.span.start)
      return "\(position.line):\(position.column) \($0.code) \($0.message)"
    }.joined(separator: "\n")
  }
}
