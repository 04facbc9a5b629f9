import Columns
import Compiler
import Connectors
import Dataflow
import Diagnosing
import Engine
import Formats
import Planning
import Semantics
import Synthesis

/// Why a test failed.
struct TestFailure: Sendable {
  /// What is wrong, and where.
  let diagnostic: Diagnostic
  /// How the rows differ from the expected ones, in lines.
  var difference: String?
  /// The expected rows as they would have to be.
  var update: RowsUpdate?

  init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

/// Runs one test in this process: given rows go in from memory, sinks are kept in memory; no file is touched, and
/// nothing is published.
struct TestRun {
  private let test: CheckedTest
  private let graph: Graph?
  private let sources: SourceMap
  /// Arguments and `let`, in order.
  private var values: [(local: Local, value: Column)] = []
  private var givens: [String: any RowSource] = [:]
  private var sinks: [String: KeptRows] = [:]
  /// The arrangements of rows in which the pipeline runs as a stream or answers calls besides; none without
  /// `--modes`.
  private let seeds: [UInt64]
  private let options: Engine.RunOptions

  init(
    _ test: CompiledTest, _ sources: SourceMap, modes seeds: [UInt64] = [],
    options: Engine.RunOptions = Engine.RunOptions(workers: 1)
  ) {
    self.test = test.declaration
    graph = test.graph
    self.sources = sources
    self.seeds = seeds
    self.options = options
  }

  /// Ends a test at once.
  private struct Stop: Error {
    let failures: [TestFailure]

    init(_ diagnostic: Diagnostic) { failures = [TestFailure(diagnostic)] }
    init(_ diagnostics: [Diagnostic]) { failures = diagnostics.map { TestFailure($0) } }
  }

  /// Everything that does not hold; nothing where the test passes.
  mutating func run() async -> [TestFailure] {
    do throws(Stop) {
      for argument in test.arguments { values.append((argument.local, try value(argument.value))) }
      for statement in test.statements {
        switch statement {
        case .bind(let binding): values.append((binding.local, try value(binding.value)))
        case .given(let given): givens[given.name] = try source(given)
        case .expect: break
        }
      }
      if let graph { try await run(graph) }
    } catch {
      return error.failures
    }
    var failures: [TestFailure] = []
    for case .expect(let expectation) in test.statements {
      do throws(Stop) { failures += try await judge(expectation) } catch { failures += error.failures }
    }
    // Values of jobs are of batches alone.
    if let graph, !seeds.isEmpty, !graph.hasJobs { failures += await modes(graph) }
    return failures
  }

  // MARK: Modes

  private func modes(_ graph: Graph) async -> [TestFailure] {
    let graph = graph.knowing(values.map(\.local))
    let parameters = Dictionary(values.map { ($0.local.id, $0.value) }) { first, _ in first }
    if graph.mode == .service {
      let check = ServiceCheck(graph: graph, parameters: parameters, givens: givens, options: options)
      return await check.run(seeds).failures(of: test, graph)
    }
    var given: [String: Batch] = [:]
    for case .given(let rows) in test.statements {
      given[rows.name] =
        givens[rows.name]?.allRows
        ?? Batch(elements: .absent(ColumnType(rows.element), count: 0), of: rows.element)
    }
    let check = ModeCheck(
      graph: graph, parameters: parameters, givens: given, expected: sinks.compactMapValues(\.rows),
      constants: constants,
      options: options)
    switch await check.run(seeds) {
    case .same: return []
    case .late(let rows):
      return [
        TestFailure(
          Diagnostic(
            .modesDiffer, "\(rows) given \(rows == 1 ? "row comes" : "rows come") later than `delay` allows",
            at: test.span, label: "not compared as a stream",
            help: "give the rows in the order of their times, or `timed` a longer `delay:`"))
      ]
    case .failed(let failure, let arrangement):
      return ModeFindings(test, graph, mode: "stream", help: arrangement.text).failures(failure)
    case .different(let difference):
      let arrangement = difference.arrangement
      let help = "\(arrangement.text); `thalweg test --modes --seed \(arrangement.seed)` shows it again"
      return ModeFindings(test, graph, mode: "stream", help: help).difference(
        difference.rows, of: difference.sink,
        at: difference.epoch.map { "at the end of epoch \($0)" } ?? "at the end")
    }
  }

  // MARK: Values

  private var constants: ExpressionCompiler { ExpressionCompiler(parameters: values) }

  /// The value of an expression, as one row.
  private func value(_ expression: TypedExpression) throws(Stop) -> Column {
    do throws(RowFailure) { return try constants.evaluateConstant(expression) } catch {
      throw Stop(
        Diagnostic(
          .failedTestValue, "a value of this test can't be computed: \(error.message)", at: error.span,
          label: "fails here"))
    }
  }

