import Semantics

extension Operation {
  /// The operation with values in the place of locals that are known outside of it.
  func replacing(_ values: inout LocalRewriter) -> Operation {
    switch self {
    case .union, .discard: return self
    case .source(let source):
      return .source(SourceOperation(name: source.name, connector: source.connector.replacing(&values)))
    case .sink(let sink):
      return .sink(
        SinkOperation(
          name: sink.name, connector: sink.connector.replacing(&values), isOrdered: sink.isOrdered))
    case .map(let lambda): return .map(values.lambda(lambda))
    case .filter(let lambda): return .filter(values.lambda(lambda))
    case .flatMap(let lambda): return .flatMap(values.lambda(lambda))
    case .tryMap(let lambda, let failed): return .tryMap(values.lambda(lambda), failed: failed)
    case .distinct(let key): return .distinct(by: key.map { values.lambda($0) })
    case .join(let join): return .join(join.replacing(&values))
    case .aggregate(let aggregate): return .aggregate(aggregate.replacing(&values))
    case .top(let top):
      return .top(
        TopOperation(
          group: top.group.map { values.lambda($0) }, count: values.root(top.count),
          keys: top.keys.map { $0.replacing(&values) }, keepsTies: top.keepsTies))
    case .sort(let keys): return .sort(keys.map { $0.replacing(&values) })
    case .limit(let count): return .limit(values.root(count))
    case .sample(let fraction, let key, let salt):
      return .sample(
        fraction: values.root(fraction), by: key.map { values.lambda($0) }, salt: salt.map { values.root($0) }
      )
    case .split(let fraction, let key, let salt):
      return .split(
        fraction: values.root(fraction), by: key.map { values.lambda($0) }, salt: salt.map { values.root($0) }
      )
    case .check(let checks): return .check(checks.map { $0.replacing(&values) })
    }
  }
}

extension Connector {
  fileprivate func replacing(_ values: inout LocalRewriter) -> Connector {
    switch self {
    case .csv(let path, let options): .csv(path: values.root(path), options)
    case .jsonLines(let path, let options): .jsonLines(path: values.root(path), options)
    case .stdin, .stdout: self
    }
  }
}

extension SortKey {
  fileprivate func replacing(_ values: inout LocalRewriter) -> SortKey {
    SortKey(key: values.lambda(key), isDescending: isDescending)
  }
}

extension JoinOperation {
  fileprivate func replacing(_ values: inout LocalRewriter) -> JoinOperation {
    JoinOperation(
      kind: kind, left: left, right: right,
      equalities: equalities.map { (left: values.root($0.left), right: values.root($0.right)) },
      residual: residual.map { values.root($0) }, select: select.map { values.lambda($0) })
  }
}

extension AggregateOperation {
  fileprivate func replacing(_ values: inout LocalRewriter) -> AggregateOperation {
    AggregateOperation(
      key: key.map { values.lambda($0) }, keyLocal: keyLocal,
      calls: calls.map { call in
        AggregateCall(
          function: call.function, argument: call.argument.map { values.lambda($0) },
          constant: call.constant.map { values.root($0) }, filters: call.filters.map { values.lambda($0) },
          local: call.local, span: call.span)
      },
      result: values.root(result))
  }
}

extension CheckOperation {
  fileprivate func replacing(_ values: inout LocalRewriter) -> CheckOperation {
    let replaced: Condition
    switch condition {
    case .rows(let least, let most):
      replaced = .rows(min: least.map { values.root($0) }, max: most.map { values.root($0) })
    case .unique(let key): replaced = .unique(values.lambda(key))
    case .every(let lambda, let share):
      replaced = .every(values.lambda(lambda), atLeast: share.map { values.root($0) })
    case .that(let aggregate): replaced = .that(aggregate.replacing(&values))
    }
    return CheckOperation(condition: replaced, warns: warns, description: description, span: span)
  }
}
