import Syntax

extension Rule {
  static let selfOperation = Rule(
    "L916", "self-operation", .correctness,
    "a value less, or divided by, itself",
    """
    `x - x` is always 0, `x / x` always 1 and `x % x` always 0 (or it fails). One of the two was probably meant to \
    be something else.
    """,
    bad: """
      fn margin(price: Decimal, cost: Decimal) -> Decimal { (price - price) * cost }
      """,
    good: """
      fn margin(price: Decimal, cost: Decimal) -> Decimal { price - cost }
      """,
    checks: [
      .expression(.binary) { expression, context in
        guard case .binary(let name, _, let left, let right) = expression.kind,
          name == .subtract || name == .divide || name == .remainder, left.numericValue == nil,
          context.sameText(left.span, right.span)
        else { return }
        context.report(
          "both sides of `\(name.rawValue)` are the same", at: expression.span,
          label: name == .divide ? "always 1" : "always 0", help: "write what was meant on one side")
      }
    ])
}
