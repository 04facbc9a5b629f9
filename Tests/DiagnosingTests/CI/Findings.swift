import Testing

@testable import Diagnosing

/// Two files and findings of every kind in them.
struct Findings {
  let sources: SourceMap
  let diagnostics: [Diagnostic]

  init() {
    var sources = SourceMap()
    let file = sources.add(path: "pipe lines/a%.thal", bytes: Array("let é = \"x\"\nlet b = é\n".utf8))
    _ = sources.add(path: "./b.thal", bytes: [])
    func span(_ start: UInt32, _ end: UInt32) -> Span { Span(file.id, start, end) }
    diagnostics = [
      Diagnostic(
        .mismatch, "50% of `<a & b>`, or:\n\"none\"", at: span(9, 12), label: "here",
        labels: [Label(span(4, 6), "bound here")], help: "mend it",
        fixes: [
          Fix("write `y`", isSafe: true, edits: [Edit(span(9, 12), "\"y\""), Edit(span(21, 21), " ")]),
          Fix("think"),
        ]),
      Diagnostic(.mismatch, "over two lines", at: span(4, 18), severity: .warning),
      Diagnostic(.mismatch, "at the end", at: span(24, 24), severity: .note),
    ]
    self.sources = sources
  }
}
