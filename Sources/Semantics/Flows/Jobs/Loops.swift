import Diagnosing
import Syntax

// `for r in regions, d in [2, 4] { ... }`: a pass for each element of the product.

extension FlowChecker {
  /// Checks a `for`; `names` are those of the `let` that binds it, nil where its value is a part of another
  /// value. Nil where it gives no value.
  func loop(
    _ variables: [LoopVariable], _ statements: [Statement], _ collectsFailures: Bool, names: [Identifier]?,
    of expression: Expression
  ) -> (results: Local, failures: Local?)? {
    let word = expression.loopWord
    guard isPipeline else {
      report(.jobInFunction("`for`", at: word))
      markUses(in: expression)
      return nil
    }
    if let names {
      if collectsFailures, names.count < 2 { report(.failuresUnbound(at: word)) }
      if !collectsFailures, names.count == 2 { report(.noFailures(names[1], loop: word)) }
    } else if collectsFailures {
      report(.failuresUnbound(at: word))
    }
    let (runs, inner) = elements(of: variables)
    let before = body.steps.count
    let region = body.regions.count
    let value = inRegion(.each(runs, collectsFailures: collectsFailures), "for", at: word, seeing: inner) {
      checkPass(statements)
    }
    if let names, names.isEmpty {
      if !body.steps[before...].contains(where: \.hasEffect), !checker.diagnostics.hasErrors {
        report(.uselessLoop(at: word))
      }
      return nil
    }
    // A value inside another is like a bound one.
    let failures = collectsFailures ? names?.dropFirst().first?.text ?? "failures" : nil
    return collect(value, region, runs, failures: failures, of: expression)
  }

  /// `let results = for ...`, `let results, failures = try for ...`.
  func bindLoop(
    _ names: [Identifier], _ type: TypeSyntax?, _ variables: [LoopVariable], _ statements: [Statement],
    _ collectsFailures: Bool, _ expression: Expression
  ) {
    let wanted = type.map { checker.resolve($0) }
    let before = body.steps.count
    jobs.name = (names[0].text, expression.span)
    let found = loop(variables, statements, collectsFailures, names: names, of: expression)
    for name in names { claim(name) }
    if names.count > 2 { report(.secondName(names[2], operation: nil)) }
    guard let found else {
      for name in names { scope = scope.adding(name.text, .broken) }
      return
    }
    if let wanted {
      let value = TypedExpression(.local(found.results), found.results.type, expression.loopWord)
      _ = checker.coerced(value, to: wanted)
    }
    bindJob(
      names[0], to: found.results, isWatched: !body.steps[before...].contains(where: \.hasEffect))
    for name in names.dropFirst() {
      if let failures = found.failures {
        bindJob(name, to: failures, isWatched: true, what: "list of failures")
      } else {
        scope = scope.adding(name.text, .broken)
      }
    }
  }

  /// Binds a name to the value of a job.
  func bindJob(_ name: Identifier, to local: Local, isWatched: Bool, what: String = "value") {
    scope = scope.adding(name.text, .value(Local(id: local.id, name: name.text, type: local.type)))
    if isWatched { watch(local, name, what: what) }
  }

  private func collect(
    _ value: TypedExpression?, _ region: Int,
    _ runs: [(variable: Local, elements: TypedExpression)], failures name: String?,
    of expression: Expression
  ) -> (results: Local, failures: Local?)? {
    guard let value else {
      report(.loopWithoutValue(at: expression.loopWord))
      return nil
    }
    let settled = value.type == .nothing ? value : checker.settled(value)
    if settled.type == .error || runs.contains(where: { $0.variable.type == .error }) { return nil }
    if settled.type == .nothing {
      report(.loopWithoutValue(at: expression.loopWord))
      return nil
    }
    var failures: Local?
    if let name {
      let input: Type =
        runs.count == 1
        ? runs[0].variable.type
        : .row(RowType(names: runs.map(\.variable.name), types: runs.map(\.variable.type)))
      failures = checker.makeLocal(name, .list(.failed(of: input)))
    }
    let operation = CollectOperation(region: region, element: settled, failures: failures)
    let results = addValue(
      .collect(operation), [], type: .list(settled.type), of: expression, at: expression.loopWord)
    return (results, failures)
  }

  // MARK: Elements

  private func elements(
    of variables: [LoopVariable]
  ) -> (runs: [(variable: Local, elements: TypedExpression)], inner: Scope) {
    var runs: [(variable: Local, elements: TypedExpression)] = []
    var inner = scope
    var first: [String: Span] = [:]
    for variable in variables {
      let (type, elements) = element(of: variable)
      if let earlier = first[variable.name.text] {
        report(.duplicate(variable.name, first: earlier, what: "variable"))
        continue
      }
      first[variable.name.text] = variable.name.span
      let local = checker.makeLocal(variable.name.text, type)
      inner = type == .error ? inner.adding(local.name, .broken) : inner.adding(local)
      runs.append((local, elements))
    }
    return (runs, inner)
  }

