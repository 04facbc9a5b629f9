import Diagnosing

/// What each operator asks of the flows that it works on: that they end, are timed or cut into windows.
enum KindRules {
  /// What is wrong with an operator on these flows; nil where nothing is, or nobody knows yet.
  static func problem(
    of operation: Operation, _ step: FlowStep, _ inputs: [FlowKind]
  ) -> Diagnostic? {
    afterWindow(operation, step, inputs) ?? afterLatest(operation, step, inputs)
      ?? byItself(operation, step, inputs)
  }

  // MARK: What may follow

  private static func afterWindow(_ operation: Operation, _ step: FlowStep, _ inputs: [FlowKind])
    -> Diagnostic?
  {
    switch operation {
    case .aggregate, .top, .discard: return nil
    default: break
    }
    guard let windowed = inputs.first(where: { $0.time == .windowed }) else { return nil }
    return .afterWindow(operation, at: step.span, window: windowed.timeOrigin)
  }

  private static func afterLatest(_ operation: Operation, _ step: FlowStep, _ inputs: [FlowKind])
    -> Diagnostic?
  {
    for (index, input) in inputs.enumerated() {
      guard let latest = input.latest, let source = input.unbounded else { continue }
      switch operation {
      case .check, .discard: continue
      case .join where index == 1: continue
      case .sink(let sink): if case .upsert = sink.write { continue }
      default: break
      }
      return .afterLatest(operation, at: step.span, latest: latest, source: source)
    }
    return nil
  }

  // MARK: What the operators need

  private static func byItself(_ operation: Operation, _ step: FlowStep, _ inputs: [FlowKind]) -> Diagnostic?
  {
    guard let input = inputs.first else { return nil }
    let span = step.span
    switch operation {
    case .timed:
      if input.time == .timed { return .timedTwice(at: span, first: input.timeOrigin) }
      return input.mixed.map { .timedTooLate(at: span, after: $0.name, $0.span) }
    case .window: return untimed("window", input, at: span)
    case .scan(let scan):
      return untimed("scan", input, at: span) ?? stateForEver("scan", scan.ttl, input, at: span)
    case .latest(let latest):
      return untimed("latest", input, at: span) ?? stateForEver("latest", latest.ttl, input, at: span)
    case .rolling: return untimed("rolling", input, at: span)
    case .distinct(let distinct): return self.distinct(distinct, input, at: span)
    case .join(let join): return self.join(join, inputs, at: span)
    case .union, .choose:
      guard let other = inputs.last, Set([input.time, other.time]) == [.timed, .untimed] else { return nil }
      return .unionOfTimes(operation.name, at: span, input.timeOrigin, other.timeOrigin)
    case .aggregate(let aggregate): return self.aggregate(aggregate, step, input)
    case .top:
      guard let source = input.unbounded, input.time == .timed || input.time == .untimed else { return nil }
      return .neverCompletes("top", at: span, source: source, rows: step.inputRows, time: input.time)
    case .sort:
      return input.unbounded.map {
        .neverOrdered("sort", at: span, source: $0, help: "only a bounded flow has an order of all its rows")
      }
    case .check(let clauses): return self.check(clauses, input)
    case .map(let lambda), .flatMap(let lambda), .tryMap(let lambda, _):
      return input.unbounded.flatMap { externalTask(lambda, source: $0) }
    default: return nil
    }
  }

  private static func untimed(_ name: String, _ input: FlowKind, at span: Span) -> Diagnostic? {
    input.time == .untimed ? .needsTimedFlow(name, at: span, untimed: input.timeOrigin) : nil
  }

  private static func stateForEver(_ name: String, _ ttl: TypedExpression?, _ input: FlowKind, at span: Span)
    -> Diagnostic?
  {
    ttl == nil ? input.unbounded.map { .stateForEver(name, at: span, source: $0) } : nil
  }

  private static func distinct(_ distinct: DistinctOperation, _ input: FlowKind, at span: Span)
    -> Diagnostic?
  {
    if distinct.within != nil { return untimed("distinct(within:)", input, at: span) }
    return input.unbounded.map {
      .neverOrdered(
        "distinct", at: span, source: $0,
        help:
          "say how long a key is remembered, on a timed flow: `.distinct(by: ..., within: 1h, late: fail)`")
    }
  }

