import Diagnosing
import Syntax

extension Rule {
  static let repeatedCondition = Rule(
    "L915", "repeated-condition", .correctness,
    "a condition that is asked twice",
    """
    The same condition stands on both sides of `&&` or `||`, or a second time in a row of `else if`, where it can't \
    hold any more. A copy was not changed as it was meant.
    """,
    bad: """
      fn grade(points: Int) -> String {
        if points > 90 { "high" } else if points > 90 { "middle" } else { "low" }
      }
      """,
    good: """
      fn grade(points: Int) -> String {
        if points > 90 { "high" } else if points > 50 { "middle" } else { "low" }
      }
      """,
    checks: [
      .expression(.binary) { expression, context in
        guard case .binary(let name, _, _, let right) = expression.kind, name == .and || name == .or else {
          return
        }
        var operand = expression
        // The operands before, from right to left.
        while case .binary(name, _, let left, _) = operand.kind {
          var last = left
          if case .binary(name, _, _, let inner) = left.kind { last = inner }
          if context.sameText(last.span, right.span) {
            report(right, first: last, "adds nothing", context)
            return
          }
          operand = left
        }
      },
      .expression(.conditional) { expression, context in
        guard case .conditional(.holds(let first), _, let otherwise) = expression.kind else { return }
        var next = otherwise
        while let branch = next, case .conditional(let condition, _, let rest) = branch.kind {
          if case .holds(let second) = condition, context.sameText(first.span, second.span) {
            report(second, first: first, "can't hold here", context)
            return
          }
          next = rest
        }
      },
    ])

  private static func report(
    _ second: Expression, first: Expression, _ label: String, _ context: FileContext
  ) {
    context.report(
      "this condition was asked before", at: second.span, label: label,
      labels: [Label(first.span, "asked here")], help: "write the condition that was meant, or leave it out")
  }
}
