import Columns
import Dataflow
import Semantics

/// `aggregate` of a flow that is cut into windows: a row for each group of each window.
final class WindowedAggregateOperator: WindowedOperator {
  private let result: Kernel
  private let usesWindow: Bool

  init(
    _ index: Int, _ context: RunContext, _ operation: AggregateOperation, _ window: WindowOperation
  ) throws(RunFailure) {
    let windowLocals = operation.window.map { [$0.start, $0.end] } ?? []
    usesWindow = operation.window != nil
    result = context.compiler().compile(
      operation.result,
      inputs: windowLocals + [operation.keyLocal].compactMap { $0 } + operation.calls.map(\.local))
    super.init(index, context)
    try begin(Aggregation(operation, of: self), window)
  }

  override func rows(of groups: WindowGroups) throws(RunFailure) -> Batch {
    let count = groups.groups.count
    let window = [groups.starts, groups.ends].map { Column(count: count, storage: .int64($0)) }
    let evaluated = result.evaluate(Frame(count: count, (usesWindow ? window : []) + groups.groups.columns))
    if let failure = evaluated.failures?.entries.first {
      throw fault(text(of: failure), at: failure.span)
    }
    return Batch(
      elements: evaluated.column, of: node.outputs[0].element, tags: RowTags(times: groups.times))
  }
}
