extension Operation {
  /// Gives each expression that is evaluated for rows or groups to `body`: those of lambdas, not the options of
  /// connectors.
  public func forEachExpression(_ body: (TypedExpression) -> Void) {
    switch self {
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
