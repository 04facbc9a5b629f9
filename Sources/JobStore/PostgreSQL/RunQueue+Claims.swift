import PostgreSQL

extension RunQueue {
  /// A run that a worker has taken on.
  public struct Claim: Sendable {
    /// The run, as it is recorded.
    public let run: RunRecord
    /// The worker's lease on it.
    public var lease: CallQueue.Lease { CallQueue.Lease(run: row, epoch: epoch) }
    /// Its number.
    let row: Int64
    /// What is to run.
    public let submission: Submission
    /// Names the lease.
    public let epoch: Int64
    /// How often it has been taken on, this time included.
    public let number: Int
    /// Where the run is recorded: only as long as the lease is the worker's.
    public let store: PostgreSQLRunStore

    /// What would fail as often as it is tried is not tried again.
    public func forbidRetries() async throws(StoreError) {
      _ = try await store.rows(
        """
        UPDATE submission SET retried = retries FROM run_lease
        WHERE run_lease.run = submission.run AND run_lease.epoch = \(epoch)
        """)
    }
  }

  /// Takes on runs that are ready and that a worker serves.
  ///
  /// Each goes to the namespace that has the fewest slots at that moment; among equals to the one that was served least
  /// of late, and then to the one whose next run is first. Within a namespace the run of the least rank is the next.
  public func claim(_ count: Int, for worker: Worker) async throws(StoreError) -> [Claim] {
    var claims: [Claim] = []
    for _ in 0..<Self.mostLooks {
      let (more, isAll) = try await claimOnce(count - claims.count, for: worker)
      claims += more
      if isAll { break }
    }
    return claims
  }

  /// What somebody else takes at the same moment is passed over, and another look finds what comes behind it.
  private static let mostLooks = 4

