import Columns
import Dataflow

/// `reply`: keeps what a call answers until the call is over.
final class ReplyOperator: CollectOperator {
  let status: Int

  init(_ index: Int, _ context: RunContext, _ operation: ReplyOperation) {
    status = operation.status
    super.init(index, context)
  }
}

/// Keeps the rows that come, as they are: whoever drives the operators takes them.
class CollectOperator: Operator {
  private final class Rows {
    var batches: [Batch] = []
  }

  init(_ index: Int, _ context: RunContext) { super.init(index, context) }

  override func makeLocal() -> AnyObject { Rows() }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) {
    worker.local(self, as: Rows.self).batches.append(batch)
  }

  /// The rows that have come to a worker, in order.
  final func take(_ worker: Worker) -> Batch {
    let batches = worker.take(self, as: Rows.self)?.batches ?? []
    if batches.count == 1 { return batches[0] }
    return batches.isEmpty ? ElementShape(elements[0]).emptyBatch : .concatenated(batches)
  }
}
