/// Removes what has ended long ago.
public protocol RunPruner: Sendable {
  /// Removes runs that ended more than so many seconds ago, with all that belongs to them, and what nobody refers to any
  /// more. A run that goes on at the same moment is kept as a whole.
  /// - Parameters:
  ///   - isTrial: Only tells what would be removed.
  ///   - onRemoved: Gets the runs, some at a time.
  func prune(
    olderThan age: Int64, isTrial: Bool, onRemoved: ([RunID]) async -> Void
  ) async throws(StoreError) -> PrunedRuns

  /// Gives what calls of tasks were given and gave, as JSON, to `body`, some at a time: of all runs but those that
  /// `prune` would remove.
  func forEachKeptValue(
    olderThan age: Int64, _ body: ([String]) async throws -> Void
  ) async throws
}

/// What was removed, or would be.
public struct PrunedRuns: Hashable, Sendable {
  /// Runs that had ended.
  public internal(set) var runs = 0
  /// Backfills of which nothing is left.
  public internal(set) var backfills = 0
  /// Plans and programs that no run and no schedule refers to.
  public internal(set) var plans = 0
  /// Days of which the events or logs were removed.
  public internal(set) var parts: [String] = []

  /// Nothing yet.
  public init() {}
}
