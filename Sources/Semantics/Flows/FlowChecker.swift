import Diagnosing
import Syntax

/// A flow while its pipeline or function is checked. After an error its reference leads nowhere, its
/// element may be `.error`, and checking goes on.
struct FlowValue {
  /// The step that gives it.
  var reference: FlowReference
  /// The type of one element.
  var element: Type
  /// Whether it ends.
  var bound: Boundedness
  /// What it knows of event time, as far as that is known here.
  var time = FlowTime.any
  /// Whether `limit` may follow.
  var isSorted = false

  /// A flow whose making was reported.
  static let broken = FlowValue(reference: .broken, element: .error, bound: .any)
}

extension FlowReference {
  /// Leads nowhere: an error was reported.
  static let broken = FlowReference(step: -1)
}

/// What a chain of operators gives.
enum ChainValue {
  case flow(FlowValue)
  /// Two results, to be bound by `let a, b =`; `operation` made them.
  case pair(FlowValue, FlowValue, operation: Identifier)
  /// `group_by`, to be consumed in the same chain.
  case grouped(FlowValue, key: TypedLambda, by: Identifier)
  /// Reported; stands for any of the others.
  case broken
}

/// A name bound to a flow.
struct BoundFlow {
  /// The name.
  let name: Identifier
  /// The flow.
  let value: FlowValue
  /// Whether something consumes it.
  var isUsed = false
}

/// Checks one pipeline or one flow function: names, operators, connectors. Steps are added in source
/// order, so inputs come before their users.
final class FlowChecker {
  /// Checks the expressions, and gathers the diagnostics.
  let checker: ExpressionChecker
  /// For the text of check clauses.
  let sources: SourceMap
  /// Where failures of lambdas go.
  let cover: Cover
  /// The connectors that a profile puts in place of the written ones.
  let bindings: Bindings
  /// Whether a profile has bound a table to a `Stream`: then tables may stand where streams are declared.
  var standsForStream = false
  /// What is built.
  var body = FlowBody()
  /// Parameters, bindings and flows so far.
  var scope = Scope.empty
  /// The name that the current statement gives to its operators.
  var statement = ""
  /// By the number in `Scope.Binding.flow`.
  var flows: [BoundFlow] = []
  /// The names that statements have taken.
  var taken: [String: Span] = [:]
  /// Calls of `T!` flow functions under the current `try`; nil outside of one.
  var fallibleCalls: Int?
  /// The kinds of the sources, and where they are declared.
  var sourceKinds: [(name: String, bound: Boundedness, span: Span)] = []
  /// The first `run`.
  var runSpan: Span?
  /// By the number in `Scope.Binding.group`.
  var groups: [GroupFrame] = []
  /// What only pipelines have; nil in a function.
  var pipeline: PipelineState?
  /// Where rows come from and go to, to find conflicts.
  var places: [ConnectorPlace] = []

  /// Jobs, their values, and the regions they are in.
  var jobs = JobState()

  /// What calls give; nil while the bodies of flow functions are not all known.
  private var callTimes: CallTimes?

  init(
    checker: ExpressionChecker, sources: SourceMap, cover: Cover, followsCalls: Bool = false,
    bindings: Bindings = Bindings()
  ) {
    self.checker = checker
    callTimes = followsCalls ? CallTimes() : nil
    self.sources = sources
    self.cover = cover
    self.bindings = bindings
    checker.groups = self
  }

  func report(_ diagnostic: Diagnostic) { checker.report(diagnostic) }

  // MARK: Names

  /// Binds a name to a flow, unless it is taken.
  func bind(_ name: Identifier, to value: FlowValue) {
    let isTaken = taken[name.text] != nil
    claim(name)
    scope = scope.adding(name.text, .flow(flows.count))
    if value.element == .error { checker.brokenFlows.insert(flows.count) }
    let isUsed = isTaken || pipeline?.usedEarly.contains(name.text) ?? false
    flows.append(BoundFlow(name: name, value: value, isUsed: isUsed))
  }

