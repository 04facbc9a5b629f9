import Diagnosing
import Semantics

extension Rule {
  static let settledByConstraint = Rule(
    "L905", "settled-by-constraint", .correctness,
    "a comparison that a field's constraint decides",
    """
    `@range` and `@one_of` hold wherever data enters. A comparison with a value outside of what they allow, or with \
    a bound that they guarantee, has the same result for every row. Either the comparison or the constraint says \
    something else than is meant.
    """,
    bad: """
      record Person { id: Int, age: Int @range(0, 130) }
      fn born(p: Person) -> Bool { p.age >= 0 }
      """,
    good: """
      record Person { id: Int, age: Int @range(0, 130) }
      fn grown(p: Person) -> Bool { p.age >= 18 }
      """,
    checks: [.operation { judge($0, $1, $2, $3, $4) }])

  private static func judge(
    _ whole: TypedExpression, _ name: TypedOperator, _ left: TypedExpression, _ right: TypedExpression,
    _ context: FileContext
  ) {
    if let value = right.literal, let (domain, field) = Domain.of(left), let field {
      report(whole, domain.settles(name, value), field, context)
    } else if let value = left.literal, let (domain, field) = Domain.of(right), let field {
      report(whole, domain.settles(name.mirrored, value), field, context)
    }
  }

  private static func report(_ whole: TypedExpression, _ value: Bool?, _ field: Field, _ context: FileContext)
  {
    guard let value else { return }
    context.report(
      "`\(field.name)` is constrained so that this is always `\(value)`", at: whole.span,
      label: "the same for every row",
      labels: [Label(field.span, "its constraint stands here")],
      help: "compare with another value, or correct the constraint")
  }
}

extension TypedOperator {
  /// The operator with its sides changed.
  fileprivate var mirrored: TypedOperator {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    default: self
    }
  }
}

extension Domain {
  /// What a comparison with a literal gives for every value, where it is the same for all.
  fileprivate func settles(_ name: TypedOperator, _ value: Literal) -> Bool? {
    switch self {
    case .values(let values):
      guard value != .none, !values.contains(value) else { return nil }
      return name == .equal ? false : name == .notEqual ? true : nil
    case .range(let low, let high):
      guard let toLow = value.order(low), let toHigh = value.order(high) else { return nil }
      switch name {
      case .equal: return toLow < 0 || toHigh > 0 ? false : nil
      case .notEqual: return toLow < 0 || toHigh > 0 ? true : nil
      case .less: return toHigh > 0 ? true : toLow <= 0 ? false : nil
      case .lessOrEqual: return toHigh >= 0 ? true : toLow < 0 ? false : nil
      case .greater: return toLow < 0 ? true : toHigh >= 0 ? false : nil
      case .greaterOrEqual: return toLow <= 0 ? true : toHigh > 0 ? false : nil
      default: return nil
      }
    case .lowerCase, .upperCase: return nil
    }
  }
}
