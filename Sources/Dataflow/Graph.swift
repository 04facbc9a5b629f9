// What a node does is told in Semantics (`Operation`, `Connector`): whoever reads a graph reads those too.
@_exported import Semantics
import Diagnosing
import Syntax

/// What a flow carries, and whether it ends.
public struct FlowType: Hashable, Sendable {
  /// Whether and why the flow ends.
  public enum Bound: Hashable, Sendable {
    case table
    case stream
    case request
  }
  /// Whether and why the flow ends.
  public let bound: Bound
  /// The type of one element: a record or row, or any other type (`Table<String>`).
  public let element: Type
  /// What the flow knows of event time; never `.any`.
  public let time: FlowTime

  /// Makes a flow type.
  public init(_ bound: Bound, _ element: Type, time: FlowTime = .untimed) {
    self.bound = bound
    self.element = element
    self.time = time
  }
}

/// The names of a node's result: an operator with two results has ports 0 and 1.
public struct Edge: Hashable, Sendable {
  /// Index into `Graph.nodes`.
  public let node: Int
  /// 0, or 1 for the second result.
  public let port: Int

  /// Makes an edge from port `port` of `node`.
  public init(_ node: Int, port: Int = 0) {
    self.node = node
    self.port = port
  }
}

/// The dataflow graph of one pipeline: flow functions are inlined, names are gone, everything is typed.
public struct Graph: Sendable {
  /// The pipeline's name.
  public let name: String
  /// What the pipeline's documentation says.
  public let documentation: String?
  /// In order. Their locals may be used by every expression of the graph.
  public let parameters: [GraphParameter]
  /// In topological order: inputs come before what uses them.
  public var nodes: [Node]
  /// The regions of `if` and `for` that nodes may be in, outer before inner.
  public var regions: [FlowRegion]
  /// What the pipeline's `run` says.
  public let run: RunOptions
  /// What must not be shown, because it carries labels.
  public let labelled: LabelledColumns

  /// The way in which the plan runs: it follows from the sources.
  public var mode: RunOptions.Mode {
    RunOptions.Mode(
      ofSources: nodes.lazy.compactMap { node in
        guard case .source = node.operation else { return nil }
        return node.outputs.first.map { Boundedness($0.bound) }
      })
  }

  /// Makes a graph.
  public init(
    name: String, documentation: String?, parameters: [GraphParameter], nodes: [Node],
    regions: [FlowRegion] = [], run: RunOptions = RunOptions(), labelled: LabelledColumns = LabelledColumns()
  ) {
    self.labelled = labelled
    self.name = name
    self.documentation = documentation
    self.parameters = parameters
    self.nodes = nodes
    self.regions = regions
    self.run = run
  }
}

/// A parameter of a pipeline.
public struct GraphParameter: Sendable {
  /// The value's name, id and type.
  public let local: Local
  /// The value when none is given.
  public let defaultValue: TypedExpression?

  /// Makes a parameter.
  public init(local: Local, defaultValue: TypedExpression?) {
    self.local = local
    self.defaultValue = defaultValue
  }
}

extension Node {
  /// The locals that it gives a value to.
  public var values: [Local] {
    var values = value.map { [$0] } ?? []
    if case .collect(let collect) = operation, let failures = collect.failures { values.append(failures) }
    return values
  }
}

/// One operator of the graph.
public struct Node: Sendable {
  /// The stable identity: statement name, inlined function path, operator and its ordinal in the
  /// statement: `revenue/price.filter.1`.
  public let name: String
  /// What it does.
  public let operation: Operation
  /// Where its rows come from, left before right.
  public let inputs: [Edge]
  /// The types of its results, one a port; none for sinks, checks and `discard`.
  public let outputs: [FlowType]
  /// What it gives where it gives no flow: a job value, which expressions of later nodes use.
  public let value: Local?
  /// Index into `Graph.regions`.
  public let region: Int?
  /// The name that its state had in an earlier version: `@was("old")`.
  public let formerName: String?
  /// The operator's name in the source.
  public let span: Span

  /// Makes a node.
  public init(
    name: String, operation: Operation, inputs: [Edge], outputs: [FlowType], value: Local? = nil,
    region: Int? = nil, formerName: String? = nil, span: Span
  ) {
    self.value = value
    self.region = region
    self.formerName = formerName
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.outputs = outputs
    self.span = span
  }
}

extension Boundedness {
  fileprivate init(_ bound: FlowType.Bound) {
    switch bound {
    case .table: self = .table
    case .stream: self = .stream
    case .request: self = .request
    }
  }
}
