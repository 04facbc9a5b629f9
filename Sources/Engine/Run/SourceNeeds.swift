import Dataflow
import Semantics

/// Which fields of each node's results anything downstream reads, so that sources materialise and filters
/// copy only those. What settles a tie counts as read: the whole element of `sort`, `top`, `distinct(by:)`.
public struct SourceNeeds: Sendable {
  private let sources: [String: [Bool]]

  /// Computes the needs of all sources of `graph`.
  public init(graph: Graph) {
    let needs = Needs(graph: graph)
    var sources: [String: [Bool]] = [:]
    for (index, node) in graph.nodes.enumerated() {
      if case .source(let source) = node.operation {
        let fields = needs[Edge(index)]
        sources[source.name] = (0..<node.outputs[0].element.fieldCount).map { fields.contains($0) }
      }
    }
    self.sources = sources
  }

  /// One flag for each field of the source's record, whether it is read; of another element one flag.
  public subscript(source: String) -> [Bool] { sources[source] ?? [] }
}

extension Type {
  /// Columns of an element of this type.
  var fieldCount: Int {
    switch self {
    case .record(let record): record.fields.count
    case .row(let row): row.names.count
    default: 1
    }
  }
}

/// The fields that are read of every edge.
struct Needs {
  private var byEdge: [Edge: FieldSet] = [:]

  subscript(edge: Edge) -> FieldSet { byEdge[edge] ?? .none }

  init(graph: Graph) {
    for index in graph.nodes.indices.reversed() { visit(graph.nodes[index], index, graph) }
  }

  private mutating func need(_ edge: Edge, _ fields: FieldSet) {
    byEdge[edge, default: .none].formUnion(fields)
  }

  private mutating func need(_ edge: Edge, _ lambda: TypedLambda) {
    need(edge, FieldUses(lambda)[lambda.parameters[0]])
  }

  private mutating func visit(_ node: Dataflow.Node, _ index: Int, _ graph: Graph) {
    let output = self[Edge(index)]
    switch node.operation {
    case .source, .discard: break
    case .sink, .sort, .top: need(node.inputs[0], .whole)
    case .map(let lambda): need(node.inputs[0], Needs.uses(of: lambda, output: output))
    case .filter(let lambda):
      need(node.inputs[0], output)
      need(node.inputs[0], lambda)
    case .flatMap(let lambda): need(node.inputs[0], lambda)
    case .tryMap(let lambda, let failed):
      need(node.inputs[0], lambda)
      if case .bound = failed, self[Edge(index, port: 1)] != .none { need(node.inputs[0], .whole) }
    case .union, .limit: for input in node.inputs { need(input, output) }
    case .distinct: need(node.inputs[0], .whole)
    case .join(let join):
      visit(join, node, output)
      // Which of two right rows of one time is the newer settles the canonical order of the whole.
      if graph.matchesByTime(index), join.time?.isWithin != true { need(node.inputs[1], .whole) }
      if self[Edge(index, port: 1)] != .none { for input in node.inputs { need(input, .whole) } }
    case .aggregate(let aggregate): need(node.inputs[0], aggregate)
    case .sample(_, let by, _), .split(_, let by, _):
      need(node.inputs[0], output)
      need(node.inputs[0], self[Edge(index, port: 1)])
      if let by { need(node.inputs[0], by) } else { need(node.inputs[0], .whole) }
    case .check(let clauses):
      for clause in clauses {
        switch clause.condition {
        case .rows: break
        case .unique(let lambda), .every(let lambda, _): need(node.inputs[0], lambda)
        case .that(let aggregate): need(node.inputs[0], aggregate)
        }
      }
    case .timed(let timed):
      need(node.inputs[0], output)
      need(node.inputs[0], timed.time)
    case .window:
      need(node.inputs[0], output)
      need(node.inputs[0], self[Edge(index, port: 1)])
    case .scan, .latest, .rolling, .faults, .reply, .single, .toList, .task, .collect,
      .choose, .rows, .fail:
      for input in node.inputs { need(input, .whole) }
    }
  }

  private mutating func visit(_ join: JoinOperation, _ node: Dataflow.Node, _ output: FieldSet) {
    var uses = FieldUses()
    for equality in join.equalities {
      uses.add(equality.left)
      uses.add(equality.right)
    }
    if let residual = join.residual { uses.add(residual) }
    need(node.inputs[0], uses[join.left])
    need(node.inputs[1], uses[join.right])
    if let select = join.select {
      let uses = Needs.uses(ofBody: select.body, output: output)
      need(node.inputs[0], uses[select.parameters[0]])
      need(node.inputs[1], uses[select.parameters[1]])
    } else {
      need(node.inputs[0], output)
    }
  }

  private mutating func need(_ edge: Edge, _ aggregate: AggregateOperation) {
    if let key = aggregate.key { need(edge, key) }
    for call in aggregate.calls {
      for filter in call.filters { need(edge, filter) }
      if let argument = call.argument { need(edge, argument) }
      if call.function.keepsElements { need(edge, .whole) }
    }
  }

  static func uses(of lambda: TypedLambda, output: FieldSet) -> FieldSet {
    uses(ofBody: lambda.body, output: output)[lambda.parameters[0]]
  }

  /// The uses of an element's expression; a field that is only copied and that nobody reads is none.
  static func uses(ofBody body: TypedExpression, output: FieldSet) -> FieldUses {
    var uses = FieldUses()
    if case .construct(let parts) = body.kind {
      for (index, part) in parts.enumerated() where output.contains(index) || !part.isPath { uses.add(part) }
    } else {
      uses.add(body)
    }
    return uses
  }
}

extension JoinTime {
  fileprivate var isWithin: Bool {
    if case .within = self { return true }
    return false
  }
}

extension AggregateFunction {
  /// Whether whole elements are kept, not only what a lambda gives: as the value, or to settle ties.
  var keepsElements: Bool {
    switch self {
    case .minBy, .maxBy, .top, .first, .last: true
    default: false
    }
  }
}

extension TypedExpression {
  /// Whether this only reaches into a local: it costs nothing and can't fail.
  var isPath: Bool {
    switch kind {
    case .local: true
    case .field(let base, _), .rewrap(let base), .some(let base): base.isPath
    default: false
    }
  }
}
