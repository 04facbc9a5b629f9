import Columns
import Dataflow
import Semantics

/// `window`: takes out the late rows. Who aggregates the rows cuts them.
final class WindowOperator: Operator {
  init(_ index: Int, _ context: RunContext, _ operation: WindowOperation) throws(RunFailure) {
    super.init(index, context)
    preconditionFailure("not built yet")
  }
}
