import Diagnosing
import Syntax

extension OperatorRule {
  /// `sample(fraction, by:, salt:)`: a share of the rows, by a frozen hash.
  static let sample = OperatorRule(
    CallSignature(
      positional: ["a fraction"], options: ["by", "salt"], example: ".sample(0.1, by: r -> r.id)")
  ) { checker, input, name, arguments in
    guard let options = checker.shareOptions(input, name, arguments) else { return .flow(input) }
    return .flow(
      checker.add(
        .sample(fraction: options.fraction, by: options.by, salt: options.salt), [input],
        element: input.element, isSorted: input.isSorted, at: name.span))
  }

  /// `split(fraction, by:, salt:)`: that share, and the rest.
  static let split = OperatorRule(
    CallSignature(
      positional: ["a fraction"], options: ["by", "salt"],
      example: "let train, test = rows.split(0.8, by: r -> r.id)")
  ) { checker, input, name, arguments in
    guard let options = checker.shareOptions(input, name, arguments) else { return .broken }
    let reference = checker.add(
      .operation(.split(fraction: options.fraction, by: options.by, salt: options.salt)), [input],
      elements: [input.element, input.element], at: name.span)
    return .pair(
      checker.value(reference, isSorted: input.isSorted),
      checker.value(FlowReference(step: reference.step, port: 1), isSorted: input.isSorted), operation: name)
  }
}

extension FlowChecker {
  fileprivate func shareOptions(
    _ input: FlowValue, _ name: Identifier, _ arguments: CallArguments
  ) -> (fraction: TypedExpression, by: TypedLambda?, salt: TypedExpression?)? {
    let by = arguments["by"].map { keyLambda($0, input, of: name.text) }
    let salt = arguments["salt"].map { constant($0, expecting: .string) }
    guard let expression = arguments.at(0) else { return nil }
    return (fraction(expression, of: name.text), by, salt)
  }

  /// A share between 0 and 1 over the parameters; reports a literal that is none.
  func fraction(_ expression: Expression, of operation: String) -> TypedExpression {
    let value = constant(expression, expecting: .float)
    if case .literal(.float(let number)) = value.kind, !(0...1).contains(number) {
      report(.optionRange("the fraction of `\(operation)`", "from 0 to 1", at: expression.span))
    }
    return value
  }
}
