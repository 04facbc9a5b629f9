import Diagnosing
import Syntax

extension Rule {
  static let repeatedLiteral = Rule(
    "L987", "repeated-literal", .style, level: .note,
    "the same text written again and again",
    """
    The same string of eight letters or more stands in a file five times or more. When one of them is changed, the \
    others are easily forgotten. An `enum`, or a function without parameters that gives it, says it once.
    """,
    bad: """
      fn region(city: String) -> String {
        match city {
          "Aachen" -> "north-rhine", "Bonn" -> "north-rhine", "Essen" -> "north-rhine", "Hagen" -> "north-rhine",
          "Unna" -> "north-rhine", else -> "elsewhere",
        }
      }
      """,
    good: """
      fn region(city: String) -> String {
        match city {
          "Aachen" | "Bonn" | "Essen" | "Hagen" | "Unna" -> "north-rhine",
          else -> "elsewhere",
        }
      }
      """,
    checks: [
      .file { context in
        let bytes = context.parsed.file.bytes
        var places: [ArraySlice<UInt8>: [Span]] = [:]
        for token in context.parsed.tree.tokens where token.kind == .string && token.end - token.start >= 10 {
          let text = bytes[Int(token.start)..<Int(token.end)]
          // A `"""` text is a program of its own; import paths are repeated by nature.
          guard !text.starts(with: [34, 34, 34]), text[text.startIndex + 1] != UInt8(ascii: ".") else {
            continue
          }
          places[text, default: []].append(context.span(token.start, token.end))
        }
        for spans in places.values where spans.count >= 5 {
          context.report(
            "this text stands here \(spans.count) times", at: spans[0], label: "the first",
            labels: [Label(spans[spans.count - 1], "and the last")],
            help: "say it once: in an `enum`, or in a function that gives it")
        }
      }
    ])
}
