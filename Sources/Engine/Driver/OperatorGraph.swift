import Dataflow
import Semantics

/// The operators of a graph, made and connected; which driver moves rows through them they do not know.
struct OperatorGraph {
  /// By node.
  private(set) var operations: [Operator] = []
  /// The kept left sides of joins, by node.
  private(set) var kept: [Int: KeepOperator] = [:]
  private var slots = 0
  private let context: RunContext

  /// Makes the operators; nothing is opened yet.
  init(
    _ context: RunContext, _ plan: StagePlan, sources: [String: any RowSource], sinks: [String: any RowSink]
  ) throws(RunFailure) {
    self.context = context
    let graph = context.graph
    var consumers: [Edge: [(node: Int, input: Int)]] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for (input, edge) in node.inputs.enumerated() { consumers[edge, default: []].append((index, input)) }
    }
    for index in graph.nodes.indices {
      if let made = context.options.substitute?(index, context) {
        operations.append(made)
      } else {
        operations.append(try Self.make(index, context, consumers, sources, sinks))
      }
    }
    let behindFaults = graph.behindFaults
    let faults = operations.lazy.compactMap { $0 as? FaultsOperator }.first
    for operation in operations where !behindFaults.contains(operation.index) { operation.faults = faults }
    for index in plan.keptJoins {
      let keep = KeepOperator(index, context, limit: nil)
      keep.outputs[0] = [Target(operation: operations[index], input: 0)]
      kept[index] = keep
    }
    for (edge, targets) in consumers {
      let targets = targets.map { target in
        if target.input == 0, let keep = kept[target.node] { return Target(operation: keep, input: 0) }
        return Target(operation: operations[target.node], input: target.input)
      }
      operations[edge.node].connect(targets, port: edge.port)
    }
    for operation in operations + kept.values.map({ $0 as Operator }) {
      operation.slot = slots
      slots += 1
    }
  }

  /// A worker for each thread.
  func makeWorkers() -> [Worker] {
    (0..<context.pool.count).map { Worker(index: $0, nodes: operations.count, operations: slots) }
  }

  private static func make(
    _ index: Int, _ context: RunContext, _ consumers: [Edge: [(node: Int, input: Int)]],
    _ sources: [String: any RowSource], _ sinks: [String: any RowSink]
  ) throws(RunFailure) -> Operator {
    let node = context.graph.nodes[index]
    switch node.operation {
    case .source(let source):
      guard let rows = sources[source.name] else {
        throw .input(name: source.name, error: MissingEnd(name: source.name))
      }
      return SourceOperator(index, context, source.name, rows)
    case .sink(let sink):
      guard let rows = sinks[sink.name] else {
        throw .output(name: sink.name, error: MissingEnd(name: sink.name))
      }
      return SinkOperator(index, context, sink.name, rows)
    case .map(let lambda): return MapOperator(index, context, lambda)
    case .filter(let lambda): return FilterOperator(index, context, lambda)
    case .flatMap(let lambda): return FlatMapOperator(index, context, lambda)
    case .tryMap(let lambda, let failed): return TryMapOperator(index, context, lambda, failed)
    case .union: return RelayOperator(index, context)
    case .timed(let timed): return try TimedOperator(index, context, timed)
    case .window(let window): return try WindowOperator(index, context, window)
    case .scan(let scan): return try ScanOperator(index, context, scan)
    case .latest(let latest): return try LatestOperator(index, context, latest)
    case .rolling(let rolling): return try RollingOperator(index, context, rolling)
    case .distinct(let distinct):
      if distinct.within != nil || context.graph.isTimed(node.inputs[0]) {
        return try SpacedOperator(index, context, distinct)
      }
      return DistinctOperator(index, context, by: distinct.by)
    case .join(let join):
      if context.graph.matchesByTime(index) { return try TimeJoinOperator(index, context, join) }
      return JoinOperator(index, context, join)
    case .aggregate(let aggregate):
      if let window = context.graph.window(of: index) {
        return try WindowedAggregateOperator(index, context, aggregate, window)
      }
      return try AggregateOperator(index, context, aggregate)
    case .top(let top):
      if let window = context.graph.window(of: index) {
        return try WindowedTopOperator(index, context, top, window)
      }
      return try RankOperator(index, context, top: top)
    case .faults: return FaultsOperator(index, context)
    case .reply(let reply): return ReplyOperator(index, context, reply)
    case .sort(let keys):
      // A `limit` alone behind it: the sort need not keep more rows than that.
      var limit: Int?
      if let only = consumers[Edge(index)], only.count == 1,
        case .limit(let count) = context.graph.nodes[only[0].node].operation
      {
        limit = try Constants(only[0].node, context).count(count)
      }
      return RankOperator(index, context, sort: keys, limit: limit)
    case .limit(let count):
      return KeepOperator(index, context, limit: try Constants(index, context).count(count))
    case .sample(let fraction, let by, let salt):
      return try SampleOperator(index, context, fraction: fraction, by: by, salt: salt, keepsRest: false)
    case .split(let fraction, let by, let salt):
      return try SampleOperator(index, context, fraction: fraction, by: by, salt: salt, keepsRest: true)
    case .check(let checks): return try CheckOperator(index, context, checks)
    case .discard: return DiscardOperator(index, context)
    case .single, .toList, .task, .collect, .choose, .rows, .fail:
      preconditionFailure("the backend refuses `\(node.operation.name)` before it runs anything")
    }
  }
}

extension Operator {
  /// The sinks that rows of the stage that begins here may come to.
  var reachableSinks: [SinkOperator] {
    var sinks: [SinkOperator] = []
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
    var open = [self]
    while let operation = open.popLast() {
      if let sink = operation as? SinkOperator { sinks.append(sink) }
      if let faults = operation.faults, seen.insert(ObjectIdentifier(faults)).inserted { open.append(faults) }
      // What keeps its rows ends the stage.
      if operation !== self, operation.keepsRows { continue }
      for target in operation.outputs.joined() {
        if target.input == 1, target.operation is JoinOperator { continue }
        if seen.insert(ObjectIdentifier(target.operation)).inserted { open.append(target.operation) }
      }
    }
    return sinks.sorted { $0.index < $1.index }
  }
}

extension Graph {
  /// The window that the rows of an aggregation or `top` are cut into.
  func window(of index: Int) -> WindowOperation? {
    guard let edge = nodes[index].inputs.first, case .window(let window) = nodes[edge.node].operation else {
      return nil
    }
    return window
  }
}
