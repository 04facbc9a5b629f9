import PostgreSQL

/// Pipelines whose runs start by the clock: that of the database.
///
/// Whoever comes by makes the runs that are due, in one transaction with the note that their time is dealt with. The
/// schedule's row is locked meanwhile, and a time has one run at most. Who dies there has made all of it or nothing.
public struct ScheduleStore: Sendable {
  /// What the fields of a schedule say.
  public struct Clock: Hashable, Sendable {
    /// Five fields.
    public let expression: String
    /// An IANA zone.
    public let zone: String
    /// What becomes of times that were missed.
    public let missed: String

    /// Makes a clock.
    public init(expression: String, zone: String, missed: String) {
      self.expression = expression
      self.zone = zone
      self.missed = missed
    }
  }

  /// What is to be done about a schedule now.
  public struct Due: Hashable, Sendable {
    /// Times that get a run.
    public var runs: [Moment]
    /// Times that get none.
    public var missed: Range<Moment>?
    /// Times up to this one are dealt with then.
    public var done: Moment
    /// The next time; nil where none comes.
    public var next: Moment?

    /// Nothing but that times up to `done` are dealt with.
    public init(done: Moment) {
      runs = []
      self.done = done
    }
  }

  /// A pipeline that is put on the clock.
  public struct Entry: Sendable {
    /// Names the schedule.
    public let name: String
    /// The pipeline.
    public let pipeline: String
    /// The file that declares it, as it was named.
    public let file: String
    /// When.
    public let clock: Clock
    /// Its plan.
    public let plan: PlanRecord
    /// The jobs of the plan.
    public let jobs: [JobRecord]
    /// What is to run; its arguments follow from the time.
    public let submission: RunQueue.Submission
    /// When its runs are taken on, and by whom.
    public let terms: RunQueue.Terms

    /// Makes an entry.
    public init(
      name: String, pipeline: String, file: String, clock: Clock, plan: PlanRecord, jobs: [JobRecord],
      submission: RunQueue.Submission, terms: RunQueue.Terms = RunQueue.Terms()
    ) {
      self.name = name
      self.pipeline = pipeline
      self.file = file
      self.clock = clock
      self.plan = plan
      self.jobs = jobs
      self.submission = submission
      self.terms = terms
    }
  }

  /// A schedule as it is kept.
  public struct Schedule: Hashable, Sendable {
    /// Whose it is.
    public let namespace: String
    /// Names it.
    public let name: String
    /// The pipeline.
    public let pipeline: String
    /// The file that declares it, as it was named.
    public let file: String
    /// The folder that its paths are relative to.
    public let folder: String
    /// The profile it was put under, if one was named.
    public let profile: String?
    /// When.
    public let clock: Clock
    /// Since when it is as it is.
    public let added: Moment
    /// Whether its times pass without a run.
    public let isPaused: Bool
    /// The next time; nil where none comes.
    public let next: Moment?
    /// The last time that had a run.
    public let last: Fire?
  }

  /// A time that has come.
  public struct Fire: Hashable, Sendable {
    /// When it was due.
    public let time: Moment
    /// The run that was made for it.
    public let run: RunID
    /// How far the run is; nil where it is not remembered any more.
    public let state: RunState?
  }

  private let store: PostgreSQLRunStore
  private let namespace: String
  private let due: @Sendable (Clock, _ after: Moment, _ now: Moment) -> Due?
  private var pool: ConnectionPool { store.pool }

  /// The schedules of a queue.
  /// - Parameters:
  ///   - namespace: Whose are put and changed. Those of all are fired.
  ///   - due: What is to be done at a moment about the times after another; nil where this machine can't tell.
  public init(
    _ queue: RunQueue, of namespace: String = RunRecord.defaultNamespace,
    due: @escaping @Sendable (Clock, _ after: Moment, _ now: Moment) -> Due?
  ) {
    store = queue.store
    self.namespace = namespace
    self.due = due
  }

  // MARK: - Changing

