import Diagnosing
import Semantics
import Syntax

extension Graph {
  /// The graph of a sound pipeline: flow functions inlined, each flow computed once.
  public init(lowering pipeline: CheckedPipeline) {
    var lowering = Lowering()
    lowering.lower(pipeline)
    self.init(
      name: pipeline.name, documentation: pipeline.documentation,
      parameters: pipeline.parameters.map {
        GraphParameter(local: $0.local, defaultValue: $0.defaultValue)
      },
      nodes: lowering.nodes)
  }
}

/// Turns steps into nodes: gives them their names and their kinds of flow, and puts values in the place of
/// the parameters of flow functions and of `let` values.
private struct Lowering {
  var nodes: [Node] = []
  /// Whether the rows of each node's first result come in an order that `sort` gave.
  private var isOrdered: [Bool] = []
  /// How many operators of each kind a statement has had, by `statement/path.operator`.
  private var ordinals: [String: Int] = [:]

  mutating func lower(_ pipeline: CheckedPipeline) {
    var values = LocalRewriter()
    _ = lower(pipeline.body, path: "", statement: nil, arguments: [], values: &values)
  }

  /// Adds the nodes of a body; `values` replaces the locals that are known outside. Gives the edges of
  /// the flows that the body's references lead to.
  private mutating func lower(
    _ body: FlowBody, path: String, statement: String?, arguments: [Edge], values: inout LocalRewriter
  ) -> Edge? {
    for binding in body.bindings { values.bind(binding.local, to: values.root(binding.value)) }
    // The edge of each step's first result.
    var edges: [Edge] = []
    edges.reserveCapacity(body.steps.count)
    func edge(_ reference: FlowReference) -> Edge {
      let first = edges[reference.step]
      return reference.port == 0 ? first : Edge(first.node, port: reference.port)
    }
    for step in body.steps {
      let inputs = step.inputs.map(edge)
      switch step.kind {
      case .parameter(let index): edges.append(arguments[index])
      case .reportedSource: preconditionFailure("an unsound pipeline is not lowered")
      case .call(let function, let given):
        guard let inner = function.body else {
          preconditionFailure("a pipeline that calls an unsound function is not lowered")
        }
        var innerValues = LocalRewriter()
        for (local, value) in zip(function.values, given) {
          innerValues.bind(local, to: values.root(value))
        }
        let result = lower(
          inner, path: "\(path)/\(function.name)", statement: statement ?? step.statement,
          arguments: inputs, values: &innerValues)
        guard let result else { preconditionFailure("a flow function has a result") }
        edges.append(result)
      case .operation(let operation):
        edges.append(Edge(nodes.count))
        add(operation, step, inputs, (statement ?? step.statement) + path, &values)
      }
    }
    return body.result.map(edge)
  }

  private mutating func add(
    _ operation: Operation, _ step: FlowStep, _ inputs: [Edge], _ prefix: String,
    _ values: inout LocalRewriter
  ) {
    let ordered = inputs.first.map { $0.port == 0 && isOrdered[$0.node] } ?? false
    let bound = inputs.isEmpty ? FlowType.Bound(step.bound) : bound(of: inputs)
    var operation = operation.replacing(&values)
    if case .sink(let sink) = operation {
      operation = .sink(SinkOperation(name: sink.name, connector: sink.connector, isOrdered: ordered))
    }
    nodes.append(
      Node(
        name: name(of: operation, prefix), operation: operation, inputs: inputs,
        outputs: step.elements.map { FlowType(bound, $0) }, span: step.span))
    isOrdered.append(operation.givesOrder(ordered))
  }

  private func bound(of inputs: [Edge]) -> FlowType.Bound {
    var result = FlowType.Bound.table
    for input in inputs {
      switch (result, nodes[input.node].outputs[input.port].bound) {
      case (.stream, _), (_, .stream): result = .stream
      case (.request, _), (_, .request): result = .request
      case (.table, .table): result = .table
      }
    }
    return result
  }

  /// Sources and sinks are named by their statements, others by statement, path, operator and ordinal.
  private mutating func name(of operation: Operation, _ prefix: String) -> String {
    switch operation {
    case .source(let source): return source.name
    case .sink(let sink): return sink.name
    default:
      let stem = "\(prefix).\(operation.name)"
      let ordinal = (ordinals[stem] ?? 0) + 1
      ordinals[stem] = ordinal
      return "\(stem).\(ordinal)"
    }
  }
}

extension FlowType.Bound {
  /// A flow of unknown kind has no inputs that say otherwise: it ends.
  fileprivate init(_ bound: Boundedness) {
    switch bound {
    case .table, .any: self = .table
    case .stream: self = .stream
    case .request: self = .request
    }
  }
}

extension Operation {
  /// The operator's name in the source.
  public var name: String {
    switch self {
    case .source: "from"
    case .sink: "into"
    case .map: "map"
    case .filter: "filter"
    case .flatMap: "flat_map"
    case .tryMap: "try_map"
    case .union: "union"
    case .distinct: "distinct"
    case .join(let join): join.kind.rawValue
    case .aggregate: "aggregate"
    case .top: "top"
    case .sort: "sort"
    case .limit: "limit"
    case .sample: "sample"
    case .split: "split"
    case .check: "check"
    case .discard: "discard"
    }
  }

  /// Whether the first result comes in an order, given whether the input does.
  fileprivate func givesOrder(_ input: Bool) -> Bool {
    switch self {
    case .sort: true
    case .top(let top): top.group == nil
    case .map, .filter, .flatMap, .tryMap, .limit, .sample, .split: input
    default: false
    }
  }
}