  /// Takes a name for a statement; reports a second use.
  func claim(_ name: Identifier) {
    if name.text == "faults", pipeline != nil {
      report(.faultsTaken(name))
    } else if let first = taken[name.text] {
      report(.duplicateStatement(name, first: first))
      if case .flow(let index)? = scope.lookup(name.text) { flows[index].isUsed = true }
    } else {
      taken[name.text] = name.span
    }
  }

  /// Counts every flow named in an expression that is not checked as consumed.
  func markUses(in expression: Expression) {
    expression.visitNames { name in
      if case .flow(let index)? = scope.lookup(name.text) { flows[index].isUsed = true }
    }
  }

  /// As for an expression.
  func markUses(in statement: Statement) {
    statement.visitNames { name in
      if case .flow(let index)? = scope.lookup(name.text) { flows[index].isUsed = true }
    }
  }

  /// Reports the flows that nothing consumes. Where a name or an argument is missing, it may be what would have.
  func reportUnused() {
    if checker.diagnostics.contains(where: { $0.code == .unknownName || $0.code == .missingInput }) { return }
    for flow in flows where !flow.isUsed && flow.value.reference != .broken { report(.unconsumed(flow.name)) }
  }

  // MARK: Steps

  /// Adds a step and gives its first result.
  func add(
    _ kind: FlowStep.Kind, _ inputs: [FlowValue], elements: [Type], bound: Boundedness? = nil, at span: Span
  ) -> FlowReference {
    var joined = inputs.first?.bound ?? .table
    for input in inputs.dropFirst() { joined = joined.joined(with: input.bound) }
    body.steps.append(
      FlowStep(
        kind: kind, statement: statement, inputs: inputs.map(\.reference), elements: elements,
        bound: bound ?? joined, times: times(of: kind, inputs), region: jobs.region, span: span))
    return FlowReference(step: body.steps.count - 1)
  }

  private func times(of kind: FlowStep.Kind, _ inputs: [FlowValue]) -> [FlowTime] {
    switch kind {
    case .parameter: [.any]
    case .reportedSource: [.untimed]
    case .operation(let operation): operation.times(of: inputs.map(\.time))
    case .call(let function, _): [callTimes?.time(of: function, inputs.map(\.time)) ?? .any]
    }
  }

  /// What a reference leads to.
  func value(_ reference: FlowReference, isSorted: Bool = false) -> FlowValue {
    let step = body.steps[reference.step]
    return FlowValue(
      reference: reference, element: step.elements[reference.port], bound: step.bound,
      time: step.times[reference.port], isSorted: isSorted)
  }

  /// Adds an operator with one result, which ends if all inputs end.
  func add(
    _ operation: Operation, _ inputs: [FlowValue], element: Type, isSorted: Bool = false, at span: Span
  ) -> FlowValue {
    value(add(.operation(operation), inputs, elements: [element], at: span), isSorted: isSorted)
  }

  /// Adds an operator with a second result (failed or late rows), unless the operation sends it elsewhere.
  func add(
    _ operation: Operation, _ inputs: [FlowValue], element: Type, second: Type, isSorted: Bool = false,
    by name: Identifier
  ) -> ChainValue {
    guard operation.secondResult == .bound else {
      return .flow(add(operation, inputs, element: element, isSorted: isSorted, at: name.span))
    }
    let first = add(.operation(operation), inputs, elements: [element, second], at: name.span)
    return .pair(
      value(first, isSorted: isSorted), value(FlowReference(step: first.step, port: 1)), operation: name)
  }

  /// Whether a flow is of the kind that is wanted, as far as the errors before let one judge.
  func isOfKind(_ wanted: Boundedness, _ value: FlowValue) -> Bool {
    if wanted == .any || wanted == value.bound || value.element == .error { return true }
    if standsForStream, wanted == .stream, value.bound == .table { return true }
    return value.bound == .any && checker.diagnostics.hasErrors
  }

  // MARK: Expressions in operators

  func lambda(_ expression: Expression, _ parameters: [Type], expecting type: Type? = nil) -> TypedLambda {
    checker.checkLambda(expression, parameters: parameters, in: scope, expecting: type, cover: cover)
  }

  /// A value over the parameters: an option, an argument.
  func constant(_ expression: Expression, expecting type: Type?) -> TypedExpression {
    value(expression, expecting: type)
  }
}