  /// Puts a pipeline on the clock from now on, in the place of whatever had the name. What was due of that until now
  /// gets its runs as it was.
  /// - Returns: What had the name, and the first time.
  public func put(_ entry: Entry) async throws(StoreError) -> (former: Schedule?, next: Moment?) {
    let ids = ArrayParameter(entry.jobs.map { Int64($0.id) })
    let names = ArrayParameter(entry.jobs.map(\.name))
    let (clock, submission, terms) = (entry.clock, entry.submission, entry.terms)
    let program = PostgreSQLRunStore.key(submission.program, in: namespace)
    return try await store.attempt {
      try await pool.transaction { connection in
        let (former, now) = try await settle(entry.name, connection)
        let next = due(clock, now, now)?.next
        _ = try await connection.run([
          PostgreSQLRunStore.insert(entry.plan, in: namespace), RunQueue.insert(submission, in: namespace),
          """
          INSERT INTO schedule (namespace, name, pipeline, file, plan_hash, job_ids, job_names, program, folder,
            profile, retries, priority, tags, cap_keys, cap_sizes, cap_periods, expression, zone, missed, added,
            done, next_fire)
          VALUES (\(namespace), \(entry.name), \(entry.pipeline), \(entry.file), \(entry.plan.hash), \(ids),
            \(names), \(program), \(submission.folder), \(submission.profile), \(submission.retries),
            \(terms.priority), \(ArrayParameter(terms.tags.sorted())), \(ArrayParameter(terms.caps.map(\.key))),
            \(ArrayParameter(terms.caps.map { Int64($0.size) })),
            \(ArrayParameter(terms.caps.map { $0.period ?? 0 })), \(clock.expression), \(clock.zone),
            \(clock.missed), \(now), \(now), \(next))
          ON CONFLICT (namespace, name) DO UPDATE SET pipeline = excluded.pipeline, file = excluded.file,
            plan_hash = excluded.plan_hash, job_ids = excluded.job_ids, job_names = excluded.job_names,
            program = excluded.program, folder = excluded.folder, profile = excluded.profile,
            retries = excluded.retries, priority = excluded.priority, tags = excluded.tags,
            cap_keys = excluded.cap_keys, cap_sizes = excluded.cap_sizes, cap_periods = excluded.cap_periods,
            expression = excluded.expression, zone = excluded.zone, missed = excluded.missed,
            added = excluded.added, done = excluded.done, next_fire = excluded.next_fire
          """,
        ])
        return (former, next)
      }
    }
  }

  /// No time of it gets a run any more; those that have one keep it.
  /// - Returns: Whether it was there.
  public func remove(_ name: String) async throws(StoreError) -> Bool {
    try await change(name) { schedule, _ in "DELETE FROM schedule WHERE \(Self.named(schedule))" }
  }

  /// Its times pass without a run, until it is resumed.
  /// - Returns: Whether it is there.
  public func pause(_ name: String) async throws(StoreError) -> Bool {
    try await change(name) { schedule, _ in
      "UPDATE schedule SET is_paused = true WHERE \(Self.named(schedule))"
    }
  }

  /// Times from now on get their runs again.
  /// - Returns: Whether it is there.
  public func resume(_ name: String) async throws(StoreError) -> Bool {
    try await change(name) { schedule, now in
      guard schedule.isPaused else { return "SELECT 1" }
      return """
        UPDATE schedule SET is_paused = false, done = \(now), next_fire = \(due(schedule.clock, now, now)?.next)
        WHERE \(Self.named(schedule))
        """
    }
  }

  private func change(
    _ name: String, _ statement: @Sendable (Schedule, _ now: Moment) -> SQL
  ) async throws(StoreError) -> Bool {
    try await store.attempt {
      try await pool.transaction { connection in
        let (schedule, now) = try await settle(name, connection)
        guard let schedule else { return false }
        _ = try await connection.run(statement(schedule, now))
        return true
      }
    }
  }

  /// Locks a schedule and makes the runs that are due of it.
  private func settle(
    _ name: String, _ connection: PipelinedConnection
  ) async throws -> (Schedule?, now: Moment) {
    let rows = try await connection.run(
      "\(Self.schedules) WHERE (namespace, name) = (\(namespace), \(name)) FOR UPDATE OF schedule")
    // After the lock, so that nobody has dealt with a later time.
    let now: Moment = try await connection.run("SELECT clock_timestamp()").value(0, 0)
    guard rows.count == 1 else { return (nil, now) }
    let schedule = try rows.schedule(0, in: store.place)
    if !schedule.isPaused, let next = schedule.next, next <= now {
      _ = try await make(schedule, try rows.value(0, "done"), now, connection)
    }
    return (schedule, now)
  }

  // MARK: - Firing

  /// A schedule whose time has come, with what became of it.
  public struct Fired: Hashable, Sendable {
    /// The schedule.
    public let schedule: Schedule
    /// Runs that were made, each for its time.
    public let runs: [Made]
    /// Times that were left out.
    public let missed: Range<Moment>?
    /// Whether this machine can't tell its times: others have to.
    public let isUnreadable: Bool
  }

