import Diagnosing
import Syntax

extension Rule {
  static let doubleNegation = Rule(
    "L978", "double-negation", .style, mending: .safe,
    "a negation that can be said straight",
    """
    `!!x` is `x`, and `!(a == b)` is `a != b`. Said straight it is read once.
    """,
    bad: """
      fn differ(a: Int, b: Int) -> Bool { !(a == b) }
      """,
    good: """
      fn differ(a: Int, b: Int) -> Bool { a != b }
      """,
    checks: [
      .expression(.unary) { expression, context in
        guard case .unary(.not, let inner) = expression.kind else { return }
        switch inner.kind {
        case .unary(.not, let value):
          report(expression, Edit(expression.span, context.text(value.span)), "twice `!` is nothing", context)
        case .binary(let name, let place, let left, let right) where name == .equal || name == .notEqual:
          guard !context.hasComment(inner.span.start, inner.span.end) else { return }
          let text =
            "\(context.text(left.span)) \(name == .equal ? "!=" : "==") \(context.text(right.span))"
          report(
            expression, context.grouped(text, replacing: expression.span),
            "`\(context.text(place))` and `!` make `\(name == .equal ? "!=" : "==")`",
            context)
        default: break
        }
      }
    ])

  private static func report(_ whole: Expression, _ edit: Edit, _ label: String, _ context: FileContext) {
    context.report(
      "this can be said without a negation", at: whole.span, label: label,
      fixes: [Fix("say it straight", isSafe: true, edits: [edit])])
  }
}
