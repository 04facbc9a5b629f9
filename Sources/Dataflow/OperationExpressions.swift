import Semantics

extension Operation {
  /// Every expression that it holds, the bodies of lambdas among them: constants, keys, conditions.
  public var expressions: [TypedExpression] {
    switch self {
    case .union, .discard, .faults, .reply, .single: []
    case .source(let source):
      source.connector.constants
        + [source.refresh, source.growth?.every, source.growth?.until].compactMap(\.self)
    case .sink(let sink): sink.connector.constants + sink.write.lambdas.map(\.body)
    case .map(let lambda), .filter(let lambda), .flatMap(let lambda), .tryMap(let lambda, _): [lambda.body]
    case .distinct(let distinct): [distinct.by?.body, distinct.within].compactMap(\.self)
    case .join(let join): join.expressions
    case .aggregate(let aggregate): aggregate.expressions
    case .top(let top): [top.group?.body, top.count].compactMap(\.self) + top.keys.map(\.key.body)
    case .sort(let keys): keys.map(\.key.body)
    case .limit(let count): [count]
    case .sample(let fraction, let key, let salt), .split(let fraction, let key, let salt):
      [fraction, key?.body, salt].compactMap(\.self)
    case .check(let checks): checks.flatMap(\.expressions)
    case .timed(let timed): [timed.time.body, timed.delay, timed.idle].compactMap(\.self)
    case .window(let window): window.shape.expressions + [window.lateness].compactMap(\.self)
    case .scan(let scan):
      [scan.key.body, scan.initial, scan.step.body, scan.emit.body] + [scan.ttl].compactMap(\.self)
    case .latest(let latest): [latest.key.body, latest.ttl].compactMap(\.self)
    case .rolling(let rolling): [rolling.key.body, rolling.span] + rolling.aggregate.expressions
    case .toList(let most): [most]
    case .task(let call):
      call.arguments.compactMap { argument in
        if case .value(let value) = argument { value } else { nil }
      }
    case .collect(let collect): [collect.element]
    case .choose(let condition): [condition]
    case .rows(let value): [value]
    case .fail(let message): [message]
    }
  }
}

extension WriteMode {
  /// Its keys and conditions.
  public var lambdas: [TypedLambda] {
    switch self {
    case .append: []
    case .replace(let key): [key].compactMap(\.self)
    case .upsert(let key, let delete): [key, delete].compactMap(\.self)
    case .delete(let key): [key]
    }
  }
}

extension FlowRegion {
  /// Its conditions and lists.
  public var expressions: [TypedExpression] {
    switch kind {
    case .when(let condition, _): [condition]
    case .present(_, let value, _): [value]
    case .each(let variables, _): variables.map(\.elements)
    }
  }
}

extension WindowShape {
  fileprivate var expressions: [TypedExpression] {
    switch self {
    case .tumbling(let length, let zone): [length, zone].compactMap(\.self)
    case .sliding(let length, let every): [length, every]
    case .session(let gap): [gap]
    }
  }
}

extension JoinOperation {
  fileprivate var expressions: [TypedExpression] {
    let limit: TypedExpression? =
      switch time {
      case .within(let distance): distance
      case .asOf(let age): age
      case nil: nil
      }
    return equalities.flatMap { [$0.left, $0.right] } + [residual, select?.body, limit].compactMap(\.self)
  }
}

extension AggregateOperation {
  fileprivate var expressions: [TypedExpression] {
    [key?.body].compactMap(\.self)
      + calls.flatMap { call in
        [call.argument?.body, call.constant].compactMap(\.self) + call.filters.map(\.body)
      } + [result]
  }
}

extension CheckOperation {
  fileprivate var expressions: [TypedExpression] {
    switch condition {
    case .rows(let least, let most): [least, most].compactMap(\.self)
    case .unique(let key): [key.body]
    case .every(let condition, let share): [condition.body, share].compactMap(\.self)
    case .that(let aggregate): aggregate.expressions
    }
  }
}

extension Node {
  /// The tasks that it calls, as a job or for its rows.
  public var calledTasks: [TypedTask] {
    if case .task(let call) = operation { return [call.task] }
    var found: [TypedTask] = []
    for expression in operation.expressions {
      expression.visit { if case .task(let task, _) = $0.kind { found.append(task) } }
    }
    return found
  }
}
