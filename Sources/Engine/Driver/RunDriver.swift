import Columns
import Dataflow
import Synchronization

/// Carries a run out, from opening its ends to judging its checks; on a thread of its own.
///
/// Unchecked because it is used by that thread alone.
final class RunDriver: @unchecked Sendable {
  private let run: BatchRun
  private let context: RunContext
  private let plan: StagePlan
  /// By node.
  private var operations: [Operator] = []
  /// The kept left sides of joins, by node.
  private var kept: [Int: KeepOperator] = [:]
  private var workers: [Worker] = []
  private var readers: [Int: any MorselReader] = [:]

  init(_ run: BatchRun, _ context: RunContext) {
    self.run = run
    self.context = context
    plan = StagePlan(run.graph)
  }

  /// Runs; discards all outputs if it throws.
  func execute() throws(RunFailure) -> StagedRun {
    defer { context.pool.stop() }
    do throws(RunFailure) {
      try prepare()
      try runStages()
      return try close()
    } catch {
      for case let sink as SinkOperator in operations { sink.discard() }
      throw error
    }
  }

  // MARK: Preparation

  private func prepare() throws(RunFailure) {
    var consumers: [Edge: [(node: Int, input: Int)]] = [:]
    for (index, node) in run.graph.nodes.enumerated() {
      for (input, edge) in node.inputs.enumerated() { consumers[edge, default: []].append((index, input)) }
    }
    for index in run.graph.nodes.indices { operations.append(try make(index, consumers)) }
    for index in plan.keptJoins {
      let keep = KeepOperator(index, context, limit: nil)
      keep.outputs[0] = [Target(operation: operations[index], input: 0)]
      kept[index] = keep
    }
    for (edge, targets) in consumers {
      operations[edge.node].outputs[edge.port] = targets.map { target in
        if target.input == 0, let keep = kept[target.node] { return Target(operation: keep, input: 0) }
        return Target(operation: operations[target.node], input: target.input)
      }
    }
    var slot = 0
    for operation in operations + kept.values.map({ $0 as Operator }) {
      operation.slot = slot
      slot += 1
    }
    workers = (0..<context.pool.count).map {
      Worker(index: $0, nodes: operations.count, operations: slot)
    }
    for case let source as SourceOperator in operations { readers[source.index] = try source.open() }
    for case let sink as SinkOperator in operations { try sink.open() }
  }

  private func make(
    _ index: Int, _ consumers: [Edge: [(node: Int, input: Int)]]
  ) throws(RunFailure) -> Operator {
    let node = run.graph.nodes[index]
    switch node.operation {
    case .source(let source):
      guard let rows = run.sources[source.name] else {
        throw .input(name: source.name, error: MissingEnd(name: source.name))
      }
      return SourceOperator(index, context, source.name, rows)
    case .sink(let sink):
      guard let rows = run.sinks[sink.name] else {
        throw .output(name: sink.name, error: MissingEnd(name: sink.name))
      }
      return SinkOperator(index, context, sink.name, rows)
    case .map(let lambda): return MapOperator(index, context, lambda)
    case .filter(let lambda): return FilterOperator(index, context, lambda)
    case .flatMap(let lambda): return FlatMapOperator(index, context, lambda)
    case .tryMap(let lambda, let failed): return TryMapOperator(index, context, lambda, failed)
    case .union: return RelayOperator(index, context)
    case .distinct(let distinct): return DistinctOperator(index, context, by: distinct.by)
    case .join(let join): return JoinOperator(index, context, join)
    case .aggregate(let aggregate): return try AggregateOperator(index, context, aggregate)
    case .top(let top): return try RankOperator(index, context, top: top)
    case .sort(let keys):
      // A `limit` alone behind it: the sort need not keep more rows than that.
      var limit: Int?
      if let only = consumers[Edge(index)], only.count == 1,
        case .limit(let count) = run.graph.nodes[only[0].node].operation
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
    case .timed, .window, .scan, .latest, .rolling, .faults, .reply, .single, .toList, .task, .collect,
      .choose, .rows, .fail:
      preconditionFailure("the backend refuses `\(node.operation.name)` before it runs anything")
    }
  }

