import Columns
import Dataflow
import Engine

extension Graph {
  /// How often tables beside a stream or calls are read again, by their names.
  func refreshIntervals(_ constants: ExpressionCompiler) throws(RowFailure) -> [String: Duration] {
    var intervals: [String: Duration] = [:]
    for node in nodes {
      guard case .source(let source) = node.operation, let refresh = source.refresh else { continue }
      intervals[source.name] = .microseconds(try constants.evaluateConstant(refresh).int64s[0])
    }
    return intervals
  }
}