  /// A run that was made for a time.
  public struct Made: Hashable, Sendable {
    /// When it was due.
    public let time: Moment
    /// The run.
    public let run: RunID
  }

  /// Makes the runs that are due. Any number of workers may do so at once.
  public func fire() async throws(StoreError) -> [Fired] {
    var fired: [Fired] = []
    while let next = try await fireOne(besides: fired.filter(\.isUnreadable).map(\.schedule)) {
      fired.append(next)
    }
    return fired
  }

  private func fireOne(besides unreadable: [Schedule]) async throws(StoreError) -> Fired? {
    try await store.attempt {
      try await pool.transaction { connection in
        let rows = try await connection.run(
          """
          \(Self.schedules) WHERE \(Self.isDue) AND (namespace, name) NOT IN (
            SELECT * FROM unnest(\(ArrayParameter(unreadable.map(\.namespace))), \(ArrayParameter(unreadable.map(\.name)))))
          ORDER BY next_fire, namespace, name LIMIT 1 FOR UPDATE OF schedule SKIP LOCKED
          """)
        guard rows.count == 1 else { return nil }
        let now: Moment = try await connection.run("SELECT clock_timestamp()").value(0, 0)
        return try await make(
          try rows.schedule(0, in: store.place), try rows.value(0, "done"), now, connection)
      }
    }
  }

  private func make(
    _ schedule: Schedule, _ done: Moment, _ now: Moment, _ connection: PipelinedConnection
  ) async throws -> Fired {
    guard let due = due(schedule.clock, done, now) else {
      return Fired(schedule: schedule, runs: [], missed: nil, isUnreadable: true)
    }
    var generator = SystemRandomNumberGenerator()
    let runs = due.runs.map {
      Made(time: $0, run: RunID.make(pipeline: schedule.pipeline, using: &generator))
    }
    var statements: [SQL] = [
      "UPDATE schedule SET done = \(due.done), next_fire = \(due.next) WHERE \(Self.named(schedule))"
    ]
    if let missed = due.missed {
      statements.append(
        """
        INSERT INTO missed_fire (namespace, schedule, since, until)
        VALUES (\(schedule.namespace), \(schedule.name), \(missed.lowerBound), \(missed.upperBound))
        ON CONFLICT DO NOTHING
        """)
    }
    if !runs.isEmpty { statements += Self.insert(runs, of: schedule) }
    _ = try await connection.run(statements)
    return Fired(schedule: schedule, runs: runs, missed: due.missed, isUnreadable: false)
  }

  /// Makes runs. Their parameters are recorded when they begin: they follow from the time.
  private static func insert(_ runs: [Made], of schedule: Schedule) -> [SQL] {
    let times = ArrayParameter(runs.map(\.time.microseconds))
    let ids = ArrayParameter(runs.map(\.run.text))
    let owner = Owner.current
    // Of a time that has a run already no second one is made.
    let made: SQL = "run.id = ANY (\(ids))"
    return [
      """
      INSERT INTO fire (namespace, schedule, time, run_id)
      SELECT \(schedule.namespace), \(schedule.name), timestamptz 'epoch' + time * interval '1 microsecond', run
      FROM unnest(\(times), \(ids)) AS due (time, run) ON CONFLICT DO NOTHING
      """,
      """
      INSERT INTO run (id, namespace, pipeline, file, parameters, plan_hash, mode, backend, owner_host, owner_boot,
        owner_process, owner_began, created, state, seen)
      SELECT fire.run_id, schedule.namespace, pipeline, file, '{}', plan_hash, 'batch', \(RunQueue.backend),
        \(owner.host), \(owner.boot), \(owner.process), \(owner.began), now(), 'planned', now()
      FROM schedule JOIN fire ON (fire.namespace, fire.schedule) = (schedule.namespace, schedule.name)
      WHERE \(named(schedule)) AND fire.run_id = ANY (\(ids)) ORDER BY time
      """,
      """
      INSERT INTO job (run, id, name, state)
      SELECT run.number, job.id, job.name, 'waiting'
      FROM run, schedule, unnest(job_ids, job_names) AS job (id, name) WHERE \(made) AND \(named(schedule))
      """,
      """
      INSERT INTO submission (run, program, arguments, folder, profile, retries, priority, rank, tags, schedule, fire_time)
      SELECT run.number, program, '{}', folder, profile, retries, priority, \(RunQueue.rank("priority")), tags, name,
        fire.time
      FROM schedule JOIN fire ON (fire.namespace, fire.schedule) = (schedule.namespace, schedule.name)
        JOIN run ON run.id = fire.run_id
      WHERE \(made) AND \(named(schedule))
      """,
      """
      INSERT INTO cap (run, position, namespace, key, size, period)
      SELECT run.number, place, run.namespace, given.key, given.size, \(Caps.period("given.period"))
      FROM run, schedule, unnest(cap_keys, cap_sizes, cap_periods) WITH ORDINALITY AS given (key, size, period, place)
      WHERE \(made) AND \(named(schedule))
      """,
    ] + Caps.pass(entering: RunQueue.holders(made))
  }

