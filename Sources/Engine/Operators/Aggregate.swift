import Columns
import Dataflow
import Semantics

/// `group_by` and `aggregate`: groups come out in the canonical order of their keys.
final class AggregateOperator: Operator {
  private var aggregation: Aggregation?
  private let kernel: Kernel
  private var groups: Aggregation.Result?

  init(_ index: Int, _ context: RunContext, _ aggregate: AggregateOperation) throws(RunFailure) {
    kernel = context.compiler().compile(
      aggregate.result, inputs: [aggregate.keyLocal].compactMap { $0 } + aggregate.calls.map(\.local))
    super.init(index, context)
    aggregation = try Aggregation(aggregate, of: self)
  }

  override var keepsRows: Bool { true }

  override func makeLocal() -> AnyObject {
    guard let aggregation else { preconditionFailure("set when it was made") }
    return aggregation.makeState()
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    try aggregation?.add(batch, to: worker.local(self, as: Aggregation.State.self))
  }

  override func finish(_ workers: [Worker]) throws(RunFailure) {
    try context.checkCancelled()
    groups = try aggregation?.finish(workers.compactMap { $0.take(self, as: Aggregation.State.self) })
  }

  override func release() { groups = nil }

  override var pieces: Int { context.pieces(of: groups?.count ?? 0) }

  override func piece(_ index: Int) throws(RunFailure) -> Batch {
    guard let groups else { return Batch(count: 0, columns: []) }
    let columns = groups.rows(context.rows(ofPiece: index, count: groups.count))
    let evaluated = kernel.evaluate(Frame(count: columns.count, columns.columns))
    if let failure = evaluated.failures?.entries.first {
      throw fault(text(of: failure), at: failure.span)
    }
    return Batch(elements: evaluated.column, of: node.outputs[0].element)
  }
}

/// `distinct`: of each key the canonically least row, in the canonical order of the keys.
final class DistinctOperator: Operator {
  private var aggregation: Aggregation?
  private var groups: Aggregation.Result?

  init(_ index: Int, _ context: RunContext, by: TypedLambda?) {
    super.init(index, context)
    aggregation = Aggregation(distinct: by, of: self)
  }

  override var keepsRows: Bool { true }

  override func makeLocal() -> AnyObject {
    guard let aggregation else { preconditionFailure("set when it was made") }
    return aggregation.makeState()
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    try aggregation?.add(batch, to: worker.local(self, as: Aggregation.State.self))
  }

  override func finish(_ workers: [Worker]) throws(RunFailure) {
    try context.checkCancelled()
    groups = try aggregation?.finish(workers.compactMap { $0.take(self, as: Aggregation.State.self) })
  }

  override func release() { groups = nil }

  override var pieces: Int { context.pieces(of: groups?.count ?? 0) }

  override func piece(_ index: Int) throws(RunFailure) -> Batch {
    guard let groups else { return Batch(count: 0, columns: []) }
    let rows = groups.rows(context.rows(ofPiece: index, count: groups.count))
    return Batch(elements: rows.columns[rows.columns.count - 1], of: elements[0])
  }
}
