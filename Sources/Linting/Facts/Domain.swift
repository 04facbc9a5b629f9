import Diagnosing
import Semantics

/// What the constraints of a field, or a function, leave of the values of an expression.
enum Domain {
  case range(Literal, Literal)
  case values([Literal])
  case lowerCase
  case upperCase

  /// What is known of an expression, and the field that says it.
  static func of(_ expression: TypedExpression) -> (domain: Domain, field: Field?)? {
    switch expression.kind {
    case .some(let inner), .rewrap(let inner): return of(inner)
    case .builtin(.lower, _, _): return (.lowerCase, nil)
    case .builtin(.upper, _, _): return (.upperCase, nil)
    case .field(let base, let index):
      guard case .record(let record) = base.type, index < record.fields.count else { return nil }
      let field = record.fields[index]
      for constraint in field.constraints {
        switch constraint {
        case .range(let low, let high):
          if let low = low.literal, let high = high.literal { return (.range(low, high), field) }
        case .oneOf(let values):
          let literals = values.compactMap(\.literal)
          if literals.count == values.count { return (.values(literals), field) }
        case .pattern: break
        }
      }
      return nil
    default: return nil
    }
  }

  /// Whether no value lies in both.
  func isDisjoint(from other: Domain) -> Bool {
    switch (self, other) {
    case (.range(let low, let high), .range(let otherLow, let otherHigh)):
      return high.order(otherLow) ?? 0 < 0 || otherHigh.order(low) ?? 0 < 0
    case (.values(let values), .values(let others)): return !values.contains { others.contains($0) }
    case (.values(let values), .range(let low, let high)), (.range(let low, let high), .values(let values)):
      return values.allSatisfy { $0.order(low) ?? 0 < 0 || $0.order(high) ?? 0 > 0 }
    case (.lowerCase, .upperCase), (.upperCase, .lowerCase): return true
    case (.lowerCase, .values(let values)), (.values(let values), .lowerCase):
      return values.allSatisfy { $0.string.map { $0.lowercased() != $0 } ?? false }
    case (.upperCase, .values(let values)), (.values(let values), .upperCase):
      return values.allSatisfy { $0.string.map { $0.uppercased() != $0 } ?? false }
    default: return false
    }
  }
}

extension TypedExpression {
  /// The literal, through optionals and distinct types.
  var literal: Literal? {
    switch kind {
    case .literal(let value): return value
    case .some(let inner), .rewrap(let inner): return inner.literal
    case .negate(let inner):
      switch inner.literal {
      case .int(let value): return .int(-value)
      case .float(let value): return .float(-value)
      case .decimal(let value): return .decimal(-value)
      default: return nil
      }
    default: return nil
    }
  }
}

extension Literal {
  fileprivate var string: String? { if case .string(let text) = self { text } else { nil } }

  /// -1, 0 or 1 for two literals of one ordered kind.
  func order(_ other: Literal) -> Int? {
    func sign<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
      left == right ? 0 : left < right ? -1 : 1
    }
    switch (self, other) {
    case (.int(let left), .int(let right)): return sign(left, right)
    case (.float(let left), .float(let right)): return sign(left, right)
    case (.decimal(let left), .decimal(let right)): return sign(left, right)
    case (.date(let left), .date(let right)): return sign(left, right)
    case (.timestamp(let left), .timestamp(let right)): return sign(left, right)
    case (.duration(let left), .duration(let right)): return sign(left, right)
    default: return nil
    }
  }
}
