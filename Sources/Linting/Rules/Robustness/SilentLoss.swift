import Diagnosing
import Syntax

extension Rule {
  static let silentLoss = Rule(
    "L956", "silent-loss", .robustness,
    "late or failed records thrown away without a reason",
    """
    `late: discard`, `failed: discard` and `discard bad` count what they drop and keep nothing of it. That may be \
    right, and then a comment above says why; else bind the second result and send it `into` a place where it can be \
    looked at.
    """,
    bad: """
      record Line { text: String }
      record Size { size: Int }
      fn sizes(lines: Table<Line>) -> Table<Size> {
        lines.try_map(l -> Size { size: l.text.to_int() }, failed: discard)
      }
      """,
    good: """
      record Line { text: String }
      record Size { size: Int }
      fn sizes(lines: Table<Line>) -> Table<Size> {
        // The files end with a line of dashes, which is no size.
        lines.try_map(l -> Size { size: l.text.to_int() }, failed: discard)
      }
      """,
    checks: [
      .expression(.call) { expression, context in
        guard let call = expression.method else { return }
        for argument in call.arguments {
          guard let label = argument.label, label.text == "late" || label.text == "failed",
            argument.value.name == "discard", !context.hasCommentAbove(argument.value.span.start)
          else { continue }
          context.report(
            "\(label.text) records are thrown away, and nothing says why",
            at: label.span.through(argument.value.span),
            label: "only counted",
            help:
              "say in a comment above why that is right, or bind the second result: `let ok, \(label.text) = ...`"
          )
        }
      },
      .statement { statement, context in
        guard case .discard(let flow) = statement.kind, let name = flow.name, name.isLoss,
          !context.hasCommentAbove(statement.span.start)
        else { return }
        context.report(
          "`\(name)` is thrown away, and nothing says why", at: statement.span, label: "only counted",
          help:
            "say in a comment above why that is right, or send it `into` a place where it can be looked at")
      },
    ])
}

extension String {
  /// Whether a flow of this name holds what went wrong, as far as one can tell.
  fileprivate var isLoss: Bool {
    ["late", "failed", "failures", "bad", "broken", "faults", "errors", "rejected", "invalid"].contains(self)
  }
}
