import Diagnosing
import Semantics

extension Rule {
  static let comparedWithBool = Rule(
    "L977", "compared-with-bool", .style, mending: .safe,
    "a Boolean compared with `true` or `false`",
    """
    `paid == true` says no more than `paid`, and `paid == false` no more than `!paid`. (Of a `Bool?` it says that the \
    value is present too, and is fine.)
    """,
    bad: """
      record Order { id: Int, paid: Bool }
      fn is_due(o: Order) -> Bool { o.paid == false }
      """,
    good: """
      record Order { id: Int, paid: Bool }
      fn is_due(o: Order) -> Bool { !o.paid }
      """,
    checks: [
      .operation { whole, name, left, right, context in
        guard name == .equal || name == .notEqual, left.type == .bool, right.type == .bool else { return }
        let (value, other): (Bool, TypedExpression)
        if case .literal(.bool(let literal)) = right.kind {
          (value, other) = (literal, left)
        } else if case .literal(.bool(let literal)) = left.kind {
          (value, other) = (literal, right)
        } else {
          return
        }
        if case .literal = other.kind { return }
        let text = context.text(other.span)
        let isNegated = value != (name == .equal)
        let needsParentheses = if case .binary = other.kind { !text.hasPrefix("(") } else { false }
        let mended = isNegated ? (needsParentheses ? "!(\(text))" : "!\(text)") : text
        context.report(
          "a Boolean is compared with `\(value)`", at: whole.span, label: "says the same alone",
          fixes: [
            Fix(
              "write `\(isNegated ? "!..." : "...")` alone", isSafe: true, edits: [Edit(whole.span, mended)])
          ])
      }
    ])
}
