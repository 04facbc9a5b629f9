import Columns
import Dataflow
import Semantics

/// `join`.
final class TimeJoinOperator: Operator {
  init(_ index: Int, _ context: RunContext, _ operation: JoinOperation) throws(RunFailure) {
    super.init(index, context)
    preconditionFailure("not built yet")
  }
}
