import Diagnosing
import Syntax

extension DeclaredProgram {
  /// Checks `tests[index]` against its pipeline; `pipelines` are all that the program declares, in order.
  public func checkTest(
    _ index: Int, pipelines checked: [CheckedPipeline], sources: SourceMap
  ) -> (test: CheckedTest, diagnostics: [Diagnostic]) {
    let pending = tests[index]
    let checker = ExpressionChecker(module: modules[pending.module], ordinal: pending.ordinal)
    let test = TestChecker(
      pending.syntax, FlowChecker(checker: checker, sources: sources, cover: .statement),
      pipeline: pipeline(of: pending, checker, checked))
    test.check()
    checker.groups = nil
    return (test.result(isSound: !checker.diagnostics.hasErrors), checker.diagnostics)
  }

  /// The pipeline that a test is for; reports one that is not there.
  private func pipeline(
    of test: PendingTest, _ checker: ExpressionChecker, _ checked: [CheckedPipeline]
  ) -> TestedPipeline {
    guard let name = test.syntax.pipeline else { return .none }
    let found = pipelines.indices.first { index in
      pipelines[index].module == test.module && pipelines[index].syntax.name.text == name.text
    }
    if let found { return .checked(checked[found], name) }
    switch checker.module.symbols[name.text] {
    // An import that named it was reported.
    case .broken?: break
    case let symbol?: checker.report(.notAPipeline(name, symbol))
    case nil:
      let elsewhere = pipelines.first { $0.syntax.name.text == name.text }
      let own = pipelines.filter { $0.module == test.module }
      checker.report(
        .unknownTestedPipeline(
          name, candidates: own.map(\.syntax.name.text), elsewhere: elsewhere.map { modules[$0.module].path })
      )
    }
    return .unknown
  }
}

/// What a test is for.
enum TestedPipeline {
  /// Plain expressions.
  case none
  /// Reported.
  case unknown
  case checked(CheckedPipeline, Identifier)
}

/// Checks one test: its pipeline's arguments, what is given, what is expected.
final class TestChecker {
  private let syntax: TestDeclaration
  /// Checks arguments, clauses and expressions; its scope is the test's.
  private let flows: FlowChecker
  private let tested: TestedPipeline
  private let pipeline: CheckedPipeline?
  private let sources: [CheckedPipeline.Source]
  private let tasks: [TypedTask]
  /// The flows whose rows a test sees, by name.
  private var results: [String: NamedFlow] = [:]
  /// The names of `results` that are no sinks.
  private var inner: Set<String> = []
  private var given: [String: Span] = [:]
  private var captured: [NamedFlow] = []
  private var arguments: [ValueBinding] = []
  private var stubs: [TaskStub] = []
  private var statements: [TestStatement] = []
  private var names: [String: Span] = [:]
  private var hasExpectations = false

  init(_ syntax: TestDeclaration, _ flows: FlowChecker, pipeline tested: TestedPipeline) {
    self.syntax = syntax
    self.flows = flows
    self.tested = tested
    guard case .checked(let pipeline, _) = tested else {
      pipeline = nil
      sources = []
      tasks = []
      return
    }
    self.pipeline = pipeline
    sources = pipeline.sources
    tasks = pipeline.calledTasks
    let given = Set(sources.map(\.name))
    // What an `if` or `for` may never compute, or many times, has no rows of its own.
    for flow in pipeline.flows
    where !given.contains(flow.name) && pipeline.body.steps[flow.reference.step].region == nil {
      results[flow.name] = flow
      inner.insert(flow.name)
    }
    for sink in pipeline.sinks {
      results[sink.name] = sink
      inner.remove(sink.name)
    }
    // Known as flows, so that an expression that uses one as a value is told so.
    for (name, span) in pipeline.flows.map({ ($0.name, $0.span) })
      + pipeline.sinks.map({ ($0.name, $0.span) })
    {
      flows.scope = flows.scope.adding(name, .flow(flows.flows.count))
      flows.flows.append(BoundFlow(name: Identifier(name, span), value: .broken, isUsed: true))
    }
  }

  private var checker: ExpressionChecker { flows.checker }

