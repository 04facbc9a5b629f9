import Columns
import Dataflow

/// One version of all that calls have in common. Never changes once it is made.
final class SharedTables: Sendable {
  /// The right sides of joins, by node.
  let rightSides: [Int: JoinOperator.RightSide]
  /// What goes into a call's operators besides its own rows.
  let rows: [CallPlan.Inlet: [Batch]]

  /// Reads the tables and works off what only they lead to.
  init(
    _ context: RunContext, _ plan: CallPlan, _ sources: [String: any RowSource]
  ) throws(RunFailure) {
    defer { context.pool.stop() }
    var loading = try Loading(context, plan, sources)
    try loading.run()
    rightSides = loading.rightSides
    rows = loading.rows
  }

  /// Of a service's operators those of its tables.
  static func substitute(_ plan: CallPlan) -> @Sendable (Int, RunContext) -> Operator? {
    { index, context in
      plan.isOfCall[index] && !plan.sharedJoins.contains(index) ? InletOperator(index, context) : nil
    }
  }

  /// The tables under way.
  private struct Loading {
    let context: RunContext
    let plan: CallPlan
    let operators: OperatorGraph
    let workers: [Worker]

    init(
      _ context: RunContext, _ plan: CallPlan, _ sources: [String: any RowSource]
    ) throws(RunFailure) {
      self.context = context
      self.plan = plan
      operators = try OperatorGraph(context, plan.stages, sources: sources, sinks: [:])
      workers = operators.makeWorkers()
    }

    /// The stages of the tables, in the order of a batch.
    mutating func run() throws(RunFailure) {
      var done: Set<Int> = []
      var finished: Set<Int> = []
      try finishJoins(done, &finished)
      for (number, root) in plan.stages.order.enumerated() {
        if let operation = try operation(of: plan.stages.roots[root]) {
          try Stage(number, try feed(operation), root: operation, sinks: [], context).run(workers)
          operation.release()
        }
        done.insert(root)
        try finishJoins(done, &finished)
      }
      try judge()
    }

    /// The operator that a stage of the tables begins with, ready to give its rows.
    private func operation(of root: StagePlan.Root) throws(RunFailure) -> Operator? {
      switch root {
      case .node(let index):
        guard !plan.isOfCall[index] else { return nil }
        let operation = operators.operations[index]
        try operation.advance(.ended(inputs: operation.node.inputs.count), workers)
        return operation
      case .kept(let index):
        guard !plan.isOfCall[index], let keep = operators.kept[index] else { return nil }
        try keep.finish(workers)
        return keep
      }
    }

    private func feed(_ operation: Operator) throws(RunFailure) -> Feed {
      guard let source = operation as? SourceOperator else { return .pieces(of: operation) }
      return .reader(try source.open(), source)
    }

    private func finishJoins(_ done: Set<Int>, _ finished: inout Set<Int>) throws(RunFailure) {
      for (index, roots) in plan.stages.building.sorted(by: { $0.key < $1.key })
      where !plan.isOfCall[index] || plan.sharedJoins.contains(index) {
        if roots.isSubset(of: done), finished.insert(index).inserted {
          try operators.operations[index].finish(workers)
        }
      }
    }

    private func judge() throws(RunFailure) {
      var failed: [FailedCheck] = []
      for case let check as CheckOperator in operators.operations where !plan.isOfCall[check.index] {
        failed += try check.judge(workers).failed
      }
      if !failed.isEmpty { throw .checks(failed, warnings: []) }
    }

    var rightSides: [Int: JoinOperator.RightSide] {
      var sides: [Int: JoinOperator.RightSide] = [:]
      for index in plan.sharedJoins {
        sides[index] = (operators.operations[index] as? JoinOperator)?.rightSide
      }
      return sides
    }

    var rows: [CallPlan.Inlet: [Batch]] {
      var rows: [CallPlan.Inlet: [Batch]] = [:]
      for case let inlet as InletOperator in operators.operations {
        rows.merge(inlet.take(workers)) { first, _ in first }
      }
      return rows
    }
  }
}

/// Stands for an operator of a call while the tables are read: keeps what comes to it from them.
private final class InletOperator: Operator {
  private final class Rows {
    var batches: [(input: Int, place: BatchPlace, batch: Batch)] = []
  }

  init(_ index: Int, _ context: RunContext) { super.init(index, context, isHelper: true) }

  override func makeLocal() -> AnyObject { Rows() }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) {
    worker.local(self, as: Rows.self).batches.append((input, worker.nextPlace(), batch.compacted()))
  }

  /// By input, in the order of the flow.
  func take(_ workers: [Worker]) -> [CallPlan.Inlet: [Batch]] {
    let all = workers.flatMap { $0.take(self, as: Rows.self)?.batches ?? [] }.sorted { $0.place < $1.place }
    var rows: [CallPlan.Inlet: [Batch]] = [:]
    for (input, _, batch) in all {
      rows[CallPlan.Inlet(node: index, input: input), default: []].append(batch)
    }
    return rows
  }
}
