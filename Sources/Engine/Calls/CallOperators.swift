import Columns
import Dataflow
import Synchronization

/// The operators of one call at a time, made and connected once. What they hold of a call is gone when it is over;
/// what they have in common with others is a version of the tables.
///
/// Unchecked: used by one thread at a time, between whose uses `PreparedService` synchronises.
final class CallOperators: @unchecked Sendable {
  private let context: RunContext
  private let plan: CallPlan
  private let operators: OperatorGraph
  private let replies: [ReplyOperator]
  private let sinks: [CallSinkOperator]
  private let checks: [CheckOperator]
  private let faults: FaultsOperator?
  private var worker: Worker
  private var tables: SharedTables?

  init(_ context: RunContext, _ plan: CallPlan) throws(RunFailure) {
    self.context = context
    self.plan = plan
    operators = try OperatorGraph(context, plan.stages, sources: [:], sinks: [:])
    replies = operators.operations.compactMap { $0 as? ReplyOperator }
    sinks = operators.operations.compactMap { $0 as? CallSinkOperator }
    checks = operators.operations.compactMap { $0 as? CheckOperator }
    faults = operators.operations.lazy.compactMap { $0 as? FaultsOperator }.first
    worker = operators.makeWorkers()[0]
  }

  /// Of a service's operators those of one call.
  static func substitute(_ plan: CallPlan) -> @Sendable (Int, RunContext) -> Operator? {
    { index, context in
      guard plan.isOfCall[index] else { return Operator(index, context, isHelper: true) }
      switch context.graph.nodes[index].operation {
      case .source: return Operator(index, context)
      case .sink(let sink): return CallSinkOperator(index, context, sink.name)
      default: return nil
      }
    }
  }

  /// Answers a call.
  /// - Parameter deadline: When it has taken too long: nanoseconds of `monotonicNanoseconds`.
  func call(_ rows: Batch, _ tables: SharedTables, deadline: Int) throws(RunFailure) -> CallResult {
    if tables !== self.tables {
      for (node, side) in tables.rightSides {
        (operators.operations[node] as? JoinOperator)?.rightSide = side
      }
      self.tables = tables
    }
    context.deadline.store(deadline, ordering: .relaxed)
    do throws(RunFailure) {
      for step in plan.steps { try perform(step, rows, tables) }
      let result = try collect()
      worker.enter(-1)
      worker.report(to: context.progress)
      return result
    } catch {
      forget()
      throw error
    }
  }

  /// Rows that go in at once: between two such pieces the call can be cancelled.
  private static let pieceRows = 8192

  private func perform(_ step: CallPlan.Step, _ rows: Batch, _ tables: SharedTables) throws(RunFailure) {
    switch step {
    case .request(let index):
      let source = operators.operations[index]
      source.counters.rowsIn.wrappingAdd(rows.count, ordering: .relaxed)
      worker.enter(index)
      let rows = faults == nil ? rows : rows.tagged(origin(of: source))
      guard rows.count > Self.pieceRows else { return try source.emit(rows, worker) }
      var start = 0
      while start < rows.count {
        try context.checkCancelled()
        let end = min(start + Self.pieceRows, rows.count)
        try source.emit(rows.sliced(start..<end), worker)
        start = end
      }
    case .shared(let inlet):
      let operation =
        operators.kept[inlet.node].flatMap { inlet.input == 0 ? $0 as Operator : nil }
        ?? operators.operations[inlet.node]
      worker.enter(inlet.node)
      for batch in tables.rows[inlet] ?? [] {
        try context.checkCancelled()
        operation.counters.rowsIn.wrappingAdd(batch.count, ordering: .relaxed)
        try operation.push(batch, input: inlet.input, worker)
      }
    case .root(let index):
      let operation = operators.operations[index]
      worker.enter(index)
      try operation.advance(.ended(inputs: operation.node.inputs.count), [worker])
      try drain(operation)
    case .kept(let index):
      guard let keep = operators.kept[index] else { return }
      worker.enter(index)
      try keep.finish([worker])
      try drain(keep)
    case .build(let index):
      worker.enter(index)
      try operators.operations[index].finish([worker])
    }
  }

  /// Faults name the request that their rows come from.
  private func origin(of source: Operator) -> RowTags {
    RowTags(origin: RowOrigin(CallRows(source: source.node.name)))
  }

  private func drain(_ operation: Operator) throws(RunFailure) {
    for piece in 0..<operation.pieces {
      try context.checkCancelled()
      try operation.emit(operation.piece(piece), worker)
    }
    operation.release()
  }

  private func collect() throws(RunFailure) -> CallResult {
    var failed: [FailedCheck] = []
    var warnings: [FailedCheck] = []
    for check in checks where plan.isOfCall[check.index] {
      let verdict = try check.judge([worker])
      failed += verdict.failed
      warnings += verdict.warnings
    }
    if !failed.isEmpty { throw .checks(failed, warnings: warnings) }
    return CallResult(
      replies: replies.map { CallResult.Reply(status: $0.status, rows: $0.take(worker)) },
      written: sinks.map { CallResult.Written(sink: $0.name, rows: $0.take(worker)) },
      faulted: faults?.takeCount(worker) ?? 0, warnings: warnings)
  }

  /// Lets go of what a call that failed has left.
  private func forget() {
    worker = operators.makeWorkers()[0]
    for operation in operators.operations { operation.release() }
    for keep in operators.kept.values { keep.release() }
  }
}

/// A sink of a call: its rows are written when the call has its answer.
private final class CallSinkOperator: CollectOperator {
  let name: String

  init(_ index: Int, _ context: RunContext, _ name: String) {
    self.name = name
    super.init(index, context)
  }
}

/// The rows of a call.
private struct CallRows: RowPositions {
  let source: String
  let partition = -1
  func position(ofRow row: Int) -> String { "" }
}
