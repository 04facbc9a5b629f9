import PostgreSQL

/// The runs that wait for a worker, and those that workers have taken on.
///
/// A worker holds a *lease* on a run, which has an epoch. All leases of a worker live by its one heartbeat. Where that
/// stops, any other worker takes the leases away and the runs are ready again; whatever the lost worker still writes
/// meets no lease, and nothing of it is recorded. Only the clock of the database counts.
public struct RunQueue: Sendable {
  /// The backend of submitted runs, as their records have it.
  public static let backend = "scheduler"
  /// How often a run may be taken on: one that ends its worker each time is not tried for ever.
  public static let mostClaims = 5

  /// Where its runs are recorded.
  public let store: PostgreSQLRunStore
  let lost: RunError
  var pool: ConnectionPool { store.pool }

  /// The queue beside a store.
  /// - Parameter lost: What is told of a try whose worker is gone.
  public init(_ store: PostgreSQLRunStore, lost: RunError) {
    self.store = store
    self.lost = lost
  }

  /// What is to run, as it was when it was submitted.
  public struct Submission: Hashable, Sendable {
    /// Names `files`.
    public let program: String
    /// The texts of the program, as JSON.
    public let files: String
    /// The arguments that were given, a JSON object of strings.
    public let arguments: String
    /// The folder that its paths are relative to.
    public let folder: String
    /// The profile it was submitted under, if one was named.
    public let profile: String?
    /// How often a run that failed is begun anew.
    public let retries: Int
    /// The time of its schedule that it was made for, from which its arguments follow.
    public let fireTime: Moment?

    /// Makes a submission.
    public init(
      program: String, files: String, arguments: String, folder: String, profile: String?, retries: Int = 0,
      fireTime: Moment? = nil
    ) {
      self.program = program
      self.files = files
      self.arguments = arguments
      self.folder = folder
      self.profile = profile
      self.retries = retries
      self.fireTime = fireTime
    }
  }

  /// When a run is taken on, and by whom.
  public struct Terms: Hashable, Sendable {
    /// Before runs that were submitted so many minutes earlier.
    public var priority: Int
    /// What a worker has to have.
    public var tags: [String]
    /// What it has to pass, in this order.
    public var caps: [Cap]

    /// In the order of submission, and by any worker, unless told otherwise.
    public init(priority: Int = 0, tags: [String] = [], caps: [Cap] = []) {
      self.priority = priority
      self.tags = tags
      self.caps = caps
    }
  }

  // MARK: - Submitting

  /// Records a planned run, ready to be taken on.
  public func submit(
    _ run: RunRecord, jobs: [JobRecord], plan: PlanRecord, _ submission: Submission, _ terms: Terms = Terms()
  ) async throws(StoreError) {
    let program = PostgreSQLRunStore.key(submission.program, in: run.namespace)
    let entering = Self.holders("run.id = \(run.id.text)")
    try await store.attempt(making: run) {
      _ = try await pool.run(
        [Self.insert(submission, in: run.namespace)]
          + PostgreSQLRunStore.insert(run, jobs: jobs, plan: plan) + [
            """
            INSERT INTO submission (run, program, arguments, folder, profile, retries, priority, rank, tags)
            SELECT number, \(program), \(submission.arguments), \(submission.folder), \(submission.profile),
              \(submission.retries), \(terms.priority), \(Self.rank("\(terms.priority)")),
              \(ArrayParameter(terms.tags.sorted()))
            FROM run WHERE id = \(run.id.text)
            """
          ]
          + (terms.caps.isEmpty
            ? [Caps.admit(entering)]
            : [Caps.insert(terms.caps.map { (run.id, $0) })] + Caps.pass(entering: entering)))
    }
  }

  /// The texts of a program, kept once in a namespace.
  static func insert(_ submission: Submission, in namespace: String) -> SQL {
    """
    INSERT INTO program (hash, namespace, files)
    VALUES (\(PostgreSQLRunStore.key(submission.program, in: namespace)), \(namespace), \(submission.files))
    ON CONFLICT (hash) DO NOTHING
    """
  }

  /// Runs that nobody holds may be taken on, or stand in line.
  static func makeReady(_ runs: [Int64]) -> [SQL] {
    runs.isEmpty ? [] : Caps.pass(entering: holders("run.number = ANY (\(ArrayParameter(runs)))"))
  }

