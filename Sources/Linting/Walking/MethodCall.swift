import Diagnosing
import Syntax

/// `receiver.name(arguments)`: an operator on a flow, an aggregate of a group, a function of a value.
struct MethodCall {
  let receiver: Expression
  let name: Identifier
  let arguments: [Argument]
  /// The whole call.
  let span: Span

  /// The value of the argument with a label.
  subscript(label: String) -> Expression? { arguments.first { $0.label?.text == label }?.value }

  /// The only argument, where there is one, without a label.
  var onlyArgument: Expression? {
    arguments.count == 1 && arguments[0].label == nil ? arguments[0].value : nil
  }

  /// From the dot, or the line break before it, to the closing parenthesis: without it the call is its
  /// receiver.
  var link: Span { Span(span.file, receiver.span.end, span.end) }
}

extension Expression {
  /// The call, where the expression is one by a method.
  var method: MethodCall? {
    guard case .call(let callee, _, let arguments) = kind,
      case .member(let receiver, let name, isOptional: false) = callee.kind
    else { return nil }
    return MethodCall(receiver: receiver, name: name, arguments: arguments, span: span)
  }

  /// The name, where the expression is one.
  var name: String? { if case .name(let name) = kind { name.text } else { nil } }

  /// Parameters and body, where the expression is a lambda.
  var lambda: (parameters: [Identifier], body: Expression)? {
    if case .lambda(let parameters, let body) = kind { (parameters, body) } else { nil }
  }

  /// The function's or connector's name and the arguments, where the expression is a call by a bare name.
  var namedCall: (name: Identifier, arguments: [Argument])? {
    guard case .call(let callee, _, let arguments) = kind, case .name(let name) = callee.kind else {
      return nil
    }
    return (name, arguments)
  }

  /// The text of a string without interpolations.
  var plainString: String? {
    guard case .string(let parts) = kind else { return nil }
    if parts.isEmpty { return "" }
    if parts.count == 1, case .text(let text) = parts[0] { return text }
    return nil
  }

  /// The value of a whole number, possibly negative.
  var wholeNumber: Int64? {
    switch kind {
    case .integer(let value?): Int64(exactly: value)
    case .unary(.minus, let inner): inner.wholeNumber.map { -$0 }
    default: nil
    }
  }

  /// The value of a number, possibly negative.
  var numericValue: Double? {
    switch kind {
    case .integer(let value?): Double(value)
    case .number(let text): Double(text)
    case .unary(.minus, let inner): inner.numericValue.map { -$0 }
    default: nil
    }
  }

  /// The microseconds of a duration.
  var durationValue: Int64? { if case .duration(let value) = kind { value } else { nil } }

  /// The name at the root of a chain of calls and fields.
  var root: Identifier? {
    switch kind {
    case .name(let name): name
    case .call(let callee, _, _): callee.root
    case .member(let base, _, _), .attempt(_, let base), .index(let base, _): base.root
    default: nil
    }
  }
}
