import Diagnosing
import Syntax

/// The functions that are called by a bare name and belong to the language.
enum FreeFunction: String, CaseIterable {
  case fail
  case date
  case timestamp
  case uuid
  case mask
  case hash
  case secret
  case faultOf = "fault_of"
}

extension ExpressionChecker {
  /// `callee<T>(arguments)`.
  func checkCall(
    _ callee: Expression, _ types: [TypeSyntax], _ arguments: [Argument], _ span: Span, in scope: Scope,
    _ want: Want
  ) -> TypedExpression {
    if !planned.isEmpty, let value = plannedValue(at: span) { return value }
    switch callee.kind {
    case .name(let name):
      refuseTypeArguments(types, of: name)
      return callName(name, arguments, span, in: scope, want)
    case .member(let base, let name, let isOptional):
      if let group = group(base, in: scope) {
        let use = GroupUse(group: group, base: base, member: name, arguments: arguments, span: span)
        return resolve(use, in: scope, want)
      }
      if let other = namespace(base, in: scope) {
        refuseTypeArguments(types, of: name)
        return callQualified(name, in: other, arguments, span, in: scope)
      }
      if case .name(let word) = base.kind, word.text == "json", scope.lookup("json") == nil,
        module.symbols["json"] == nil
      {
        return callJson(name, types, arguments, span, in: scope)
      }
      refuseTypeArguments(types, of: name)
      return withReceiver(base, isOptional: isOptional, name, span, in: scope) { receiver in
        self.callMethod(name, of: receiver, arguments, span, in: scope)
      }
    case .error:
      checkLoose(arguments, in: scope)
      return poison(span)
    default: return fail(.notCallable(at: callee.span))
    }
  }

  private func refuseTypeArguments(_ types: [TypeSyntax], of name: Identifier) {
    if let first = types.first {
      report(.typeArgumentsOfCall(name, at: first.span))
      poisoned += 1
    }
  }

  /// Arguments of a call that is broken: their own errors are still found. What can fail may have a cover
  /// that the broken call hides, so that is not judged.
  func checkLoose(_ arguments: [Argument], in scope: Scope) {
    let outer = coverage
    coverage.isCovered = true
    defer { coverage = outer }
    for argument in arguments {
      switch argument.value.kind {
      case .lambda, .enumCase, .none, .regex, .size: continue
      case .list(let elements) where elements.isEmpty: continue
      case .name(let name) where scope.holdsFlow(name.text): continue
      default: _ = infer(argument.value, in: scope, .anything)
      }
    }
  }

  private func callName(
    _ name: Identifier, _ arguments: [Argument], _ span: Span, in scope: Scope, _ want: Want
  ) -> TypedExpression {
    switch module.symbols[name.text] {
    case .function(let function): return call(function, name, arguments, span, in: scope)
    case .distinct(let type): return wrap(type, name, arguments, span, in: scope)
    case .task(let task): return call(task, name, arguments, span, in: scope)
    case .broken:
      checkLoose(arguments, in: scope)
      return poison(span)
    case let symbol?:
      checkLoose(arguments, in: scope)
      return fail(.notCallable(name, symbol))
    case nil: break
    }
    switch FreeFunction(rawValue: name.text) {
    case .fail: return checkFail(arguments, span, in: scope, want)
    case .date, .timestamp, .uuid: return checkTimeLiteral(name, arguments, span, in: scope)
    case .mask: return callMask(name, arguments, span, in: scope)
    case .hash: return callHash(name, arguments, span, in: scope)
    case .secret: return checkSecret(arguments, span, in: scope)
    case .faultOf: return callFaultOf(name, arguments, span, in: scope)
    case nil: break
    }
    checkLoose(arguments, in: scope)
    switch scope.lookup(name.text) {
    case .flow: return fail(.flowAsValue(name))
    case .group: return fail(.groupAsValue(name))
    case .value(let local): return fail(.valueCalled(name, local.type))
    case .broken: return poison(span)
    case .hidden, nil: break
    }
    if BuiltinTypeName.all[name.text] != nil { return fail(.builtinTypeCalled(name)) }
    if StandardLibrary.isMethod(name.text) { return fail(.methodCalledFree(name)) }
    return fail(
      .unknownFunction(
        name, candidates: module.functionNames + FreeFunction.allCases.map(\.rawValue)))
  }

