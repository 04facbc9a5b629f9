import Diagnosing
import Syntax

// Values of jobs in expressions: `flow.single()`, `flow.to_list(max:)`, calls of tasks. Each becomes a step
// before the expression around it is checked, and a local in its place.

extension FlowChecker {
  /// A value of a statement, over parameters and the values of jobs.
  func value(_ expression: Expression, expecting type: Type?) -> TypedExpression {
    planJobs(in: expression)
    return checker.check(expression, in: scope, expecting: type, cover: cover)
  }

  /// What an `if` asks, over parameters and the values of jobs; the scope is that of its first branch.
  func condition(_ condition: Condition) -> (condition: ExpressionChecker.TypedCondition, then: Scope) {
    planJobs(in: condition.subject)
    return checker.checkCondition(condition, in: scope, cover: cover)
  }

  /// Plans the jobs that an expression needs. One that might run never or many times is reported.
  func planJobs(in expression: Expression, _ place: PartPlace = .always) {
    if case .loop = expression.kind {
      refuse("`for`", in: expression, at: expression.loopWord, place)
      return
    }
    guard let call = jobCall(expression) else {
      for (part, inner) in expression.parts { planJobs(in: part, place.around(inner)) }
      return
    }
    if case .conditional = place {
      refuse("`\(call.name.text)`", in: expression, at: call.name.span, place)
    } else if !isPipeline {
      report(.jobInFunction("`\(call.name.text)`", at: call.name.span))
      poison(expression)
    } else {
      plan(call, in: expression, place)
    }
  }

  private func refuse(_ what: String, in expression: Expression, at span: Span, _ place: PartPlace) {
    if isPipeline {
      let why: PartPlace.Why? = if case .conditional(let why) = place { why } else { nil }
      report(.jobOutOfPlace(what, why, at: span))
    } else {
      report(.jobInFunction(what, at: span))
    }
    poison(expression)
  }

  /// Stands for a job that was reported.
  private func poison(_ expression: Expression) {
    markUses(in: expression)
    checker.planned[expression.span] = PlannedValue(
      value: TypedExpression(.error, .error, expression.span), isFallible: true)
  }

  /// Whether an expression needs a job, at any place in it.
  func needsJobs(_ expression: Expression) -> Bool {
    if case .loop = expression.kind { return true }
    return jobCall(expression) != nil || expression.parts.contains { needsJobs($0.part) }
  }

  // MARK: What is a job

  private enum JobCall {
    /// `flow.single()`, `flow.to_list(max:)`.
    case rows(of: Expression, Identifier, [Argument])
    case task(TypedTask, Identifier, [Argument])

    var name: Identifier {
      switch self {
      case .rows(_, let name, _), .task(_, let name, _): name
      }
    }
  }

  /// The operators that give a value, not a flow.
  static let valueOperators: Set<String> = ["single", "to_list"]

  private func jobCall(_ expression: Expression) -> JobCall? {
    guard case .call(let callee, _, let arguments) = expression.kind else { return nil }
    switch callee.kind {
    case .name(let name):
      guard scope.lookup(name.text) == nil, case .task(let task)? = checker.module.symbols[name.text] else {
        return nil
      }
      return .task(task, name, arguments)
    case .member(let base, let name, _):
      if Self.valueOperators.contains(name.text), isFlow(base) { return .rows(of: base, name, arguments) }
      if case .name(let qualifier) = base.kind, scope.lookup(qualifier.text) == nil,
        case .namespace(let module)? = checker.module.symbols[qualifier.text],
        case .task(let task)? = module.symbols.declared(name.text)
      {
        return .task(task, name, arguments)
      }
      return nil
    default: return nil
    }
  }

  // MARK: Steps

  private func plan(_ call: JobCall, in expression: Expression, _ place: PartPlace) {
    let local: Local?
    var isCovered = false
    switch call {
    case .rows(let base, let name, let arguments): local = rows(of: base, name, arguments, expression)
    case .task(let task, let name, let arguments):
      if case .covered = place { isCovered = !task.isJob }
      local = self.task(task, name, arguments, expression, isCovered: isCovered)
    }
    guard let local, local.type != .error else {
      checker.planned[expression.span] = PlannedValue(
        value: TypedExpression(.error, .error, expression.span), isFallible: true)
      return
    }
    checker.planned[expression.span] = PlannedValue(
      value: TypedExpression(.local(local), local.type, expression.span), isFallible: isCovered)
  }