  /// Runs as they stand in line.
  static func holders(_ condition: SQL) -> SQL {
    """
    SELECT run.number AS run, 0::bigint AS call, rank FROM run JOIN submission ON submission.run = run.number
    WHERE \(condition)
    """
  }

  /// A point of priority is worth a minute of waiting.
  static func rank(_ priority: SQL) -> SQL {
    "(extract(epoch FROM now()) * 1000000)::bigint - \(priority) * 60000000"
  }

  /// What became of the wish to cancel a run.
  public enum Cancellation: Hashable, Sendable {
    /// It had not begun, and is cancelled.
    case done
    /// Its worker is told, and stops it.
    case told
    /// It has ended before.
    case ended
    /// It was not submitted.
    case unknown
  }

  /// Asks for the end of a run.
  public func cancel(_ id: RunID) async throws(StoreError) -> Cancellation {
    let cancellation: Cancellation = try await store.attempt {
      try await pool.transaction { connection in
        let found = try await connection.run(
          """
          SELECT number, state FROM run JOIN submission ON submission.run = run.number
          WHERE id = \(id.text) FOR NO KEY UPDATE OF run
          """)
        guard found.count == 1 else { return .unknown }
        guard let state = RunState(rawValue: try found.value(0, 1)), !state.isFinal else { return .ended }
        let number: Int64 = try found.value(0, 0)
        // Nobody makes it ready from here on, and who has just taken it on is waited for.
        let waiting =
          try await connection.run([
            "DELETE FROM held_run WHERE run = \(number)",
            "SELECT lock_caps(ARRAY(SELECT namespace FROM cap WHERE run = \(number)))",
            "DELETE FROM ready_run WHERE run = \(number)",
            "UPDATE submission SET is_cancelled = true WHERE run = \(number)",
            "SELECT pg_notify('thalweg_cancelled', '')",
            "SELECT FROM run_lease WHERE run = \(number)",
          ])[5].count == 0
        guard waiting else { return .told }
        _ = try await connection.run(
          PostgreSQLRunStore.close([number], as: .cancelled, at: .now, nil)
            + Caps.pass(leaving: Self.holders("run.number = \(number)"))
            // It may have lost a worker that had offered some.
            + CallQueue.forget("\(number)") + [Self.tellEnded([number])])
        return .done
      }
    }
    if cancellation == .done { try await promote() }
    return cancellation
  }

  /// Makes a run that has failed or was cancelled ready again, as it was submitted. Its tries go on counting.
  /// - Returns: Whether it had ended so.
  public func retry(_ id: RunID) async throws(StoreError) -> Bool {
    try await store.attempt {
      try await pool.transaction { connection in
        let found = try await connection.run(
          """
          SELECT number FROM run JOIN submission ON submission.run = run.number
          WHERE id = \(id.text) AND state IN ('failed', 'cancelled') FOR UPDATE
          """)
        guard found.count == 1 else { return false }
        let number: Int64 = try found.value(0, 0)
        let again = Self.holders("run.number = \(number)")
        _ = try await connection.run(
          [
            """
            UPDATE submission SET claims = 0, retried = 0, is_cancelled = false, is_paused = false, rank = \(Self.rank("priority"))
            WHERE run = \(number)
            """
          ] + PostgreSQLRunStore.again([number], at: .now, error: nil) + CallQueue.forget("\(number)")
            + Caps.pass(leaving: again, entering: again)
            // A lease that is still being released is not in the way of the next.
            + [Self.endLeases("run.number = \(number)")])
        return true
      }
    }
  }

  // MARK: - Notifications

  /// What is told.
  public enum News: String, Sendable {
    case ready = "thalweg_ready"
    case cancelled = "thalweg_cancelled"
    case calls = "thalweg_calls"
    case results = "thalweg_results"
    case ended = "thalweg_ended"
  }

  /// Hears news as long as it is kept, and its connection lasts.
  public struct Listener: Sendable {
    fileprivate let connection: PipelinedConnection

    /// Whether nothing is heard any more.
    public var isDeaf: Bool { get async { await connection.brokenBy != nil } }
  }

