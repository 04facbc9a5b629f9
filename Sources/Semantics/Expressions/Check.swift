import Diagnosing
import Syntax

/// What the surroundings ask of an expression's type.
struct Want {
  /// The type, if any is known.
  let type: Type?
  /// Whether the expression must have it; else it only gives literals, `none` and `[]` their type.
  let isRequired: Bool

  /// Nothing is known.
  static let anything = Want(type: nil, isRequired: false)

  /// Literals take this type, others may differ.
  static func hint(_ type: Type?) -> Want { Want(type: type, isRequired: false) }

  /// The type for literals: absent or not makes no difference to them.
  var literal: Type? { type?.unwrapped }
}

extension ExpressionChecker {
  /// Checks an expression inside another, under the covers that stand around. The result has the type
  /// asked for, or `.error` after a diagnostic.
  public func check(_ expression: Expression, in scope: Scope, expecting type: Type?) -> TypedExpression {
    guard let type else { return settled(infer(expression, in: scope, .anything)) }
    if type == .error { return closed(infer(expression, in: scope, .anything)) }
    return coerced(infer(expression, in: scope, Want(type: type, isRequired: true)), to: type)
  }

  /// The expression with whatever type it has; only literals look at `want`, unless it is required: then
  /// the parts that give the value (branches, elements) are checked against it one by one.
  func infer(_ expression: Expression, in scope: Scope, _ want: Want) -> TypedExpression {
    let span = expression.span
    switch expression.kind {
    case .name(let name): return checkName(name, in: scope)
    case .member(let base, let name, let isOptional):
      return checkMember(base, name, isOptional: isOptional, span, in: scope, want)
    case .call(let callee, let types, let arguments):
      return checkCall(callee, types, arguments, span, in: scope, want)
    case .integer(let value): return integer(value, isNegative: false, want, span)
    case .number(let text): return number(text, isNegative: false, want, span)
    case .boolean(let value): return TypedExpression(.literal(.bool(value)), .bool, span)
    case .none: return absent(want, span)
    case .string(let parts): return checkString(parts, span, in: scope)
    case .regex: return fail(.regexOutOfPlace(at: span))
    case .duration(let microseconds):
      return TypedExpression(.literal(.duration(microseconds)), .duration, span)
    case .size: return fail(.sizeOutOfPlace(at: span))
    case .enumCase(let name): return checkCase(name, want, span)
    case .index(let base, let index): return checkIndex(base, index, span, in: scope)
    case .construct(let type, let fields): return checkConstruction(type, fields, span, in: scope)
    case .row(let fields): return checkRow(fields, want, span, in: scope)
    case .list(let elements): return checkList(elements, want, span, in: scope)
    case .map(let entries): return checkMap(entries, want, span, in: scope)
    case .range(let low, let high, let isInclusive):
      return checkRange(low, high, isInclusive: isInclusive, span, in: scope)
    case .unary(let unary, let operand): return checkUnary(unary, operand, want, span, in: scope)
    case .binary(let binary, let sign, let left, let right):
      return checkBinary(binary, sign, left, right, want, span, in: scope)
    case .cover(let value, let fallback): return checkCover(value, fallback, want, span, in: scope)
    case .attempt(let word, let value): return checkAttempt(word, value, want, in: scope)
    case .lambda: return fail(.lambdaOutOfPlace(at: span))
    case .conditional(let condition, let then, let otherwise):
      return checkConditional(condition, then, otherwise, want, span, in: scope)
    case .match(let subject, let arms): return checkMatch(subject, arms, want, span, in: scope)
    case .block(let bindings, let value): return checkBlock(bindings, value, want, span, in: scope)
    case .loop: return plannedValue(at: span) ?? fail(.loopOutOfPlace(at: span.word("for")))
    case .error: return poison(span)
    }
  }

  /// The expression, or poison where it is no value for any place: a secret, or one whose type is open.
  func settled(_ typed: TypedExpression) -> TypedExpression {
    if typed.type.holdsSecret { return fail(.secretOutOfPlace(typed)) }
    return closed(typed)
  }

  /// The expression, or poison where its type is open: nothing around says what `none` is absent of.
  private func closed(_ typed: TypedExpression) -> TypedExpression {
    guard typed.type.isOpen else { return typed }
    if case .nothing = typed.type { return typed }
    return fail(.needsContext(typed.type, at: typed.span))
  }

  /// An operand whose type must be known, with nothing around to say it.
  func operand(_ expression: Expression, in scope: Scope, _ want: Want = .anything) -> TypedExpression {
    settled(infer(expression, in: scope, want))
  }

  /// The expression as a value of `type`: `T` stands where `T?` is asked for, nothing else converts.
  func coerced(_ typed: TypedExpression, to type: Type) -> TypedExpression {
    if typed.type == type || typed.type == .error || type == .error { return typed }
    if case .optional(let inner) = type, !typed.type.isOptional, typed.type != .nothing {
      if inner == typed.type { return TypedExpression(.some(typed), type, typed.span) }
      if inner.accepts(typed.type) {
        return TypedExpression(.some(retyped(typed, inner)), type, typed.span)
      }
      return fail(.mismatch(typed, wanted: type))
    }
    if type.accepts(typed.type) { return retyped(typed, type) }
    return fail(.mismatch(typed, wanted: type))
  }

