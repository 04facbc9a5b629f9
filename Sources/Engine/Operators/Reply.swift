import Columns
import Dataflow
import Semantics

/// `reply`: what a call answers.
final class ReplyOperator: Operator {
  init(_ index: Int, _ context: RunContext, _ operation: ReplyOperation) {
    super.init(index, context)
  }
}
