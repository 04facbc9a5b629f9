import Columns
import Diagnosing
import Semantics

extension ExpressionContext {
  /// `mask(x)`: the same text for every value. What is masked may still fail.
  func mask(_ value: Step) -> Step {
    let text = Step(literal: Datum(constant: Literal.string("***").column(of: .string)))
    if value.path != nil || value.literal != nil { return text }
    return Step(cost: value.cost) { scope in
      _ = value.evaluate(scope)
      return text.evaluate(scope)
    }
  }

  /// `fault_of(failed)`: what failed, as JSON where JSON can hold it, and where and why.
  func fault(_ failed: Step, _ type: Type, _ span: Span) -> Step {
    var input = Type.error
    if case .row(let row) = type, let first = row.types.first { input = first }
    func text(_ value: String) -> Step {
      Step(literal: Datum(constant: Literal.string(value).column(of: .string)))
    }
    let fields = [
      field(failed, 2), text(""), text(""), text("failed"), field(failed, 1),
      input.isJsonShaped ? jsonEncode(field(failed, 0), input, span) : text(""),
    ]
    return structure(of: fields)
  }
}
