import Columns
import Dataflow
import Semantics

/// `latest`.
final class LatestOperator: Operator {
  init(_ index: Int, _ context: RunContext, _ operation: LatestOperation) throws(RunFailure) {
    super.init(index, context)
    preconditionFailure("not built yet")
  }
}
