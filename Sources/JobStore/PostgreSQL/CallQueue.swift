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

  /// A lease on a run.
  public struct Lease: Hashable, Sendable {
    /// The run, by its number.
    public let run: Int64
    /// Names the lease.
    public let epoch: Int64

    /// Names a lease.
    public init(run: Int64, epoch: Int64) {
      self.run = run
      self.epoch = epoch
    }
  }

  /// A call that a worker has taken on.
  public struct Claim: Sendable {
    /// Names the worker's lease on the call.
    public let epoch: Int64
    /// Its place among all that were offered.
    public let place: Int64
    /// The number of the run that it is of.
    public let run: Int64
    /// What is to be done.
    public let offer: Offer
  }

  /// What who makes a call has to know of its run.
  public struct Context: Sendable {
    /// The run, as it is recorded.
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

  /// An attempt at a call.
  public struct Attempt: Hashable, Sendable {
    /// The owner's lease on the run.
    public let lease: Lease
    /// Names the call in its run.
    public let name: String
    /// From 1.
    public let number: Int

    /// Names an attempt.
    public init(lease: Lease, name: String, number: Int) {
      self.lease = lease
      self.name = name
      self.number = number
    }
  }

  /// What came of a call, for the owner of its run.
  public struct Result: Hashable, Sendable {
    /// Of which attempt.
    public let call: Attempt
    /// The hash of what was asked.
    public let input: String
    /// What came of it.
    public let outcome: Outcome
    /// What it gave, or why it failed, in JSON.
    public let value: String?
  }

  // MARK: - The owners of runs

  /// What the owner of runs wants of the queue.
  public struct Orders: Sendable {
    /// Calls that any worker may make.
    public var offers: [(lease: Lease, offer: Offer)] = []
    /// Attempts whose results are recorded.
    public var settled: Set<Attempt> = []
    /// Calls that nobody wants any more: whoever makes one is to stop.
    public var withdrawn: [(lease: Lease, name: String)] = []
    /// Numbers what is told, from 1: who does not know whether it was heard tells the same again, and it is heard once.
    /// What comes behind something later is not heard.
    public var step: Int64

    /// Nothing.
    public init(step: Int64) { self.step = step }

    /// Whether it is nothing.
    public var isEmpty: Bool { offers.isEmpty && settled.isEmpty && withdrawn.isEmpty }
  }

  /// Carries out orders, settling before offering, and gives what came of calls; all in one step. Under a lease that is
  /// gone nothing is done.
  /// - Parameters:
  ///   - known: The runs, with the calls and attempts whose results are known.
  ///   - isTelling: Whether workers are to hear of it.
  public func attend(
    _ orders: Orders, of known: [Lease: [String: Int]], isTelling: Bool
  ) async throws(StoreError) -> [Result] {
    var statements: [SQL] = []
    if !orders.settled.isEmpty { statements.append(Self.settle(Array(orders.settled))) }
    for table: SQL in orders.withdrawn.isEmpty ? [] : ["ready_call", "call_lease", "call_result"] {
      statements.append(Self.withdraw(orders.withdrawn, before: orders.step, from: table))
    }
    if !orders.offers.isEmpty { statements.append(Self.insert(orders.offers, step: orders.step)) }
    if isTelling { statements.append(Self.notify(.calls)) }
    if !known.isEmpty { statements.append(Self.results(besides: known)) }
    return try await store.attempt {
      guard !statements.isEmpty, let rows = try await pool.run(statements).last, !known.isEmpty else {
        return []
      }
      return try (0..<rows.count).map { row in
        Result(
          call: Attempt(
            lease: Lease(run: try rows.value(row, 0), epoch: try rows.value(row, 1)),
            name: try rows.value(row, 2), number: try rows.value(row, 3)),
          input: try rows.value(row, 4), outcome: try rows.state(row, "state", in: store.place),
          value: try rows.value(row, 6))
      }
    }
  }

  private static func insert(_ offers: [(lease: Lease, offer: Offer)], step: Int64) -> SQL {
    let leases = Array(Set(offers.map(\.lease)))
    return """
      WITH held AS (
        UPDATE run_lease SET step = \(step)
        FROM unnest(\(ArrayParameter(leases.map(\.run))), \(ArrayParameter(leases.map(\.epoch)))) AS given (run, epoch)
        WHERE run_lease.run = given.run AND run_lease.epoch = given.epoch AND step < \(step)
        RETURNING run_lease.run, namespace)
      INSERT INTO ready_call (namespace, run, tags, name, input, attempt, work)
      SELECT held.namespace, held.run, submission.tags, offer.name, offer.input, offer.attempt, offer.work
      FROM unnest(\(ArrayParameter(offers.map(\.lease.run))), \(ArrayParameter(offers.map(\.offer.name))),
          \(ArrayParameter(offers.map(\.offer.input))), \(ArrayParameter(offers.map { Int64($0.offer.attempt) })),
          \(ArrayParameter(offers.map(\.offer.work))))
          WITH ORDINALITY AS offer (run, name, input, attempt, work, place)
        JOIN held USING (run) JOIN submission USING (run)
      ORDER BY offer.place
      """
  }

  private static func settle(_ calls: [Attempt]) -> SQL {
    """
    DELETE FROM call_result AS call
    USING unnest(\(ArrayParameter(calls.map(\.lease.run))), \(ArrayParameter(calls.map(\.lease.epoch))),
      \(ArrayParameter(calls.map(\.name))), \(ArrayParameter(calls.map { Int64($0.number) })))
      AS given (run, epoch, name, attempt)
    WHERE call.run = given.run AND call.name = given.name AND call.attempt = given.attempt
      AND EXISTS (SELECT FROM run_lease WHERE run_lease.run = given.run AND run_lease.epoch = given.epoch)
    """
  }

  /// - Parameter step: That of what is offered besides, which may have the name of one of these.
  private static func withdraw(
    _ calls: [(lease: Lease, name: String)], before step: Int64, from table: SQL
  ) -> SQL {
    """
    DELETE FROM \(table) AS call
    USING unnest(\(ArrayParameter(calls.map(\.lease.run))), \(ArrayParameter(calls.map(\.lease.epoch))),
      \(ArrayParameter(calls.map(\.name)))) AS given (run, epoch, name)
    WHERE call.run = given.run AND call.name = given.name
      AND EXISTS (SELECT FROM run_lease WHERE run_lease.run = given.run AND run_lease.epoch = given.epoch
        AND step < \(step))
    """
  }

  private static func results(besides known: [Lease: [String: Int]]) -> SQL {
    let calls = known.flatMap { lease, calls in calls.map { (run: lease.run, name: $0, attempt: Int64($1)) } }
    return """
      SELECT mine.run, mine.epoch, name, attempt, input, state, value
      FROM unnest(\(ArrayParameter(known.keys.map(\.run))), \(ArrayParameter(known.keys.map(\.epoch))))
          AS mine (run, epoch)
        JOIN run_lease ON run_lease.run = mine.run AND run_lease.epoch = mine.epoch
        JOIN call_result ON call_result.run = mine.run
      WHERE (mine.run, name, attempt) NOT IN (
        SELECT * FROM unnest(\(ArrayParameter(calls.map(\.run))), \(ArrayParameter(calls.map(\.name))),
          \(ArrayParameter(calls.map(\.attempt)))))
      """
  }

  /// The calls of a run that were offered and not settled, by name, with what is asked: a former owner may have left
  /// them.
  public func open(under lease: Lease) async throws(StoreError) -> [String: String] {
    let held: SQL = """
      run = (SELECT run FROM run_lease WHERE run = \(lease.run) AND epoch = \(lease.epoch))
      """
    let rows = try await store.rows(
      """
      SELECT name, input FROM ready_call WHERE \(held) UNION ALL SELECT name, input FROM call_lease WHERE \(held)
      UNION ALL SELECT name, input FROM call_result WHERE \(held)
      """)
    return try await store.attempt {
      var all: [String: String] = [:]
      for row in 0..<rows.count { all[try rows.value(row, 0)] = try rows.value(row, 1, as: String.self) }
      return all
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
  /// - Parameters:
  ///   - place: Calls that were offered before this one are not looked at: where many have been taken while somebody
  ///     holds a transaction open, the server has to pass over all of them.
  ///   - isTelling: Whether owners are to hear of it.
  public func exchange(
    _ reports: [Report], claiming count: Int, from place: Int64 = 0, for worker: RunQueue.Worker,
    isTelling: Bool
  ) async throws(StoreError) -> [Claim] {
    try await store.attempt {
      var statements: [SQL] = []
      if !reports.isEmpty { statements.append(Self.report(reports)) }
      if isTelling { statements.append(Self.notify(.results)) }
      if count > 0 { statements.append(Self.claim(count, from: place, for: worker)) }
      guard !statements.isEmpty, let rows = try await pool.run(statements).last, count > 0 else { return [] }
      return try (0..<rows.count).map { row in
        Claim(
          epoch: try rows.value(row, 0), place: try rows.value(row, 1), run: try rows.value(row, 2),
          offer: Offer(
            name: try rows.value(row, 3), input: try rows.value(row, 4), attempt: try rows.value(row, 5),
            work: try rows.value(row, 6)))
      }
    }
  }

  /// What is to be known of runs, by their numbers.
  public func contexts(of runs: [Int64]) async throws(StoreError) -> [Int64: Context] {
    let rows = try await store.rows(
      """
      SELECT run.*, program, arguments, folder, profile, fire_time
      FROM run JOIN submission ON submission.run = run.number WHERE run.number = ANY (\(ArrayParameter(runs)))
      """)
    return try await store.attempt {
      var all: [Int64: Context] = [:]
      for row in 0..<rows.count {
        all[try rows.value(row, "number")] = Context(
          run: try rows.run(row, in: store.place),
          submission: RunQueue.Submission(
            program: try rows.value(row, "program"), files: "", arguments: try rows.value(row, "arguments"),
            folder: try rows.value(row, "folder"), profile: try rows.value(row, "profile"),
            fireTime: try rows.value(row, "fire_time")))
      }
      return all
    }
  }

  private static func report(_ reports: [Report]) -> SQL {
    """
    WITH told AS (
      DELETE FROM call_lease
      USING unnest(\(ArrayParameter(reports.map(\.epoch))), \(ArrayParameter(reports.map(\.outcome.rawValue))),
        \(ArrayParameter(reports.map(\.value)))) AS report (epoch, state, value)
      WHERE call_lease.epoch = report.epoch
      RETURNING namespace, run, name, input, attempt, report.state, report.value)
    \(keep("told"))
    """
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

  private static func claim(_ count: Int, from place: Int64, for worker: RunQueue.Worker) -> SQL {
    let serves: SQL =
      worker.namespaces.isEmpty ? "" : "AND namespace = ANY (\(ArrayParameter(worker.namespaces)))"
    // Its runs have to come to their ends, also where there is no other worker.
    let owns: SQL =
      worker.isDraining ? "AND run IN (SELECT run FROM run_lease WHERE worker = \(worker.id))" : ""
    return """
      WITH chosen AS MATERIALIZED (
        SELECT ctid AS tuple FROM ready_call
        WHERE number >= \(place) AND tags <@ \(ArrayParameter(worker.tags)) \(serves) \(owns)
          -- What one that is forgotten took on, nobody would ever take away.
          AND EXISTS (SELECT FROM worker WHERE id = \(worker.id))
        ORDER BY number LIMIT \(SQL(verbatim: "\(count)")) FOR UPDATE SKIP LOCKED),
      taken AS MATERIALIZED (
        DELETE FROM ready_call WHERE ctid = ANY (ARRAY(SELECT tuple FROM chosen))
        RETURNING number, nextval('lease_epoch') AS epoch, namespace, run, name, input, attempt, work),
      leased AS (
        INSERT INTO call_lease (epoch, namespace, run, name, input, attempt, worker)
        SELECT epoch, namespace, run, name, input, attempt, \(worker.id) FROM taken)
      SELECT epoch, number, run, name, input, attempt, work FROM taken ORDER BY number
      """
  }

  /// The leases of a worker that are not older than one.
  public func leases(of worker: String, from epoch: Int64 = 0) async throws(StoreError) -> Set<Int64> {
    let rows = try await store.rows(
      "SELECT epoch FROM call_lease WHERE worker = \(worker) AND epoch >= \(epoch)")
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