  private func rows(
    of base: Expression, _ name: Identifier, _ arguments: [Argument], _ expression: Expression
  ) -> Local? {
    let input = flow(base)
    if name.text == "single" {
      _ = match(arguments, of: name, with: CallSignature(example: "flow.single()"))
      if input.element == .error { return nil }
      return addValue(.single, [input], type: input.element, of: expression, at: name.span)
    }
    let signature = CallSignature(required: ["max"], example: "flow.to_list(max: 1000)")
    let matched = match(arguments, of: name, with: signature)
    guard let most = matched["max"] else { return nil }
    let count = rowCount(most, of: name.text)
    if input.element == .error { return nil }
    return addValue(.toList(max: count), [input], type: .list(input.element), of: expression, at: name.span)
  }

  private func task(
    _ task: TypedTask, _ name: Identifier, _ arguments: [Argument], _ expression: Expression, isCovered: Bool
  ) -> Local? {
    let positional = task.parameters.filter { $0.defaultValue == nil }
    let labelled = task.parameters.filter { $0.defaultValue != nil }
    let signature = CallSignature(
      kind: "task",
      positional: positional.map { parameter in
        "\(parameter.bound == nil ? "a value" : "the flow") for `\(parameter.local.name)`"
      },
      options: labelled.map(\.local.name), example: task.callExample)
    let matched = match(arguments, of: name, with: signature)
    var given: [String: Expression] = [:]
    for (parameter, argument) in zip(positional, matched.positional) {
      given[parameter.local.name] = argument
    }
    for (label, argument) in matched.labelled { given[label.text] = argument }

    var inputs: [FlowValue] = []
    var values: [TaskOperation.Argument] = []
    for parameter in task.parameters {
      guard let argument = given[parameter.local.name] else {
        if let value = parameter.defaultValue { values.append(.value(value)) }
        continue
      }
      if parameter.bound == nil {
        values.append(.value(value(argument, expecting: parameter.local.type)))
      } else {
        values.append(.flow(inputs.count))
        inputs.append(self.argument(argument, for: parameter, of: task))
      }
    }
    guard matched.isComplete else { return nil }
    let operation = TaskOperation(task: task, arguments: values, isCovered: isCovered)
    return addValue(.task(operation), inputs, type: task.result, of: expression, at: name.span)
  }

  private func argument(
    _ expression: Expression, for parameter: TypedTask.Parameter, of task: TypedTask
  ) -> FlowValue {
    let value = flow(expression)
    if !parameter.local.type.fits(value.element) {
      report(
        .argumentType(
          parameter.local.name, of: task.name, wanted: parameter.local.type, found: value.element,
          at: expression.span, declared: parameter.syntax.name.span))
    }
    return value
  }
}

extension TypedTask {
  /// A call as it should look.
  fileprivate var callExample: String {
    let arguments = parameters.map { parameter in
      parameter.defaultValue == nil ? parameter.local.name : "\(parameter.local.name): ..."
    }
    return "\(name)(\(arguments.joined(separator: ", ")))"
  }
}

extension ExpressionChecker {
  /// Checks what an `if` between statements asks.
  func checkCondition(
    _ condition: Condition, in scope: Scope, cover: Cover
  ) -> (condition: TypedCondition, then: Scope) {
    let outer = coverage
    coverage = Coverage(context: cover)
    defer { coverage = outer }
    return checkCondition(condition, in: scope)
  }

  /// Checks a part of a value whose type another part may say.
  func checkPart(_ expression: Expression, in scope: Scope, cover: Cover) -> TypedExpression {
    let outer = coverage
    coverage = Coverage(context: cover)
    defer { coverage = outer }
    return infer(expression, in: scope, .anything)
  }

  /// The job value that stands for an expression, if one was planned.
  func plannedValue(at span: Span) -> TypedExpression? {
    guard let planned = planned[span] else { return nil }
    if planned.isFallible { coverage.failures += 1 }
    if planned.value.type == .error { return poison(span) }
    return planned.value
  }
}

extension Expression {
  /// The word `for` of a loop.
  var loopWord: Span { Span(span.file, span.start, span.start + 3) }
}
