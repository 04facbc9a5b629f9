/// When others are told that there is something for them: at once by who was idle before, or has nothing else to do; else
/// not more often than every ten milliseconds. Each telling costs every listener a look.
struct NewsPace {
  private static let pause = Duration.milliseconds(10)

  private var last: ContinuousClock.Instant?
  /// Whether somebody is still to be told.
  private(set) var isOwed = false

  /// - Parameters:
  ///   - isNew: Whether there is something new.
  ///   - isBusy: Whether something was done just before, and more is to be done.
  /// - Returns: Whether others are told now.
  mutating func tells(_ isNew: Bool, isBusy: Bool) -> Bool {
    isOwed = isOwed || isNew
    guard isOwed, !isBusy || last.map({ ContinuousClock.now - $0 >= Self.pause }) ?? true else {
      return false
    }
    (last, isOwed) = (.now, false)
    return true
  }
}
