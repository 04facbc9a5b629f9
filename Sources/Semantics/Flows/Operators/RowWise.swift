import Diagnosing
import Syntax

// One row in, and what becomes of it out: bounded, time and order as before.

extension OperatorRule {
  /// `map(f)`.
  static let map = OperatorRule(
    CallSignature(positional: ["a lambda"], example: ".map(r -> Record { ...r })")
  ) { checker, input, name, arguments in
    guard let expression = arguments.at(0) else { return .broken }
    let lambda = checker.lambda(expression, [input.element])
    return .flow(
      checker.add(
        .map(lambda), [input], element: checker.elementType(lambda.body), isSorted: input.isSorted,
        at: name.span))
  }

  /// `filter(f)`.
  static let filter = OperatorRule(
    CallSignature(positional: ["a condition"], example: ".filter(r -> r.amount > 0)")
  ) { checker, input, name, arguments in
    guard let expression = arguments.at(0) else { return .flow(input) }
    let lambda = checker.lambda(expression, [input.element], expecting: .bool)
    return .flow(
      checker.add(
        .filter(lambda), [input], element: input.element, isSorted: input.isSorted, at: name.span))
  }

  /// `flat_map(f)`: a list for each row, its elements are rows.
  static let flatMap = OperatorRule(
    CallSignature(positional: ["a lambda that gives a list"], example: ".flat_map(r -> r.items)")
  ) { checker, input, name, arguments in
    guard let expression = arguments.at(0) else { return .broken }
    let lambda = checker.lambda(expression, [input.element])
    let element: Type
    switch lambda.body.type {
    case .list(.nothing):
      checker.report(.elementUnknown(at: lambda.body.span))
      element = .error
    case .list(let inner): element = inner
    case .error: element = .error
    case let other:
      checker.report(.flatMapWithoutList(other, at: lambda.body.span))
      element = .error
    }
    return .flow(
      checker.add(.flatMap(lambda), [input], element: element, isSorted: input.isSorted, at: name.span))
  }

  /// `try_map(f)`: the rows where `f` fails are the second result.
  static let tryMap = OperatorRule(
    CallSignature(
      positional: ["a lambda that may fail"], options: ["failed"], example: ".try_map(r -> r.text.to_int())")
  ) { checker, input, name, arguments in
    guard let expression = arguments.at(0) else { return .broken }
    let lambda = checker.checker.checkLambda(
      expression, parameters: [input.element], in: checker.scope, expecting: nil, cover: .tryMap)
    let element = checker.elementType(lambda.body)
    let failed = checker.secondResult("failed", arguments, of: name)
    return checker.add(
      .tryMap(lambda, failed: failed), [input], element: element, second: .failed(of: input.element),
      isSorted: input.isSorted, by: name)
  }
}

extension FlowChecker {
  /// The type of the rows that a lambda's body gives; reports one that can't be told.
  func elementType(_ body: TypedExpression) -> Type {
    switch body.type {
    case .nothing, .optional(.nothing), .list(.nothing):
      report(.elementUnknown(at: body.span))
      return .error
    case .regex, .secret:
      report(.elementNotStorable(body.type, at: body.span))
      return .error
    default: return body.type
    }
  }
}
