import Diagnosing
import Syntax

extension Declarer {
  /// Resolves the signature of a function and hands its body on: to the expression checker, or to the flow
  /// checker where a flow is among its parameters or is its result.
  func declareFunction(_ syntax: FunctionDeclaration, ordinal: Int, isRecursive: Bool) {
    checkDeclassify(syntax.declassify, syntax.name, syntax.unlabels)
    var seen = FirstPlaces()
    var types: [SignatureType] = []
    for parameter in syntax.parameters {
      if let first = seen.first(parameter.name.text, at: parameter.name.span) {
        diagnostics.append(.duplicate(parameter.name, first: first, what: "parameter"))
      }
      types.append(resolveParameter(parameter.type))
    }
    guard let result = syntax.result else { return }
    let resultType = resolveSignature(result.type)
    // Whether it takes flows or values is not known, so neither its body nor its uses are judged.
    let written = syntax.parameters.map(\.type) + [result.type]
    if zip(written, types + [resultType]).contains(where: { $0.hasArguments && $1 == .value(.error) }) {
      return
    }
    let defaults = zip(syntax.parameters, types).map { parameter, type -> TypedExpression? in
      guard let value = parameter.defaultValue else { return nil }
      switch type {
      case .value(let type): return constant(value, of: type, "a default")
      case .flow:
        diagnostics.append(.notConstant("a flow has no default, and a default", at: value.span))
        return nil
      }
    }
    if types.contains(where: \.isFlow) || resultType.isFlow {
      guard case .flow(let flow) = resultType else {
        if case .value(let type) = resultType, type != .error {
          diagnostics.append(.valueAsFlowType(type, at: result.type.span))
        }
        return
      }
      let function = flowFunction(syntax, types, defaults, flow, ordinal)
      module.symbols.complete(syntax.name.text, .flowFunction(function), at: syntax.name.span)
      flowFunctions.append(
        PendingBody(
          target: function, syntax: syntax, module: module.index, ordinal: ordinal, isRecursive: isRecursive))
      return
    }
    let locals = zip(syntax.parameters, types).enumerated().map { index, parameter in
      local(parameter.0.name.text, parameter.1, index, ordinal)
    }
    guard case .value(let type) = resultType else { return }
    let function = TypedFunction(
      name: syntax.name.text, parameters: locals, defaults: defaults, result: type,
      isFallible: result.fallible != nil, span: syntax.name.span)
    module.symbols.complete(syntax.name.text, .function(function), at: syntax.name.span)
    functions.append(
      PendingBody(
        target: function, syntax: syntax, module: module.index, ordinal: ordinal, isRecursive: isRecursive))
  }

  /// The ids of parameters lie in the upper half of their declaration's ids: those of the body in the lower.
  private func local(_ name: String, _ type: SignatureType, _ index: Int, _ ordinal: Int) -> Local {
    guard case .value(let type) = type else { return Local(id: 0, name: name, type: .error) }
    return Local(id: ordinal << 24 | 1 << 23 | index, name: name, type: type)
  }

  private func flowFunction(
    _ syntax: FunctionDeclaration, _ types: [SignatureType], _ defaults: [TypedExpression?],
    _ result: FlowSignature, _ ordinal: Int
  ) -> FlowFunction {
    var parameters: [FlowFunction.Parameter] = []
    var flows: [FlowFunction.FlowParameter] = []
    var values: [Local] = []
    var valueDefaults: [TypedExpression?] = []
    for (index, parameter) in syntax.parameters.enumerated() {
      switch types[index] {
      case .flow(let flow):
        parameters.append(.flow(flows.count))
        flows.append(
          FlowFunction.FlowParameter(
            name: parameter.name.text, bound: flow.bound, element: flow.element, span: parameter.name.span))
      case .value:
        parameters.append(.value(values.count))
        values.append(local(parameter.name.text, types[index], index, ordinal))
        valueDefaults.append(defaults[index])
      }
    }
    return FlowFunction(
      name: syntax.name.text, parameters: parameters, flows: flows, values: values, defaults: valueDefaults,
      resultBound: result.bound, resultElement: result.element, isFallible: syntax.result?.fallible != nil,
      span: syntax.name.span)
  }

  /// The functions, as indices of `functionSyntax`, that reach themselves through calls. Each circle is
  /// reported once, at the function that is declared first.
  func recursiveFunctions() -> Set<Int> {
    var positions = [String: Int](minimumCapacity: functionSyntax.count)
    for index in functionSyntax.indices where positions[functionSyntax[index].syntax.name.text] == nil {
      positions[functionSyntax[index].syntax.name.text] = index
    }
    let calls = functionSyntax.indices.map { index in
      var callees: [Int] = []
      functionSyntax[index].syntax.body.forEachCall { name in
        if let callee = positions[name], !callees.contains(callee) { callees.append(callee) }
      }
      return callees
    }
    var recursive: Set<Int> = []
    for circle in CallGraph(calls).circles {
      let path = CallGraph.circle(from: circle[0], in: Set(circle), calls)
      diagnostics.append(
        .recursion(
          path.map { functionSyntax[$0].syntax.name.text }, at: functionSyntax[circle[0]].syntax.name))
      recursive.formUnion(circle)
    }
    return recursive
  }
}

extension SignatureType {
  /// Whether it is a flow.
  var isFlow: Bool { if case .flow = self { true } else { false } }
}

extension DeclaredProgram {
  /// Checks the body of `functions[index]` and writes it to its function. Bodies do not depend on each
  /// other: they may be checked in any order and in parallel.
  public func checkFunction(_ index: Int) -> [Diagnostic] {
    let pending = functions[index]
    let function = pending.target
    let checker = ExpressionChecker(module: modules[pending.module], ordinal: pending.ordinal)
    var scope = Scope.empty
    for local in function.parameters {
      scope = local.type == .error ? scope.adding(local.name, .broken) : scope.adding(local)
    }
    checker.taskPlace = .function(function.name)
    let body = checker.check(
      pending.syntax.body, in: scope, expecting: function.result,
      cover: function.isFallible ? .function : .none)
    if !pending.isRecursive, !checker.diagnostics.hasErrors {
      function.body = body
      function.written = checker.written
    }
    return checker.diagnostics
  }
}

extension TypeSyntax {
  /// Whether it is written as `Name<...>`.
  fileprivate var hasArguments: Bool {
    if case .named(_, _, let arguments) = kind { !arguments.isEmpty } else { false }
  }
}
