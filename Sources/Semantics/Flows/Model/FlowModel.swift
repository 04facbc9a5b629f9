import Diagnosing
import Syntax

/// Whether and why a flow ends, as far as its declaration tells.
public enum Boundedness: Hashable, Sendable {
  /// `Table<T>`.
  case table
  /// `Stream<T>`.
  case stream
  /// `Request<T>`.
  case request
  /// `Flow<T>` in a function's signature: as each call has it.
  case any

  /// What a flow made of both is.
  public func joined(with other: Boundedness) -> Boundedness {
    if self == .stream || other == .stream { return .stream }
    if self == .request || other == .request { return .request }
    if self == .any || other == .any { return .any }
    return .table
  }

  /// The name of the type in the source.
  public var typeName: String {
    switch self {
    case .table: "Table"
    case .stream: "Stream"
    case .request: "Request"
    case .any: "Flow"
    }
  }
}

/// One result of a step of the same `FlowBody`.
public struct FlowReference: Hashable, Sendable {
  /// Index into `FlowBody.steps`.
  public let step: Int
  /// 0, or 1 for a second result.
  public let port: Int

  /// Makes a reference.
  public init(step: Int, port: Int = 0) {
    self.step = step
    self.port = port
  }
}

/// One operator, source, sink or call of a flow function.
public struct FlowStep: Sendable {
  /// What the step does.
  public enum Kind: Sendable {
    /// The flow parameter at this index of `FlowFunction.flows`.
    case parameter(Int)
    /// A `from` whose connector was reported; never lowered. Its span is that of the declared type.
    case reportedSource
    /// Anything but a call.
    case operation(Operation)
    /// Its inputs are the flow arguments, in the order of `FlowFunction.flows`; a value for each of
    /// `FlowFunction.values`.
    case call(FlowFunction, values: [TypedExpression])
  }
  /// What the step does.
  public let kind: Kind
  /// The name that its statement gives to its operators; empty inside functions.
  public let statement: String
  /// Left before right.
  public let inputs: [FlowReference]
  /// The element types of its results.
  public let elements: [Type]
  /// Whether its results end.
  public let bound: Boundedness
  /// What each of its results knows of event time.
  public let times: [FlowTime]
  /// What it gives where it gives no flow: a job value.
  public let value: Local?
  /// Index into `FlowBody.regions`.
  public let region: Int?
  /// The operator's name in the source.
  public let span: Span

  /// Makes a step; its results are untimed unless `times` says otherwise.
  public init(
    kind: Kind, statement: String, inputs: [FlowReference], elements: [Type], bound: Boundedness,
    times: [FlowTime]? = nil, value: Local? = nil, region: Int? = nil, span: Span
  ) {
    self.kind = kind
    self.statement = statement
    self.inputs = inputs
    self.elements = elements
    self.bound = bound
    self.times = times ?? elements.map { _ in .untimed }
    self.value = value
    self.region = region
    self.span = span
  }
}

/// A value with a name, between flows: `let limit = 3 * scale`.
public struct ValueBinding: Sendable {
  /// What the lambdas of later steps may use.
  public let local: Local
  /// Over parameters and earlier bindings.
  public let value: TypedExpression

  /// Makes a binding.
  public init(local: Local, value: TypedExpression) {
    self.local = local
    self.value = value
  }
}

/// The checked statements of a pipeline or flow function: each flow once, inputs before their users.
public struct FlowBody: Sendable {
  /// In topological order.
  public internal(set) var steps: [FlowStep] = []
  /// In order.
  public internal(set) var bindings: [ValueBinding] = []
  /// Those of `if` and `for`, outer before inner.
  public internal(set) var regions: [FlowRegion] = []
  /// Statement names of an earlier version, by the new name: `@was("old")`.
  public internal(set) var formerNames: [String: String] = [:]
  /// What a function gives.
  public internal(set) var result: FlowReference?
  /// The types that its expressions write, for their labels.
  var written = WrittenTypes()
  /// The types that are written at the names of flows, for their labels.
  var declared: [WrittenFlow] = []

  /// Makes an empty body.
  public init() {}
}

/// A checked `fn` over flows. One object per declaration.
public final class FlowFunction: @unchecked Sendable {
  /// A parameter that is a flow.
  public struct FlowParameter: Sendable {
    /// The name in the function.
    public let name: String
    /// What it may be bound to.
    public let bound: Boundedness
    /// The type of one element.
    public let element: Type
    /// Where the name is declared.
    public let span: Span
  }

  /// One parameter as it is passed.
  public enum Parameter: Sendable {
    /// Index into `flows`.
    case flow(Int)
    /// Index into `values`.
    case value(Int)
  }

  /// The declared name.
  public let name: String
  /// In the order of declaration.
  public let parameters: [Parameter]
  /// The parameters that are flows.
  public let flows: [FlowParameter]
  /// The parameters that are values.
  public let values: [Local]
  /// As many as `values`.
  public let defaults: [TypedExpression?]
  /// The declared kind of the result.
  public let resultBound: Boundedness
  /// The type of one element of the result.
  public let resultElement: Type
  /// `-> Flow<R>!`: `try` is legal in its lambdas.
  public let isFallible: Bool
  /// Where the name is declared.
  public let span: Span
  /// Written once, after all signatures are known and before anything is lowered; hence `@unchecked`.
  /// Nil where the body has errors.
  public internal(set) var body: FlowBody?

  /// Makes a function whose body follows.
  public init(
    name: String, parameters: [Parameter], flows: [FlowParameter], values: [Local],
    defaults: [TypedExpression?],
    resultBound: Boundedness, resultElement: Type, isFallible: Bool, span: Span
  ) {
    self.name = name
    self.parameters = parameters
    self.flows = flows
    self.values = values
    self.defaults = defaults
    self.resultBound = resultBound
    self.resultElement = resultElement
    self.isFallible = isFallible
    self.span = span
  }
}

/// A flow that a statement of a pipeline binds to a name.
public struct NamedFlow: Sendable {
  /// The name.
  public let name: String
  /// The flow.
  public let reference: FlowReference
  /// The type of one element.
  public let element: Type
  /// Where the name is bound.
  public let span: Span
}

/// A checked pipeline.
public struct CheckedPipeline: Sendable {
  /// The pipeline's name.
  public let name: String
  /// What its `///` lines say.
  public let documentation: String?
  /// In order, each with its default.
  public let parameters: [(local: Local, defaultValue: TypedExpression?)]
  /// Its statements.
  public let body: FlowBody
  /// The flows that its sources and its `let` name.
  public let flows: [NamedFlow]
  /// What its `run` says.
  public let run: RunOptions
  /// The columns that carry labels: their values are shown nowhere.
  public let labelled: LabelledColumns
  /// The labels in `allow` of sinks and replies that never come there.
  public let idleAllows: [Identifier]
  /// Whether it has no errors, so that it can be lowered.
  public let isSound: Bool
  /// Where the name is declared.
  public let span: Span

  /// Makes a pipeline.
  public init(
    name: String, documentation: String?, parameters: [(local: Local, defaultValue: TypedExpression?)],
    body: FlowBody, flows: [NamedFlow] = [], run: RunOptions = RunOptions(),
    labelled: LabelledColumns = LabelledColumns(), idleAllows: [Identifier] = [], isSound: Bool, span: Span
  ) {
    self.labelled = labelled
    self.idleAllows = idleAllows
    self.name = name
    self.documentation = documentation
    self.parameters = parameters
    self.body = body
    self.flows = flows
    self.run = run
    self.isSound = isSound
    self.span = span
  }
}
