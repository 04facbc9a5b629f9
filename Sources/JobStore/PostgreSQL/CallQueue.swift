import PostgreSQL

/// Calls of tasks that any worker may make for the owner of a run.
///
/// The owner of a run *offers* calls. A worker takes some on, and holds a lease on each until it has told what came of
/// it. What it tells waits for the owner, who records it and then *settles* the call. A lease that has been taken away
/// lets nothing be told any more.
public struct CallQueue: Sendable {
  private let store: PostgreSQLRunStore
  private var pool: ConnectionPool { store.pool }

  /// The calls beside a store of runs.
  public init(_ store: PostgreSQLRunStore) { self.store = store }

  /// A call that is to be made.
  public struct Offer: Hashable, Sendable {
    /// Names the call in its run.
    public let name: String
    /// The hash of what is asked.
    public let input: String
    /// From 1.
    public let attempt: Int
    /// What is to be done, in JSON.
    public let work: String

    /// Makes an offer.
    public init(name: String, input: String, attempt: Int, work: String) {
      self.name = name
      self.input = input
      self.attempt = attempt
      self.work = work
    }
  }

  /// A call that a worker has taken on.
  public struct Claim: Sendable {
    /// Names the lease.
    public let epoch: Int64
    /// What is to be done.
    public let offer: Offer
    /// The run that it is of, as it is recorded.
    public let run: RunRecord
    /// What was submitted; its texts are left out, `RunQueue.files(of:)` gives them.
    public let submission: RunQueue.Submission
  }

  /// What came of a call.
  public enum Outcome: String, Hashable, Sendable {
    case succeeded, failed
    /// Its worker is gone, or knows nothing of it.
    case lost
  }

  /// What a worker tells of a call.
  public struct Report: Hashable, Sendable {
    /// The lease.
    public let epoch: Int64
    /// What came of it.
    public let outcome: Outcome
    /// What it gave, or why it failed, in JSON.
    public let value: String

    /// Makes a report.
    public init(epoch: Int64, outcome: Outcome, value: String) {
      self.epoch = epoch
      self.outcome = outcome
      self.value = value
    }
  }

  /// What came of a call, for the owner of its run.
  public struct Result: Hashable, Sendable {
    /// The owner's lease on the run.
    public let lease: Int64
    /// Names the call in its run.
    public let name: String
    /// The hash of what was asked.
    public let input: String
    /// From 1.
    public let attempt: Int
    /// What came of it.
    public let outcome: Outcome
    /// What it gave, or why it failed, in JSON.
    public let value: String?
  }

  // MARK: - The owner of a run

  /// Lets any worker make some calls of the run that is held under `lease`. Nothing is offered where the lease is gone.
  /// - Parameter step: Numbers what the owner tells of calls, from 1: who does not know whether it was heard tells it
  ///   again, and it is heard once. What comes behind something later is not heard.
  public func offer(_ offers: [Offer], step: Int64, under lease: Int64) async throws(StoreError) {
    _ = try await store.attempt {
      try await pool.runGrouped([
        """
        WITH held AS (
          UPDATE run_lease SET step = \(step) WHERE epoch = \(lease) AND step < \(step) RETURNING run, namespace)
        INSERT INTO ready_call (namespace, run, tags, name, input, attempt, work)
        SELECT held.namespace, held.run, submission.tags, offer.name, offer.input, offer.attempt, offer.work
        FROM held JOIN submission USING (run), unnest(\(ArrayParameter(offers.map(\.name))), \(ArrayParameter(offers.map(\.input))),
          \(ArrayParameter(offers.map { Int64($0.attempt) })), \(ArrayParameter(offers.map(\.work))))
          WITH ORDINALITY AS offer (name, input, attempt, work, place)
        ORDER BY offer.place
        """,
        Self.notify(.calls),
      ])
    }
  }

  /// The calls of a run that were offered and not settled, by name, with what is asked: a former owner may have left
  /// them.
  public func open(under lease: Int64) async throws(StoreError) -> [String: String] {
    let rows = try await store.rows(
      """
      WITH held AS (SELECT run FROM run_lease WHERE epoch = \(lease))
      SELECT name, input FROM ready_call JOIN held USING (run)
      UNION ALL SELECT name, input FROM call_lease JOIN held USING (run)
      UNION ALL SELECT name, input FROM call_result JOIN held USING (run)
      """)
    return try await store.attempt {
      var all: [String: String] = [:]
      for row in 0..<rows.count { all[try rows.value(row, 0)] = try rows.value(row, 1, as: String.self) }
      return all
    }
  }

  /// What came of calls of the runs that a worker owns.
  public func results(for worker: String) async throws(StoreError) -> [Result] {
    let rows = try await store.rows(
      """
      SELECT run_lease.epoch, call_result.* FROM run_lease JOIN call_result USING (run)
      WHERE run_lease.worker = \(worker)
      """)
    return try await store.attempt {
      try (0..<rows.count).map { row in
        Result(
          lease: try rows.value(row, "epoch"), name: try rows.value(row, "name"),
          input: try rows.value(row, "input"), attempt: try rows.value(row, "attempt"),
          outcome: try rows.state(row, "state", in: store.place), value: try rows.value(row, "value"))
      }
    }
  }

