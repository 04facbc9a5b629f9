import Diagnosing
import Syntax

extension OperatorRule {
  /// `distinct(by:)`: one row for each key, the canonically least; the whole record without `by`.
  static let distinct = OperatorRule(
    CallSignature(options: ["by"], unbuilt: ["within"], example: ".distinct(by: r -> r.key)")
  ) { checker, input, name, arguments in
    let key = arguments["by"].map { checker.keyLambda($0, input, of: name.text) }
    return .flow(
      checker.add(.distinct(DistinctOperation(by: key)), [input], element: input.element, at: name.span))
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
