import Dataflow
import Semantics

/// Says in a few words what operators, types and expressions are, as the language would write them.
struct Wording {
  private let graph: Graph

  init(_ graph: Graph) { self.graph = graph }

  /// Longer expressions are cut here: a plan is read at a glance.
  private static let limit = 60

  /// What node `index` does.
  func step(_ index: Int) -> Step {
    let node = graph.nodes[index]
    return Step(
      name: node.name, operation: node.operation.name, detail: detail(node), holds: holds(node))
  }

  private func detail(_ node: Node) -> String {
    switch node.operation {
    case .source(let source):
      return "\(source.connector.text) as \(node.outputs[0].element)"
    case .sink(let sink): return sink.connector.text
    case .map:
      return node.outputs.isEmpty ? "" : "to \(Self.cut(node.outputs[0].element.description))"
    case .flatMap: return "to \(Self.cut(node.outputs[0].element.description))"
    case .tryMap(_, let failed):
      let policy =
        switch failed {
        case .bound: ""
        case .discard: ", failed rows are dropped"
        case .fail: ", a failed row fails the run"
        }
      return "to \(Self.cut(node.outputs[0].element.description))\(policy)"
    case .filter(let lambda): return Self.cut(lambda.body.text)
    case .union: return node.inputs.map { "`\(graph.nodes[$0.node].name)`" }.joined(separator: " and ")
    case .distinct(let distinct):
      let key = distinct.by.map { "by \(Self.key($0))" } ?? "whole rows"
      return key + (distinct.within.map { " within \($0.text)" } ?? "")
    case .join(let join):
      let on = join.equalities.map { "\($0.left.text) == \($0.right.text)" }
      let rest = join.residual.map { [$0.text] } ?? []
      return Self.cut("on \((on + rest).joined(separator: " && "))")
    case .aggregate(let aggregate):
      let calls = aggregate.calls.map(\.function.rawValue)
      var distinct: [String] = []
      for call in calls where !distinct.contains(call) { distinct.append(call) }
      let what = distinct.isEmpty ? "keys" : distinct.joined(separator: ", ")
      return aggregate.key.map { "\(what) by \(Self.key($0))" } ?? what
    case .top(let top):
      let group = top.group.map { " a \(Self.key($0))" } ?? ""
      let ties = top.keepsTies ? ", ties kept" : ""
      return "\(top.count.text)\(group) by \(Self.keys(top.keys))\(ties)"
    case .sort(let keys): return "by \(Self.keys(keys))"
    case .limit(let count): return "to \(count.text) rows"
    case .sample(let fraction, let by, _), .split(let fraction, let by, _):
      return "\(fraction.text) by \(by.map { Self.key($0) } ?? "the whole row")"
    case .check(let clauses):
      return Self.cut(clauses.map { ($0.warns ? "warn " : "") + $0.description }.joined(separator: ", "))
    case .timed, .window, .scan, .latest, .rolling, .faults, .reply, .single, .toList, .task, .collect,
      .choose, .rows,
      .fail:
      return Self.cut(node.operation.details)
    case .discard: return "`\(node.inputs.first.map { graph.nodes[$0.node].name } ?? "")`"
    }
  }

  private func holds(_ node: Node) -> HeldState? {
    switch node.operation {
    case .join: return node.inputs.count == 2 ? .rightSide(of: graph.nodes[node.inputs[1].node].name) : nil
    case .aggregate(let aggregate): return Self.holds(aggregate)
    case .sort: return .rows
    case .distinct(let distinct): return distinct.by == nil ? .keys : .groups(keepingValuesOf: [])
    case .top(let top):
      let count = top.count.text
      return .greatest(count: top.keepsTies ? "\(count) (and tied)" : count, isGrouped: top.group != nil)
    case .check(let clauses):
      let isKeyed = clauses.contains { clause in
        if case .unique = clause.condition { true } else { false }
      }
      return isKeyed ? .keys : nil
    default: return nil
    }
  }

  private static func holds(_ aggregate: AggregateOperation) -> HeldState {
    var keeping: [String] = []
    for call in aggregate.calls where !keeping.contains(call.function.rawValue) {
      switch call.function {
      case .collect, .countDistinct, .quantile: keeping.append(call.function.rawValue)
      case .count, .sum, .mean, .min, .max, .minBy, .maxBy, .first, .last, .stddev, .top, .any, .all:
        break
      }
    }
    if aggregate.key == nil, keeping.isEmpty { return .greatest(count: "1", isGrouped: false) }
    return .groups(keepingValuesOf: keeping)
  }

  private static func keys(_ keys: [SortKey]) -> String {
    keys.map { $0.isDescending ? "desc(\(key($0.key)))" : key($0.key) }.joined(separator: ", ")
  }

  /// The body of a key's lambda.
  static func key(_ lambda: TypedLambda) -> String { cut(lambda.body.text) }

  static func cut(_ text: String) -> String {
    text.count <= limit ? text : "\(text.prefix(limit - 3))..."
  }
}
