import Diagnosing
import Semantics
import Syntax

extension Graph {
  /// The graph of a sound pipeline: flow functions inlined, each flow computed once, `stubs` in the place of the
  /// tasks that they stand for.
  public init(lowering pipeline: CheckedPipeline, stubs: [TaskStub] = []) {
    var lowering = Lowering(stubs: stubs)
    lowering.lower(pipeline)
    self.init(
      name: pipeline.name, documentation: pipeline.documentation,
      parameters: pipeline.parameters.map {
        GraphParameter(local: $0.local, defaultValue: $0.defaultValue)
      },
      nodes: lowering.nodes, regions: lowering.regions, run: pipeline.run, labelled: pipeline.labelled)
  }
}

/// Turns steps into nodes: gives them their names and their kinds of flow, and puts values in the place of
/// the parameters of flow functions and of `let` values.
private struct Lowering {
  var nodes: [Node] = []
  var regions: [FlowRegion] = []
  /// Whether the rows of each node's first result come in an order that `sort` gave.
  private var isOrdered: [Bool] = []
  /// How many operators of each kind a statement has had, by `statement/path.operator`.
  private var ordinals: [String: Int] = [:]

  private var formerNames: [String: String] = [:]
  private let stubs: [TaskStub]

  init(stubs: [TaskStub]) { self.stubs = stubs }

  mutating func lower(_ pipeline: CheckedPipeline) {
    var values = LocalRewriter(stubs: stubs)
    formerNames = pipeline.body.formerNames
    _ = lower(pipeline.body, path: "", caller: nil, arguments: [], values: &values)
  }

  /// Adds the nodes of a body; `values` replaces the locals that are known outside. Gives the edges of
  /// the flows that the body's references lead to. What a function does has the statement and the region of
  /// its `caller`.
  private mutating func lower(
    _ body: FlowBody, path: String, caller: (statement: String, region: Int?)?, arguments: [Edge],
    values: inout LocalRewriter
  ) -> Edge? {
    for binding in body.bindings { values.bind(binding.local, to: values.root(binding.value)) }
    // Only a pipeline has regions, and it is lowered once: its regions keep their numbers.
    for region in body.regions { regions.append(region.replacing(&values, parent: region.parent)) }
    // The edge of each step's first result.
    var edges: [Edge] = []
    edges.reserveCapacity(body.steps.count)
    func edge(_ reference: FlowReference) -> Edge {
      let first = edges[reference.step]
      return reference.port == 0 ? first : Edge(first.node, port: reference.port)
    }
    for step in body.steps {
      let inputs = step.inputs.map(edge)
      let place = caller ?? (step.statement, step.region)
      switch step.kind {
      case .parameter(let index): edges.append(arguments[index])
      case .reportedSource: preconditionFailure("an unsound pipeline is not lowered")
      case .call(let function, let given):
        guard let inner = function.body else {
          preconditionFailure("a pipeline that calls an unsound function is not lowered")
        }
        var innerValues = LocalRewriter(stubs: stubs)
        for (local, value) in zip(function.values, given) {
          innerValues.bind(local, to: values.root(value))
        }
        let result = lower(
          inner, path: "\(path)/\(function.name)", caller: place, arguments: inputs, values: &innerValues)
        guard let result else { preconditionFailure("a flow function has a result") }
        edges.append(result)
      case .operation(let operation):
        edges.append(Edge(nodes.count))
        add(operation, step, inputs, place.statement + path, region: place.region, &values)
      }
    }
    return body.result.map(edge)
  }

  private mutating func add(
    _ operation: Operation, _ step: FlowStep, _ inputs: [Edge], _ prefix: String, region: Int?,
    _ values: inout LocalRewriter
  ) {
    let ordered = inputs.first.map { $0.port == 0 && isOrdered[$0.node] } ?? false
    let bound = inputs.isEmpty ? FlowType.Bound(step.bound) : bound(of: inputs)
    let given = inputs.map { nodes[$0.node].outputs[$0.port].time }
    let isWindowed = given.first == .windowed
    var operation = operation.replacing(&values)
    switch operation {
    case .aggregate(let aggregate): operation = .aggregate(aggregate.windowed(isWindowed))
    case .top(let top): operation = .top(top.windowed(isWindowed))
    case .sink(let sink): operation = .sink(sink.ordered(ordered))
    case .reply(let reply):
      operation = .reply(ReplyOperation(status: reply.status, allow: reply.allow, isOrdered: ordered))
    default: break
    }
    let name = name(of: operation, prefix) + pass(of: region)
    let times = operation.times(of: given)
    nodes.append(
      Node(
        name: name, operation: operation, inputs: inputs,
        outputs: zip(step.elements, times).map { FlowType(bound, $0, time: $1) },
        value: step.value, region: region, formerName: formerName(name), span: step.span))
    isOrdered.append(operation.givesOrder(ordered))
  }

  /// What tells the passes of the `for`s around apart: `[shop, d]`, each variable for its element.
  private func pass(of region: Int?) -> String {
    var names: [String] = []
    var next = region
    while let index = next {
      if case .each(let variables, _) = regions[index].kind {
        names = variables.map(\.variable.name) + names
      }
      next = regions[index].parent
    }
    return names.isEmpty ? "" : "[\(names.joined(separator: ", "))]"
  }

  /// The name with the statement's former name in the place of its own.
  private func formerName(_ name: String) -> String? {
    let statement = name.prefix { $0 != "." && $0 != "/" && $0 != "[" }
    return formerNames[String(statement)].map { $0 + name.dropFirst(statement.count) }
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
  /// Whether the first result comes in an order, given whether the input does.
  fileprivate func givesOrder(_ input: Bool) -> Bool {
    switch self {
    case .sort: true
    case .top(let top): top.group == nil && !top.isWindowed
    case .map, .filter, .flatMap, .tryMap, .limit, .sample, .split: input
    default: false
    }
  }
}

extension AggregateOperation {
  /// A function's aggregation may have a window in one call and none in another.
  fileprivate func windowed(_ isWindowed: Bool) -> AggregateOperation {
    if isWindowed || window == nil { return self }
    return AggregateOperation(key: key, keyLocal: keyLocal, calls: calls, result: result)
  }
}

extension TopOperation {
  /// As for an aggregation.
  fileprivate func windowed(_ isWindowed: Bool) -> TopOperation {
    TopOperation(group: group, count: count, keys: keys, keepsTies: keepsTies, isWindowed: isWindowed)
  }
}
