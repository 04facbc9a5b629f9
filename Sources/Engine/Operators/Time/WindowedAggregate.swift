import Columns
import Dataflow
import Semantics

/// `aggregate` of a flow that is cut into windows.
final class WindowedAggregateOperator: Operator {
  init(
    _ index: Int, _ context: RunContext, _ operation: AggregateOperation, _ window: WindowOperation
  ) throws(RunFailure) {
    super.init(index, context)
    preconditionFailure("not built yet")
  }
}
