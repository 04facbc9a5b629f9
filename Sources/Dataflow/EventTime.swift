public import Semantics

// What event time has to do with a node.

extension Graph {
  /// Whether a join looks at event time: because it says so, or because its right side is the newest of each key.
  public func matchesByTime(_ index: Int) -> Bool {
    guard case .join(let join) = nodes[index].operation else { return false }
    return join.time != nil || latest(besideJoin: index) != nil
  }

  /// The `latest` on the right of a join whose left rows have a time: they match what was the newest then.
  public func latest(besideJoin index: Int) -> LatestOperation? {
    let inputs = nodes[index].inputs
    guard isTimed(inputs[0]), inputs[1].port == 0, case .latest(let latest) = nodes[inputs[1].node].operation
    else { return nil }
    return latest
  }

  /// Whether the rows of an edge have event times.
  public func isTimed(_ edge: Edge) -> Bool { nodes[edge.node].outputs[edge.port].time == .timed }

  /// Whether the rows of an edge end.
  public func isBounded(_ edge: Edge) -> Bool { nodes[edge.node].outputs[edge.port].bound != .stream }
}
