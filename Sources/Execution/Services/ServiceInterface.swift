import Dataflow
import Engine
import Formats
import Semantics

/// What callers of a service see: where it answers, what it takes and what it gives.
public struct ServiceInterface: Sendable {
  /// A field of the request's record.
  public struct Input: Sendable {
    /// The name in the program, which stands in the path for a part of it.
    public let name: String
    /// The name, the type and the constraints that callers see.
    public let schema: FieldSchema
    /// Where the value comes from, if not from the body.
    public let part: RequestPart?
    /// Whether messages must not show its value.
    public let isLabelled: Bool
  }

  /// A `reply`.
  public struct Reply: Sendable {
    /// Its status.
    public let status: Int
    /// The name of its record, if it has one.
    public let record: String?
    /// The fields of one answer.
    public let schema: TableSchema
    /// Whether one record has at most one answer, as far as the operators tell.
    public let answersOnce: Bool
  }

  /// The pipeline's name.
  public let name: String
  /// What the pipeline's documentation says.
  public let documentation: String?
  /// The method.
  public let method: HTTPMethod
  /// The path, with names in braces: `/orders/{id}`.
  public let path: String
  /// The name of the request's record.
  public let record: String
  /// The fields of the request's record, in order.
  public let inputs: [Input]
  /// In the order of the pipeline.
  public let replies: [Reply]
  /// Whether no more than so many calls may be under way.
  public let isLimited: Bool
  /// The fields that the body holds.
  public var body: TableSchema { TableSchema(columns: inputs.filter { $0.part == nil }.map(\.schema)) }

  /// The interface of a service; nil where the request's elements are no records.
  init?(_ graph: Graph, _ schemas: SchemaConversion) throws(RowFailure) {
    guard let (node, method, path) = Self.request(graph), case .record(let record) = node.outputs[0].element
    else { return nil }
    let columns = try schemas.schema(of: .record(record)).columns
    let labelled = graph.labelled[node.span]?.results.first ?? []
    name = graph.name
    documentation = graph.documentation
    self.method = method
    self.path = path
    self.record = record.name
    isLimited = graph.run.maxInFlight != nil
    inputs = zip(record.fields, columns).enumerated().map { index, field in
      Input(
        name: field.0.name, schema: field.1, part: field.0.requestPart,
        isLabelled: labelled.contains(index) || labelled.contains(LabelledColumns.all))
    }
    var replies: [Reply] = []
    for node in graph.nodes {
      guard case .reply(let reply) = node.operation else { continue }
      let element = graph.nodes[node.inputs[0].node].outputs[node.inputs[0].port].element
      var name: String?
      if case .record(let record) = element { name = record.name }
      replies.append(
        Reply(
          status: reply.status, record: name, schema: try schemas.schema(of: element),
          answersOnce: graph.answersOnce(node.inputs[0].node)))
    }
    self.replies = replies
  }

  private static func request(_ graph: Graph) -> (Dataflow.Node, HTTPMethod, String)? {
    for node in graph.nodes {
      if case .source(let source) = node.operation, case .request(let method, let path) = source.connector {
        return (node, method, path)
      }
    }
    return nil
  }
}

extension Graph {
  /// Whether a call of one record gives at most one row here, as far as the operators tell: what a join finds is
  /// only known when it has found it.
  fileprivate func answersOnce(_ index: Int) -> Bool {
    let node = nodes[index]
    switch node.operation {
    case .source: return node.outputs[0].bound == .request
    case .map, .filter, .tryMap, .sample, .split, .timed, .join: return answersOnce(node.inputs[0].node)
    case .union: return node.inputs.allSatisfy { answersOnce($0.node) }
    case .aggregate(let aggregate): return aggregate.key == nil && node.outputs[0].time == .untimed
    default: return false
    }
  }
}
