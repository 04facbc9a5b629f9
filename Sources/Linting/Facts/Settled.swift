import Diagnosing
import Syntax

extension FileContext {
  /// The value of a condition, where its text alone decides it.
  func settled(_ condition: Expression) -> Bool? {
    switch condition.kind {
    case .boolean(let value): return value
    case .unary(.not, let inner): return settled(inner).map { !$0 }
    case .binary(.and, _, let left, let right):
      switch (settled(left), settled(right)) {
      case (false, _), (_, false): return false
      case (true, true): return true
      default: return nil
      }
    case .binary(.or, _, let left, let right):
      switch (settled(left), settled(right)) {
      case (true, _), (_, true): return true
      case (false, false): return false
      default: return nil
      }
    case .binary(let name, _, let left, let right):
      if let order = Self.order(left, right) { return name.holds(order) }
      // Two-valued: NaN equals NaN.
      return name.isComparison && sameText(left.span, right.span) ? name.holds(0) : nil
    default: return nil
    }
  }

  /// -1, 0 or 1 for two literals that can be compared.
  private static func order(_ left: Expression, _ right: Expression) -> Int? {
    func sign<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
      left == right ? 0 : left < right ? -1 : 1
    }
    if let left = left.numericValue, let right = right.numericValue { return sign(left, right) }
    if let left = left.durationValue, let right = right.durationValue { return sign(left, right) }
    if let left = left.plainString, let right = right.plainString {
      return left == right ? 0 : left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    }
    return nil
  }
}

extension BinaryOperator {
  /// Whether it compares two values of one type.
  var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    default: false
    }
  }

  /// What it says of two values in this order; nil for operators that don't compare.
  func holds(_ order: Int) -> Bool? {
    switch self {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .greater: order > 0
    case .greaterOrEqual: order >= 0
    default: nil
    }
  }
}