  private func element(of variable: LoopVariable) -> (type: Type, elements: TypedExpression) {
    let values = variable.values
    if isFlow(values) {
      let value = flow(values)
      if value.element != .error { report(.loopOverFlow(variable.name, at: values.span)) }
      return (.error, TypedExpression(.error, .error, values.span))
    }
    let typed = value(values, expecting: nil)
    switch typed.type {
    case .error: return (.error, typed)
    case .list(let element):
      guard element.isKey else {
        report(.loopElements(element, at: values.span))
        return (.error, typed)
      }
      repeats(in: typed)
      return (element, typed)
    default:
      report(.loopOverValue(typed.type, at: values.span))
      return (.error, typed)
    }
  }

  /// Elements are the identity of what a pass does: a literal that stands twice is an error here, others
  /// are faults of the run.
  private func repeats(in elements: TypedExpression) {
    guard case .list(let values) = elements.kind else { return }
    var first: [Literal: Span] = [:]
    for value in values {
      guard let literal = value.literalKey else { continue }
      if let earlier = first[literal] {
        report(.repeatedElement(at: value.span, first: earlier))
      } else {
        first[literal] = value.span
      }
    }
  }

  // MARK: Passes

  /// Checks the statements of a pass; gives the value of the last one, nil where it has none.
  func checkPass(_ statements: [Statement]) -> TypedExpression? {
    guard let last = statements.last else { return nil }
    check(statements.dropLast())
    switch last.kind {
    case .expression(let expression):
      if let message = expression.failMessage {
        fail(message, at: expression.span)
        return TypedExpression(
          .fail(TypedExpression(.literal(.string("")), .string, expression.span)), .nothing, expression.span)
      }
      if case .loop(let variables, let inner, let collectsFailures) = expression.kind {
        statement = "for"
        let value = loop(
          variables, inner, collectsFailures, names: inner.givesValue ? nil : [], of: expression)
        return value.map { TypedExpression(.local($0.results), $0.results.type, expression.span) }
      }
      statement = "value"
      return isFlow(expression) ? flowAsValue(expression) : bound(expression, expecting: nil)
    case .conditional(let condition, let then, let otherwise) where then.givesValue || otherwise.givesValue:
      statement = "if"
      if otherwise.isEmpty {
        branch(condition, then, otherwise, at: last.span)
        return nil
      }
      return branchValue(condition, then, otherwise, at: last.span)
    default:
      check([last])
      return nil
    }
  }

  private func flowAsValue(_ expression: Expression) -> TypedExpression {
    let value = flow(expression)
    if value.element != .error { report(.flowAsPass(at: expression.span)) }
    return checker.poison(expression.span)
  }

  // MARK: Targets

  /// Inside a `for` each pass must write elsewhere: what the target is made of depends on each variable.
  func target(of connector: Connector, at span: Span) {
    for region in enclosingRegions {
      guard case .each(let runs, _) = region.kind else { continue }
      let used = locals(of: connector.constants)
      for (variable, _) in runs where variable.type != .error && !used.contains(variable.id) {
        report(.sameTarget(variable.name, connector: connector.name, at: span, loop: region.span))
        return
      }
    }
  }

  /// The locals that expressions use, also by way of `let`.
  private func locals(of expressions: [TypedExpression]) -> Set<Int> {
    var found: Set<Int> = []
    var open = expressions
    while let next = open.popLast() {
      next.visit { part in
        guard case .local(let local) = part.kind, found.insert(local.id).inserted else { return }
        if let binding = body.bindings.first(where: { $0.local.id == local.id }) {
          open.append(binding.value)
        }
      }
    }
    return found
  }
}

extension [Statement] {
  /// Whether the last of them is a value.
  fileprivate var givesValue: Bool {
    switch last?.kind {
    case .expression(let expression):
      if case .loop(_, let inner, _) = expression.kind { inner.givesValue } else { true }
    case .conditional(_, let then, let otherwise): then.givesValue || otherwise.givesValue
    default: false
    }
  }
}

extension FlowStep {
  /// Whether it does something besides giving its result.
  var hasEffect: Bool {
    guard case .operation(let operation) = kind else { return false }
    switch operation {
    case .sink, .check, .discard, .fail: return true
    case .task(let call): if case .pure = call.task.effect { return false } else { return true }
    default: return false
    }
  }
}

extension TypedExpression {
  /// The literal that stands for a key, through distinct types and optionals.
  fileprivate var literalKey: Literal? {
    switch kind {
    case .literal(let literal): literal
    case .some(let value), .rewrap(let value): value.literalKey
    default: nil
    }
  }
}
