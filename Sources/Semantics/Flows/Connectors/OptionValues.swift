import Diagnosing
import Syntax

// The values of options: of their type, and in their range where they are literal.

extension FlowChecker {
  /// A text that is not empty: a path, a name.
  func text(_ expression: Expression, _ what: String, of name: String) -> TypedExpression {
    let value = constant(expression, expecting: .string)
    if case .literal(.string(let text)) = value.kind, text.utf8.allSatisfy({ $0 == 0x20 }) {
      report(.emptyName(what, of: name, at: expression.span))
    }
    return value
  }

  /// A duration of more than nothing.
  func duration(_ expression: Expression, option: String, of name: String) -> TypedExpression {
    duration(expression, "`\(option)` of `\(name)`")
  }

  /// A duration; `what` reads "the length of `tumbling`".
  func duration(_ expression: Expression, _ what: String, mayBeZero: Bool = false) -> TypedExpression {
    let value = constant(expression, expecting: .duration)
    if let length = value.durationLiteral, mayBeZero ? length < 0 : length <= 0 {
      let range = mayBeZero ? "zero or more" : "more than nothing, as in `30s`"
      report(.optionRange(what, range, at: expression.span))
    }
    return value
  }

  /// A whole number of at least `least`.
  func count(_ expression: Expression, option: String, of name: String, least: Int64) -> TypedExpression {
    let value = constant(expression, expecting: .int)
    if let number = value.integerLiteral, number < least {
      report(.optionRange("\(option) of `\(name)`", "\(least) or more", at: expression.span))
    }
    return value
  }

  /// An address: a `String` or a `Secret<String>`. A literal begins with one of the schemes, where it has to.
  func address(
    _ expression: Expression, of name: String, schemes: [String], example: String
  ) -> TypedExpression {
    let type: Type? = expression.isSecret ? .secret(.string) : nil
    let value = checker.check(expression, in: scope, expecting: type, cover: cover)
    switch value.type {
    case .string, .secret(.string), .error: break
    default:
      report(.addressType(value.type, of: name, at: expression.span))
      return value
    }
    if let start = value.leadingText, !schemes.isEmpty, !schemes.contains(where: start.hasPrefix) {
      report(.malformedAddress(of: name, schemes: schemes, example: example, at: expression.span))
    }
    return value
  }
}

extension Expression {
  /// Whether it is `secret(...)`.
  fileprivate var isSecret: Bool {
    if case .call(let callee, _, _) = kind, case .name(let name) = callee.kind {
      name.text == "secret"
    } else {
      false
    }
  }
}

extension TypedExpression {
  /// The value of an `Int` literal, with its sign.
  var integerLiteral: Int64? {
    switch kind {
    case .literal(.int(let value)): value
    case .negate(let inner): inner.integerLiteral.map { -$0 }
    default: nil
    }
  }

  /// The microseconds of a `Duration` literal, with its sign.
  var durationLiteral: Int64? {
    switch kind {
    case .literal(.duration(let value)): value
    case .negate(let inner): inner.durationLiteral.map { -$0 }
    default: nil
    }
  }

  /// The text of a `String` literal.
  var textLiteral: String? {
    if case .literal(.string(let text)) = kind { text } else { nil }
  }

  /// The text that a `String` begins with, where that is known.
  fileprivate var leadingText: String? {
    switch kind {
    case .literal(.string(let text)): text
    case .interpolation(let parts): parts.first?.textLiteral
    default: nil
    }
  }
}

extension CallArguments {
  /// The label of an option that was given.
  func label(_ text: String) -> Identifier? {
    labelled.first { $0.label.text == text }?.label
  }
}
