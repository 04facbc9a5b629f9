import PostgreSQL

/// Submitted runs that are not ready although nothing has been done about them: paused ones, those of a backfill that
/// wait for others of it, and those that failed and are to be begun anew a while later. They stand in `held_run`
/// instead of `ready_run`.
extension RunQueue {
  // MARK: - Pausing

  /// What became of the wish to pause a run, or to let it go on.
  public enum Pausing: Hashable, Sendable {
    /// It waits, and nobody takes it on; or it may be taken on again.
    case done
    /// Its worker is told.
    case told
    /// It has ended before.
    case ended
    /// It was not submitted.
    case unknown
  }

  /// Keeps workers from beginning anything more of a run.
  public func pause(_ id: RunID) async throws(StoreError) -> Pausing {
    try await store.attempt {
      try await pool.transaction { connection in
        guard let number = try await Self.lock(id, connection) else {
          return try await Self.whyNot(id, connection)
        }
        // Nobody makes it ready from here on, and who has just taken it on is waited for.
        let results = try await connection.run([
          "SELECT lock_caps(ARRAY(SELECT namespace FROM cap WHERE run = \(number)))",
          "DELETE FROM ready_run WHERE run = \(number)",
          "UPDATE submission SET is_paused = true WHERE run = \(number)",
          "SELECT pg_notify('thalweg_cancelled', '')",
          "SELECT FROM run_lease WHERE run = \(number)", "SELECT FROM held_run WHERE run = \(number)",
        ])
        if results[4].count == 1 { return .told }
        if results[5].count == 0 {
          _ = try await connection.run(
            Self.hold([number]) + Caps.pass(leaving: Self.holders("run.number = \(number)")))
        }
        return .done
      }
    }
  }

  /// Lets a paused run go on.
  public func resume(_ id: RunID) async throws(StoreError) -> Pausing {
    let pausing: Pausing = try await store.attempt {
      try await pool.transaction { connection in
        guard let number = try await Self.lock(id, connection) else {
          return try await Self.whyNot(id, connection)
        }
        let results = try await connection.run([
          "UPDATE submission SET is_paused = false WHERE run = \(number)",
          "SELECT pg_notify('thalweg_cancelled', '')", "SELECT FROM run_lease WHERE run = \(number)",
        ])
        return results[2].count == 1 ? .told : .done
      }
    }
    try await promote()
    return pausing
  }

  /// The number of a submitted run that has not ended, which is locked.
  private static func lock(_ id: RunID, _ connection: PipelinedConnection) async throws -> Int64? {
    let found = try await connection.run(
      """
      SELECT number FROM run JOIN submission ON submission.run = run.number
      WHERE id = \(id.text) AND state IN ('planned', 'running') FOR NO KEY UPDATE OF run
      """)
    return found.count == 1 ? try found.value(0, 0) : nil
  }

  private static func whyNot(_ id: RunID, _ connection: PipelinedConnection) async throws -> Pausing {
    let submitted = try await connection.run(
      "SELECT FROM run JOIN submission ON submission.run = run.number WHERE id = \(id.text)")
    return submitted.count == 1 ? .ended : .unknown
  }

  // MARK: - Making ready

  /// Runs that may not be taken on now.
  static func hold(_ runs: [Int64]) -> [SQL] {
    guard !runs.isEmpty else { return [] }
    return [
      """
      INSERT INTO held_run (run, namespace, backfill)
      SELECT number, run.namespace, backfill
      FROM run LEFT JOIN backfill_run ON backfill_run.run = number WHERE number = ANY (\(ArrayParameter(runs)))
      """
    ]
  }

  /// Whether what is held was resumed or has waited long enough, as the condition of a statement.
  private static let mayGoOn: SQL = "NOT is_paused AND (held_run.until IS NULL OR held_run.until <= now())"

  /// Whether something is held for no reason any more, but for backfills: their runs go on when others have ended.
  static let somethingMayGoOn: SQL = """
    EXISTS (SELECT FROM held_run JOIN submission USING (run) WHERE backfill IS NULL AND \(mayGoOn))
    """