  /// Calls `onNews` whenever something may be ready, or is to be cancelled. Notifications only save time: whoever waits
  /// for one also looks now and then.
  public func listen(
    to news: [News] = [.ready, .cancelled, .calls, .results], _ onNews: @escaping @Sendable (News) -> Void
  ) async throws(StoreError) -> Listener {
    try await store.attempt {
      let connection = try await PipelinedConnection.open(store.address) { channel in
        if let news = News(rawValue: channel) { onNews(news) }
      }
      _ = try await connection.run(news.map { SQL(verbatim: "LISTEN \($0.rawValue)") })
      return Listener(connection: connection)
    }
  }

  // MARK: - Workers

  /// A process that takes on runs.
  public struct Worker: Hashable, Sendable {
    /// Made anew for each process.
    public let id: String
    /// The machine.
    public let host: String
    /// The process number.
    public let process: Int64
    /// How many runs it takes on at once.
    public let slots: Int
    /// What it has: it takes on only runs that want nothing else.
    public var tags: [String] = []
    /// Whom it serves: everybody whose runs it may see, where there is none.
    public var namespaces: [String] = []
    /// Since when.
    public var started = Moment.now
    /// Its last heartbeat.
    public var seen = Moment.now
    /// Whether it takes on no more.
    public var isDraining = false
    /// How many runs it has taken on and not ended.
    public var running = 0
    /// How many calls of tasks it has taken on and not told of.
    public var calling = 0

    /// Makes a worker that has not registered.
    public init(id: String, host: String, process: Int64, slots: Int) {
      self.id = id
      self.host = host
      self.process = process
      self.slots = slots
    }
  }

  /// Makes a worker known, once however often it is told.
  public func register(_ worker: Worker) async throws(StoreError) {
    let namespaces: SQL =
      worker.namespaces.isEmpty
      ? "CASE WHEN row_security_active('worker') THEN granted('worker') ELSE '{*}' END"
      : "\(ArrayParameter(worker.namespaces))"
    try await store.attempt {
      _ = try await pool.run([
        """
        INSERT INTO worker (id, host, process, slots, tags)
        VALUES (\(worker.id), \(worker.host), \(worker.process), \(worker.slots), \(ArrayParameter(worker.tags)))
        ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO worker_namespace (worker, namespace) SELECT \(worker.id), unnest(\(namespaces)) ON CONFLICT DO NOTHING
        """,
      ])
    }
    try await passFreedCaps(all: true)
    try await prepareEvents()
  }

  /// Sees to it that the events of the week to come have their parts.
  private func prepareEvents() async throws(StoreError) {
    _ = try await store.rows("SELECT prepare_events() WHERE NOT (\(Self.hasEvents))")
  }

  private static let hasEvents: SQL = """
    to_regclass('run_event_' || to_char(now() AT TIME ZONE 'UTC' + interval '7 days', 'YYYYMMDD')) IS NOT NULL
    """

  /// What a worker learns by its heartbeat.
  public struct Heartbeat: Sendable {
    /// The epochs of its leases.
    public let leases: Set<Int64>
    /// Those of runs that are to be cancelled.
    public let cancelled: Set<Int64>
    /// Those of runs that are paused.
    public let paused: Set<Int64>
    /// Whether the time of a schedule has come.
    public let isScheduleDue: Bool
    /// Whether something was held back until now.
    public let mayPromote: Bool
    /// Whether there is something for `recover` to do.
    public let isRecoveryDue: Bool
    /// Whether something becomes free by time.
    public let isTimed: Bool
  }