  /// Forgets calls whose results are recorded, or that nobody wants any more: whoever makes one is to stop.
  /// - Parameter step: That of the next offer, which may have the name of one of these.
  public func settle(_ names: [String], before step: Int64, under lease: Int64) async throws(StoreError) {
    let (run, names): (SQL, SQL) = (
      "(SELECT run FROM run_lease WHERE epoch = \(lease) AND step < \(step))",
      "ANY (\(ArrayParameter(names)))"
    )
    _ = try await store.attempt {
      try await pool.runGrouped([
        "DELETE FROM call_result WHERE run = \(run) AND name = \(names)",
        "DELETE FROM ready_call WHERE run = \(run) AND name = \(names)",
        "DELETE FROM call_lease WHERE run = \(run) AND name = \(names)",
      ])
    }
  }

  /// Forgets all calls of runs.
  static func forget(_ runs: SQL) -> [SQL] {
    [
      "DELETE FROM ready_call WHERE run = \(runs)", "DELETE FROM call_lease WHERE run = \(runs)",
      "DELETE FROM call_result WHERE run = \(runs)",
    ]
  }

  // MARK: - Workers

  /// Tells what came of calls, and takes on others, the oldest first; all in one step.
  public func exchange(
    _ reports: [Report], claiming count: Int, for worker: RunQueue.Worker
  ) async throws(StoreError) -> [Claim] {
    try await store.attempt {
      var statements: [SQL] = []
      if !reports.isEmpty { statements += Self.report(reports) }
      if count > 0 { statements.append(Self.claim(count, for: worker)) }
      let results = try await pool.runGrouped(statements)
      guard count > 0, let rows = results.last else { return [] }
      return try (0..<rows.count).map { row in
        Claim(
          epoch: try rows.value(row, "call_epoch"),
          offer: Offer(
            name: try rows.value(row, "call_name"), input: try rows.value(row, "call_input"),
            attempt: try rows.value(row, "call_attempt"), work: try rows.value(row, "call_work")),
          run: try rows.run(row, in: store.place),
          submission: RunQueue.Submission(
            program: try rows.value(row, "program"), files: "", arguments: try rows.value(row, "arguments"),
            folder: try rows.value(row, "folder"), profile: try rows.value(row, "profile"),
            fireTime: try rows.value(row, "fire_time")))
      }
    }
  }

  private static func report(_ reports: [Report]) -> [SQL] {
    [
      """
      WITH told AS (
        DELETE FROM call_lease
        USING unnest(\(ArrayParameter(reports.map(\.epoch))), \(ArrayParameter(reports.map(\.outcome.rawValue))),
          \(ArrayParameter(reports.map(\.value)))) AS report (epoch, state, value)
        WHERE call_lease.epoch = report.epoch
        RETURNING namespace, run, name, input, attempt, report.state, report.value)
      \(keep("told"))
      """,
      notify(.results),
    ]
  }

  /// A call whose worker was lost may have been offered again by then.
  private static func keep(_ told: SQL) -> SQL {
    """
    INSERT INTO call_result (namespace, run, name, input, attempt, state, value)
    SELECT namespace, run, name, input, attempt, state, value FROM \(told)
    ON CONFLICT (run, name) DO UPDATE SET input = excluded.input, attempt = excluded.attempt, state = excluded.state,
      value = excluded.value
    """
  }

  private static func claim(_ count: Int, for worker: RunQueue.Worker) -> SQL {
    let serves: SQL =
      worker.namespaces.isEmpty ? "" : "AND namespace = ANY (\(ArrayParameter(worker.namespaces)))"
    return """
      WITH taken AS MATERIALIZED (
        DELETE FROM ready_call WHERE number IN (
          SELECT number FROM ready_call WHERE tags <@ \(ArrayParameter(worker.tags)) \(serves)
            -- What one that is forgotten took on, nobody would ever take away.
            AND EXISTS (SELECT FROM worker WHERE id = \(worker.id))
          ORDER BY number LIMIT \(SQL(verbatim: "\(count)")) FOR UPDATE SKIP LOCKED)
        RETURNING *),
      leased AS (
        INSERT INTO call_lease (epoch, namespace, run, name, input, attempt, worker)
        SELECT nextval('lease_epoch'), namespace, run, name, input, attempt, \(worker.id) FROM taken
        RETURNING epoch, run, name)
      SELECT leased.epoch AS call_epoch, taken.name AS call_name, taken.input AS call_input,
        taken.attempt AS call_attempt, taken.work AS call_work, run.*, program, arguments, folder, profile,
        fire_time
      FROM leased JOIN taken USING (run, name) JOIN run ON run.number = taken.run
        JOIN submission ON submission.run = taken.run
      ORDER BY taken.number
      """
  }

  /// The leases of a worker.
  public func leases(of worker: String) async throws(StoreError) -> Set<Int64> {
    let rows = try await store.rows("SELECT epoch FROM call_lease WHERE worker = \(worker)")
    return try await store.attempt { Set(try (0..<rows.count).map { try rows.value($0, 0, as: Int64.self) }) }
  }

  /// Nobody works under these leases.
  public func lose(_ epochs: Set<Int64>) async throws(StoreError) {
    try await lose(where: "epoch = ANY (\(ArrayParameter(epochs.sorted())))")
  }

  /// Takes leases away: the owners of the runs learn that the calls are lost, and may offer them again.
  func lose(where condition: SQL) async throws(StoreError) {
    let told = try await store.rows(
      """
      WITH told AS (
        DELETE FROM call_lease WHERE \(condition) RETURNING namespace, run, name, input, attempt, 'lost' AS state,
          NULL AS value)
      \(Self.keep("told"))
      """)
    if told.affected > 0 { _ = try await store.rows(Self.notify(.results)) }
  }

  private static func notify(_ news: RunQueue.News) -> SQL {
    "SELECT pg_notify(\(news.rawValue), '')"
  }
}
