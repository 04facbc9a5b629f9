import Diagnosing
import Syntax

extension Rule {
  static let boolBranches = Rule(
    "L981", "bool-branches", .style, mending: .safe,
    "an `if` that gives its own condition",
    """
    `if c { true } else { false }` is `c`, and the other way round it is `!c`.
    """,
    bad: """
      fn is_large(amount: Int) -> Bool { if amount > 100 { true } else { false } }
      """,
    good: """
      fn is_large(amount: Int) -> Bool { amount > 100 }
      """,
    checks: [
      .expression(.conditional) { expression, context in
        guard case .conditional(.holds(let condition), let then, let otherwise?) = expression.kind,
          let yes = then.boolean, let no = otherwise.boolean, yes != no
        else { return }
        let text = context.text(condition.span)
        let isSimple =
          switch condition.kind {
          case .name, .member, .call, .boolean: true
          default: false
          }
        let edit =
          if !yes {
            Edit(expression.span, isSimple ? "!\(text)" : "!(\(text))")
          } else if isSimple {
            Edit(expression.span, text)
          } else {
            context.grouped(text, replacing: expression.span)
          }
        let isLost = context.hasComment(expression.span.start, expression.span.end)
        context.report(
          "this `if` gives its own condition", at: expression.span,
          label: yes ? "says the same alone" : "is its negation",
          fixes: isLost
            ? [] : [Fix("write the condition alone", isSafe: true, edits: [edit])])
      }
    ])
}

extension Expression {
  /// The Boolean literal, also alone in a block.
  fileprivate var boolean: Bool? {
    switch kind {
    case .boolean(let value): value
    case .block(let bindings, let value) where bindings.isEmpty: value.boolean
    default: nil
    }
  }
}
