import Semantics

extension TypedExpression {
  /// Gives each expression directly inside this one to `body`, those of lambdas too.
  func forEachChild(_ body: (TypedExpression) -> Void) {
    switch kind {
    case .field(let base, _), .some(let base), .rewrap(let base), .not(let base), .negate(let base),
      .fail(let base):
      body(base)
    case .construct(let values), .list(let values), .call(_, let values), .task(_, let values),
      .interpolation(let values):
      values.forEach(body)
    case .map(let entries):
      for entry in entries {
        body(entry.key)
        body(entry.value)
      }
    case .binary(_, let left, let right), .range(let left, let right, _), .cover(let left, let right),
      .bind(_, let left, let right):
      body(left)
      body(right)
    case .builtin(_, let values, let lambdas):
      values.forEach(body)
      for lambda in lambdas { body(lambda.body) }
    case .conditional(let condition, let then, let otherwise),
      .ifPresent(_, let condition, let then, let otherwise):
      body(condition)
      body(then)
      body(otherwise)
    case .match(let subject, let arms):
      body(subject)
      for arm in arms { body(arm.value) }
    default: break
    }
  }

  /// Whether a test holds for this expression or one inside.
  func contains(where test: (TypedExpression) -> Bool) -> Bool {
    if test(self) { return true }
    var found = false
    forEachChild { found = found || $0.contains(where: test) }
    return found
  }
}

extension FlowStep {
  /// Gives each expression of the step's lambdas and options to `body`.
  func forEachExpression(_ body: (TypedExpression) -> Void) {
    switch kind {
    case .operation(let operation): operation.forEachExpression(body)
    case .call(_, let values): values.forEach(body)
    default: break
    }
  }
}