  /// Whether what is missing in the pipeline may be the fault of an error in it.
  private var mayMiss: Bool {
    if case .unknown = tested { return true }
    return pipeline.map { !$0.isSound } ?? false
  }

  private func report(_ diagnostic: Diagnostic) { checker.report(diagnostic) }

  func result(isSound: Bool) -> CheckedTest {
    CheckedTest(
      title: syntax.title.text, pipeline: pipeline?.capturing(captured), arguments: arguments,
      stubs: stubs, statements: statements, isSound: isSound && !mayMiss, span: syntax.title.span)
  }

  func check() {
    checkArguments()
    for statement in syntax.statements {
      for annotation in statement.annotations { report(.annotationInTest(annotation)) }
      switch statement.kind {
      case .bind(let names, let type, let value): bind(names, type, value)
      case .given(let name, let value): give(name, value)
      case .expect(let condition): expect(condition)
      case .expectFlow(let name, let clauses): expect(name, clauses)
      // The parser has said that a test does not hold these.
      default: break
      }
    }
    if case .checked(_, let name) = tested, !mayMiss {
      let missing = sources.filter { given[$0.name] == nil }
      if !missing.isEmpty {
        report(.missingGiven(missing, of: name, before: syntax.statements.first?.span))
      }
      let bare = tasks.filter { given[$0.name] == nil }
      if !bare.isEmpty { report(.missingStub(bare, of: name)) }
    }
    if !hasExpectations { report(.nothingExpected(syntax.title)) }
  }

  // MARK: Arguments and bindings

  private func checkArguments() {
    guard case .checked(let pipeline, let name) = tested, !mayMiss else { return }
    let required = pipeline.parameters.filter { $0.defaultValue == nil }.map(\.local.name)
    let signature = CallSignature(
      kind: "pipeline", required: required,
      options: pipeline.parameters.filter { $0.defaultValue != nil }.map(\.local.name),
      example:
        "for \(name.text)(\(pipeline.parameters.map { "\($0.local.name): ..." }.joined(separator: ", ")))")
    let matched = flows.match(syntax.arguments, of: name, with: signature)
    for (local, defaultValue) in pipeline.parameters {
      if let value = matched[local.name] {
        let typed = checker.check(value, in: .empty, expecting: local.type, cover: .statement)
        arguments.append(ValueBinding(local: local, value: typed))
      } else if let defaultValue {
        arguments.append(ValueBinding(local: local, value: defaultValue))
      }
    }
  }

  private func bind(_ names: [Identifier], _ type: TypeSyntax?, _ value: Expression) {
    let wanted = type.map { checker.resolve($0) }
    let typed = checker.check(value, in: flows.scope, expecting: wanted, cover: .statement)
    for other in names.dropFirst() {
      if typed.type != .error { report(.secondName(other, operation: nil)) }
      flows.scope = flows.scope.adding(other.text, .broken)
    }
    guard let name = names.first else { return }
    if let first = self.names[name.text] ?? results[name.text]?.span {
      report(.duplicate(name, first: first, what: "name"))
    }
    self.names[name.text] = name.span
    guard typed.type != .error else {
      flows.scope = flows.scope.adding(name.text, .broken)
      return
    }
    let local = checker.makeLocal(name.text, typed.type)
    flows.scope = flows.scope.adding(local)
    statements.append(.bind(ValueBinding(local: local, value: typed)))
  }

  // MARK: given

  private func give(_ name: Identifier, _ value: Expression) {
    var element = Type.error
    switch tested {
    case .none: report(.givenWithoutPipeline(name, title: syntax.title.span))
    case .unknown: break
    case .checked(let pipeline, _):
      if let source = sources.first(where: { $0.name == name.text }) {
        element = source.element
      } else if let task = tasks.first(where: { $0.name == name.text }) {
        stub(task, name, value)
        return
      } else if !mayMiss {
        report(.unknownGiven(name, of: pipeline))
      }
    }
    claimGiven(name)
    let rows: GivenRows.Rows
    if case .call(let callee, _, let arguments) = value.kind, case .name(let word) = callee.kind,
      word.text == "synthetic"
    {
      let matched = flows.match(arguments, of: word, with: Self.synthetic)
      guard let count = matched.at(0), let seed = matched["seed"] else { return }
      rows = .synthetic(
        rows: flows.rowCount(count, of: "synthetic"), seed: flows.constant(seed, expecting: .int))
    } else if element == .error {
      // Without a type around it a list may be open, which is not its fault.
      return
    } else {
      rows = .list(checker.check(value, in: flows.scope, expecting: .list(element), cover: .statement))
    }
    statements.append(.given(GivenRows(name: name.text, element: element, rows: rows, span: value.span)))
  }