  /// The elements of a list.
  private func elements(_ list: TypedExpression) throws(Stop) -> Column {
    let column = try value(list)
    let (offsets, values) = column.lists
    return values.sliced(Int(offsets[0])..<Int(offsets[1]))
  }

  // MARK: What is given

  private func source(_ given: GivenRows) throws(Stop) -> any RowSource {
    let schema: TableSchema
    do throws(RowFailure) {
      schema = try SchemaConversion(constants: constants).schema(of: given.element)
    } catch {
      throw Stop(Diagnostic(.failedTestValue, error.message, at: error.span, label: "fails here"))
    }
    switch given.rows {
    case .list(let list):
      let rows = Batch(elements: try elements(list), of: given.element)
      if let violation = rows.firstViolation(of: schema) { throw Stop(refusal(of: given, list, violation)) }
      return GivenSource(rows: rows)
    case .synthetic(let rows, let seed):
      let count = Int(clamping: try value(rows).int64s[0])
      let seed = try value(seed).int64s[0]
      do throws(SynthesisProblem) {
        return SyntheticSource(
          try SyntheticRows(schema, keys: given.element.keys, count: count, seed: seed))
      } catch {
        throw Stop(.notSynthesizable(error, "the rows of `\(given.name)`", at: given.span))
      }
    }
  }

  /// A given row breaks a constraint: said at the value, where the row is written out.
  private func refusal(
    of given: GivenRows, _ list: TypedExpression, _ violation: ConstraintViolation
  ) -> Diagnostic {
    var span = given.span
    if case .list(let rows) = list.kind, rows.indices.contains(violation.row) {
      span = rows[violation.row].span
      if case .construct(let values) = rows[violation.row].kind, case .record(let record) = given.element,
        let field = record.fields.firstIndex(where: { $0.column == violation.path.first })
      {
        span = values[field].span
      }
    }
    return Diagnostic(
      .refusedRow, "row \(violation.row + 1) given for `\(given.name)` does not fit its record", at: span,
      label: violation.message, help: "a source would refuse this row as well")
  }

  // MARK: The pipeline

  private mutating func run(_ graph: Graph) async throws(Stop) {
    // One reason is enough.
    let graph = graph.bounded
    if let refusal = LocalBackend().inMemory.refusals(graph.inMemory).first {
      throw Stop(
        Diagnostic(
          refusal.code, "this test can't run yet: \(refusal.message)", at: test.span, label: "not run",
          labels: [Label(refusal.span, refusal.label)]))
    }
    for case .sink(let sink) in graph.nodes.map(\.operation) { sinks[sink.name] = KeptRows() }
    try await run(graph, givens, sinks)
  }

  private func run(
    _ graph: Graph, _ sources: [String: any RowSource], _ sinks: [String: any RowSink]
  ) async throws(Stop) {
    do throws(RunFailure) {
      if graph.hasJobs {
        let run = JobRun(
          graph: graph, arguments: values, secrets: options.secrets, options: options, work: nil
        ) { part, _, _ in Connections(part, given: sources, captured: sinks) }
        return try await run.run(progress: RunProgress(graph: graph)).discard()
      }
      let run = BatchRun(
        graph: graph.knowing(values.map(\.local)),
        parameters: Dictionary(values.map { ($0.local.id, $0.value) }) { first, _ in first },
        sources: sources, sinks: sinks, options: options)
      try await run.run(progress: RunProgress(graph: graph)).discard()
    } catch {
      throw Stop(RunDiagnostics(graph: graph, plan: Plan(graph)).findings(error).diagnostics)
    }
  }

  // MARK: What is expected

  private func judge(_ expectation: Expectation) async throws(Stop) -> [TestFailure] {
    switch expectation.condition {
    case .holds(let condition):
      if try value(condition).bits[0] { return [] }
      return [TestFailure(.failedExpectation("this does not hold", at: expectation.span, label: "is false"))]
    case .equal(let left, let right):
      let found = try value(left)
      let wanted = try value(right)
      if found.isEqual(0, to: wanted, 0) { return [] }
      return [unequal(expectation, found, wanted, left.type)]
    case .rows(let name, let element, let list):
      let failure = try difference(name, element, list, at: expectation.span)
      return failure.map { [$0] } ?? []
    case .checks(let name, let element, let checks):
      return try await failed(checks, of: name, element)
    }
  }

