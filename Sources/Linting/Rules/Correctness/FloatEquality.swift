import Semantics

extension Rule {
  static let floatEquality = Rule(
    "L907", "float-equality", .correctness,
    "floats compared with `==` or `!=`",
    """
    A `Float` that was computed is rarely exactly the value one expects: `0.1 + 0.2 == 0.3` is `false`. Compare the \
    distance with what may be neglected, or use `Decimal` for amounts. Comparing with zero or `none` is fine.
    """,
    bad: """
      fn is_half(share: Float) -> Bool { share == 0.5 }
      """,
    good: """
      fn is_half(share: Float) -> Bool { (share - 0.5).abs() < 0.000001 }
      """,
    checks: [
      .operation { whole, name, left, right, context in
        guard name == .equal || name == .notEqual, left.type.isFloat || right.type.isFloat else { return }
        let harmless = { (value: Literal?) in value == .float(0) || value == Literal.none }
        if harmless(left.literal) || harmless(right.literal) { return }
        context.report(
          "floats are compared with `\(name.rawValue)`", at: whole.span,
          label: "rarely \(name == .equal ? "equal" : "different") in just the way that is meant",
          help: "compare the distance: `(a - b).abs() < 0.000001`, or use `Decimal`")
      }
    ])
}

extension Type {
  fileprivate var isFloat: Bool {
    switch self {
    case .float: true
    case .optional(let inner): inner == .float
    default: false
    }
  }
}
