import Diagnosing
import Syntax

extension OperatorRule {
  /// `sort(by:, then:)`: ascending; `desc(x)` turns a key around.
  static let sort = OperatorRule(
    CallSignature(
      required: ["by"], options: ["then"], repeatable: ["then"],
      example: ".sort(by: r -> desc(r.total), then: r -> r.name)")
  ) { checker, input, name, arguments in
    let keys = checker.sortKeys(arguments, input, of: name.text)
    return .flow(checker.add(.sort(keys), [input], element: input.element, isSorted: true, at: name.span))
  }

  /// `limit(n)`: the first rows of a sorted flow.
  static let limit = OperatorRule(
    CallSignature(positional: ["a number of rows"], example: ".sort(by: r -> r.name).limit(10)")
  ) { checker, input, name, arguments in
    if !input.isSorted, input.element != .error { checker.report(.limitWithoutSort(name)) }
    guard let expression = arguments.at(0) else { return .flow(input) }
    let count = checker.rowCount(expression, of: name.text)
    return .flow(checker.add(.limit(count), [input], element: input.element, isSorted: true, at: name.span))
  }
}

extension FlowChecker {
  /// The keys of `by:` and `then:`; a row is as many keys as it has fields.
  func sortKeys(_ arguments: CallArguments, _ input: FlowValue, of operation: String) -> [SortKey] {
    (arguments.all("by") + arguments.all("then")).flatMap { sortKey($0, input, of: operation) }
  }

  private func sortKey(_ expression: Expression, _ input: FlowValue, of operation: String) -> [SortKey] {
    var expression = expression
    var isDescending = false
    if case .lambda(let names, let body) = expression.kind,
      case .call(let callee, _, let arguments) = body.kind, case .name(let word) = callee.kind,
      word.text == "desc", arguments.count == 1, arguments[0].label == nil
    {
      isDescending = true
      expression = Expression(.lambda(names, arguments[0].value), span: expression.span)
    }
    let lambda = lambda(expression, [input.element])
    let type = lambda.body.type
    if case .row(let row) = type, row.types.allSatisfy(\.unwrapped.isOrdered) {
      return row.types.indices.map { index in
        SortKey(
          key: TypedLambda(parameters: lambda.parameters, body: lambda.body.part(index)),
          isDescending: isDescending)
      }
    }
    if !type.unwrapped.isOrdered { report(.notSortable(type, of: operation, at: lambda.body.span)) }
    return [SortKey(key: lambda, isDescending: isDescending)]
  }

  /// A number of rows over the parameters; reports a literal that can't be one.
  func rowCount(_ expression: Expression, of operation: String) -> TypedExpression {
    let count = constant(expression, expecting: .int)
    if case .literal(.int(let value)) = count.kind, value < 0 {
      report(.optionRange("the number of rows of `\(operation)`", "0 or more", at: expression.span))
    }
    return count
  }
}

extension TypedExpression {
  /// The field at an index of a row or record.
  func part(_ index: Int) -> TypedExpression {
    if case .construct(let values) = kind { return values[index] }
    let type =
      switch type {
      case .row(let row): row.types[index]
      case .record(let record): record.fields[index].type
      default: Type.error
      }
    return TypedExpression(.field(self, index), type, span)
  }
}
