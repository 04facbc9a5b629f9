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
    guard case .operation(let operation) = kind else {
      if case .call(_, let values) = kind { values.forEach(body) }
      return
    }
    switch operation {
    case .map(let lambda), .filter(let lambda), .flatMap(let lambda), .tryMap(let lambda, _):
      body(lambda.body)
    case .distinct(let distinct): (distinct.by?.body).map(body)
    case .timed(let timed): body(timed.time.body)
    case .scan(let scan):
      body(scan.key.body)
      body(scan.step.body)
      body(scan.emit.body)
    case .latest(let latest): body(latest.key.body)
    case .rolling(let rolling):
      body(rolling.key.body)
      rolling.aggregate.forEachExpression(body)
    case .join(let join):
      for (left, right) in join.equalities {
        body(left)
        body(right)
      }
      join.residual.map(body)
      (join.select?.body).map(body)
    case .aggregate(let aggregate): aggregate.forEachExpression(body)
    case .top(let top):
      (top.group?.body).map(body)
      for key in top.keys { body(key.key.body) }
    case .sort(let keys):
      for key in keys { body(key.key.body) }
    case .check(let clauses):
      for clause in clauses {
        switch clause.condition {
        case .rows: break
        case .unique(let lambda), .every(let lambda, _): body(lambda.body)
        case .that(let aggregate): aggregate.forEachExpression(body)
        }
      }
    default: break
    }
  }
}

extension AggregateOperation {
  fileprivate func forEachExpression(_ body: (TypedExpression) -> Void) {
    (key?.body).map(body)
    for call in calls {
      (call.argument?.body).map(body)
      for filter in call.filters { body(filter.body) }
    }
    body(result)
  }
}