  /// An expression of an open type under the type that its context gives it.
  func retyped(_ typed: TypedExpression, _ type: Type) -> TypedExpression {
    guard typed.type.isOpen, typed.type != type else { return typed }
    let kind: TypedExpression.Kind
    switch (typed.kind, type) {
    case (.list(let elements), .list(let element)): kind = .list(elements.map { retyped($0, element) })
    case (.map(let entries), .map(let value)):
      kind = .map(entries.map { (key: $0.key, value: retyped($0.value, value)) })
    case (.some(let inner), .optional(let type)): kind = .some(retyped(inner, type))
    case (.construct(let values), .row(let row)):
      kind = .construct(zip(values, row.types).map { retyped($0, $1) })
    case (.conditional(let condition, let then, let otherwise), _):
      kind = .conditional(condition, then: retyped(then, type), otherwise: retyped(otherwise, type))
    case (.ifPresent(let local, let value, let then, let otherwise), _):
      kind = .ifPresent(local, value, then: retyped(then, type), otherwise: retyped(otherwise, type))
    case (.match(let subject, let arms), _):
      kind = .match(
        subject, arms.map { TypedArm(patterns: $0.patterns, value: retyped($0.value, type)) })
    case (.cover(let value, let fallback), _):
      kind = .cover(retyped(value, type), fallback: retyped(fallback, type))
    case (.bind(let local, let value, let body), _): kind = .bind(local, value, in: retyped(body, type))
    default: kind = typed.kind
    }
    return TypedExpression(kind, type, typed.span)
  }

  /// The parts under the type that is asked for. When that is wrong for one it is so for the others: it is told at
  /// the first.
  private func checkBranches(
    _ branches: [(value: Expression, scope: Scope)], expecting type: Type
  ) -> [TypedExpression] {
    var isMismatch = false
    return branches.map { branch in
      let before = diagnostics.count
      let value = check(branch.value, in: branch.scope, expecting: type)
      if isMismatch {
        diagnostics.removeAll(from: before) { $0.code == .mismatch }
      } else {
        isMismatch = diagnostics[before...].contains { $0.code == .mismatch }
      }
      return value
    }
  }

  /// The parts that may each give the value of an expression, under one type: required, or joined of
  /// theirs. Literals and `none` come last, so that the others say what they are. Nil when they do not join.
  func checkBranches(
    _ branches: [(value: Expression, scope: Scope)], _ want: Want
  ) -> (values: [TypedExpression], type: Type)? {
    if let type = want.type, want.isRequired {
      return (checkBranches(branches, expecting: type), type)
    }
    var values = [TypedExpression?](repeating: nil, count: branches.count)
    let ranks = branches.map { rank($0.value) }
    var joined: Type?
    for rank in LiteralRank.allCases {
      for index in branches.indices where ranks[index] == rank {
        let branch = branches[index]
        let value = infer(branch.value, in: branch.scope, .hint(joined ?? want.type))
        values[index] = value
        guard let type = joined else {
          joined = value.type
          continue
        }
        guard let both = type.joined(with: value.type) else {
          report(.branchesDiffer(type, value))
          poisoned += 1
          return nil
        }
        joined = both
      }
    }
    guard let type = joined else { return nil }
    return (values.compactMap { $0.map { coerced($0, to: type) } }, type)
  }
}

/// How much an expression leaves its type to its context.
enum LiteralRank: Int, CaseIterable {
  /// Its type is its own.
  case fixed
  /// A number: `Int` or `Float` without a context.
  case number
  /// `none`, `[]`, `.case`: nothing without a context.
  case open
  /// `fail(...)`: any type.
  case never
}

extension ExpressionChecker {
  func rank(_ expression: Expression) -> LiteralRank {
    switch expression.kind {
    case .integer, .number: return .number
    case .none, .enumCase: return .open
    case .error: return .never
    case .list(let elements): return elements.isEmpty ? .open : least(elements)
    case .map(let entries): return entries.isEmpty ? .open : least(entries.map(\.value))
    case .unary(.minus, let value): return rank(value)
    case .binary(let sign, _, let left, let right):
      switch sign {
      case .add, .subtract, .multiply, .divide, .remainder, .coalesce: return rank(right, or: left)
      default: return .fixed
      }
    case .cover(let value, let fallback): return rank(fallback, or: value)
    case .attempt(_, let value): return rank(value)
    case .conditional(_, let then, let otherwise?): return rank(then, or: otherwise)
    case .match(_, let arms): return least(arms.map(\.value))
    case .block(_, let value): return rank(value)
    case .call(let callee, _, _):
      if case .name(let name) = callee.kind, name.text == "fail" { return .never }
      return .fixed
    default: return .fixed
    }
  }

  /// The rank of two parts: that of the one which knows more.
  private func rank(_ first: Expression, or second: Expression) -> LiteralRank {
    let one = rank(first)
    if one == .fixed { return .fixed }
    let other = rank(second)
    return one.knowsMore(than: other) ? one : other
  }

  private func least(_ parts: [Expression]) -> LiteralRank {
    var result = LiteralRank.never
    for part in parts {
      let one = rank(part)
      if one == .fixed { return .fixed }
      if one.knowsMore(than: result) { result = one }
    }
    return result
  }
}

extension LiteralRank {
  /// Whether it leaves less to the context.
  func knowsMore(than other: LiteralRank) -> Bool { rawValue < other.rawValue }
}

extension [Diagnostic] {
  /// Takes out those behind `start` that fulfil a condition.
  fileprivate mutating func removeAll(from start: Int, where condition: (Diagnostic) -> Bool) {
    let kept = self[start...].filter { !condition($0) }
    replaceSubrange(start..., with: kept)
  }
}