  private func callQualified(
    _ name: Identifier, in other: Module, _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    guard let symbol = other.symbols.declared(name.text) else {
      checkLoose(arguments, in: scope)
      return fail(.notDeclaredIn(name, path: other.path, candidates: other.symbols.declaredNames))
    }
    switch symbol {
    case .function(let function): return call(function, name, arguments, span, in: scope)
    case .distinct(let type): return wrap(type, name, arguments, span, in: scope)
    case .task(let task): return call(task, name, arguments, span, in: scope)
    case .broken:
      checkLoose(arguments, in: scope)
      return poison(span)
    default:
      checkLoose(arguments, in: scope)
      return fail(.notCallable(name, symbol))
    }
  }

  /// `PersonId(7)`: the raw value as a distinct type.
  private func wrap(
    _ type: DistinctType, _ name: Identifier, _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    guard arguments.count == 1, arguments[0].label == nil else {
      checkLoose(arguments, in: scope)
      return fail(.wrapArguments(type, at: span))
    }
    let value = check(arguments[0].value, in: scope, expecting: type.raw)
    return TypedExpression(.rewrap(value), .distinct(type), span)
  }

  /// A call of a declared function.
  private func call(
    _ function: TypedFunction, _ name: Identifier, _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    let matched = match(arguments, to: function.callParameters, of: name, span)
    var values: [TypedExpression] = []
    values.reserveCapacity(function.parameters.count)
    for (index, local) in function.parameters.enumerated() {
      if let argument = matched.values[index] {
        values.append(check(argument, in: scope, expecting: local.type))
      } else if let value = function.defaults[index] {
        values.append(value)
      } else {
        values.append(poison(span))
      }
    }
    for argument in matched.loose { checkLoose([argument], in: scope) }
    if function.isFallible { markFallible(span, .function(function)) }
    if function.result == .error { return poison(span) }
    return TypedExpression(.call(function, values), function.result, span)
  }

  /// `fail("text")`: of any type; covered where `try` would be legal.
  private func checkFail(
    _ arguments: [Argument], _ span: Span, in scope: Scope, _ want: Want
  ) -> TypedExpression {
    guard arguments.count == 1, arguments[0].label == nil else {
      checkLoose(arguments, in: scope)
      return fail(.failArguments(at: span))
    }
    let message = check(arguments[0].value, in: scope, expecting: .string)
    if coverage.isCovered || coverage.context == .tryMap {
      coverage.failures += 1
    } else if !coverage.context.allowsTry {
      return fail(.uncovered(.fail, at: span, of: span, coverage.context))
    }
    return TypedExpression(.fail(message), want.type ?? .nothing, span)
  }

