import Diagnosing
import Syntax

extension OperatorRule {
  /// `group_by(f)`: consumed in the same chain.
  static let groupBy = OperatorRule(
    CallSignature(positional: ["a key"], example: ".group_by(r -> r.shop).aggregate(g -> ...)")
  ) { checker, input, name, arguments in
    guard let expression = arguments.at(0) else { return .broken }
    return .grouped(input, key: checker.keyLambda(expression, input, of: name.text), by: name)
  }

  /// `aggregate(g -> R)`, of groups or of the whole flow.
  static let aggregate = OperatorRule(
    CallSignature(
      positional: ["a lambda over the group"],
      example: ".aggregate(g -> Record { key: g.key, total: g.sum(r -> r.amount) })"),
    applyToGroups: { checker, input, key, name, arguments in
      checker.aggregate(input, key: key, name, arguments)
    }
  ) { checker, input, name, arguments in
    checker.aggregate(input, key: nil, name, arguments)
  }
}

extension FlowChecker {
  fileprivate func aggregate(
    _ input: FlowValue, key: TypedLambda?, _ name: Identifier, _ arguments: CallArguments
  ) -> ChainValue {
    guard let expression = arguments.at(0) else { return .broken }
    var group = GroupFrame(
      element: input.element, key: key?.body.type, mayBeEmpty: key == nil && input.time != .windowed,
      hasWindow: true)
    if input.time == .windowed || input.time == .any { group.window = makeWindow() }
    guard let operation = aggregation(expression, of: group, key: key, expecting: nil) else { return .broken }
    return .flow(
      add(.aggregate(operation), [input], element: elementType(operation.result), at: name.span))
  }

  /// Checks `g -> ...`; nil where it is no lambda, which was reported.
  func aggregation(
    _ expression: Expression, of group: GroupFrame, key: TypedLambda?, expecting type: Type?
  ) -> AggregateOperation? {
    guard let (names, body) = checker.lambdaParts(expression, count: 1) else {
      markUses(in: expression)
      return nil
    }
    return aggregation(body, of: group, named: names[0], in: scope, key: key, expecting: type)
  }

  /// Checks `(x, g) -> ...`, where `x` is a row; nil where it is no such lambda, which was reported.
  func aggregation(overRow expression: Expression, of group: GroupFrame, key: TypedLambda) -> (
    row: Local, aggregate: AggregateOperation
  )? {
    guard let (names, body) = checker.lambdaParts(expression, count: 2) else {
      markUses(in: expression)
      return nil
    }
    let row = checker.makeLocal(names[0].text, group.element)
    let inner = group.element == .error ? scope.adding(names[0].text, .broken) : scope.adding(row)
    var group = group
    group.row = row
    return (row, aggregation(body, of: group, named: names[1], in: inner, key: key, expecting: nil))
  }

  private func aggregation(
    _ body: Expression, of group: GroupFrame, named name: Identifier, in scope: Scope, key: TypedLambda?,
    expecting type: Type?
  ) -> AggregateOperation {
    let index = groups.count
    var frame = group
    frame.keyLocal = group.key.map { checker.makeLocal("key", $0) }
    groups.append(frame)
    let inner = scope.adding(name.text, .group(index))
    let result = checker.check(body, in: inner, expecting: type, cover: cover)
    frame = groups[index]
    return AggregateOperation(
      key: key, keyLocal: frame.keyLocal, window: frame.window, calls: frame.calls, result: result)
  }

  /// The locals of a window's start and end.
  func makeWindow() -> WindowLocals {
    WindowLocals(
      start: checker.makeLocal("window_start", .timestamp), end: checker.makeLocal("window_end", .timestamp))
  }
}
