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
    // After a broken flow nobody knows whether there is a group: `g.key` is not judged.
    let group = GroupFrame(
      element: input.element, key: key?.body.type, isBroken: input.element == .error, mayBeEmpty: key == nil)
    guard let operation = aggregation(expression, of: group, key: key, expecting: nil) else { return .broken }
    return .flow(
      add(.aggregate(operation), [input], element: elementType(operation.result), at: name.span))
  }

  /// Checks `g -> ...`; nil where it is no lambda, which was reported.
  func aggregation(
    _ expression: Expression, of group: GroupFrame, key: TypedLambda?, expecting type: Type?
  ) -> AggregateOperation? {
    guard let (names, body) = checker.lambdaParts(expression, count: 1), let name = names.first else {
      markUses(in: expression)
      return nil
    }
    let index = groups.count
    var frame = group
    frame.keyLocal = group.key.map { checker.makeLocal("key", $0) }
    groups.append(frame)
    let inner = scope.adding(name.text, .group(index))
    let result = checker.check(body, in: inner, expecting: type, cover: cover)
    return AggregateOperation(
      key: key, keyLocal: groups[index].keyLocal, calls: groups[index].calls, result: result)
  }
}
