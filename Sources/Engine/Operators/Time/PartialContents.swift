import Dataflow
import Semantics

extension Operator {
  /// What partial aggregates are, as sections of state: the operator's own, unless one of them keeps whole
  /// elements.
  var partialContents: OperatorState.Contents? {
    guard case .aggregate(let aggregate) = node.operation else { return nil }
    return aggregate.calls.contains { $0.function.holdsElements } ? nil : .own
  }
}

extension AggregateFunction {
  /// Whether what is kept of a group has elements of the input: chosen ones, or those that settle ties.
  fileprivate var holdsElements: Bool {
    switch self {
    case .minBy, .maxBy, .first, .last, .top: true
    case .count, .sum, .mean, .min, .max, .collect, .countDistinct, .quantile, .stddev, .any, .all: false
    }
  }
}
