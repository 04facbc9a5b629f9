import Synchronization

/// The partitions of a run's sources: numbered as they are met, known by name over restarts.
///
/// Unchecked: changed by the driver between rounds only, read by workers.
final class Partitions: @unchecked Sendable {
  /// A partition that more rows may come of.
  struct Open {
    let partition: Int
    /// When its last rows came, in nanoseconds of a clock that never goes back.
    let lastArrival: Int
  }

  private struct State {
    let source: String
    let name: String
    var node: Int?
    var lastArrival: Int
    var hasEnded = false
  }

  private struct Key: Hashable {
    let source: String
    let partition: String
  }

  private var numbers: [Key: Int] = [:]
  private var states: [State] = []
  /// By node of the source: whether it has told of any partition, and whether it has ended.
  private var met: Set<Int> = []
  private var ended: Set<Int> = []
  /// The time of the round.
  private(set) var now = 0

  /// The number of a partition, given when it is first asked for.
  func number(source: String, partition: String) -> Int {
    let key = Key(source: source, partition: partition)
    if let known = numbers[key] { return known }
    numbers[key] = states.count
    states.append(State(source: source, name: partition, lastArrival: now))
    return states.count - 1
  }

  /// The names of a partition and its source.
  func name(of number: Int) -> (source: String, partition: String) {
    states.indices.contains(number) ? (states[number].source, states[number].name) : ("", "")
  }

  /// A round begins.
  func begin(at now: Int) { self.now = now }

  /// Rows of a partition have come, or the source has told of it.
  func note(_ number: Int, node: Int, hasRows: Bool) {
    met.insert(node)
    states[number].node = node
    if hasRows { states[number].lastArrival = now }
  }

  /// No more rows come of a partition.
  func end(_ number: Int) { states[number].hasEnded = true }

  /// No more rows come of a source.
  func end(source node: Int) { ended.insert(node) }

  /// The partitions of these sources that are not at their end; complete once each source has told of one.
  func states(of sources: Set<Int>) -> (open: [Open], isComplete: Bool) {
    var open: [Open] = []
    for (number, state) in states.enumerated() {
      guard let node = state.node, sources.contains(node), !state.hasEnded, !ended.contains(node) else {
        continue
      }
      open.append(Open(partition: number, lastArrival: state.lastArrival))
    }
    return (open, sources.allSatisfy { met.contains($0) || ended.contains($0) })
  }
}
