import Diagnosing
import Syntax

extension FlowChecker {
  /// Checks the statements of a pipeline, or of an `if` or `for` in it, in order.
  func check(_ statements: some Sequence<Statement>) {
    for statement in statements {
      pipeline?.order.enter(statement)
      annotations(of: statement)
      check(statement)
    }
  }

  private func check(_ statement: Statement) {
    switch statement.kind {
    case .from(let name, let type, let connector): from(name, type, connector)
    case .into(let name, let type, let connector, let flow): into(name, type, connector, flow)
    case .bind(let names, let type, let value): bind(names, type, value)
    case .check(let flow, let clauses): check(flow, clauses, at: statement.span)
    case .discard(let expression):
      self.statement = rootName(expression) ?? "discard"
      let value = flow(expression)
      _ = add(.operation(.discard), [value], elements: [], at: expression.span)
    case .reply(let flow, let status, let allow):
      reply(flow, status: status, allow: allow, at: keyword(of: statement, "reply"))
    case .run(let mode, let options): run(mode, options, at: keyword(of: statement, "run"))
    case .conditional(let condition, let then, let otherwise):
      self.statement = "if"
      branch(condition, then, otherwise, at: statement.span)
    case .expression(let expression): expressionStatement(expression)
    case .given, .expect, .expectFlow: markUses(in: statement)
    }
  }

  private func keyword(of statement: Statement, _ word: String) -> Span {
    Span(statement.span.file, statement.span.start, statement.span.start + UInt32(word.utf8.count))
  }

  /// The name at the root of a chain.
  func rootName(_ expression: Expression) -> String? {
    switch expression.kind {
    case .name(let name): name.text
    case .call(let callee, _, _): rootName(callee)
    case .member(let base, _, _), .attempt(_, let base): rootName(base)
    default: nil
    }
  }

  // MARK: from and into

  private func from(_ name: Identifier, _ type: TypeSyntax, _ connector: Expression) {
    statement = name.text
    let signature: FlowSignature?
    switch checker.resolveSignature(type) {
    case .flow(let flow):
      signature = flow.bound == .any ? nil : flow
      if flow.bound == .any {
        report(.sourceOfAnyKind(name, element: flow.element, at: type.span))
      }
    case .value(let value):
      if value != .error { report(.sourceWithoutKind(name, type: value, at: type.span)) }
      signature = nil
    }
    guard let signature else {
      sourceKinds.append((name: name.text, bound: .any, span: type.span))
      _ = source(
        bindings[name] ?? connector, of: name, holding: FlowSignature(.any, .error), type: type.span)
      bind(name, to: .broken)
      return
    }
    let (connector, bound) = boundSource(name, declared: signature.bound, type: type.span, written: connector)
    sourceKinds.append((name: name.text, bound: signature.bound, span: type.span))
    let flow = FlowSignature(bound, signature.element)
    guard let checked = source(connector, of: name, holding: flow, type: type.span) else {
      let reference = add(
        .reportedSource, [], elements: [signature.element], bound: bound, at: type.span)
      bind(name, to: value(reference))
      return
    }
    let reference = add(
      .operation(.source(checked)), [], elements: [signature.element], bound: bound, at: name.span)
    bind(name, to: value(reference))
  }

  private func into(
    _ name: Identifier, _ type: TypeSyntax?, _ connector: Expression, _ expression: Expression
  ) {
    statement = name.text
    let value = flow(expression)
    claim(name)
    if let type { declared(type, by: name, for: value, at: expression.span) }
    let connector = bindings[name] ?? connector
    guard let checked = sink(connector, of: name, taking: value) else { return }
    target(of: checked.connector, at: connector.span)
    _ = add(.operation(.sink(checked)), [value], elements: [], at: name.span)
  }

  private func declared(_ type: TypeSyntax, by name: Identifier, for value: FlowValue, at span: Span) {
    switch checker.resolveSignature(type) {
    case .flow(let flow):
      if !flow.element.fits(value.element) {
        report(.sinkType(name, declared: flow.element, found: value.element, at: span, type: type.span))
      } else if !isOfKind(flow.bound, value) {
        report(.wrongKind("`\(name.text)`", wanted: flow.bound, found: value.bound, at: span))
      }
    case .value(.error): break
    case .value(let element): report(.sourceWithoutKind(name, type: element, at: type.span))
    }
  }

  // MARK: let