  // MARK: Stages

  private func runStages() throws(RunFailure) {
    var done: Set<Int> = []
    var finished: Set<Int> = []
    try finishJoins(done, &finished)
    for (number, root) in plan.order.enumerated() {
      try context.checkCancelled()
      let operation = try prepareRoot(plan.roots[root])
      try Stage(number, feed(operation), root: operation, sinks: reachable(from: operation), context)
        .run(workers)
      operation.release()
      done.insert(root)
      try finishJoins(done, &finished)
      markDone(done)
    }
  }

  /// The operator that a stage's rows come from, ready to give them.
  private func prepareRoot(_ root: StagePlan.Root) throws(RunFailure) -> Operator {
    switch root {
    case .node(let index):
      let operation = operations[index]
      operation.counters.hasStarted.store(true, ordering: .relaxed)
      try timed(index) { () throws(RunFailure) in try operation.finish(workers) }
      return operation
    case .kept(let index):
      guard let keep = kept[index] else { preconditionFailure("a join that keeps its left side") }
      try keep.finish(workers)
      return keep
    }
  }

  private func feed(_ operation: Operator) -> Feed {
    if let source = operation as? SourceOperator, let reader = readers.removeValue(forKey: source.index) {
      return .reader(reader, source)
    }
    return .pieces(of: operation)
  }

  /// Makes the tables of joins whose right side is complete.
  private func finishJoins(_ done: Set<Int>, _ finished: inout Set<Int>) throws(RunFailure) {
    for (index, roots) in plan.building.sorted(by: { $0.key < $1.key })
    where roots.isSubset(of: done) && finished.insert(index).inserted {
      try timed(index) { () throws(RunFailure) in try operations[index].finish(workers) }
    }
  }

  private func timed(_ node: Int, _ body: () throws(RunFailure) -> Void) throws(RunFailure) {
    let previous = workers[0].enter(node)
    try body()
    workers[0].enter(previous)
    workers[0].report(to: context.progress)
  }

  /// The sinks that rows of this stage may come to.
  private func reachable(from root: Operator) -> [SinkOperator] {
    var sinks: [SinkOperator] = []
    var seen: Set<Int> = [root.slot]
    var open = [root]
    while let operation = open.popLast() {
      if let sink = operation as? SinkOperator { sinks.append(sink) }
      // What keeps its rows ends the stage.
      if operation !== root, operation.keepsRows { continue }
      for target in operation.outputs.joined() {
        if target.input == 1, target.operation is JoinOperator { continue }
        if seen.insert(target.operation.slot).inserted { open.append(target.operation) }
      }
    }
    return sinks.sorted { $0.index < $1.index }
  }

  private func markDone(_ done: Set<Int>) {
    for (index, operation) in operations.enumerated() {
      var needed = plan.feeding[index]
      if let own = plan.roots.firstIndex(of: .node(index)) { needed.insert(own) }
      if let own = plan.roots.firstIndex(of: .kept(index)) { needed.insert(own) }
      if needed.isSubset(of: done) {
        operation.counters.hasStarted.store(true, ordering: .relaxed)
        operation.counters.isDone.store(true, ordering: .relaxed)
      }
    }
  }

  // MARK: The end

  private func close() throws(RunFailure) -> StagedRun {
    try context.checkCancelled()
    var failed: [FailedCheck] = []
    var warnings: [FailedCheck] = []
    for case let check as CheckOperator in operations {
      let verdict = try check.judge(workers)
      failed += verdict.failed
      warnings += verdict.warnings
    }
    if !failed.isEmpty { throw .checks(failed, warnings: warnings) }
    var outputs: [StagedRun.Output] = []
    for case let sink as SinkOperator in operations {
      if let output = try sink.close() { outputs.append(output) }
    }
    try context.checkCancelled()
    return StagedRun(outputs: outputs, warnings: warnings)
  }
}

/// A run was given no source or sink of a name: a mistake of the caller.
struct MissingEnd: Error, CustomStringConvertible {
  let name: String
  var description: String { "nothing is bound to `\(name)`" }
}
