import Diagnosing
import Syntax

extension Rule {
  static let sameBranches = Rule(
    "L914", "same-branches", .correctness, mending: .unsafe,
    "branches that give the same",
    """
    Both branches of an `if`, or all arms of a `match`, have the same text: the condition decides nothing. One of \
    them was probably meant to differ.
    """,
    bad: """
      fn fee(is_member: Bool, price: Int) -> Int { if is_member { price / 2 } else { price / 2 } }
      """,
    good: """
      fn fee(is_member: Bool, price: Int) -> Int { if is_member { price / 2 } else { price } }
      """,
    checks: [
      .expression(.conditional) { expression, context in
        guard case .conditional(_, let then, let otherwise?) = expression.kind,
          context.sameText(then.span, otherwise.span)
        else { return }
        var fixes: [Fix] = []
        if case .block(let bindings, let value) = then.kind, bindings.isEmpty {
          fixes = [
            Fix("write the value alone", edits: [Edit(expression.span, context.text(value.span))])
          ]
        }
        context.report(
          "both branches of this `if` are the same", at: otherwise.span, label: "the same as above",
          labels: [Label(then.span, "this one")], help: "one of them was probably meant to differ",
          fixes: fixes)
      },
      .expression(.match) { expression, context in
        guard case .match(let subject, let arms) = expression.kind, arms.count > 1,
          arms.dropFirst().allSatisfy({ context.sameText($0.value.span, arms[0].value.span) })
        else { return }
        let binds = arms.contains {
          $0.patterns.contains { if case .binding = $0.kind { true } else { false } }
        }
        context.report(
          "all arms of this `match` give the same", at: arms[0].value.span, label: "as every other arm",
          labels: [Label(subject.span, "decides nothing")], help: "one of them was probably meant to differ",
          fixes: binds
            ? []
            : [Fix("write the value alone", edits: [Edit(expression.span, context.text(arms[0].value.span))])]
        )
      },
    ])
}
