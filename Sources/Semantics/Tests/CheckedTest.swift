import Diagnosing

/// A checked test: what is given, and what is expected of it.
public struct CheckedTest: Sendable {
  /// The title, which no other test of the file has.
  public let title: String
  /// The pipeline under test, with a sink for each flow whose rows are expected; none in a test of plain
  /// expressions.
  public let pipeline: CheckedPipeline?
  /// A value for each of the pipeline's parameters.
  public let arguments: [ValueBinding]
  /// What stands for the tasks that the pipeline calls.
  public let stubs: [TaskStub]
  /// In order.
  public let statements: [TestStatement]
  /// Whether neither it nor its pipeline has errors, so that it can run.
  public let isSound: Bool
  /// The title in the source.
  public let span: Span

  /// Makes a test.
  public init(
    title: String, pipeline: CheckedPipeline?, arguments: [ValueBinding], stubs: [TaskStub],
    statements: [TestStatement], isSound: Bool, span: Span
  ) {
    self.title = title
    self.pipeline = pipeline
    self.arguments = arguments
    self.stubs = stubs
    self.statements = statements
    self.isSound = isSound
    self.span = span
  }
}

/// A statement of a test.
public enum TestStatement: Sendable {
  /// `let name = value`.
  case bind(ValueBinding)
  /// `given name = rows`.
  case given(GivenRows)
  /// `expect ...`.
  case expect(Expectation)
}

/// What a source holds in a test.
public struct GivenRows: Sendable {
  /// Where the rows come from.
  public enum Rows: Sendable {
    /// A list of elements.
    case list(TypedExpression)
    /// `synthetic(rows, seed: seed)`.
    case synthetic(rows: TypedExpression, seed: TypedExpression)
  }
  /// The source's name in the pipeline.
  public let name: String
  /// The type of one row.
  public let element: Type
  /// Where the rows come from.
  public let rows: Rows
  /// The value in the source.
  public let span: Span
}

/// What must hold when the pipeline has run.
public struct Expectation: Sendable {
  /// What must hold.
  public enum Condition: Sendable {
    /// A Boolean that is no comparison.
    case holds(TypedExpression)
    /// Both sides of an `==`, so that a difference can be shown.
    case equal(TypedExpression, TypedExpression)
    /// The rows of a flow are those of a list; their order counts where the flow has one.
    case rows(of: String, element: Type, TypedExpression)
    /// The clauses of a check hold for a flow.
    case checks(of: String, element: Type, [CheckOperation])
  }
  /// What must hold.
  public let condition: Condition
  /// The condition in the source, or the name of the flow.
  public let span: Span
}

extension CheckedPipeline {
  /// A flow that comes in from outside.
  struct Source {
    let name: String
    let element: Type
    let span: Span
  }

  /// The `from` statements.
  var sources: [Source] {
    body.steps.compactMap { step in
      switch step.kind {
      case .operation(.source(let source)):
        Source(name: source.name, element: step.elements[0], span: step.span)
      case .reportedSource: Source(name: step.statement, element: step.elements[0], span: step.span)
      default: nil
      }
    }
  }

  /// What the `into` statements write.
  var sinks: [NamedFlow] {
    body.steps.compactMap { step in
      guard case .operation(.sink(let sink)) = step.kind, let input = step.inputs.first, input != .broken
      else { return nil }
      return NamedFlow(
        name: sink.name, reference: input, element: body.steps[input.step].elements[input.port],
        span: step.span)
    }
  }

  /// The tasks that it calls as jobs or for each row, also inside flow functions: each once, in the order of the
  /// calls.
  var calledTasks: [TypedTask] {
    var found: [TypedTask] = []
    var seen: Set<ObjectIdentifier> = []
    func walk(_ body: FlowBody) {
      for step in body.steps {
        switch step.kind {
        case .call(let function, _):
          if let inner = function.body, seen.insert(ObjectIdentifier(function)).inserted { walk(inner) }
        case .operation(.task(let call)):
          if seen.insert(ObjectIdentifier(call.task)).inserted { found.append(call.task) }
        case .operation(let operation):
          operation.rowLambda?.body.visit { part in
            guard case .task(let task, _) = part.kind, seen.insert(ObjectIdentifier(task)).inserted else {
              return
            }
            found.append(task)
          }
        case .parameter, .reportedSource: break
        }
      }
    }
    walk(body)
    return found
  }

  /// The pipeline with a sink more for each of these flows. A test puts memory behind every sink, so that it
  /// does not matter what the connector is.
  func capturing(_ captured: [NamedFlow]) -> CheckedPipeline {
    var body = body
    for flow in captured {
      let sink = SinkOperation(
        name: flow.name, connector: .stdout(.jsonLines(JSONLinesOptions())), isOrdered: false)
      body.steps.append(
        FlowStep(
          kind: .operation(.sink(sink)), statement: flow.name, inputs: [flow.reference], elements: [],
          bound: body.steps[flow.reference.step].bound, span: flow.span))
    }
    return CheckedPipeline(
      name: name, documentation: documentation, parameters: parameters, body: body, flows: flows, run: run,
      isSound: isSound, span: span)
  }
}

extension Operation {
  /// The lambda of an operator that may call tasks.
  fileprivate var rowLambda: TypedLambda? {
    switch self {
    case .map(let lambda), .flatMap(let lambda), .tryMap(let lambda, _): lambda
    default: nil
    }
  }
}
