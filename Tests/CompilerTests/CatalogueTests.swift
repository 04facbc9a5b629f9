import Compiler
import Diagnosing
import Foundation
import Testing

struct CatalogueTests {
  /// What only a run or a command line can show is tested there, and what the parser finds beside it.
  static let codes = Catalogue.entries.map(\.code.text).filter { code in
    Catalogue.entry(code)?.example == .program && !code.hasPrefix("P")
  }

  @Test(arguments: codes)
  func `what explains a code shows it in its bad example and not in its good one`(code: String) async throws {
    let entry = try #require(Catalogue.entry(code))
    let bad = await compileExample(entry.bad)
    #expect(Set(bad.codes) == [code], "\(bad.report)")
    let good = await compileExample(entry.good)
    #expect(good.report == [])
  }

  /// An example is one file, or several behind lines `// file: name`.
  private func compileExample(_ text: String) async -> Compilation {
    let parts = text.components(separatedBy: "// file: ")
    if parts.count == 1 { return await compile(text) }
    var files: [String: String] = [:]
    for part in parts.dropFirst() {
      let lines = part.split(separator: "\n", maxSplits: 1)
      files[String(lines[0])] = lines.count > 1 ? String(lines[1]) : ""
    }
    return await compile(files, files.keys.sorted())
  }
}
