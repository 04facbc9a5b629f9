import Diagnosing
import Syntax

extension ExpressionChecker {
  /// `-x`, `!x`.
  func checkUnary(
    _ sign: UnaryOperator, _ operand: Expression, _ want: Want, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    if sign == .not {
      let value = check(operand, in: scope, expecting: .bool)
      return value.type == .error ? value : TypedExpression(.not(value), .bool, span)
    }
    switch operand.kind {
    case .integer(let magnitude): return integer(magnitude, isNegative: true, want, span)
    case .number(let text): return number(text, isNegative: true, want, span)
    case .duration(let microseconds):
      return TypedExpression(.literal(.duration(-microseconds)), .duration, span)
    default: break
    }
    let value = self.operand(operand, in: scope, .hint(want.literal))
    switch value.type {
    case .error: return poison(span)
    case .int, .float, .decimal, .duration: return TypedExpression(.negate(value), value.type, span)
    case .optional: return fail(.mayBeAbsent(value, use: "negated"))
    default: return fail(.notNegatable(value))
    }
  }

  /// `left sign right`.
  func checkBinary(
    _ sign: BinaryOperator, _ place: Span, _ left: Expression, _ right: Expression, _ want: Want,
    _ span: Span, in scope: Scope
  ) -> TypedExpression {
    switch sign {
    case .add: return arithmetic(.add, place, left, right, want, span, in: scope)
    case .subtract: return arithmetic(.subtract, place, left, right, want, span, in: scope)
    case .multiply: return arithmetic(.multiply, place, left, right, want, span, in: scope)
    case .divide: return arithmetic(.divide, place, left, right, want, span, in: scope)
    case .remainder: return arithmetic(.remainder, place, left, right, want, span, in: scope)
    case .equal: return equality(.equal, place, left, right, span, in: scope)
    case .notEqual: return equality(.notEqual, place, left, right, span, in: scope)
    case .less: return comparison(.less, place, left, right, span, in: scope)
    case .lessOrEqual: return comparison(.lessOrEqual, place, left, right, span, in: scope)
    case .greater: return comparison(.greater, place, left, right, span, in: scope)
    case .greaterOrEqual: return comparison(.greaterOrEqual, place, left, right, span, in: scope)
    case .and: return logic(.and, left, right, span, in: scope)
    case .or: return logic(.or, left, right, span, in: scope)
    case .contains: return containment(place, left, right, span, in: scope)
    case .coalesce: return checkCoalesce(place, left, right, want, span, in: scope)
    }
  }

  private func logic(
    _ sign: TypedOperator, _ left: Expression, _ right: Expression, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let first = check(left, in: scope, expecting: .bool)
    let second = check(right, in: scope, expecting: .bool)
    return TypedExpression(.binary(sign, first, second), .bool, span)
  }

  /// Both operands; the one that knows its type better says what the other's literals are.
  private func operands(
    _ left: Expression, _ right: Expression, _ want: Want, in scope: Scope
  ) -> (left: TypedExpression, right: TypedExpression) {
    let leftRank = rank(left)
    if leftRank == .fixed || !rank(right).knowsMore(than: leftRank) {
      let first = infer(left, in: scope, want)
      return (first, infer(right, in: scope, .hint(hint(of: first) ?? want.type)))
    }
    let second = infer(right, in: scope, want)
    return (infer(left, in: scope, .hint(hint(of: second) ?? want.type)), second)
  }

  private func hint(of typed: TypedExpression) -> Type? {
    typed.type == .nothing || typed.type == .optional(.nothing) ? nil : typed.type
  }

  private func arithmetic(
    _ sign: TypedOperator, _ place: Span, _ left: Expression, _ right: Expression, _ want: Want,
    _ span: Span, in scope: Scope
  ) -> TypedExpression {
    // Only a number in the context says what literal operands are: `2 * 3` as a `Decimal`.
    let numeric = want.literal.flatMap { $0.isNumeric ? $0 : nil }
    let (first, second) = operands(left, right, .hint(numeric), in: scope)
    if first.type == .error || second.type == .error { return poison(span) }
    if let secret = [first, second].first(where: \.type.holdsSecret) {
      return fail(.secretCompared(secret, sign))
    }
    if first.type.isOptional {
      return fail(.absentOperand(first, sign.rawValue, place))
    }
    if second.type.isOptional {
      return fail(.absentOperand(second, sign.rawValue, place))
    }
    guard let type = result(of: sign, first, second, right) else {
      return fail(.operatorUndefined(sign, place, first, second))
    }
    if sign == .divide || sign == .remainder, !isNonZeroLiteral(second) {
      markFallible(span, .division(sign))
    }
    return TypedExpression(.binary(sign, first, second), type, span)
  }

  private func result(
    of sign: TypedOperator, _ left: TypedExpression, _ right: TypedExpression, _ rightSyntax: Expression
  ) -> Type? {
    switch (left.type, right.type) {
    case (.nothing, let other), (let other, .nothing): return other.isNumeric ? other : nil
    case (.int, .int), (.float, .float), (.decimal, .decimal): return left.type
    case (.timestamp, .timestamp): return sign == .subtract ? .duration : nil
    case (.timestamp, .duration): return sign == .add || sign == .subtract ? .timestamp : nil
    case (.duration, .duration): return sign == .add || sign == .subtract ? .duration : nil
    case (.date, .duration):
      guard sign == .add || sign == .subtract, case .literal(.duration(let length)) = right.kind,
        length % 86_400_000_000 == 0
      else { return nil }
      return .date
    default: return nil
    }
  }

