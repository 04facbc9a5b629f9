import Diagnosing
import Syntax
import Semantics

extension Rule {
  static let plainInterpolation = Rule(
    "L980", "plain-interpolation", .style, mending: .safe,
    "a string made of one string",
    """
    `"{name}"` with a `name` that is a string is `name`.
    """,
    bad: """
      record Shop { name: String }
      fn title(s: Shop) -> String { "{s.name}" }
      """,
    good: """
      record Shop { name: String }
      fn title(s: Shop) -> String { s.name }
      """,
    checks: [
      .interpolation { whole, parts, context in
        guard parts.count == 1, parts[0].type == .string, parts[0].span != whole.span else { return }
        let text = context.text(parts[0].span)
        context.report(
          "this string is made of one string", at: whole.span, label: "says the same as `\(text)`",
          fixes: [Fix("write it alone", isSafe: true, edits: [Edit(whole.span, text)])])
      }
    ])
}
