/// Diagnostics for people, as drawn in the language reference.
public struct TextRenderer: Sendable {
  private let sources: SourceMap
  private let isColored: Bool

  /// A renderer for diagnostics of `sources`; with escape sequences for colours only if asked.
  public init(_ sources: SourceMap, isColored: Bool = false) {
    self.sources = sources
    self.isColored = isColored
  }

  /// The diagnostics in the order given, an empty line between two; each ends with a line break.
  public func render(_ diagnostics: some Sequence<Diagnostic>) -> String {
    diagnostics.map { render($0) }.joined(separator: "\n")
  }

  /// One diagnostic: heading, marked source, advice.
  public func render(_ diagnostic: Diagnostic) -> String {
    var canvas = Canvas(isColored: isColored)
    canvas.line([
      ("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", .severity(diagnostic.severity)),
      (": \(diagnostic.message.shownOnALine)", .message),
    ])
    let snippets = snippets(of: diagnostic)
    let digits = String(snippets.map(\.snippet.lastLine).max() ?? 1).count
    let indent = String(repeating: " ", count: digits + 1)
    for (index, part) in snippets.enumerated() {
      if index > 0 { canvas.line([("\(indent) |", .gutter)]) }
      let position = part.file.position(of: part.place)
      canvas.line([
        ("\(indent)\(index == 0 ? "--> " : "::: ")", .gutter),
        ("\(part.file.path.shownOnALine):\(position.line):\(position.column)", .plain),
      ])
      canvas.line([("\(indent) |", .gutter)])
      part.snippet.draw(on: &canvas, digits: digits)
    }
    canvas.line([("\(indent) |", .gutter)])
    if let help = diagnostic.help { advice("help", help, indent, on: &canvas) }
    for fix in diagnostic.fixes { advice("fix", fix.title, indent, on: &canvas) }
    advice("more", "thalweg explain \(diagnostic.code)", indent, on: &canvas)
    return canvas.output
  }

  private func advice(_ kind: String, _ text: String, _ indent: String, on canvas: inout Canvas) {
    let lines = text.shownOnALine.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if index == 0 {
        canvas.line([("\(indent) = ", .gutter), ("\(kind): ", .message), (String(line), .plain)])
      } else {
        canvas.line([("\(indent)   \(String(repeating: " ", count: kind.count + 2))\(line)", .plain)])
      }
    }
  }

  private struct Part {
    let file: SourceFile
    let place: UInt32
    let snippet: Snippet
  }

  /// One part a file: that of the diagnostic first, then those of its labels as they come.
  private func snippets(of diagnostic: Diagnostic) -> [Part] {
    var marks = [
      Snippet.Mark(span: diagnostic.span, message: diagnostic.label.shownOnALine, isPrimary: true)
    ]
    marks += diagnostic.labels.map { label in
      Snippet.Mark(span: label.span, message: label.message.shownOnALine, isPrimary: false)
    }
    var order: [FileID] = []
    for mark in marks where !order.contains(mark.span.file) { order.append(mark.span.file) }
    return order.map { id in
      let file = sources[id]
      let here = marks.filter { $0.span.file == id }
      return Part(
        file: file, place: here[0].span.start, snippet: Snippet(here, in: file, severity: diagnostic.severity)
      )
    }
  }
}