  /// Keeps the leases of a worker alive.
  /// - Parameter seconds: After which another is taken for lost.
  /// - Returns: Nil where the worker is not known any more: it has been silent for too long.
  public func heartbeat(
    of worker: String, isDraining: Bool = false, silentFor seconds: Double = 15
  ) async throws(StoreError) -> Heartbeat? {
    try await store.attempt {
      let results = try await pool.run([
        "UPDATE worker SET seen = now(), is_draining = \(isDraining) WHERE id = \(worker)",
        """
        SELECT epoch, is_cancelled, is_paused FROM run_lease JOIN submission ON submission.run = run_lease.run
        WHERE worker = \(worker)
        """,
        """
        SELECT \(ScheduleStore.somethingIsDue), \(Self.somethingMayGoOn),
          EXISTS (SELECT FROM worker WHERE seen < now() - make_interval(secs => \(seconds)))
            OR EXISTS (SELECT FROM slot WHERE until <= clock_timestamp()) OR NOT (\(Self.hasEvents)),
          EXISTS (SELECT FROM slot WHERE until IS NOT NULL) OR EXISTS (SELECT FROM schedule)
            OR EXISTS (SELECT FROM held_run)
        """,
      ])
      guard results[0].affected == 1 else { return nil }
      let rows = results[1]
      var (leases, cancelled, paused): (Set<Int64>, Set<Int64>, Set<Int64>) = ([], [], [])
      for row in 0..<rows.count {
        let epoch: Int64 = try rows.value(row, 0)
        leases.insert(epoch)
        if try rows.value(row, 1) { cancelled.insert(epoch) }
        if try rows.value(row, 2) { paused.insert(epoch) }
      }
      return Heartbeat(
        leases: leases, cancelled: cancelled, paused: paused, isScheduleDue: try results[2].value(0, 0),
        mayPromote: try results[2].value(0, 1), isRecoveryDue: try results[2].value(0, 2),
        isTimed: try results[2].value(0, 3))
    }
  }

  /// Nobody works under a lease any more. Its run has come to its end; should that not have been recorded, it is ready
  /// again.
  public func release(_ epoch: Int64) async throws(StoreError) {
    // With the failure of a run that is to be begun anew goes the lease, elsewhere.
    let ended: SQL = """
      SELECT run_lease.run FROM run_lease JOIN run ON run.number = run_lease.run
        JOIN submission ON submission.run = run_lease.run
      WHERE epoch = \(epoch) AND state NOT IN ('planned', 'running') AND NOT \(Self.isToBeRetried)
      """
    let (isReleased, othersAreHeld) = try await store.attempt {
      let results = try await pool.run(
        ["SELECT FROM run_lease WHERE epoch = \(epoch) FOR UPDATE"]
          + Caps.pass(leaving: "SELECT run, 0::bigint AS call, 0::bigint AS rank FROM (\(ended)) AS ended")
          + CallQueue.forget("ANY (ARRAY(\(ended)))")
          + [
            Self.tellEnded("ANY (ARRAY(\(ended)))"), "SELECT EXISTS (SELECT FROM held_run)",
            Self.endLeases("run.number IN (\(ended))"),
          ])
      return (
        results[results.count - 1].affected > 0, try results[results.count - 2].value(0, 0, as: Bool.self)
      )
    }
    if !isReleased { try await takeAway(where: "run_lease.epoch = \(epoch)") }
    if othersAreHeld { try await promote() }
  }

  /// A worker ends, or is told to: what it has not ended is ready for others.
  public func leave(_ worker: String) async throws(StoreError) {
    try await takeAway(where: "worker.id = \(worker)")
    try await CallQueue(store).lose(where: "worker = \(worker)")
    // What others hold at this moment is taken away when it has been silent for too long.
    _ = try await store.rows("DELETE FROM worker WHERE id = \(worker) AND NOT holds_leases(id)")
  }

  /// The workers that are known, the oldest first.
  public func workers() async throws(StoreError) -> [Worker] {
    let rows = try await store.rows(
      """
      SELECT worker.*, array_to_string(tags, ',') AS all_tags,
        (SELECT count(*) FROM run_lease WHERE run_lease.worker = worker.id) AS running,
        (SELECT count(*) FROM call_lease WHERE call_lease.worker = worker.id) AS calling,
        (SELECT coalesce(string_agg(namespace, ',' ORDER BY namespace), '') FROM worker_namespace
          WHERE worker_namespace.worker = worker.id AND namespace <> '*') AS namespaces
      FROM worker ORDER BY started, id
      """)
    return try await store.attempt {
      try (0..<rows.count).map { row in
        var worker = Worker(
          id: try rows.value(row, "id"), host: try rows.value(row, "host"),
          process: try rows.value(row, "process"), slots: try rows.value(row, "slots"))
        worker.tags = try rows.list(row, "all_tags")
        worker.namespaces = try rows.list(row, "namespaces")
        worker.started = try rows.value(row, "started")
        worker.seen = try rows.value(row, "seen")
        worker.isDraining = try rows.value(row, "is_draining")
        worker.running = try rows.value(row, "running")
        worker.calling = try rows.value(row, "calling")
        return worker
      }
    }
  }