  private func claimGiven(_ name: Identifier) {
    if let first = given[name.text] { report(.duplicateGiven(name, first: first)) }
    given[name.text] = name.span
  }

  /// `given embed = d -> ...`: what stands for a task. Of a table it knows the rows.
  private func stub(_ task: TypedTask, _ name: Identifier, _ value: Expression) {
    claimGiven(name)
    let lambda = checker.checkLambda(
      value, parameters: task.parameters.map { $0.bound == nil ? $0.local.type : .list($0.local.type) },
      in: flows.scope, expecting: task.result,
      cover: .function)
    stubs.append(TaskStub(task: task, stub: lambda))
  }

  private static let synthetic = CallSignature(
    kind: "connector", positional: ["a number of rows"], required: ["seed"],
    example: "synthetic(100, seed: 7)")

  // MARK: expect

  private func expect(_ expression: Expression) {
    hasExpectations = true
    if case .binary(.equal, _, let left, let right) = expression.kind {
      if let name = flowName(left) {
        expectRows(of: name, right, at: left.span)
        return
      }
      if let name = flowName(right) {
        report(.flowOnTheRight(name, at: right.span))
        return
      }
    }
    if let name = rootFlow(expression) {
      report(.flowNotCompared(name, at: expression.span))
      return
    }
    let typed = checker.check(expression, in: flows.scope, expecting: .bool, cover: .statement)
    guard typed.type == .bool else { return }
    if case .binary(.equal, let left, let right) = typed.kind {
      add(.equal(left, right), at: expression.span)
    } else {
      add(.holds(typed), at: expression.span)
    }
  }

  private func add(_ condition: Expectation.Condition, at span: Span) {
    statements.append(.expect(Expectation(condition: condition, span: span)))
  }

  /// The name of a flow of the pipeline, or one that might be if the pipeline had no errors.
  private func flowName(_ expression: Expression) -> Identifier? {
    guard case .name(let name) = expression.kind else { return nil }
    switch flows.scope.lookup(name.text) {
    case .flow?: return name
    case nil: return mayMiss && checker.module.symbols[name.text] == nil ? name : nil
    default: return nil
    }
  }

  /// The flow at the start of a chain of members, calls and comparisons.
  private func rootFlow(_ expression: Expression) -> Identifier? {
    switch expression.kind {
    case .name: flowName(expression)
    case .member(let base, _, _), .call(let base, _, _), .unary(_, let base), .attempt(_, let base),
      .index(let base, _):
      rootFlow(base)
    case .binary(_, _, let left, _), .cover(let left, _): rootFlow(left)
    default: nil
    }
  }

  private func flow(_ name: Identifier) -> NamedFlow? {
    if let flow = results[name.text], names[name.text] == nil {
      if inner.contains(flow.name), !captured.contains(where: { $0.name == flow.name }) {
        captured.append(flow)
      }
      return flow
    }
    if !mayMiss { report(.unknownExpectedFlow(name, of: pipeline)) }
    return nil
  }

  private func expectRows(of name: Identifier, _ rows: Expression, at span: Span) {
    guard let flow = flow(name), flow.element != .error else { return }
    let typed = checker.check(rows, in: flows.scope, expecting: .list(flow.element), cover: .statement)
    add(.rows(of: flow.name, element: flow.element, typed), at: span)
  }

  private func expect(_ name: Identifier, _ clauses: [CheckClause]) {
    hasExpectations = true
    if clauses.isEmpty { report(.noClauses(name)) }
    guard let flow = flow(name) else { return }
    let value = FlowValue(reference: .broken, element: flow.element, bound: .table)
    let operations = clauses.compactMap { flows.clause($0, of: value) }
    add(.checks(of: flow.name, element: flow.element, operations), at: name.span)
  }
}