  private static func join(_ join: JoinOperation, _ inputs: [FlowKind], at span: Span) -> Diagnostic? {
    guard inputs.count == 2 else { return nil }
    let (left, right) = (inputs[0], inputs[1])
    if let time = join.time {
      for (side, input) in [("left", left), ("right", right)] where input.time == .untimed {
        return .joinInTimeOfUntimed(join.kind.rawValue, time.option, side, at: span, input.timeOrigin)
      }
      return nil
    }
    if let late = join.lateOption, right.latest == nil, right.time != .any {
      return .lateWithoutTime(
        late, of: join.kind.rawValue, needs: "`within:`, `as_of:` or `latest` on the right side")
    }
    guard let source = right.unbounded else { return nil }
    if let latest = right.latest {
      return left.time == .untimed
        ? .joinWithLatestOfUntimed(join.kind.rawValue, at: span, latest: latest, left.timeOrigin) : nil
    }
    if let other = left.unbounded {
      return .joinOfStreams(join.kind.rawValue, at: span, left: other, right: source)
    }
    switch join.kind {
    case .left, .anti:
      // A left flow of which nothing is known may yet be unbounded: two unbounded flows are told of then.
      return left.time == .any ? nil : .neverUnmatched(join.kind.rawValue, at: span, source: source)
    case .inner, .semi: return nil
    }
  }

  private static func aggregate(_ aggregate: AggregateOperation, _ step: FlowStep, _ input: FlowKind)
    -> Diagnostic?
  {
    if input.time == .any || input.time == .windowed { return nil }
    if let source = input.unbounded {
      return .neverCompletes(
        "aggregate", at: step.span, source: source, rows: step.inputRows, time: input.time)
    }
    if let window = aggregate.window,
      let use = aggregate.result.firstUse(of: [window.start, window.end])
    {
      return .needsWindow(at: use, input.timeOrigin)
    }
    return aggregate.callInTime.flatMap { call in
      input.time == .untimed ? .needsTime(call.function.rawValue, at: call.span, input.timeOrigin) : nil
    }
  }

  /// A stream goes back and replays after a crash: what may not be done twice has no place in it.
  private static func externalTask(_ lambda: TypedLambda, source: Span) -> Diagnostic? {
    var found: Diagnostic?
    lambda.body.visit { part in
      guard found == nil, case .task(let task, _) = part.kind, case .external = task.effect, task.work != nil
      else { return }
      found = .externalInStream(task, at: part.span, source: source)
    }
    return found
  }

  private static func check(_ clauses: [CheckOperation], _ input: FlowKind) -> Diagnostic? {
    guard input.time == .untimed else { return nil }
    for case .that(let aggregate) in clauses.lazy.map(\.condition) {
      if let call = aggregate.callInTime {
        return .needsTime(call.function.rawValue, at: call.span, input.timeOrigin)
      }
    }
    return nil
  }
}

extension JoinTime {
  /// Its label in the source.
  fileprivate var option: String {
    switch self {
    case .within: "within"
    case .asOf: "as_of"
    }
  }
}

extension AggregateOperation {
  /// The first of its calls that goes by event time.
  fileprivate var callInTime: AggregateCall? {
    calls.first { $0.function == .first || $0.function == .last }
  }
}

extension TypedExpression {
  /// Where one of the locals stands first.
  fileprivate func firstUse(of locals: [Local]) -> Span? {
    var found: Span?
    visit { part in
      if found == nil, case .local(let local) = part.kind, locals.contains(where: { $0.id == local.id }) {
        found = part.span
      }
    }
    return found
  }
}

extension FlowStep {
  /// The type of the rows that an aggregation or `top` takes, as its lambdas have it, and whether they are grouped.
  fileprivate var inputRows: (element: Type, areGrouped: Bool) {
    switch kind {
    case .operation(.aggregate(let aggregate)):
      let lambda = aggregate.key ?? aggregate.calls.lazy.compactMap(\.argument).first
      return (lambda?.parameters.first?.type ?? .error, aggregate.key != nil)
    case .operation(.top(let top)):
      return ((top.group ?? top.keys.first?.key)?.parameters.first?.type ?? .error, top.group != nil)
    default: return (.error, false)
    }
  }
}
