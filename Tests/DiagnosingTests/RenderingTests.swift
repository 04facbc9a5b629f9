import Foundation
import Testing

@testable import Diagnosing

@Suite struct RenderingTests {
  /// Every golden has a `text` section; `json` and `color` where the file asks for them.
  @Test(arguments: RenderingCase.all())
  func rendersAsDrawn(_ golden: RenderingCase) throws {
    var actual = ["text": TextRenderer(golden.sources).render(golden.diagnostic)]
    if golden.expected["json"] != nil {
      let summary = DiagnosticSummary([golden.diagnostic], files: golden.sources.files.count)
      actual["json"] =
        JSONRenderer(golden.sources).report([golden.diagnostic], summary).indented + "\n"
    }
    if golden.expected["color"] != nil {
      actual["color"] = TextRenderer(golden.sources, isColored: true).render(golden.diagnostic)
        .replacing("\u{1B}[", with: "<")
    }
    if ProcessInfo.processInfo.environment["THALWEG_BLESS"] != nil {
      let body = actual.sorted { $0.key > $1.key }.map { "== \($0.key)\n\($0.value)" }.joined()
      try Data((golden.head + body).utf8).write(to: golden.url)
      return
    }
    for (kind, text) in actual {
      let expected = golden.expected[kind] ?? ""
      #expect(text == expected)
    }
  }

  @Test func findsTheGoldens() {
    #expect(RenderingCase.all().count >= 10)
  }

  @Test func marksEveryPlaceOfAFileWithoutFailing() {
    var sources = SourceMap()
    let text = "a\tb\r\n\u{1F600}é\n\n中文 x\n"
    let file = sources.add(path: "x", bytes: Array(text.utf8) + [0xFF, 0xC3])
    let size = UInt32(file.bytes.count)
    for start in 0...size {
      for end in start...size {
        let label = Label(Span(file.id, size - end, size - start), "there")
        let diagnostic = Diagnostic(
          Code("P101"), "m", at: Span(file.id, start, end), label: "here", labels: [label])
        let output = TextRenderer(sources).render(diagnostic)
        #expect(output.contains("here") && output.contains("there"))
      }
    }
  }

  @Test func separatesDiagnosticsByAnEmptyLine() {
    var sources = SourceMap()
    let file = sources.add(path: "x", bytes: Array("ab".utf8))
    let one = Diagnostic(Code("P101"), "one", at: Span(file.id, 0, 1))
    let two = Diagnostic(Code("P102"), "two", at: Span(file.id, 1, 2))
    let renderer = TextRenderer(sources)
    #expect(renderer.render([one, two]) == renderer.render(one) + "\n" + renderer.render(two))
  }

  @Test(arguments: [
    (0, 0, 1, "no errors in 1 file"), (1, 0, 1, "1 error in 1 file"),
    (2, 1, 1, "2 errors, 1 warning in 1 file"), (0, 3, 2, "3 warnings in 2 files"),
  ])
  func summarises(errors: Int, warnings: Int, files: Int, expected: String) {
    let span = Span(FileID(0), 0, 0)
    let all =
      (0..<errors).map { _ in Diagnostic(Code("P101"), "e", at: span) }
      + (0..<warnings).map { _ in Diagnostic(Code("P101"), "w", at: span, severity: .warning) }
      + [Diagnostic(Code("P101"), "n", at: span, severity: .note)]
    #expect(DiagnosticSummary(all, files: files).description == expected)
  }
}
