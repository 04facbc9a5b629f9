import Diagnosing
import Syntax

extension OperatorRule {
  /// `top(n, by:, then:, ties:)`: the greatest rows, of the flow or of each group, greatest first.
  static let top = OperatorRule(
    CallSignature(
      positional: ["a number of rows"], required: ["by"], options: ["then", "ties"], repeatable: ["then"],
      example: ".top(10, by: r -> r.total)"),
    applyToGroups: { checker, input, key, name, arguments in
      checker.top(input, group: key, name, arguments)
    }
  ) { checker, input, name, arguments in
    checker.top(input, group: nil, name, arguments)
  }
}

extension FlowChecker {
  fileprivate func top(
    _ input: FlowValue, group: TypedLambda?, _ name: Identifier, _ arguments: CallArguments
  ) -> ChainValue {
    let keys = sortKeys(arguments, input, of: name.text)
    let ties = arguments["ties"].flatMap {
      word($0, option: "ties:", of: name.text, among: ["cut", "keep"])
    }
    guard let expression = arguments.at(0) else { return .flow(input) }
    let count = rowCount(expression, of: name.text)
    let operation = TopOperation(group: group, count: count, keys: keys, keepsTies: ties == "keep")
    return .flow(add(.top(operation), [input], element: input.element, at: name.span))
  }
}
