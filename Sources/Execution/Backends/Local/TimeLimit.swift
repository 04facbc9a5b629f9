/// How long a run may take, without the time for which it is paused.
struct TimeLimit {
  /// Microseconds.
  private let limit: Int64?
  private var spent = Duration.zero
  private var last = ContinuousClock.now
  /// The limit, once more than that was spent.
  private(set) var exceeded: Int64?

  /// - Parameter limit: In microseconds; nil for no limit.
  init(_ limit: Int64?) { self.limit = limit }

  /// Counts the time since the last call.
  mutating func isExceeded(isPaused: Bool) -> Bool {
    guard let limit else { return false }
    let now = ContinuousClock.now
    if !isPaused { spent += now - last }
    last = now
    if spent > .microseconds(limit) { exceeded = limit }
    return exceeded != nil
  }
}