  /// `json.parse<T>(x)`, `json.encode(x)`.
  private func callJson(
    _ name: Identifier, _ types: [TypeSyntax], _ arguments: [Argument], _ span: Span, in scope: Scope
  ) -> TypedExpression {
    guard name.text == "parse" || name.text == "encode" else {
      checkLoose(arguments, in: scope)
      return fail(.unknownJsonFunction(name))
    }
    let isParse = name.text == "parse"
    let target: Type = types.count == 1 && isParse ? resolve(types[0]) : .error
    if isParse, types.count != 1 {
      checkLoose(arguments, in: scope)
      return fail(.parseNeedsType(at: name.span))
    }
    if !isParse { refuseTypeArguments(types, of: name) }
    let parameter = CallParameter(name: "value", isLabelled: false, isRequired: true)
    let matched = match(arguments, to: [parameter], of: name, span)
    for argument in matched.loose { checkLoose([argument], in: scope) }
    guard let argument = matched.values[0] else { return poison(span) }
    let value = operand(argument, in: scope)
    if isParse {
      markFallible(span, .standard("json.parse", "the text may be no JSON, or not have this shape"))
      if target == .error || value.type == .error { return poison(span) }
      guard value.type == .string || value.type == .bytes else {
        return fail(.parseOf(value))
      }
      guard target.isJsonShaped else { return fail(.notInJson(target, at: types[0].span)) }
      written.parses[span] = types.first
      return TypedExpression(.builtin(.jsonParse, [value], []), target, span)
    }
    if value.type == .error { return poison(span) }
    guard value.type.isJsonShaped else { return fail(.notInJson(value.type, at: value.span)) }
    return TypedExpression(.builtin(.jsonEncode, [value], []), .string, span)
  }
}

extension Type {
  /// Whether JSON can hold it.
  public var isJsonShaped: Bool {
    switch self {
    case .regex, .file, .directory, .secret, .nothing: false
    case .optional(let inner), .list(let inner), .map(let inner): inner.isJsonShaped
    case .record(let record): record.fields.allSatisfy(\.type.isJsonShaped)
    case .row(let row): row.types.allSatisfy(\.isJsonShaped)
    default: true
    }
  }
}

/// A parameter as calls see it.
struct CallParameter {
  let name: String
  /// Whether the call must name it; else it goes by position.
  let isLabelled: Bool
  let isRequired: Bool
}

/// Which argument stands for which parameter.
struct MatchedArguments {
  /// One for each parameter; nil where none is given.
  var values: [Expression?]
  /// Arguments that fit no parameter; reported.
  var loose: [Argument] = []
}

extension ExpressionChecker {
  /// Gives each parameter its argument: those by position first, labelled ones in any order. Reports
  /// missing, unknown, repeated and wrongly labelled arguments; one diagnostic a call where it is one mistake.
  func match(
    _ arguments: [Argument], to parameters: [CallParameter], of name: Identifier, _ span: Span
  ) -> MatchedArguments {
    var result = MatchedArguments(values: [Expression?](repeating: nil, count: parameters.count))
    var position = 0
    var hasErrors = false
    for argument in arguments {
      if let label = argument.label {
        guard let index = parameters.firstIndex(where: { $0.name == label.text }) else {
          report(.unknownArgument(label, of: name, candidates: parameters.filter(\.isLabelled).map(\.name)))
          result.loose.append(argument)
          hasErrors = true
          continue
        }
        if result.values[index] != nil {
          report(.repeatedArgument(label))
          result.loose.append(argument)
          hasErrors = true
          continue
        }
        if !parameters[index].isLabelled {
          report(.labelOnPositional(label, value: argument.value.span))
          hasErrors = true
          position = max(position, index + 1)
        }
        result.values[index] = argument.value
        continue
      }
      while position < parameters.count,
        parameters[position].isLabelled || result.values[position] != nil
      {
        position += 1
      }
      guard position < parameters.count else {
        result.loose.append(argument)
        if !hasErrors {
          if let missing = parameters.indices.first(where: {
            parameters[$0].isLabelled && result.values[$0] == nil
          }) {
            report(.labelMissing(parameters[missing].name, at: argument.value.span))
          } else {
            report(
              .tooManyArguments(
                name, wanted: parameters.count(where: { !$0.isLabelled }), at: argument.value.span))
          }
          hasErrors = true
        }
        continue
      }
      result.values[position] = argument.value
      position += 1
    }
    if !hasErrors {
      let missing = parameters.indices.filter { result.values[$0] == nil && parameters[$0].isRequired }
      if !missing.isEmpty {
        report(.missingArguments(missing.map { parameters[$0] }, of: name, at: span))
        hasErrors = true
      }
    }
    if hasErrors { poisoned += 1 }
    return result
  }
}
