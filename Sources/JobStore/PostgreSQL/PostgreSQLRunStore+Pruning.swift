import PostgreSQL

extension PostgreSQLRunStore: RunPruner {
  /// So many runs are removed by one statement.
  private static let most = 500

  /// Removes runs that ended more than so many seconds ago, and what nobody refers to any more.
  public func prune(
    olderThan age: Int64, isTrial: Bool, onRemoved: ([RunID]) async -> Void
  ) async throws(StoreError) -> PrunedRuns {
    let cutoff = try await cutoff(age)
    var pruned = PrunedRuns()
    if isTrial {
      let rows = try await rows("\(Self.old(cutoff)) SELECT count(*) FROM old")
      pruned.runs = try await attempt { try rows.value(0, 0) }
      pruned.parts = try await parts(before: cutoff).map(\.name)
      return pruned
    }
    while case let removed = try await removeRuns(cutoff), !removed.isEmpty {
      await onRemoved(removed)
      pruned.runs += removed.count
    }
    pruned.backfills = try await removeBackfills(cutoff)
    pruned.plans = try await patiently { () throws(StoreError) in try await removePlans() }
    for part in try await parts(before: cutoff) {
      try await patiently { () throws(StoreError) in try await drop(part) }
      pruned.parts.append(part.name)
    }
    try await removeRest(cutoff)
    return pruned
  }

  /// Gives what calls of the runs that are kept were given and gave.
  public func forEachKeptValue(olderThan age: Int64, _ body: ([String]) async throws -> Void) async throws {
    let cutoff = try await cutoff(age)
    let waiting = try await rows(
      "SELECT work FROM ready_call UNION ALL SELECT value FROM call_result WHERE value IS NOT NULL")
    try await body(try await attempt { try (0..<waiting.count).map { try waiting.value($0, 0) } })
    var (run, sequence): (Int64, Int64) = (0, 0)
    while true {
      let found = try await rows(
        """
        \(Self.old(cutoff))
        SELECT run, sequence, value FROM run_event
        WHERE (run, sequence) > (\(run), \(sequence)) AND kind = 'call' AND value LIKE '%:sha256:%'
          AND EXISTS (SELECT FROM run WHERE number = run) AND NOT EXISTS (SELECT FROM old WHERE number = run)
        ORDER BY run, sequence LIMIT \(SQL(verbatim: "\(Self.most)"))
        """)
      guard found.count > 0 else { return }
      let values: [String] = try await attempt {
        (run, sequence) = (try found.value(found.count - 1, 0), try found.value(found.count - 1, 1))
        return try (0..<found.count).map { try found.value($0, 2) }
      }
      try await body(values)
    }
  }

  /// By the clock of the database.
  private func cutoff(_ age: Int64) async throws(StoreError) -> Moment {
    let rows = try await rows(
      """
      SELECT now() - make_interval(secs => \(Double(age))), pg_has_role(session_user, relowner, 'USAGE')
      FROM pg_class WHERE oid = 'run'::regclass
      """)
    guard try await attempt({ try rows.value(0, 1, as: Bool.self) }) else {
      throw .forbidden(database: place, reason: "only who owns the tables may remove what is recorded")
    }
    return try await attempt { try rows.value(0, 0) }
  }

  // MARK: - Runs

  /// Whether a run that has ended is still needed: somebody holds it or is about to, or it counts in a cap.
  private static let isNeeded: SQL = """
    (EXISTS (SELECT FROM run_lease WHERE run_lease.run = number)
      OR EXISTS (SELECT FROM held_run WHERE held_run.run = number)
      OR EXISTS (SELECT FROM slot WHERE slot.run = number AND until > now()))
    """

  /// The beginning of a statement: `old` has some runs that may go. Those of a backfill go when all of it has ended.
  private static func old(_ cutoff: Moment, _ limit: SQL = "") -> SQL {
    """
    WITH open AS MATERIALIZED (
      SELECT DISTINCT backfill_run.namespace, backfill FROM backfill_run JOIN run ON run.number = backfill_run.run
      WHERE ended IS NULL OR ended >= \(cutoff)),
    old AS MATERIALIZED (
      SELECT number FROM run
      WHERE created < \(cutoff) AND ended < \(cutoff) AND NOT \(isNeeded) AND NOT EXISTS (
        SELECT FROM backfill_run JOIN open USING (namespace, backfill) WHERE backfill_run.run = number)
      \(limit))
    """
  }

  /// Who retries a run at this moment has its row, and it is passed over; or finds it gone.
  private func removeRuns(_ cutoff: Moment) async throws(StoreError) -> [RunID] {
    let limit = SQL(verbatim: "ORDER BY number LIMIT \(Self.most) FOR UPDATE SKIP LOCKED")
    let removed = try await rows(
      """
      \(Self.old(cutoff, limit)),
      ready AS (DELETE FROM ready_call WHERE run IN (SELECT number FROM old)),
      leased AS (DELETE FROM call_lease WHERE run IN (SELECT number FROM old)),
      told AS (DELETE FROM call_result WHERE run IN (SELECT number FROM old))
      DELETE FROM run WHERE number IN (SELECT number FROM old) RETURNING id
      """)
    return try await attempt { try (0..<removed.count).map { RunID(try removed.value($0, 0)) } }
  }

