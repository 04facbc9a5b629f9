import Columns
import Dataflow
import Semantics

/// `rolling`.
final class RollingOperator: Operator {
  init(_ index: Int, _ context: RunContext, _ operation: RollingOperation) throws(RunFailure) {
    super.init(index, context)
    preconditionFailure("not built yet")
  }
}
