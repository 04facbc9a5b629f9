import Columns
import Diagnosing
import Semantics

@testable import Engine

/// What a row ends with that has no value.
struct Failed: Error, Equatable {
  let kind: RowFailure.Kind
  static let failure = Failed(kind: .failure)
  static let fault = Failed(kind: .fault)
}

/// Evaluates an expression for one row: slow and obvious, in the order in which the language says it is done.
struct SlowEvaluator {
  var locals: [Int: Single]

  func evaluate(_ expression: TypedExpression) throws(Failed) -> Single {
    switch expression.kind {
    case .literal(let literal): return Single(literal)
    case .local(let local): return locals[local.id] ?? .none
    case .field(let base, let index): return try evaluate(base).fields[index]
    case .construct(let fields): return .record(try all(fields))
    case .list(let elements): return .list(try all(elements))
    case .map(let entries):
      var values: [(key: Single, value: Single)] = []
      for (key, value) in entries {
        let key = try evaluate(key)
        let value = try evaluate(value)
        values.removeAll { $0.key == key }
        values.append((key, value))
      }
      values.sort { Single.order($0.key, $1.key) < 0 }
      return .list(values.map { .record([$0.key, $0.value]) })
    case .some(let value), .rewrap(let value): return try evaluate(value)
    case .not(let value): return .bool(try !evaluate(value).isTrue)
    case .negate(let value): return try Arithmetic.negated(evaluate(value))
    case .binary(let symbol, let left, let right): return try binary(symbol, left, right)
    case .call(let function, let arguments):
      var inner = SlowEvaluator(locals: [:])
      for (local, value) in zip(function.parameters, try all(arguments)) { inner.locals[local.id] = value }
      guard let body = function.body else { throw .fault }
      return try inner.evaluate(body)
    case .builtin(let builtin, let arguments, let lambdas):
      return try self.builtin(builtin, try all(arguments), lambdas, arguments[0].type)
    case .conditional(let condition, let then, let otherwise):
      return try evaluate(condition).isTrue ? evaluate(then) : evaluate(otherwise)
    case .ifPresent(let local, let subject, let then, let otherwise):
      let value = try evaluate(subject)
      if case .none = value { return try evaluate(otherwise) }
      return try binding(local, value).evaluate(then)
    case .match(let subject, let arms):
      let value = try evaluate(subject)
      for arm in arms {
        for pattern in arm.patterns {
          switch pattern {
          case .enumCase(let index): if value == .enumCase(index) { return try evaluate(arm.value) }
          case .literal(let literal): if value == Single(literal) { return try evaluate(arm.value) }
          case .none: if value == .none { return try evaluate(arm.value) }
          case .present(let local): if value != .none { return try binding(local, value).evaluate(arm.value) }
          case .otherwise: return try evaluate(arm.value)
          }
        }
      }
      throw .fault
    case .cover(let value, let fallback):
      do throws(Failed) {
        return try evaluate(value)
      } catch {
        if error.kind == .fault { throw error }
        return try evaluate(fallback)
      }
    case .fail(let message):
      _ = try evaluate(message)
      throw .failure
    case .bind(let local, let value, let body): return try binding(local, evaluate(value)).evaluate(body)
    case .interpolation(let parts):
      var text = ""
      for part in parts { text += try evaluate(part).text(part.type) }
      return .string(text)
    case .range(let first, let last, let isInclusive):
      let bounds = try all([first, last])
      let end = isInclusive ? Int128(bounds[1].integer) : Int128(bounds[1].integer) - 1
      let start = Int128(bounds[0].integer)
      if end - start > 10_000 { throw .fault }
      return .list(end < start ? [] : (start...end).map { .int(Int64($0)) })
    // The engine does not get them.
    case .task, .secret: throw .failure
    case .error: return .none
    }
  }

  func binding(_ local: Local, _ value: Single) -> SlowEvaluator {
    var inner = self
    inner.locals[local.id] = value
    return inner
  }

