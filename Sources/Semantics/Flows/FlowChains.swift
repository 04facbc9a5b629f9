import Diagnosing
import Syntax

// Expressions that are flows: a name, a chain of operators, a call of a flow function.

extension FlowChecker {
  /// Whether an expression is meant as a flow, by what stands at its root.
  func isFlow(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .name(let name):
      switch scope.lookup(name.text) {
      case .flow?: return true
      case nil: return isBuiltinFlow(name) || isBoundLater(name)
      default: return false
      }
    case .member(let base, _, _): return isFlow(base)
    case .call(let callee, _, _):
      if flowFunction(callee) != nil { return true }
      guard case .member(let base, let name, _) = callee.kind else { return false }
      return !Self.valueOperators.contains(name.text) && isFlow(base)
    case .attempt(_, let inner), .cover(let inner, _): return isFlow(inner)
    case .conditional(_, let then, let otherwise): return isFlow(then) || otherwise.map(isFlow) == true
    case .block(let bindings, let value):
      if let name = rootName(value), let binding = bindings.first(where: { $0.name.text == name }) {
        return isFlow(binding.value)
      }
      return isFlow(value)
    default: return false
    }
  }

  /// The flow function that a callee names: `price` or `pricing.price`.
  private func flowFunction(_ callee: Expression) -> FlowFunction? {
    switch callee.kind {
    case .name(let name):
      if scope.lookup(name.text) != nil { return nil }
      if case .flowFunction(let function)? = checker.module.symbols[name.text] { return function }
    case .member(let base, let name, isOptional: false):
      if case .name(let qualifier) = base.kind, scope.lookup(qualifier.text) == nil,
        case .namespace(let module)? = checker.module.symbols[qualifier.text],
        case .flowFunction(let function)? = module.symbols.declared(name.text)
      {
        return function
      }
    default: break
    }
    return nil
  }

  /// The one flow that an expression gives; reports anything else.
  func flow(_ expression: Expression) -> FlowValue {
    switch chain(expression) {
    case .flow(let value): return value
    case .pair(let first, _, let operation):
      report(.unboundResult(operation))
      return FlowValue(reference: .broken, element: first.element, bound: first.bound, time: first.time)
    case .grouped(_, _, let name):
      report(.danglingGroup(name))
      return .broken
    case .broken: return .broken
    }
  }

  /// What an expression gives, where more than one flow may be meant.
  func chain(_ expression: Expression) -> ChainValue {
    switch expression.kind {
    case .error: return .broken
    case .name(let name):
      if case .flow(let index)? = scope.lookup(name.text) {
        flows[index].isUsed = true
        return .flow(flows[index].value)
      }
      if isBuiltinFlow(name) { return faults(name) }
      if isBoundLater(name) {
        reportEarlyUse(name)
        return .broken
      }
    case .call(let callee, let types, let arguments):
      if let function = flowFunction(callee) { return call(function, callee, arguments) }
      guard case .member(let base, let name, let isOptional) = callee.kind, isFlow(expression) else { break }
      let input = chain(base)
      if isOptional { report(.optionalChain(name)) }
      if let type = types.first {
        report(
          .unexpectedArgument(
            of: name, CallSignature(example: ".\(name.text)(...)"), missing: nil, at: type.span))
      }
      return apply(name, to: input, arguments)
    case .member(let base, let name, _):
      guard isFlow(base) else { break }
      _ = chain(base)
      report(Operators.names.contains(name.text) ? .operatorNotCalled(name) : .flowMember(name))
      return .broken
    case .attempt(let word, let inner):
      guard isFlow(inner) else { break }
      let outer = fallibleCalls
      fallibleCalls = 0
      let value = chain(inner)
      if fallibleCalls == 0 { report(.tryOverFlow(at: word)) }
      fallibleCalls = outer
      return value
    case .cover(let inner, let fallback):
      guard isFlow(inner) else { break }
      _ = chain(inner)
      markUses(in: fallback)
      report(.elseOverFlow(at: fallback.span))
      return .broken
    case .conditional(let condition, let then, let otherwise):
      guard isFlow(expression) else { break }
      return choose(condition, then, otherwise, at: expression.span)
    default: break
    }
    markUses(in: expression)
    let value = value(expression, expecting: nil)
    return rows(of: value, at: expression.span)
  }

  /// Applies the operator `name` to what stands before it.
  private func apply(_ name: Identifier, to input: ChainValue, _ arguments: [Argument]) -> ChainValue {
    guard let rule = Operators.named[name.text] else {
      report(.unknownOperator(name, candidates: Operators.names))
      for argument in arguments { markUses(in: argument.value) }
      return .broken
    }
    let matched = match(arguments, of: name, with: rule.signature)
    if case .grouped(let flow, let key, let group) = input {
      if let applyToGroups = rule.applyToGroups {
        return checker.standing(in: .lambda(of: name.text, checker)) {
          applyToGroups(self, flow, key, name, matched)
        }
      }
      report(.afterGroup(name, group: group))
      for argument in arguments { markUses(in: argument.value) }
      return .broken
    }
    var flow = FlowValue.broken
    switch input {
    case .flow(let value): flow = value
    case .pair(let first, _, let operation):
      report(.unboundResult(operation))
      flow = FlowValue(reference: .broken, element: first.element, bound: first.bound, time: first.time)
    case .grouped, .broken: break
    }
    return checker.standing(in: .lambda(of: name.text, checker)) { rule.apply(self, flow, name, matched) }
  }

  /// Inlines a call: checks the arguments against the signature and adds a step.
  private func call(_ function: FlowFunction, _ callee: Expression, _ arguments: [Argument]) -> ChainValue {
    let name: Identifier
    switch callee.kind {
    case .name(let plain): name = plain
    case .member(_, let qualified, _): name = qualified
    default: return .broken
    }
    if function.isFallible {
      if fallibleCalls == nil {
        report(.uncoveredFlowCall(name, allowsTry: cover.allowsTry))
      } else {
        fallibleCalls = (fallibleCalls ?? 0) + 1
      }
    }
    let labels = zip(function.values, function.defaults).compactMap { $1 == nil ? nil : $0.name }
    let positional = function.parameters.filter { parameter in
      if case .value(let index) = parameter { return function.defaults[index] == nil }
      return true
    }
    let signature = CallSignature(
      kind: "flow function",
      positional: positional.map { parameter in
        switch parameter {
        case .flow(let index): "the flow `\(function.flows[index].name)`"
        case .value(let index): "a value for `\(function.values[index].name)`"
        }
      },
      options: labels, example: function.callExample)
    let matched = match(arguments, of: name, with: signature)
    guard matched.isComplete else {
      // Which argument is for which parameter is not known.
      for argument in arguments { markUses(in: argument.value) }
      var result = FlowValue.broken
      result.element = function.resultElement
      return .flow(result)
    }

    var flows = [FlowValue](repeating: .broken, count: function.flows.count)
    var values = function.defaults
    for (parameter, expression) in zip(positional, matched.positional) {
      switch parameter {
      case .flow(let index): flows[index] = argument(expression, for: function.flows[index], of: name.text)
      case .value(let index): values[index] = constant(expression, expecting: function.values[index].type)
      }
    }
    for (label, expression) in matched.labelled {
      if let index = function.values.firstIndex(where: { $0.name == label.text }) {
        values[index] = constant(expression, expecting: function.values[index].type)
      }
    }
    var bound = function.resultBound
    if bound == .any || standsForStream && bound == .stream {
      // As bounded as its inputs.
      bound = flows.first?.bound ?? .table
      for flow in flows.dropFirst() { bound = bound.joined(with: flow.bound) }
    }
    let complete = values.map { $0 ?? TypedExpression(.error, .error, name.span) }
    let reference = add(
      .call(function, values: complete), flows, elements: [function.resultElement], bound: bound,
      at: name.span)
    return .flow(value(reference))
  }

  private func argument(
    _ expression: Expression, for parameter: FlowFunction.FlowParameter, of function: String
  ) -> FlowValue {
    let value = flow(expression)
    if !parameter.element.fits(value.element) {
      report(
        .argumentType(
          parameter.name, of: function, wanted: parameter.element, found: value.element, at: expression.span,
          declared: parameter.span))
    } else if !isOfKind(parameter.bound, value) {
      report(
        .wrongKind(
          "`\(parameter.name)` of `\(function)`", wanted: parameter.bound, found: value.bound,
          at: expression.span))
    }
    return value
  }
}

extension FlowFunction {
  /// A call as it should look.
  fileprivate var callExample: String {
    let arguments = parameters.compactMap { parameter -> String? in
      switch parameter {
      case .flow(let index): flows[index].name
      case .value(let index): defaults[index] == nil ? values[index].name : nil
      }
    }
    let labelled = zip(values, defaults).compactMap { $1 == nil ? nil : "\($0.name): ..." }
    return "\(name)(\((arguments + labelled).joined(separator: ", ")))"
  }
}
