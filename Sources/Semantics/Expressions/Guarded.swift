import Diagnosing
import Syntax

// Secrets, and the functions about what must not be seen or did not work: `secret`, `mask`, `hash`, `fault_of`.

extension ExpressionChecker {
  /// `secret("name")`.
  func checkSecret(_ arguments: [Argument], _ span: Span, in scope: Scope) -> TypedExpression {
    guard arguments.count == 1, arguments[0].label == nil, let name = plainText(arguments[0].value),
      !name.isEmpty
    else {
      if arguments.contains(where: { if case .error = $0.value.kind { true } else { false } }) {
        return poison(span)
      }
      return fail(.secretName(at: arguments.first?.value.span ?? span))
    }
    return TypedExpression(.secret(name), .secret(.string), span)
  }

  /// `mask(x)`: a text that tells nothing.
  func callMask(
    _ name: Identifier, _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let matched = match(arguments, to: [.positional("value")], of: name, span)
    for argument in matched.loose { checkLoose([argument], in: scope) }
    guard let argument = matched.values[0] else { return poison(span) }
    let value = operand(argument, in: scope)
    if value.type == .error { return poison(span) }
    return TypedExpression(.builtin(.mask, [value], []), .string, span)
  }

  /// `hash(x, key: secret("name"))`.
  func callHash(
    _ name: Identifier, _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let key = CallParameter(name: "key", isLabelled: true, isRequired: true)
    let matched = match(arguments, to: [.positional("value"), key], of: name, span)
    for argument in matched.loose { checkLoose([argument], in: scope) }
    let value = matched.values[0].map { operand($0, in: scope) }
    let secret = matched.values[1].map { check($0, in: scope, expecting: .secret(.string)) }
    guard let value, let secret, value.type != .error, secret.type != .error else { return poison(span) }
    if value.type.isOptional { return fail(.mayBeAbsent(value, use: "hashed")) }
    guard value.type.hasText || value.type == .bytes else { return fail(.notHashable(value)) }
    return TypedExpression(.builtin(.hash, [value, secret], []), .string, span)
  }

  /// `fault_of(failed)`.
  func callFaultOf(
    _ name: Identifier, _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let matched = match(arguments, to: [.positional("failed")], of: name, span)
    for argument in matched.loose { checkLoose([argument], in: scope) }
    guard let argument = matched.values[0] else { return poison(span) }
    let failed = operand(argument, in: scope)
    if failed.type == .error { return poison(span) }
    guard failed.type.isFailed else { return fail(.failedWanted(failed)) }
    return TypedExpression(.builtin(.faultOf, [failed], []), .record(.fault), span)
  }
}

extension CallParameter {
  /// One that must be given, by its position.
  fileprivate static func positional(_ name: String) -> CallParameter {
    CallParameter(name: name, isLabelled: false, isRequired: true)
  }
}

extension Type {
  /// Whether it is `Failed<A>` of some `A`.
  var isFailed: Bool {
    guard case .row(let row) = self, let input = row.types.first else { return false }
    return self == .failed(of: input)
  }
}
