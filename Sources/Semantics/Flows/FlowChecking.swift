import Diagnosing
import Syntax

// Checking the bodies over flows of a declared program: functions first, then pipelines.

extension DeclaredProgram {
  /// Checks the body of `flowFunctions[index]` and writes it to its function.
  public func checkFlowFunction(_ index: Int, sources: SourceMap) -> [Diagnostic] {
    let pending = flowFunctions[index]
    let function = pending.target
    let checker = ExpressionChecker(module: modules[pending.module], ordinal: pending.ordinal)
    let flows = FlowChecker(
      checker: checker, sources: sources, cover: function.isFallible ? .function : .none)
    flows.check(pending.syntax, as: function)
    checker.groups = nil
    flows.body.written = checker.written
    let diagnostics = checker.diagnostics + KindCheck.check(flows.body, of: function)
    if !pending.isRecursive, !diagnostics.hasErrors, flows.body.result != nil { function.body = flows.body }
    return diagnostics
  }

  /// Checks `pipelines[index]` with the connectors of `bindings` in place of its own. The bodies of flow functions
  /// must have been checked. `labels` are those of the program, where a file writes some.
  public func checkPipeline(
    _ index: Int, sources: SourceMap, labels: LabelledProgram? = nil, bindings: Bindings = Bindings()
  ) -> (pipeline: CheckedPipeline, diagnostics: [Diagnostic]) {
    let pending = pipelines[index]
    let checker = ExpressionChecker(module: modules[pending.module], ordinal: pending.ordinal)
    let flows = FlowChecker(
      checker: checker, sources: sources, cover: .statement, followsCalls: true, bindings: bindings)
    let parameters = flows.check(pending.syntax)
    checker.groups = nil
    flows.body.written = checker.written

    var diagnostics = checker.diagnostics
    let inlining = Inlining(of: flows.body)
    guard !inlining.isTooLarge else {
      diagnostics.append(.tooLarge(pending.syntax.name, steps: Inlining.mostSteps))
      return (
        CheckedPipeline(pending, parameters, flows, LabelledProgram.PipelineFindings(), isSound: false),
        diagnostics
      )
    }
    let declared = flows.sourceKinds.map { ($0.name, $0.span) }
    let kinds = KindCheck.check(
      flows.body, declared: Dictionary(declared, uniquingKeysWith: { first, _ in first }))
    diagnostics += kinds
    var leaks = LabelledProgram.PipelineFindings()
    if let labels, inlining.isSound {
      leaks = labels.check(
        flows.body, parameters.map(\.local), pending.syntax, in: modules[pending.module])
      diagnostics += leaks.diagnostics
    }
    let isSound = !diagnostics.hasErrors && inlining.isSound
    return (CheckedPipeline(pending, parameters, flows, leaks, isSound: isSound), diagnostics)
  }
}

extension CheckedPipeline {
  fileprivate init(
    _ pending: PendingPipeline, _ parameters: [(local: Local, defaultValue: TypedExpression?)],
    _ flows: FlowChecker, _ labels: LabelledProgram.PipelineFindings, isSound: Bool
  ) {
    let named = flows.flows.compactMap { flow in
      flow.value.reference == .broken
        ? nil
        : NamedFlow(
          name: flow.name.text, reference: flow.value.reference, element: flow.value.element,
          span: flow.name.span)
    }
    self.init(
      name: pending.syntax.name.text, documentation: pending.documentation, parameters: parameters,
      body: flows.body, flows: named, run: flows.pipeline?.run ?? RunOptions(), labelled: labels.columns,
      idleAllows: labels.idleAllows, isSound: isSound, span: pending.syntax.name.span)
  }
}

extension FlowChecker {
  fileprivate func check(
    _ pipeline: PipelineDeclaration
  ) -> [(local: Local, defaultValue: TypedExpression?)] {
    self.pipeline = PipelineState(pipeline, bindings)
    var parameters: [(local: Local, defaultValue: TypedExpression?)] = []
    for parameter in pipeline.parameters {
      let type: Type
      switch checker.resolveSignature(parameter.type) {
      case .value(let value):
        type = value
        if !value.isParameter { report(.parameterType(parameter.name, value, at: parameter.type.span)) }
      case .flow:
        report(.parameterIsFlow(parameter.name, at: parameter.type.span))
        type = .error
      }
      let value = parameter.defaultValue.map {
        checker.check($0, in: .empty, expecting: type, cover: .none)
      }
      claim(parameter.name)
      self.pipeline?.parameters.append(
        PipelineState.Parameter(
          name: parameter.name.text, type: type, hasDefault: parameter.defaultValue != nil,
          span: parameter.name.span))
      if type == .error {
        scope = scope.adding(parameter.name.text, .broken)
        continue
      }
      let local = checker.makeLocal(parameter.name.text, type)
      scope = scope.adding(local)
      parameters.append((local, value))
    }
    check(pipeline.statements)
    checkWhole(pipeline)
    reportUnused()
    checkJobs()
    if pipeline.statements.isEmpty { report(.nothingToDo(pipeline.name)) }
    return parameters
  }

  fileprivate func check(_ syntax: FunctionDeclaration, as function: FlowFunction) {
    for (parameter, declaration) in zip(function.parameters, syntax.parameters) {
      switch parameter {
      case .flow(let index):
        let flow = function.flows[index]
        let reference = add(
          .parameter(index), [], elements: [flow.element], bound: flow.bound, at: declaration.name.span)
        taken[declaration.name.text] = nil  // A name given twice was reported with the signature.
        bind(declaration.name, to: value(reference))
      case .value(let index):
        taken[declaration.name.text] = declaration.name.span
        scope = scope.adding(function.values[index])
      }
    }
    var value = syntax.body
    if case .block(let bindings, let result) = syntax.body.kind {
      for binding in bindings { bind([binding.name], binding.type, binding.value) }
      value = result
    }
    let result = flow(value)
    reportUnused()
    guard let declared = syntax.result?.type.span else { return }
    if !function.resultElement.fits(result.element) {
      report(
        .resultType(
          function.name, wanted: function.resultElement, found: result.element, at: value.span,
          declared: declared))
    } else if !isOfKind(function.resultBound, result) {
      report(
        .wrongKind(
          "the result of `\(function.name)`", wanted: function.resultBound, found: result.bound,
          at: value.span))
    }
    if result.reference != .broken { body.result = result.reference }
  }
}

extension Type {
  /// Whether it can be given as text on a command line.
  fileprivate var isParameter: Bool {
    switch self {
    case .bool, .int, .float, .decimal, .string, .date, .timestamp, .duration, .uuid, .enumeration, .distinct,
      .error:
      true
    case .optional(let inner): inner.isParameter
    default: false
    }
  }
}