  /// Makes ready what is held no longer: what was resumed, what has waited for its time, and of each backfill as many
  /// as may be under way. The row of a backfill is locked meanwhile: no two count at once.
  /// - Returns: The number of runs.
  @discardableResult
  public func promote() async throws(StoreError) -> Int {
    try await store.attempt {
      try await pool.transaction { connection in
        let locked = try await connection.run(
          """
          SELECT namespace, id FROM backfill
          WHERE (namespace, id) IN (SELECT namespace, backfill FROM held_run) ORDER BY namespace, id FOR UPDATE
          """)
        let (namespaces, ids): ([String], [String]) = (
          try (0..<locked.count).map { try locked.value($0, 0) },
          try (0..<locked.count).map { try locked.value($0, 1) }
        )
        let gone = try await connection.run(
          """
          WITH due AS (
            SELECT run FROM held_run JOIN submission USING (run) WHERE backfill IS NULL AND \(Self.mayGoOn)
            UNION ALL
            SELECT next.run FROM (
              SELECT namespace, id, at_once - (
                SELECT count(*) FROM backfill_run WHERE (backfill_run.namespace, backfill) = (backfill.namespace, id)
                  AND run IN (SELECT run FROM ready_run UNION ALL SELECT run FROM cap_line
                    UNION ALL SELECT run FROM run_lease)) AS room
              FROM backfill
              WHERE (namespace, id) IN (SELECT * FROM unnest(\(ArrayParameter(namespaces)), \(ArrayParameter(ids))))
            ) AS free,
            LATERAL (
              SELECT run FROM held_run JOIN submission USING (run)
              WHERE (namespace, backfill) = (free.namespace, free.id) AND \(Self.mayGoOn)
              ORDER BY run LIMIT CASE WHEN room < 0 THEN 0 ELSE room END) AS next)
          DELETE FROM held_run WHERE run IN (
            SELECT run FROM held_run WHERE run IN (SELECT run FROM due) ORDER BY run FOR UPDATE SKIP LOCKED)
          RETURNING run
          """)
        let runs: [Int64] = try (0..<gone.count).map { try gone.value($0, 0) }.sorted()
        if !runs.isEmpty { _ = try await connection.run(Self.makeReady(runs)) }
        return runs.count
      }
    }
  }

  // MARK: - Trying again

  /// Whether a run of a submission has failed and is to be begun anew, as the condition of a statement. Its worker still
  /// holds it then: with the lease goes the failure, if need be when the worker is lost.
  static let isToBeRetried: SQL = """
    (run.state = 'failed' AND retried < retries AND NOT is_cancelled
      AND EXISTS (SELECT FROM run_lease WHERE run_lease.run = submission.run))
    """

  /// Runs that have failed come again after a while.
  static func holdForRetry(_ runs: [Int64]) -> [SQL] {
    guard !runs.isEmpty else { return [] }
    let runs = ArrayParameter(runs)
    return [
      "UPDATE submission SET retried = retried + 1, claims = 0 WHERE run = ANY (\(runs))",
      """
      INSERT INTO held_run (run, namespace, until, backfill)
      SELECT number, run.namespace,
        now() + least(300, power(2, retried - 1)) * (0.75 + random() / 2) * interval '1 second', backfill
      FROM run JOIN submission ON submission.run = number LEFT JOIN backfill_run ON backfill_run.run = number
      WHERE number = ANY (\(runs))
      """,
    ]
  }

  // MARK: - Queues

  /// What waits and runs of a pipeline.
  public struct Queue: Hashable, Sendable {
    /// Whose it is.
    public let namespace: String
    /// The pipeline.
    public let pipeline: String
    /// Runs that a worker may take on.
    public let ready: Int
    /// Runs that wait for a slot of a cap.
    public let capped: Int
    /// Runs that are held back.
    public let held: Int
    /// Runs that workers have taken on.
    public let running: Int
    /// Calls of their tasks that a worker may take on.
    public let calls: Int
    /// Calls that workers have taken on.
    public let calling: Int
    /// When the oldest of those that are ready was made.
    public let oldest: Moment?
  }

  /// What waits and runs, by pipelines.
  public func queues() async throws(StoreError) -> [Queue] {
    let rows = try await store.rows(
      """
      SELECT run.namespace, pipeline, count(*) FILTER (WHERE place = 'ready') AS ready,
        count(*) FILTER (WHERE place = 'capped') AS capped, count(*) FILTER (WHERE place = 'held') AS held,
        count(*) FILTER (WHERE place = 'leased') AS running, count(*) FILTER (WHERE place = 'call') AS calls,
        count(*) FILTER (WHERE place = 'calling') AS calling,
        min(created) FILTER (WHERE place = 'ready') AS oldest
      FROM run JOIN (
        SELECT run, 'ready' AS place FROM ready_run UNION ALL SELECT run, 'leased' FROM run_lease
        UNION ALL SELECT run, 'held' FROM held_run UNION ALL SELECT run, 'capped' FROM cap_line WHERE call = 0
        UNION ALL SELECT run, 'call' FROM ready_call UNION ALL SELECT run, 'calling' FROM call_lease
      ) AS waiting ON waiting.run = run.number
      GROUP BY run.namespace, pipeline ORDER BY run.namespace, pipeline
      """)
    return try await store.attempt {
      try (0..<rows.count).map { row in
        Queue(
          namespace: try rows.value(row, "namespace"), pipeline: try rows.value(row, "pipeline"),
          ready: try rows.value(row, "ready"), capped: try rows.value(row, "capped"),
          held: try rows.value(row, "held"), running: try rows.value(row, "running"),
          calls: try rows.value(row, "calls"), calling: try rows.value(row, "calling"),
          oldest: try rows.value(row, "oldest"))
      }
    }
  }
}
