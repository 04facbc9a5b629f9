import Columns
import Dataflow
import Semantics

/// `top` of a flow that is cut into windows: the first rows of each window, or of each group of it, in order.
final class WindowedTopOperator: WindowedOperator {
  init(
    _ index: Int, _ context: RunContext, _ operation: TopOperation, _ window: WindowOperation
  ) throws(RunFailure) {
    super.init(index, context)
    let limit = try Constants(index, context).count(operation.count)
    try begin(Aggregation(operation, limit: limit, of: self), window)
  }

  override func rows(of groups: WindowGroups) throws(RunFailure) -> Batch {
    // The one call gives a list of elements for each group.
    let lists = groups.groups.columns[groups.groups.columns.count - 1]
    let times = groups.times
    let (values, own) = withExtendedLifetime(times) { lists.elements(taggedBy: times.base) }
    return Batch(elements: values, of: elements[0], tags: RowTags(times: own))
  }
}