  private static func named(_ schedule: Schedule) -> SQL {
    "(schedule.namespace, schedule.name) = (\(schedule.namespace), \(schedule.name))"
  }

  private static let isDue: SQL = "NOT is_paused AND next_fire <= now()"

  /// Whether the time of a schedule has come.
  static let somethingIsDue: SQL = "EXISTS (SELECT FROM schedule WHERE \(isDue))"

  // MARK: - Reading

  /// Those of all namespaces, or of one, by their names.
  public func schedules(in namespace: String? = nil) async throws(StoreError) -> [Schedule] {
    let rows = try await store.rows(
      "\(Self.schedules) WHERE namespace = \(namespace) OR \(namespace == nil) ORDER BY name, namespace")
    return try await store.attempt {
      try (0..<rows.count).map { try rows.schedule($0, in: store.place) }
    }
  }

  /// The schedule of a name.
  public func schedule(_ name: String) async throws(StoreError) -> Schedule? {
    let rows = try await store.rows("\(Self.schedules) WHERE (namespace, name) = (\(namespace), \(name))")
    return try await store.attempt { rows.count == 0 ? nil : try rows.schedule(0, in: store.place) }
  }

  /// The last times that had a run, the newest first.
  public func fires(of name: String, last count: Int) async throws(StoreError) -> [Fire] {
    let rows = try await store.rows(
      """
      SELECT time, fire.run_id AS fire_run, state AS fire_state FROM fire LEFT JOIN run ON run.id = fire.run_id
      WHERE (fire.namespace, schedule) = (\(namespace), \(name)) ORDER BY time DESC LIMIT \(count)
      """)
    return try await store.attempt {
      try (0..<rows.count).compactMap { row in
        try rows.fire(row, at: try rows.value(row, "time"), in: store.place)
      }
    }
  }

  /// The last spans whose times were left out, the newest first.
  public func missed(of name: String, last count: Int) async throws(StoreError) -> [Range<Moment>] {
    let rows = try await store.rows(
      """
      SELECT since, until FROM missed_fire WHERE (namespace, schedule) = (\(namespace), \(name))
      ORDER BY since DESC LIMIT \(count)
      """)
    return try await store.attempt {
      try (0..<rows.count).map { try rows.value($0, 0)..<rows.value($0, 1) }
    }
  }

  private static let schedules: SQL = """
    SELECT schedule.*, last.time AS last_time, last.run_id AS fire_run, last.state AS fire_state
    FROM schedule LEFT JOIN LATERAL (
      SELECT time, fire.run_id, state FROM fire LEFT JOIN run ON run.id = fire.run_id
      WHERE (fire.namespace, fire.schedule) = (schedule.namespace, schedule.name) ORDER BY time DESC LIMIT 1) AS last ON true
    """
}

extension Rows {
  fileprivate func schedule(_ row: Int, in place: String) throws -> ScheduleStore.Schedule {
    let last: Moment? = try value(row, "last_time")
    return ScheduleStore.Schedule(
      namespace: try value(row, "namespace"), name: try value(row, "name"),
      pipeline: try value(row, "pipeline"), file: try value(row, "file"),
      folder: try value(row, "folder"), profile: try value(row, "profile"),
      clock: ScheduleStore.Clock(
        expression: try value(row, "expression"), zone: try value(row, "zone"),
        missed: try value(row, "missed")),
      added: try value(row, "added"), isPaused: try value(row, "is_paused"),
      next: try value(row, "next_fire"), last: try last.map { try fire(row, at: $0, in: place) })
  }

  fileprivate func fire(_ row: Int, at time: Moment, in place: String) throws -> ScheduleStore.Fire {
    ScheduleStore.Fire(
      time: time, run: RunID(try value(row, "fire_run")),
      state: try value(row, "fire_state", as: String?.self) == nil
        ? nil : try state(row, "fire_state", in: place))
  }
}
