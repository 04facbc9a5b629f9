import Semantics

extension Operation {
  /// The operation with values in the place of locals that are known outside of it.
  public func replacing(_ values: inout LocalRewriter) -> Operation {
    switch self {
    case .union, .discard, .faults, .reply, .single: return self
    case .source(let source):
      return .source(
        SourceOperation(
          name: source.name, connector: source.connector.replacing(&values),
          refresh: source.refresh.map { values.root($0) },
          growth: source.growth.map {
            FileGrowth(every: values.root($0.every), until: $0.until.map { values.root($0) })
          }))
    case .sink(let sink): return .sink(sink.replacing(&values))
    case .map(let lambda): return .map(values.lambda(lambda))
    case .filter(let lambda): return .filter(values.lambda(lambda))
    case .flatMap(let lambda): return .flatMap(values.lambda(lambda))
    case .tryMap(let lambda, let failed): return .tryMap(values.lambda(lambda), failed: failed)
    case .distinct(let distinct):
      return .distinct(
        DistinctOperation(
          by: distinct.by.map { values.lambda($0) }, within: distinct.within.map { values.root($0) },
          late: distinct.late))
    case .join(let join): return .join(join.replacing(&values))
    case .aggregate(let aggregate): return .aggregate(aggregate.replacing(&values))
    case .top(let top):
      return .top(
        TopOperation(
          group: top.group.map { values.lambda($0) }, count: values.root(top.count),
          keys: top.keys.map { $0.replacing(&values) }, keepsTies: top.keepsTies, isWindowed: top.isWindowed))
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
    case .timed(let timed):
      return .timed(
        TimedOperation(
          time: values.lambda(timed.time), delay: values.root(timed.delay),
          idle: timed.idle.map { values.root($0) }))
    case .window(let window):
      return .window(
        WindowOperation(
          shape: window.shape.replacing(&values), lateness: window.lateness.map { values.root($0) },
          late: window.late))
    case .scan(let scan):
      return .scan(
        ScanOperation(
          key: values.lambda(scan.key), initial: values.root(scan.initial), step: values.lambda(scan.step),
          emit: values.lambda(scan.emit), ttl: scan.ttl.map { values.root($0) }, late: scan.late))
    case .latest(let latest):
      return .latest(
        LatestOperation(
          key: values.lambda(latest.key), ttl: latest.ttl.map { values.root($0) }, late: latest.late))
    case .rolling(let rolling):
      return .rolling(
        RollingOperation(
          key: values.lambda(rolling.key), span: values.root(rolling.span), row: rolling.row,
          aggregate: rolling.aggregate.replacing(&values), late: rolling.late))
    case .toList(let most): return .toList(max: values.root(most))
    case .task(let call):
      return .task(
        TaskOperation(
          task: call.task,
          arguments: call.arguments.map { argument in
            if case .value(let value) = argument { .value(values.root(value)) } else { argument }
          }, isCovered: call.isCovered, stub: call.stub ?? values.stub(of: call.task)))
    case .collect(let collect):
      return .collect(
        CollectOperation(
          region: collect.region, element: values.root(collect.element), failures: collect.failures))
    case .rows(let value): return .rows(values.root(value))
    case .choose(let condition): return .choose(values.root(condition))
    case .fail(let message): return .fail(values.root(message))
    }
  }
}

extension Connector {
  fileprivate func replacing(_ values: inout LocalRewriter) -> Connector {
    var rewriter = values
    let replaced = mappingConstants { rewriter.root($0) }.mappingKey { rewriter.lambda($0) }
    values = rewriter
    return replaced
  }
}

extension SinkOperation {
  fileprivate func replacing(_ values: inout LocalRewriter) -> SinkOperation {
    let write: WriteMode =
      switch self.write {
      case .append: .append
      case .replace(let key): .replace(by: key.map { values.lambda($0) })
      case .upsert(let key, let delete):
        .upsert(by: values.lambda(key), delete: delete.map { values.lambda($0) })
      case .delete(let key): .delete(by: values.lambda(key))
      }
    return SinkOperation(
      name: name, connector: connector.replacing(&values), isOrdered: isOrdered, write: write,
      publishesAlways: publishesAlways, allow: allow)
  }
}

extension WindowShape {
  fileprivate func replacing(_ values: inout LocalRewriter) -> WindowShape {
    switch self {
    case .tumbling(let length, let zone):
      .tumbling(values.root(length), zone: zone.map { values.root($0) })
    case .sliding(let length, let every): .sliding(values.root(length), every: values.root(every))
    case .session(let gap): .session(gap: values.root(gap))
    }
  }
}

extension JoinTime {
  fileprivate func replacing(_ values: inout LocalRewriter) -> JoinTime {
    switch self {
    case .within(let distance): .within(values.root(distance))
    case .asOf(let age): .asOf(age.map { values.root($0) })
    }
  }
}

extension FlowRegion {
  /// The region with values in the place of locals that are known outside of it.
  public func replacing(_ values: inout LocalRewriter, parent: Int?) -> FlowRegion {
    let replaced: Kind =
      switch kind {
      case .when(let condition, let holds): .when(values.root(condition), holds: holds)
      case .present(let local, let value, let holds): .present(local, values.root(value), holds: holds)
      case .each(let variables, let collectsFailures):
        .each(
          variables.map { (variable: $0.variable, elements: values.root($0.elements)) },
          collectsFailures: collectsFailures)
      }
    return FlowRegion(kind: replaced, parent: parent, span: span)
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
      residual: residual.map { values.root($0) }, select: select.map { values.lambda($0) },
      time: time.map { $0.replacing(&values) }, late: late, lateOption: lateOption)
  }
}

extension AggregateOperation {
  fileprivate func replacing(_ values: inout LocalRewriter) -> AggregateOperation {
    AggregateOperation(
      key: key.map { values.lambda($0) }, keyLocal: keyLocal, window: window,
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