  private func isNonZeroLiteral(_ typed: TypedExpression) -> Bool {
    switch typed.kind {
    case .literal(.int(let value)): value != 0
    case .literal(.float(let value)): value != 0
    case .literal(.decimal(let value)): value != 0
    default: false
    }
  }

  private func equality(
    _ sign: TypedOperator, _ place: Span, _ left: Expression, _ right: Expression, _ span: Span,
    in scope: Scope
  ) -> TypedExpression {
    let (first, second) = operands(left, right, .anything, in: scope)
    if first.type == .error || second.type == .error { return poison(span) }
    if let secret = [first, second].first(where: \.type.holdsSecret) {
      return fail(.secretCompared(secret, sign))
    }
    for (one, other) in [(first, second), (second, first)] {
      if case .literal(.none) = one.kind, !other.type.isOptional, other.type != .nothing {
        return fail(.comparedWithNone(other, sign, at: span))
      }
    }
    guard let type = first.type.joined(with: second.type) else {
      return fail(.notComparable(first, sign, place, second))
    }
    if type.isOpen { return fail(.needsContext(type, at: span)) }
    guard type.isEquatable else { return fail(.notEquatable(first, sign, place)) }
    return TypedExpression(.binary(sign, coerced(first, to: type), coerced(second, to: type)), .bool, span)
  }

  private func comparison(
    _ sign: TypedOperator, _ place: Span, _ left: Expression, _ right: Expression, _ span: Span,
    in scope: Scope
  ) -> TypedExpression {
    let (first, second) = operands(left, right, .anything, in: scope)
    if first.type == .error || second.type == .error { return poison(span) }
    if let secret = [first, second].first(where: \.type.holdsSecret) {
      return fail(.secretCompared(secret, sign))
    }
    if first.type.isOptional { return fail(.absentOperand(first, sign.rawValue, place)) }
    if second.type.isOptional { return fail(.absentOperand(second, sign.rawValue, place)) }
    guard let type = first.type.joined(with: second.type) else {
      return fail(.notComparable(first, sign, place, second))
    }
    guard type.isOrdered else { return fail(.notOrdered(type, sign, place)) }
    return TypedExpression(.binary(sign, first, second), .bool, span)
  }

  /// `x in list`, `key in map`.
  private func containment(
    _ place: Span, _ left: Expression, _ right: Expression, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let element: TypedExpression
    let container: TypedExpression
    if rank(left) != .fixed {
      container = operand(right, in: scope)
      element = infer(left, in: scope, .hint(container.type.containedType))
    } else {
      element = operand(left, in: scope)
      container = infer(right, in: scope, .hint(.list(element.type)))
    }
    if element.type == .error || container.type == .error { return poison(span) }
    if let secret = [element, container].first(where: \.type.holdsSecret) {
      return fail(.secretCompared(secret, .contains))
    }
    if container.type.isOptional { return fail(.absentOperand(container, "in", place)) }
    guard let contained = container.type.containedType else {
      return fail(.notAContainer(container, place))
    }
    if contained.isOpen { return fail(.needsContext(container.type, at: container.span)) }
    if element.type.isOptional, !contained.isOptional { return fail(.absentOperand(element, "in", place)) }
    guard contained.joined(with: element.type) == contained else {
      return fail(.neverContained(element, container, place))
    }
    guard contained.isEquatable else { return fail(.notEquatable(element, .contains, place)) }
    return TypedExpression(.binary(.contains, coerced(element, to: contained), container), .bool, span)
  }

  /// `maybe ?? otherwise`.
  private func checkCoalesce(
    _ place: Span, _ left: Expression, _ right: Expression, _ want: Want, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let before = diagnostics.count
    let value = operand(left, in: scope, .hint(want.type))
    guard case .optional(let inner) = value.type else {
      if value.type != .error {
        // One mistake: what can fail was taken for what may be absent.
        let isUncovered =
          diagnostics.count > before && diagnostics[before...].allSatisfy { $0.code == .uncovered }
        if isUncovered { diagnostics.removeSubrange(before...) }
        report(isUncovered ? .coalescedFailure(value, place) : .coalescedPresent(value, right.span))
      }
      _ = infer(right, in: scope, .hint(value.type))
      return poison(span)
    }
    let otherwise = infer(right, in: scope, .hint(inner))
    if otherwise.type == .error { return poison(span) }
    guard let type = inner.joined(with: otherwise.type) else {
      return fail(.branchesDiffer(inner, otherwise))
    }
    let local = makeLocal("present", inner)
    let present = TypedExpression(.local(local), inner, value.span)
    return TypedExpression(
      .ifPresent(local, value, then: coerced(present, to: type), otherwise: coerced(otherwise, to: type)),
      type, span)
  }

  /// `a..b`, `a..<b` of `Int`.
  func checkRange(
    _ low: Expression, _ high: Expression, isInclusive: Bool, _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let first = operand(low, in: scope)
    let second = operand(high, in: scope)
    if first.type == .error || second.type == .error { return poison(span) }
    for bound in [first, second] where bound.type != .int { return fail(.rangeOf(bound)) }
    return TypedExpression(.range(first, second, isInclusive: isInclusive), .list(.int), span)
  }
}

extension Type {
  /// What `in` looks for: the elements of a list, the keys of a map.
  var containedType: Type? {
    switch self {
    case .list(let element): element
    case .map: .string
    default: nil
    }
  }
}