  func all(_ expressions: [TypedExpression]) throws(Failed) -> [Single] {
    var values: [Single] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  private func binary(
    _ symbol: TypedOperator, _ left: TypedExpression, _ right: TypedExpression
  ) throws(Failed) -> Single {
    let a = try evaluate(left)
    if symbol == .and, !a.isTrue { return .bool(false) }
    if symbol == .or, a.isTrue { return .bool(true) }
    let b = try evaluate(right)
    switch symbol {
    case .and, .or: return b
    case .equal: return .bool(a == b)
    case .notEqual: return .bool(a != b)
    case .less: return .bool(Single.order(a, b) < 0)
    case .lessOrEqual: return .bool(Single.order(a, b) <= 0)
    case .greater: return .bool(Single.order(a, b) > 0)
    case .greaterOrEqual: return .bool(Single.order(a, b) >= 0)
    case .contains:
      if case .map = right.type { return .bool(b.items.contains { $0.fields[0] == a }) }
      return .bool(b.items.contains(a))
    case .add, .subtract, .multiply, .divide, .remainder: return try Arithmetic.apply(symbol, a, b)
    }
  }
}

/// Arithmetic of two values.
enum Arithmetic {
  static func negated(_ value: Single) throws(Failed) -> Single {
    switch value {
    case .int(let x): return .int(try fitting(-Int128(x)))
    case .duration(let x): return .duration(try fitting(-Int128(x)))
    case .float(let x): return .float(-x)
    case .decimal(let x): return .decimal(-x)
    default: return .none
    }
  }

  static func fitting(_ value: Int128) throws(Failed) -> Int64 {
    guard let result = Int64(exactly: value) else { throw .fault }
    return result
  }

  static func apply(_ symbol: TypedOperator, _ a: Single, _ b: Single) throws(Failed) -> Single {
    switch (a, b) {
    case (.int(let x), .int(let y)): return .int(try integer(symbol, Int128(x), Int128(y)))
    case (.timestamp(let x), .timestamp(let y)): return .duration(try fitting(Int128(x) - Int128(y)))
    case (.timestamp(let x), .duration(let y)): return .timestamp(try integer(symbol, Int128(x), Int128(y)))
    case (.duration(let x), .duration(let y)): return .duration(try integer(symbol, Int128(x), Int128(y)))
    case (.date(let x), .duration(let y)):
      let days = Int64(x) + (symbol == .add ? 1 : -1) * (y / 86_400_000_000)
      guard let date = Int32(exactly: days) else { throw .fault }
      return .date(date)
    case (.float(let x), .float(let y)):
      switch symbol {
      case .add: return .float(x + y)
      case .subtract: return .float(x - y)
      case .multiply: return .float(x * y)
      default:
        if y == 0 { throw .failure }
        return .float(symbol == .divide ? x / y : x.truncatingRemainder(dividingBy: y))
      }
    case (.decimal(let x), .decimal(let y)):
      if symbol == .divide || symbol == .remainder, y == 0 { throw .failure }
      let result: Int128? =
        switch symbol {
        case .add: decimalSum(x, y)
        case .subtract: decimalDifference(x, y)
        case .multiply: decimalProduct(x, y)
        case .divide: decimalQuotient(x, y)
        default: decimalRemainder(x, y)
        }
      guard let result else { throw .fault }
      return .decimal(result)
    default: return .none
    }
  }

  private static func integer(_ symbol: TypedOperator, _ x: Int128, _ y: Int128) throws(Failed) -> Int64 {
    switch symbol {
    case .add: return try fitting(x + y)
    case .subtract: return try fitting(x - y)
    case .multiply: return try fitting(x * y)
    default:
      if y == 0 { throw .failure }
      return try fitting(symbol == .divide ? x / y : x % y)
    }
  }
}

extension Single {
  init(_ literal: Literal) {
    self =
      switch literal {
      case .bool(let value): .bool(value)
      case .int(let value): .int(value)
      case .float(let value): .float(value)
      case .decimal(let value): .decimal(value)
      case .string(let value), .regex(let value): .string(value)
      case .date(let value): .date(value)
      case .timestamp(let value): .timestamp(value)
      case .duration(let value): .duration(value)
      case .uuid(let value): .uuid(value)
      case .enumCase(let value): .enumCase(value)
      case .none: .none
      }
  }

  var isTrue: Bool { if case .bool(let value) = self { value } else { false } }
  var integer: Int64 {
    switch self {
    case .int(let value), .duration(let value), .timestamp(let value): value
    default: 0
    }
  }
  var number: Double { if case .float(let value) = self { value } else { .nan } }
  var string: String { if case .string(let value) = self { value } else { "" } }
  var items: [Single] { if case .list(let values) = self { values } else { [] } }
  var fields: [Single] { if case .record(let values) = self { values } else { [] } }

  /// What an interpolation gives.
  func text(_ type: Type) -> String {
    switch self {
    case .bool(let value): return "\(value)"
    case .int(let value): return "\(value)"
    case .float(let value): return textOf(value)
    case .decimal(let value): return textOf(decimal: value)
    case .string(let value): return value
    case .date(let value): return textOf(date: value)
    case .timestamp(let value): return textOf(timestamp: value)
    case .duration(let value): return textOf(duration: value)
    case .enumCase(let index): if case .enumeration(let type) = type.plain { return type.cases[index] }
    default: break
    }
    return "?"
  }
}
