import Diagnosing
import Syntax

extension OperatorRule {
  /// `distinct(by:, within:, late:)`: one row for each key, the earliest if timed, else the canonically least;
  /// the whole record without `by`. `within`: a row is dropped if one of its key was kept less than that before.
  static let distinct = OperatorRule(
    CallSignature(options: ["by", "within", "late"], example: ".distinct(by: r -> r.key)")
  ) { checker, input, name, arguments in
    let key = arguments["by"].map { checker.keyLambda($0, input, of: name.text) }
    guard let expression = arguments["within"] else {
      checker.reportLate(arguments, of: name, needs: "`within:`")
      return .flow(
        checker.add(.distinct(DistinctOperation(by: key)), [input], element: input.element, at: name.span))
    }
    let within = checker.duration(expression, option: "within:", of: name.text)
    let late = checker.secondResult("late", arguments, of: name)
    return checker.add(
      .distinct(DistinctOperation(by: key, within: within, late: late)), [input], element: input.element,
      second: input.element, by: name)
  }
}

extension FlowChecker {
  /// A lambda whose value is a key.
  func keyLambda(_ expression: Expression, _ input: FlowValue, of operation: String) -> TypedLambda {
    let lambda = lambda(expression, [input.element])
    if !lambda.body.type.isKey { report(.notAKey(lambda.body.type, of: operation, at: lambda.body.span)) }
    return lambda
  }
}
