import Columns
import Dataflow
import Semantics

/// `scan`.
final class ScanOperator: Operator {
  init(_ index: Int, _ context: RunContext, _ operation: ScanOperation) throws(RunFailure) {
    super.init(index, context)
    preconditionFailure("not built yet")
  }
}
