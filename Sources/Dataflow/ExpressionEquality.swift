import Semantics

/// Whether two expressions say the same, up to the names of what they bind.
public struct ExpressionEquality {
  /// The locals bound on the left, with their partners on the right.
  private var partners: [Int: Int] = [:]

  static func areSame(_ left: TypedExpression, _ right: TypedExpression) -> Bool {
    var equality = ExpressionEquality()
    return equality.same(left, right)
  }

  /// Whether two lambdas give the same for the same arguments.
  public static func areSame(_ left: TypedLambda, _ right: TypedLambda) -> Bool {
    var equality = ExpressionEquality()
    return equality.same(left, right)
  }

  private mutating func same(_ left: TypedLambda, _ right: TypedLambda) -> Bool {
    guard left.parameters.count == right.parameters.count else { return false }
    for (one, other) in zip(left.parameters, right.parameters) { bind(one, other) }
    return same(left.body, right.body)
  }

  private mutating func bind(_ left: Local, _ right: Local) { partners[left.id] = right.id }

  private mutating func same(_ left: [TypedExpression], _ right: [TypedExpression]) -> Bool {
    guard left.count == right.count else { return false }
    for (one, other) in zip(left, right) where !same(one, other) { return false }
    return true
  }

  private mutating func same(_ left: TypedExpression, _ right: TypedExpression) -> Bool {
    guard left.type == right.type else { return false }
    switch (left.kind, right.kind) {
    case (.literal(let one), .literal(let other)): return one == other
    case (.local(let one), .local(let other)): return (partners[one.id] ?? one.id) == other.id
    case (.field(let one, let index), .field(let other, let otherIndex)):
      return index == otherIndex && same(one, other)
    case (.construct(let one), .construct(let other)), (.list(let one), .list(let other)),
      (.interpolation(let one), .interpolation(let other)):
      return same(one, other)
    case (.map(let one), .map(let other)):
      return same(one.map(\.key), other.map(\.key)) && same(one.map(\.value), other.map(\.value))
    case (.some(let one), .some(let other)), (.rewrap(let one), .rewrap(let other)),
      (.not(let one), .not(let other)), (.negate(let one), .negate(let other)),
      (.fail(let one), .fail(let other)):
      return same(one, other)
    case (.binary(let symbol, let one, let two), .binary(let otherSymbol, let other, let otherTwo)):
      return symbol == otherSymbol && same(one, other) && same(two, otherTwo)
    case (.call(let function, let one), .call(let otherFunction, let other)):
      return function === otherFunction && same(one, other)
    case (.task(let task, let one), .task(let otherTask, let other)):
      return task === otherTask && same(one, other)
    case (.secret(let one), .secret(let other)): return one == other
    case (.builtin(let builtin, let one, let lambdas), .builtin(let otherBuiltin, let other, let others)):
      guard builtin == otherBuiltin, lambdas.count == others.count, same(one, other) else { return false }
      for (lambda, otherLambda) in zip(lambdas, others) where !same(lambda, otherLambda) { return false }
      return true
    case (.conditional(let one, let then, let otherwise), .conditional(let other, let then2, let otherwise2)):
      return same(one, other) && same(then, then2) && same(otherwise, otherwise2)
    case (
      .ifPresent(let local, let one, let then, let otherwise),
      .ifPresent(let local2, let other, let then2, let otherwise2)
    ):
      guard same(one, other) else { return false }
      bind(local, local2)
      return same(then, then2) && same(otherwise, otherwise2)
    case (.cover(let one, let fallback), .cover(let other, let otherFallback)):
      return same(one, other) && same(fallback, otherFallback)
    case (.bind(let local, let one, let body), .bind(let local2, let other, let body2)):
      guard same(one, other) else { return false }
      bind(local, local2)
      return same(body, body2)
    case (.range(let one, let two, let isInclusive), .range(let other, let otherTwo, let isInclusive2)):
      return isInclusive == isInclusive2 && same(one, other) && same(two, otherTwo)
    case (.match(let one, let arms), .match(let other, let otherArms)):
      return same(one, other) && same(arms, otherArms)
    default: return false
    }
  }

  private mutating func same(_ left: [TypedArm], _ right: [TypedArm]) -> Bool {
    guard left.count == right.count else { return false }
    for (arm, other) in zip(left, right) {
      guard arm.patterns.count == other.patterns.count else { return false }
      for (pattern, otherPattern) in zip(arm.patterns, other.patterns) {
        switch (pattern, otherPattern) {
        case (.enumCase(let one), .enumCase(let two)): if one != two { return false }
        case (.literal(let one), .literal(let two)): if one != two { return false }
        case (.none, .none), (.otherwise, .otherwise): break
        case (.present(let one), .present(let two)): bind(one, two)
        default: return false
        }
      }
      if !same(arm.value, other.value) { return false }
    }
    return true
  }
}