  /// `let a = value`, `let a, b = value`; also the bindings of a flow function.
  func bind(_ names: [Identifier], _ type: TypeSyntax?, _ value: Expression) {
    guard let name = names.first else { return }
    statement = name.text
    if case .loop(let variables, let statements, let collectsFailures) = value.kind {
      bindLoop(names, type, variables, statements, collectsFailures, value)
      return
    }
    guard isFlow(value) || value.isError else {
      bindValue(names, type, value)
      return
    }
    switch chain(value) {
    case .flow(let flow):
      if names.count > 1 { report(secondName(names[1], value)) }
      if let type { annotated(name, type, flow, at: value.span) }
      bind(name, to: flow)
      for other in names.dropFirst() { bindBroken(other) }
    case .pair(let first, let second, let operation):
      if let type { annotated(name, type, first, at: value.span) }
      bind(name, to: first)
      if names.count == 1 {
        report(.unboundResult(operation))
      } else {
        bind(names[1], to: second)
      }
    case .grouped(_, _, let by):
      report(.danglingGroup(by))
      for name in names { bindBroken(name) }
    case .broken:
      for name in names { bind(name, to: .broken) }
    }
  }

  /// Binds a name to a flow that is not there, whose use need not be asked for.
  private func bindBroken(_ name: Identifier) {
    bind(name, to: .broken)
    flows[flows.count - 1].isUsed = true
  }

  private func secondName(_ name: Identifier, _ value: Expression) -> Diagnostic {
    guard case .call(let callee, _, let arguments) = value.kind,
      case .member(_, let operation, _) = callee.kind
    else { return .secondName(name, operation: nil) }
    if let label = arguments.compactMap(\.label).first(where: { ["failed", "late"].contains($0.text) }) {
      return .directedResult(label, at: name)
    }
    return .secondName(name, operation: operation)
  }

  private func annotated(_ name: Identifier, _ type: TypeSyntax, _ value: FlowValue, at span: Span) {
    body.declared.append(
      WrittenFlow(name: name.text, reference: value.reference, type: type, span: span))
    switch checker.resolveSignature(type) {
    case .flow(let flow):
      if !flow.element.fits(value.element) {
        report(.bindingType(flow.element, found: value.element, at: span, declared: type.span))
      } else if !isOfKind(flow.bound, value) {
        report(.wrongKind("this flow", wanted: flow.bound, found: value.bound, at: span))
      }
    case .value(.error): break
    case .value(let element): report(.valueAsFlow(element, at: type.span))
    }
  }

  private func bindValue(_ names: [Identifier], _ type: TypeSyntax?, _ value: Expression) {
    let name = names[0]
    let wanted = type.map { checker.resolve($0) }
    markUses(in: value)
    let before = body.steps.count
    jobs.name = (name.text, value.span)
    let typed = bound(value, expecting: wanted)
    for other in names.dropFirst() {
      if typed.type != .error { report(.secondName(other, operation: nil)) }
      bindBroken(other)
    }
    claim(name)
    if typed.type == .error {
      scope = scope.adding(name.text, .broken)
      return
    }
    let jobs = body.steps[before...]
    let isWatched = !jobs.isEmpty && !jobs.contains(where: \.hasEffect)
    if case .local(let local) = typed.kind, jobs.contains(where: { $0.value?.id == local.id }) {
      bindJob(name, to: local, isWatched: isWatched)
      return
    }
    let local = checker.makeLocal(name.text, typed.type)
    scope = scope.adding(local)
    if let type { checker.written.bindings[local.id] = type }
    body.bindings.append(ValueBinding(local: local, value: typed))
    if isWatched { watch(local, name, what: "value") }
  }

  // MARK: check and the rest

  private func check(_ expression: Expression, _ clauses: [CheckClause], at span: Span) {
    statement = rootName(expression) ?? "check"
    let value = flow(expression)
    let operations = clauses.compactMap { clause($0, of: value) }
    _ = add(.operation(.check(operations)), [value], elements: [], at: expression.span)
  }

  private func expressionStatement(_ expression: Expression) {
    if let arguments = expression.failMessage {
      fail(arguments, at: expression.span)
      return
    }
    if case .loop(let variables, let statements, let collectsFailures) = expression.kind {
      statement = "for"
      _ = loop(variables, statements, collectsFailures, names: [], of: expression)
      return
    }
    // An expression alone was reported by the parser; what is in it counts all the same.
    if isFlow(expression) {
      statement = rootName(expression) ?? "flow"
      _ = chain(expression)
    } else {
      _ = checker.check(expression, in: scope, expecting: nil, cover: cover)
    }
  }
}

extension Expression {
  fileprivate var isError: Bool {
    if case .error = kind { true } else { false }
  }
}