  private func unequal(
    _ expectation: Expectation, _ found: Column, _ wanted: Column, _ type: Type
  ) -> TestFailure {
    var failure = TestFailure(
      .failedExpectation("the two sides are not equal", at: expectation.span, label: "not equal"))
    // Lists of records are compared as the rows of a flow in order are.
    if case .list(let element) = type, !element.fields.isEmpty {
      let (expected, rows) = (Self.elements(wanted), Self.elements(found))
      if let difference = RowDifference(element, expected: expected, found: rows, isOrdered: true) {
        var text = DifferenceText(difference)
        failure.difference = Self.sides + text.lines()
        return failure
      }
    }
    if !type.fields.isEmpty,
      let difference = RowDifference(type, expected: wanted, found: found, isOrdered: false)
    {
      var text = DifferenceText(difference)
      failure.difference = Self.sides + text.lines()
      return failure
    }
    var text = ValueText()
    failure.difference =
      "    left:  \(text.text(found, 0, type))\n    right: \(text.text(wanted, 0, type))\n"
    return failure
  }

  /// What the marks of a difference mean where there is no sink.
  private static let sides = "    (- right of `==`, + left of it)\n"

  private static func elements(_ list: Column) -> Column {
    let (offsets, values) = list.lists
    return values.sliced(Int(offsets[0])..<Int(offsets[1]))
  }

  /// The rows that a sink got, as one column of elements.
  private func rows(of name: String, _ element: Type) -> Column {
    guard let rows = sinks[name]?.rows else { return .absent(ColumnType(element), count: 0) }
    return rows.elements(of: element)
  }

  private func isOrdered(_ name: String) -> Bool {
    graph?.nodes.contains { node in
      if case .sink(let sink) = node.operation { sink.name == name && sink.isOrdered } else { false }
    } ?? false
  }

  private func difference(
    _ name: String, _ element: Type, _ list: TypedExpression, at span: Span
  ) throws(Stop) -> TestFailure? {
    let expected = try elements(list)
    let found = rows(of: name, element)
    guard
      let difference = RowDifference(element, expected: expected, found: found, isOrdered: isOrdered(name))
    else { return nil }
    var text = DifferenceText(difference)
    var failure = TestFailure(
      .failedExpectation("`\(name)` has other rows than expected", at: span, label: text.summary))
    failure.difference = text.lines()
    failure.update = RowsUpdate(list, element: element, rows: found)
    return failure
  }

  /// Runs the clauses over the rows that came.
  private func failed(
    _ checks: [CheckOperation], of name: String, _ element: Type
  ) async throws(Stop) -> [TestFailure] {
    let span = checks.first?.span ?? test.span
    let graph = Graph(
      name: name, documentation: nil,
      parameters: values.map { GraphParameter(local: $0.local, defaultValue: nil) },
      nodes: [
        Node(
          name: name,
          operation: .source(SourceOperation(name: name, connector: .stdin(.jsonLines(JSONLinesOptions())))),
          inputs: [], outputs: [FlowType(.table, element)], span: span),
        Node(name: "expect", operation: .check(checks), inputs: [Edge(0)], outputs: [], span: span),
        // Something that reads whole rows, so that examples of rows are whole.
        Node(
          name: "rows",
          operation: .sink(
            SinkOperation(name: "rows", connector: .stdout(.jsonLines(JSONLinesOptions())), isOrdered: false)),
          inputs: [Edge(0)], outputs: [], span: span),
      ])
    let run = BatchRun(
      graph: graph, parameters: Dictionary(values.map { ($0.local.id, $0.value) }) { first, _ in first },
      sources: [name: GivenSource(rows: Batch(elements: rows(of: name, element), of: element))],
      sinks: ["rows": KeptRows()], options: RunOptions(workers: 1))
    do throws(RunFailure) {
      try await run.run(progress: RunProgress(graph: graph)).discard()
      return []
    } catch {
      guard case .checks(let failed, _) = error else {
        throw Stop(RunDiagnostics(graph: graph, plan: Plan(graph)).findings(error).diagnostics)
      }
      return failed.map { check in
        let examples = check.examples.isEmpty ? nil : "for example\n\(check.examples.joined(separator: "\n"))"
        return TestFailure(
          .failedExpectation(
            "`\(name)` does not fulfil `\(check.description)`", at: check.span, label: check.found,
            help: examples))
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func failedExpectation(
    _ message: String, at span: Span, label: String, help: String? = nil
  ) -> Diagnostic {
    Diagnostic(.failedExpectation, message, at: span, label: label, help: help)
  }

  /// `what` reads "the rows of `sales`".
  static func notSynthesizable(_ problem: SynthesisProblem, _ what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .notSynthesizable, "\(what) can't be made: \(problem.message)", at: span,
      label: problem.path.isEmpty ? "" : "because of `\(problem.path.joined(separator: "."))`",
      help: problem.help)
  }
}

extension Type {
  /// The fields of a record's `@key`.
  var keys: Set<Int> { Set(fields.indices.filter { fields[$0].isKey }) }
}
