import Foundation
import GRDB

extension SQLiteRunStore: RunPruner {
  /// So many runs are removed at once: others write in between.
  private static let most = 100

  /// Removes runs that ended more than so many seconds ago, and what nobody refers to any more.
  public func prune(
    olderThan age: Int64, isTrial: Bool, onRemoved: ([RunID]) async -> Void
  ) async throws(StoreError) -> PrunedRuns {
    let cutoff = Moment.now.advanced(bySeconds: -age).microseconds
    var pruned = PrunedRuns()
    if isTrial {
      pruned.runs = try await read { database in
        try Int.fetchOne(database, sql: "SELECT count(*) FROM run WHERE ended < ?", arguments: [cutoff]) ?? 0
      }
      return pruned
    }
    while true {
      let removed = try await write { database in
        try String.fetchAll(
          database,
          sql: """
            DELETE FROM run WHERE number IN (SELECT number FROM run WHERE ended < ? ORDER BY number LIMIT ?)
            RETURNING id
            """, arguments: [cutoff, Self.most])
      }.map { RunID($0) }
      if removed.isEmpty { break }
      await onRemoved(removed)
      pruned.runs += removed.count
    }
    pruned.plans = try await write { database in
      try database.execute(sql: "DELETE FROM plan WHERE hash NOT IN (SELECT plan_hash FROM run)")
      return database.changesCount
    }
    return pruned
  }

  /// Gives what calls of the runs that are kept were given and gave.
  public func forEachKeptValue(olderThan age: Int64, _ body: ([String]) async throws -> Void) async throws {
    let cutoff = Moment.now.advanced(bySeconds: -age).microseconds
    var (run, sequence): (Int64, Int64) = (0, 0)
    while true {
      let (after, last) = (run, sequence)
      let rows = try await read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT event.run, sequence, value FROM event JOIN run ON run.number = event.run
            WHERE (event.run, sequence) > (?, ?) AND kind = 'call' AND value LIKE '%:sha256:%'
              AND (ended IS NULL OR ended >= ?)
            ORDER BY event.run, sequence LIMIT ?
            """, arguments: [after, last, cutoff, Self.most]
        ).map { (run: $0["run"] as Int64, sequence: $0["sequence"] as Int64, value: $0["value"] as String) }
      }
      guard let newest = rows.last else { return }
      (run, sequence) = (newest.run, newest.sequence)
      try await body(rows.map(\.value))
    }
  }
}
