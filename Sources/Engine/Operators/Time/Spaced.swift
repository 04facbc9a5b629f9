import Columns
import Dataflow
import Semantics

/// `distinct(within:)`.
final class SpacedOperator: Operator {
  init(_ index: Int, _ context: RunContext, _ operation: DistinctOperation) throws(RunFailure) {
    super.init(index, context)
    preconditionFailure("not built yet")
  }
}
