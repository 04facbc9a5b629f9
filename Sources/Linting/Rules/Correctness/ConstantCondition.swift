import Syntax

extension Rule {
  static let constantCondition = Rule(
    "L904", "constant-condition", .correctness,
    "a condition that is always the same",
    """
    The condition of a `filter`, an `if`, a check or a part of `&&` and `||` should depend on the data. One that \
    compares two literals, or a thing with itself, always has the same value: often a name was mistyped. Where it is \
    meant, leave the condition out.
    """,
    bad: """
      fn large(total: Int, limit: Int) -> Bool { total > 10 && limit == limit }
      """,
    good: """
      fn large(total: Int, limit: Int) -> Bool { total > 10 && total < limit }
      """,
    checks: [.condition { judge($0, $1) }, .expression(.binary) { judgeOperands(of: $0, $1) }])

  private static func judge(_ condition: Expression, _ context: FileContext) {
    if !condition.isJunction, let value = context.settled(condition) { report(condition, value, context) }
  }

  /// One operand is enough to settle the whole, and told once.
  private static func judgeOperands(of expression: Expression, _ context: FileContext) {
    guard expression.isJunction, case .binary(_, _, let left, let right) = expression.kind else { return }
    for operand in [left, right] where !operand.isJunction {
      if let value = context.settled(operand) { return report(operand, value, context) }
    }
  }

  private static func report(_ condition: Expression, _ value: Bool, _ context: FileContext) {
    context.report(
      "this condition is always `\(value)`", at: condition.span, label: "does not depend on the data",
      help: value ? "leave it out, or write what was meant" : "what depends on it never happens")
  }
}

extension Expression {
  /// Whether it joins two conditions.
  fileprivate var isJunction: Bool {
    guard case .binary(let name, _, _, _) = kind else { return false }
    return name == .and || name == .or
  }
}
