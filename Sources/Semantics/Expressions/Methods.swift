import Diagnosing
import Syntax

extension ExpressionChecker {
  /// `receiver.name(arguments)` of a standard function.
  func callMethod(
    _ name: Identifier, of receiver: TypedExpression, _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    guard let function = StandardLibrary.function(name.text, of: receiver.type),
      let operation = function.operation
    else {
      checkLoose(arguments, in: scope)
      return fail(missingMethod(name, of: receiver))
    }
    var wrapped: Type?
    var receiver = receiver
    if case .distinct(let type) = receiver.type {
      wrapped = receiver.type
      receiver = TypedExpression(.rewrap(receiver), type.raw, receiver.span)
    }
    var schemes = SchemeContext(receiver: receiver.type)
    if let problem = function.problem(with: schemes.element) {
      checkLoose(arguments, in: scope)
      return fail(.elementDoesNotFit(name, receiver.type, problem))
    }
    let matched = match(arguments, to: function.callParameters, of: name, span)
    for argument in matched.loose { checkLoose([argument], in: scope) }
    var values = [receiver]
    var lambdas: [TypedLambda] = []
    for (parameter, argument) in zip(function.parameters, matched.values) {
      guard let argument else {
        if let value = parameter.defaultValue {
          values.append(TypedExpression(.literal(value), schemes.type(parameter.valueScheme), span))
        }
        continue
      }
      switch parameter.kind {
      case .value(let scheme):
        let value = check(argument, in: scope, expecting: wrapped ?? schemes.type(scheme))
        values.append(
          wrapped == nil || value.type == .error
            ? value : TypedExpression(.rewrap(value), receiver.type, value.span))
      case .regex: values.append(checkRegex(argument))
      case .anyList:
        let value = operand(argument, in: scope)
        if case .list(let element) = value.type {
          schemes.variable = element
        } else if value.type != .error {
          report(.listWanted(value))
          poisoned += 1
          schemes.variable = .error
        }
        values.append(value)
      case .lambda(let parameters, let result):
        let lambda = standing(in: .listLambda(name.text)) {
          checkInlineLambda(argument, parameters.map { schemes.type($0) }, result, in: scope)
        }
        if result.bindsVariable {
          schemes.variable =
            if result == .list, case .list(let element) = lambda.body.type { element } else {
              lambda.body.type
            }
        }
        lambdas.append(lambda)
      }
    }
    if let failure = function.failure {
      markFallible(Span(span.file, name.span.start, span.end), of: span, .standard(name.text, failure))
    }
    let type = schemes.type(function.result)
    if type == .error { return poison(span) }
    let call = TypedExpression(.builtin(operation, values, lambdas), type, span)
    if let wrapped { return TypedExpression(.rewrap(call), wrapped, span) }
    return call
  }

  private func missingMethod(_ name: Identifier, of receiver: TypedExpression) -> Diagnostic {
    switch receiver.type {
    case .record(let record):
      if record.index(of: name.text) != nil { return .fieldCalled(name, receiver.type) }
    case .row(let row):
      if row.names.contains(name.text) { return .fieldCalled(name, receiver.type) }
    case .distinct(let type):
      if name.text == "raw" { return .fieldCalled(name, receiver.type) }
      if StandardLibrary.function(name.text, of: type.raw) != nil { return .needsRaw(name, type) }
    default: break
    }
    return .unknownMember(name, of: receiver.type)
  }

  /// The lambda of a list function: its failure is the call's, so the covers around hold for it too.
  private func checkInlineLambda(
    _ expression: Expression, _ parameters: [Type], _ result: StandardFunction.LambdaResult, in scope: Scope
  ) -> TypedLambda {
    guard let (names, body) = lambdaParts(expression, count: parameters.count) else {
      return TypedLambda(
        parameters: parameters.map { makeLocal("_", $0) }, body: poison(expression.span))
    }
    let (inner, locals) = bind(names, parameters, in: scope)
    let value: TypedExpression
    switch result {
    case .bool: value = check(body, in: inner, expecting: .bool)
    case .any: value = operand(body, in: inner)
    case .list:
      let list = operand(body, in: inner)
      if case .list = list.type {
        value = list
      } else {
        value = list.type == .error ? list : fail(.listWanted(list))
      }
    case .sortable:
      let key = operand(body, in: inner)
      value = key.type.isSortable ? key : fail(.notSortable(key))
    }
    return TypedLambda(parameters: locals, body: value)
  }

  /// The scope of a lambda's body.
  func bind(_ names: [Identifier], _ types: [Type], in scope: Scope) -> (scope: Scope, locals: [Local]) {
    var inner = scope
    var locals: [Local] = []
    for (index, name) in names.enumerated() {
      if names[..<index].contains(where: { $0.text == name.text && $0.text != "_" }) {
        report(.duplicate(name, first: names.first { $0.text == name.text }?.span, what: "parameter"))
      }
      let local = makeLocal(name.text, types[index])
      locals.append(local)
      inner = types[index] == .error ? inner.adding(name.text, .broken) : inner.adding(local)
    }
    return (inner, locals)
  }

  /// The parameters and the body of a lambda; reports an expression that is none, or has other than
  /// `count` parameters.
  public func lambdaParts(_ expression: Expression, count: Int) -> (names: [Identifier], body: Expression)? {
    switch expression.kind {
    case .lambda(let names, let body) where names.count == count: return (names, body)
    case .lambda(let names, _):
      report(.lambdaParameters(wanted: count, found: names.count, at: expression.span))
    case .error: break
    case .name(let name):
      if case .function? = module.symbols[name.text] {
        report(.functionForLambda(name))
      } else {
        report(.lambdaWanted(count, at: expression.span))
      }
    default: report(.lambdaWanted(count, at: expression.span))
    }
    return nil
  }
}
