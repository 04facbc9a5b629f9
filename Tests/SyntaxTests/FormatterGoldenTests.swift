import Foundation
import Syntax
import Testing

/// How formatted programs look: each folder of `FormatterCases` holds an `input.thal` and what comes of it,
/// `expected.thal`; the examples are formatted already. With `THALWEG_BLESS=1` in the environment what comes of it is written there.
struct FormatterGoldenTests {
  private static let folder = GrammarFile.root.appendingPathComponent("Tests/SyntaxTests/FormatterCases")

  static let names: [String] = {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }()

  @Test(arguments: names)
  func `a program looks as expected`(name: String) throws {
    let folder = FormatterGoldenTests.folder.appendingPathComponent(name)
    let input = try [UInt8](Data(contentsOf: folder.appendingPathComponent("input.thal")))
    let parsed = parse(bytes: input, path: "\(name)/input.thal")
    #expect(parsed.report == "")
    let found = format(parsed)
    try expect(found, isIn: folder.appendingPathComponent("expected.thal"))
    #expect(format(parse(bytes: found)) == found)
  }

  @Test(arguments: Corpus.examples)
  func `an example is formatted`(path: String) throws {
    let formatted = try format(parse(bytes: Corpus.bytes(ofExample: path)))
    try expect(
      formatted, isIn: GrammarFile.root.appendingPathComponent("Examples").appendingPathComponent(path))
  }

  private func expect(_ found: [UInt8], isIn golden: URL) throws {
    if ProcessInfo.processInfo.environment["THALWEG_BLESS"] == "1" { try Data(found).write(to: golden) }
    let expected = try [UInt8](Data(contentsOf: golden))
    #expect(UnifiedDiff.text(from: expected, to: found, path: golden.lastPathComponent) == "")
  }
}
