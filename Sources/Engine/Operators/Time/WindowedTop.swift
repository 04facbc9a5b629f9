import Columns
import Dataflow
import Semantics

/// `top` of a flow that is cut into windows.
final class WindowedTopOperator: Operator {
  init(
    _ index: Int, _ context: RunContext, _ operation: TopOperation, _ window: WindowOperation
  ) throws(RunFailure) {
    super.init(index, context)
    preconditionFailure("not built yet")
  }
}
