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
    let ready = try OperatorGraph(context, plan, sources: run.sources, sinks: run.sinks)
    operations = ready.operations
    kept = ready.kept
    workers = ready.makeWorkers()
    for case let source as SourceOperator in operations { readers[source.index] = try source.open() }
    for case let sink as SinkOperator in operations { try sink.open() }
  }

  // MARK: Stages

  private func runStages() throws(RunFailure) {
    var done: Set<Int> = []
    var finished: Set<Int> = []
    try finishJoins(done, &finished)
    for (number, root) in plan.order.enumerated() {
      try context.checkCancelled()
      let operation = try prepareRoot(plan.roots[root])
      try Stage(number, feed(operation), root: operation, sinks: operation.reachableSinks, context)
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
      try timed(index) { () throws(RunFailure) in
        try operation.advance(.ended(inputs: operation.node.inputs.count), workers)
      }
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

  private func markDone(_ done: Set<Int>) {
    for (index, operation) in operations.enumerated() {
      var needed = plan.feeding[index]
      if let own = plan.roots.firstIndex(of: .node(index)) { needed.insert(own) }
      if let own = plan.roots.firstIndex(of: .kept(index)) { needed.insert(own) }
      if needed.isSubset(of: done) {
        operation.counters.hasStarted.store(true, ordering: .relaxed)
        operation.counters.isDone.store(!context.progress.isPart, ordering: .relaxed)
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
    guard failed.isEmpty else {
      // All rows are in, so what is published all the same is complete.
      for case let sink as SinkOperator in operations where sink.publishesAlways { _ = try sink.close() }
      throw .checks(failed, warnings: warnings)
    }
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
