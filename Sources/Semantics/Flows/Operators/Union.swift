import Diagnosing
import Syntax

extension OperatorRule {
  /// `union(other)`: the rows of both, doubles too.
  static let union = OperatorRule(
    CallSignature(positional: ["the other flow"], example: ".union(other)")
  ) { checker, input, name, arguments in
    guard let expression = arguments.at(0) else { return .flow(input) }
    let other = checker.flow(expression)
    if !input.element.fits(other.element) {
      checker.report(.unionTypes(input.element, other.element, at: expression.span))
    }
    let element = input.element == .error ? other.element : input.element
    return .flow(checker.add(.union, [input, other], element: element, at: name.span))
  }
}
