import Dataflow
import Diagnosing
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
    case .filter(let lambda): return Self.cut(lambda.body.unbound.text)
    case .union: return node.inputs.map { "`\(graph.nodes[$0.node].name)`" }.joined(separator: " and ")
    case .distinct(let distinct):
      let key = distinct.by.map { "by \(Self.key($0))" } ?? "whole rows"
      return key + (distinct.within.map { " within \($0.text)" } ?? "") + Self.late(node)
    case .join(let join):
      let on = join.equalities.map { "\($0.left.text) == \($0.right.text)" }
      let rest = join.residual.map { [$0.text] } ?? []
      return Self.cut("on \((on + rest).joined(separator: " && "))") + Self.limit(of: join) + Self.late(node)
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
    case .timed(let timed): return Self.watermark(timed)
    case .window(let window):
      return Self.cut(window.shape.summary) + (window.lateness.map { " lateness \($0.text)" } ?? "")
        + Self.late(node)
    case .scan(let scan):
      return "by \(Self.key(scan.key))\(scan.ttl.map { " ttl \($0.text)" } ?? "")\(Self.late(node))"
    case .latest(let latest):
      return "by \(Self.key(latest.key))\(latest.ttl.map { " ttl \($0.text)" } ?? "")\(Self.late(node))"
    case .rolling(let rolling):
      return "by \(Self.key(rolling.key)) over \(rolling.span.text)\(Self.late(node))"
    case .rows(let value): return Self.cut("of \(value.unbound.text)")
    case .faults: return "rows that no cover caught"
    case .reply(let reply):
      let flow = node.inputs.first.map { graph.nodes[$0.node].outputs[$0.port].element.description } ?? ""
      return "\(reply.status) with \(flow)\(reply.isOrdered ? " in order" : "")"
    case .single: return "the only row"
    case .toList(let most): return "at most \(most.text) rows"
    case .task(let call): return Self.cut(self.call(call, node))
    case .collect(let collect):
      return Self.cut("of each pass \(collect.element.unbound.text)")
        + (collect.failures == nil ? "" : ", failed passes apart")
    case .choose(let condition):
      let names = node.inputs.map { "`\(graph.nodes[$0.node].name)`" }
      return Self.cut("\(names.first ?? "") if \(condition.unbound.text), else \(names.last ?? "")")
    case .fail(let message): return Self.cut(message.unbound.text)
    case .discard: return "`\(node.inputs.first.map { graph.nodes[$0.node].name } ?? "")`"
    }
  }

  private func call(_ call: TaskOperation, _ node: Node) -> String {
    let arguments = zip(call.task.parameters, call.arguments).map { parameter, argument in
      let text =
        switch argument {
        case .flow(let index): "`\(graph.nodes[node.inputs[index].node].name)`"
        case .value(let value): value.unbound.text
        }
      return parameter.defaultValue == nil ? text : "\(parameter.local.name): \(text)"
    }
    return "(\(arguments.joined(separator: ", ")))"
  }

  /// What becomes of late rows, where they are not bound to a name.
  private static func late(_ node: Node) -> String {
    switch node.operation.secondResult {
    case .discard?: ", late rows are dropped"
    case .fail?: ", a late row fails the run"
    case .bound?, nil: ""
    }
  }

  private static func limit(of join: JoinOperation) -> String {
    switch join.time {
    case .within(let distance): " within \(distance.text)"
    case .asOf(let age): " as of \(age?.text ?? "forever")"
    case nil: ""
    }
  }

  /// What the event times are, and how long is waited for rows.
  static func watermark(_ timed: TimedOperation) -> String {
    let idle = timed.idle.map { ", a quiet partition is given up after \($0.text)" } ?? ""
    return "\(key(timed.time)) less \(timed.delay.text)\(idle)"
  }

  /// The condition or the lists of a region.
  static func text(of region: FlowRegion) -> String {
    switch region.kind {
    case .when(let condition, let holds): cut("\(holds ? "if" : "unless") \(condition.unbound.text)")
    case .present(let local, let value, let holds):
      cut(holds ? "if let \(local.name) = \(value.unbound.text)" : "if \(value.unbound.text) is none")
    case .each(let variables, let collects):
      cut(
        "\(collects ? "try for" : "for") "
          + variables.map { "\($0.variable.name) in \($0.elements.unbound.text)" }.joined(separator: ", "))
    }
  }

  private func holds(_ node: Node) -> HeldState? {
    switch node.operation {
    case .scan(let scan): return Self.forgotten(.state("one state"), scan.ttl)
    case .latest(let latest): return Self.forgotten(.state("one row"), latest.ttl)
    case .rolling(let rolling): return .until(.rows, "for \(rolling.span.text)")
    case .toList(let most): return .greatest(count: most.text, isGrouped: false)
    case .join(let join) where join.time != nil: return holds(join, node)
    case .aggregate(let aggregate) where aggregate.window != nil:
      return .until(Self.holds(aggregate), windowEnd(of: node))
    case .top(let top) where top.isWindowed:
      return .until(.greatest(count: top.count.text, isGrouped: top.group != nil), windowEnd(of: node))
    case .distinct(let distinct) where distinct.within != nil:
      return .until(.keys, "for \(distinct.within?.text ?? "")")
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

  private func holds(_ join: JoinOperation, _ node: Node) -> HeldState? {
    switch join.time {
    case .within(let distance): return .until(.bothSides, "for \(distance.text)")
    case .asOf(let age):
      let right = HeldState.rightSide(of: node.inputs.last.map { graph.nodes[$0.node].name } ?? "")
      return age.map { .until(right, "for \($0.text)") } ?? right
    case nil: return nil
    }
  }

  private static func forgotten(_ held: HeldState, _ ttl: TypedExpression?) -> HeldState {
    ttl.map { .until(held, "until nothing came for \($0.text)") } ?? held
  }

  /// When the windows that reach a node are closed.
  private func windowEnd(of node: Node) -> String {
    guard let input = node.inputs.first, case .window(let window) = graph.nodes[input.node].operation else {
      return "until the window's end"
    }
    let lateness = window.lateness.map { " and \($0.text) more" } ?? ""
    switch window.shape {
    case .session(let gap): return "until a gap of \(gap.text)\(lateness)"
    case .tumbling, .sliding: return "until the window's end\(lateness)"
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
  static func key(_ lambda: TypedLambda) -> String { cut(lambda.body.unbound.text) }

  /// The keys of one side of a join.
  static func key(_ join: JoinOperation, _ side: Int) -> String {
    cut(join.equalities.map { (side == 0 ? $0.left : $0.right).unbound.text }.joined(separator: ", "))
  }

  /// `90s` in the largest unit that is whole.
  static func duration(_ microseconds: Int64) -> String {
    TypedExpression(.literal(.duration(microseconds)), .duration, Span(FileID(0), 0, 0)).text
  }

  /// Bytes in the largest unit that is whole.
  static func size(_ bytes: Int64) -> String {
    for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] as [(String, Int64)]
    where bytes != 0 && bytes % size == 0 {
      return "\(bytes / size)\(unit)"
    }
    return "\(bytes)B"
  }

  static func cut(_ text: String) -> String {
    text.count <= limit ? text : "\(text.prefix(limit - 3))..."
  }
}

extension TypedExpression {
  /// Without the values that are bound around it: a reader knows their names from the source.
  fileprivate var unbound: TypedExpression {
    if case .bind(_, _, let body) = kind { body.unbound } else { self }
  }
}