  /// - Returns: `isAll` where it got as many as it found.
  private func claimOnce(
    _ count: Int, for worker: Worker
  ) async throws(StoreError) -> (claims: [Claim], isAll: Bool) {
    // The limit stands in the text: with a parameter there the planner does not know how few it is.
    let limit = SQL(verbatim: "\(count)")
    let (namespaces, tags) = (ArrayParameter(worker.namespaces), ArrayParameter(worker.tags))
    let serves: SQL = worker.namespaces.isEmpty ? "" : "AND namespace = ANY (\(namespaces))"
    return try await store.attempt {
      let rows = try await pool.run(
        """
        WITH RECURSIVE line AS (
          (SELECT namespace, tags, rank FROM ready_run ORDER BY namespace, tags, rank, run LIMIT 1)
          UNION ALL
          SELECT next.* FROM line, LATERAL (
            (SELECT namespace, tags, rank FROM ready_run
              WHERE ready_run.namespace = line.namespace AND ready_run.tags > line.tags
              ORDER BY tags, rank, run LIMIT 1)
            UNION ALL
            (SELECT namespace, tags, rank FROM ready_run WHERE ready_run.namespace > line.namespace
              ORDER BY namespace, tags, rank, run LIMIT 1)
            ORDER BY namespace, tags LIMIT 1) AS next),
        served AS MATERIALIZED (
          SELECT * FROM line WHERE string_to_array(tags, ',') <@ \(tags) \(serves)),
        -- No more namespaces than runs come into question.
        near AS MATERIALIZED (
          SELECT namespace, sum(slots) AS slots, sum(seconds) AS seconds FROM (
            SELECT namespace, rank, 0 AS slots, 0 AS seconds FROM served
            UNION ALL SELECT namespace, NULL, 1, 0 FROM run_lease
            UNION ALL SELECT namespace, NULL, 0, \(Self.weight) FROM service) AS facts
          GROUP BY namespace HAVING count(rank) > 0
          ORDER BY sum(slots), sum(seconds), min(rank) LIMIT \(limit)),
        candidate AS (
          SELECT namespace, tags, seconds, first.rank, slots
            + row_number() OVER (PARTITION BY namespace ORDER BY first.rank, first.run) AS slot
          FROM near JOIN served USING (namespace), LATERAL (
            SELECT rank, run FROM ready_run
            WHERE ready_run.namespace = near.namespace AND ready_run.tags = served.tags
            ORDER BY rank, run LIMIT \(limit)) AS first),
        share AS MATERIALIZED (
          SELECT namespace, tags, count(*) AS size
          FROM (SELECT * FROM candidate ORDER BY slot, seconds, rank LIMIT \(limit)) AS chosen
          GROUP BY namespace, tags),
        chosen AS MATERIALIZED (
          SELECT first.run FROM share, LATERAL (
            SELECT run FROM (
              SELECT run FROM ready_run
              WHERE ready_run.namespace = share.namespace AND ready_run.tags = share.tags
              ORDER BY rank, run LIMIT \(limit) FOR UPDATE SKIP LOCKED) AS free
            LIMIT share.size) AS first),
        taken AS MATERIALIZED (
          DELETE FROM ready_run WHERE run = ANY (ARRAY(SELECT run FROM chosen)) RETURNING run, namespace),
        leased AS (
          INSERT INTO run_lease (run, namespace, worker, epoch)
          SELECT run, namespace, \(worker.id), nextval('lease_epoch') FROM taken RETURNING run, epoch),
        begun AS (\(Caps.begin("taken"))),
        counted AS (
          UPDATE submission SET claims = claims + 1 FROM taken WHERE submission.run = taken.run
          RETURNING submission.run, claims, arguments, folder, profile, retries, fire_time, program)
        SELECT wanted, run.*, claim.* FROM (SELECT coalesce(sum(size), 0)::bigint AS wanted FROM share) AS found
          LEFT JOIN (SELECT epoch, run AS leased, claims, arguments, folder, profile, retries, fire_time, files, program
            FROM leased JOIN counted USING (run) JOIN program ON program.hash = counted.program) AS claim ON true
          LEFT JOIN run ON run.number = claim.leased
        ORDER BY run.number
        """)
      let wanted: Int = try rows.value(0, "wanted")
      let isNone = try rows.value(0, "leased", as: Int64?.self) == nil
      let claims = try (0..<(isNone ? 0 : rows.count)).map { row in
        let epoch: Int64 = try rows.value(row, "epoch")
        var leased = store
        leased.lease = epoch
        return Claim(
          run: try rows.run(row, in: store.place), row: try rows.value(row, "number"),
          submission: Submission(
            program: try rows.value(row, "program"), files: try rows.value(row, "files"),
            arguments: try rows.value(row, "arguments"), folder: try rows.value(row, "folder"),
            profile: try rows.value(row, "profile"), retries: try rows.value(row, "retries"),
            fireTime: try rows.value(row, "fire_time")),
          epoch: epoch, number: try rows.value(row, "claims"), store: leased)
      }
      return (claims, claims.count == wanted)
    }
  }

  // MARK: - What namespaces have been served

  /// Ends leases, and notes for how long each had held its slot: the last statement of a transaction, behind those of
  /// `Caps`, since it locks what many others want.
  static func endLeases(_ condition: SQL) -> SQL {
    """
    WITH ended AS (
      DELETE FROM run_lease USING run WHERE run.number = run_lease.run AND \(condition)
      RETURNING run_lease.namespace, extract(epoch FROM now() - run_lease.since)::float8 AS seconds)
    INSERT INTO service (namespace, seconds)
    SELECT namespace, sum(greatest(seconds, 0)) FROM ended GROUP BY namespace ORDER BY namespace
    ON CONFLICT (namespace) DO UPDATE SET seconds = \(weight) + excluded.seconds, since = now()
    """
  }

  /// What has been served weighs half after ten minutes.
  private static let weight: SQL = """
    service.seconds * 0.5::float8 ^ (extract(epoch FROM now() - service.since)::float8 / 600)
    """
}