  /// The texts of a program.
  public func files(of program: String) async throws(StoreError) -> String? {
    let rows = try await store.rows("SELECT files FROM program WHERE hash = \(program)")
    return try await store.attempt { rows.count == 0 ? nil : try rows.value(0, 0) }
  }

  // MARK: - Recovery

  /// Forgets workers that have been silent for so many seconds: their runs are ready again, or end where they have
  /// been taken on too often or are to be cancelled.
  /// - Returns: The number of runs.
  @discardableResult
  public func recover(silentFor seconds: Double) async throws(StoreError) -> Int {
    let lost: SQL = "worker.seen < now() - make_interval(secs => \(seconds))"
    let count = try await takeAway(where: lost)
    try await passFreedCaps(all: count > 0)
    try await CallQueue(store).lose(where: "worker IN (SELECT id FROM worker WHERE \(lost))")
    _ = try await store.rows(
      """
      DELETE FROM worker WHERE \(lost)
        AND NOT holds_leases(id)
      """)
    try await prepareEvents()
    return count
  }

  /// Makes ready what may begin because time has passed or, with `all`, because others have ended somehow.
  private func passFreedCaps(all: Bool) async throws(StoreError) {
    let freed = try await store.rows(Caps.freed(all: all))
    guard freed.count > 0 else { return }
    try await store.attempt {
      let namespaces: [String] = try (0..<freed.count).map { try freed.value($0, 0) }
      _ = try await pool.run(Caps.passFreed(in: namespaces, all: all))
    }
  }

  /// Recovery makes ready again; it never runs anything itself.
  @discardableResult
  private func takeAway(where condition: SQL) async throws(StoreError) -> Int {
    try await store.attempt {
      try await pool.transaction { connection in
        let rows = try await connection.run(
          """
          SELECT run.number, is_cancelled, claims >= \(Self.mostClaims), state IN ('planned', 'running'),
            \(Self.isToBeRetried), is_paused
          FROM run_lease
          JOIN worker ON worker.id = run_lease.worker JOIN submission ON submission.run = run_lease.run
          JOIN run ON run.number = run_lease.run
          WHERE \(condition) ORDER BY run.number FOR UPDATE OF run, run_lease SKIP LOCKED
          """)
        var (ready, paused, later): ([Int64], [Int64], [Int64]) = ([], [], [])
        var (cancelled, failed, ended): ([Int64], [Int64], [Int64]) = ([], [], [])
        for row in 0..<rows.count {
          let run: Int64 = try rows.value(row, 0)
          if try rows.value(row, 4) {
            later.append(run)
          } else if try !rows.value(row, 3) {
            ended.append(run)
          } else if try rows.value(row, 1) {
            cancelled.append(run)
          } else if try rows.value(row, 2) {
            failed.append(run)
          } else if try rows.value(row, 5) {
            paused.append(run)
          } else {
            ready.append(run)
          }
        }
        guard rows.count > 0 else { return 0 }
        let begunAnew = ready + paused + later
        // Of what has ended meanwhile only the lease was left.
        let over = cancelled + failed + ended
        let all = ArrayParameter(begunAnew + over)
        _ = try await connection.run(
          PostgreSQLRunStore.again(begunAnew, at: .now, error: lost)
            + PostgreSQLRunStore.close(cancelled, as: .cancelled, at: .now, nil)
            + PostgreSQLRunStore.close(failed, as: .failed, at: .now, lost)
            + Self.hold(paused) + Self.holdForRetry(later)
            + Caps.pass(
              leaving: Self.holders("run.number = ANY (\(all))"),
              entering: Self.holders("run.number = ANY (\(ArrayParameter(ready)))"))
            + CallQueue.forget("ANY (\(ArrayParameter(over + later)))")
            + [Self.tellEnded(over), Self.endLeases("run.number = ANY (\(all))")])
        return rows.count
      }
    }
  }
}
