import Diagnosing
import Foundation
import Settings

/// The variables of the tests.
let variables = ["DATA": "data", "QUOTED": "a\"b{c}\\", "SLOTS": "8", "EMPTY": ""]

/// Reads a project file with three lint rules.
func read(_ text: String) -> (read: ReadSettings, file: SourceFile) { read(Array(text.utf8)) }

func read(_ bytes: [UInt8]) -> (read: ReadSettings, file: SourceFile) {
  var sources = SourceMap()
  let file = sources.add(path: "thalweg.yaml", bytes: bytes)
  return (readSettings(file, rules: ["L901", "L902", "L904"]) { variables[$0] }, file)
}

extension ReadSettings {
  /// All that would be reported if every profile were in effect.
  var everything: [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return (diagnostics + settings.profiles.flatMap(\.unset)).filter { seen.insert($0).inserted }
      .inSourceOrder
  }
}

/// The files beside these tests.
enum Cases {
  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("Cases")

  static let names: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
    .filter { $0.hasSuffix(".yaml") }.sorted() ?? []

  static func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: folder.appendingPathComponent(name)))
  }
}