  private func removeBackfills(_ cutoff: Moment) async throws(StoreError) -> Int {
    try await attempt {
      try await pool.transaction { connection in
        let empty: SQL = """
          made < \(cutoff) AND NOT EXISTS (
            SELECT FROM backfill_run WHERE (backfill_run.namespace, backfill) = (backfill.namespace, id))
          """
        // Who adds runs has the row. Only a second statement sees what has been added before.
        return try await connection.run([
          "SELECT FROM backfill WHERE \(empty) ORDER BY namespace, id FOR UPDATE",
          "DELETE FROM backfill WHERE \(empty)",
        ])[1].affected
      }
    }
  }

  /// Whoever is about to refer to one holds a lock on the table by then, and is waited for; who comes later makes it
  /// anew.
  private func removePlans() async throws(StoreError) -> Int {
    let isIt: SQL = """
      hash = CASE user_of.namespace WHEN 'default' THEN plan_hash ELSE user_of.namespace || '/' || plan_hash END
      """
    let plans: SQL = """
      NOT EXISTS (SELECT FROM run AS user_of WHERE \(isIt)) AND NOT EXISTS (SELECT FROM schedule AS user_of WHERE \(isIt))
      """
    let programs: SQL = """
      NOT EXISTS (SELECT FROM submission WHERE program = hash) AND NOT EXISTS (SELECT FROM schedule WHERE program = hash)
      """
    return try await attempt {
      try await pool.transaction { connection in
        let any = try await connection.run([
          "SELECT FROM plan WHERE \(plans) LIMIT 1", "SELECT FROM program WHERE \(programs) LIMIT 1",
        ])
        guard any.contains(where: { $0.count > 0 }) else { return 0 }
        let results = try await connection.run([
          Self.patience, "LOCK TABLE plan, program IN SHARE ROW EXCLUSIVE MODE",
          "DELETE FROM plan WHERE \(plans)", "DELETE FROM program WHERE \(programs)",
        ])
        return results[2].affected + results[3].affected
      }
    }
  }

  // MARK: - Parts

  /// What happened in one day.
  private struct Part: Sendable {
    let relation: String
    let name: String
  }

  private func parts(before cutoff: Moment) async throws(StoreError) -> [Part] {
    let rows = try await rows(
      """
      SELECT whole.relname, part.relname
      FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid JOIN pg_class AS whole ON whole.oid = inhparent
      WHERE inhparent IN ('run_event'::regclass, 'task_log'::regclass) AND part.relname ~ '_[0-9]{8}$'
        AND to_date(right(part.relname, 8), 'YYYYMMDD') < (\(cutoff)::timestamptz AT TIME ZONE 'UTC')::date
      ORDER BY part.relname
      """)
    return try await attempt {
      try (0..<rows.count).map { Part(relation: try rows.value($0, 0), name: try rows.value($0, 1)) }
    }
  }

  /// Drops a part. The events of runs that are kept go to the rest.
  private func drop(_ part: Part) async throws(StoreError) {
    let isKept: SQL =
      part.relation == "run_event" ? "EXISTS (SELECT FROM run WHERE number = part.run)" : "false"
    try await attempt {
      try await pool.transaction { connection in
        _ = try await connection.run([
          Self.patience,
          "CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM \(name: part.name) AS part WHERE \(isKept)",
        ])
        _ = try await connection.run([
          "DROP TABLE \(name: part.name)", "INSERT INTO \(name: part.relation) SELECT * FROM kept",
        ])
      }
    }
  }

  /// What lies with the rest is removed piece by piece.
  private func removeRest(_ cutoff: Moment) async throws(StoreError) {
    let isLost: SQL = "NOT EXISTS (SELECT FROM run WHERE number = run_event_rest.run)"
    for (relation, isOld) in [("run_event_rest", isLost), ("task_log_rest", "true")] as [(String, SQL)] {
      while try await rows(
        """
        DELETE FROM \(name: relation) WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM \(name: relation) WHERE recorded < \(cutoff) AND \(isOld) LIMIT 5000))
        """
      ).affected > 0 {}
    }
  }

  // MARK: - Locks

  /// Who waits for a lock on a table keeps all others from it.
  private static let patience: SQL = "SET LOCAL lock_timeout = '500ms'"

  /// Gives way to those who use the tables, and tries again.
  private func patiently<Value>(_ body: () async throws(StoreError) -> Value) async throws(StoreError)
    -> Value
  {
    for _ in 0..<60 {
      do throws(StoreError) { return try await body() } catch {
        guard case .busy = error else { throw error }
      }
      try? await Task.sleep(for: .milliseconds(Int.random(in: 50...250)))
    }
    throw .busy(path: place)
  }
}
