import JobStore
import PostgreSQL
import Testing

@testable import TestServers

/// What is removed of what has ended long ago, on a real database.
@Suite struct PruningTests {
  let database: Database
  let queue: RunQueue
  var store: PostgreSQLRunStore { queue.store }

  private static let day: Int64 = 86_400

  init() async throws {
    database = try Database()
    _ = try await PostgreSQLSchema(try database.address).migrate()
    queue = RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: RunQueueTests.lost)
    try await queue.register(RunQueueTests.worker("one"))
  }

  private func submit(_ id: String, program: String = "p1", plan: String = "abc", _ caps: [Cap] = [])
    async throws
  {
    var run = makeRun(id)
    run = RunRecord(
      id: run.id, pipeline: run.pipeline, file: run.file, parameters: run.parameters, planHash: plan,
      mode: run.mode, backend: run.backend, owner: run.owner, created: run.created)
    try await queue.submit(
      run, jobs: twoJobs, plan: PlanRecord(hash: plan, json: "{}"),
      RunQueue.Submission(program: program, files: "{}", arguments: "{}", folder: "/data", profile: nil),
      RunQueue.Terms(caps: caps))
  }

  /// Ends what is ready.
  private func endAll(_ state: RunState = .failed) async throws {
    while case let claims = try await queue.claim(9, for: RunQueueTests.worker("one")), !claims.isEmpty {
      for claim in claims {
        let error = state == .failed ? someError : nil
        let call = CallRecord(name: "a", input: "i", attempt: 1, state: .succeeded, value: "1")
        #expect(
          try await claim.store.update(
            claim.run.id,
            [.call(call, at: at(2)), .run(state, at: at(9), rowsIn: 0, rowsOut: 0, error: error)]))
        try await queue.release(claim.epoch)
      }
    }
    try database.run("UPDATE run SET created = now(), ended = now() WHERE ended IS NOT NULL")
  }

  /// As if it had begun and, if it has ended, ended so long ago.
  private func age(_ ids: [String], days: Int = 40) throws {
    for id in ids {
      try database.run(
        """
        UPDATE run SET created = now() - interval '\(days) days',
          ended = CASE WHEN ended IS NOT NULL THEN now() - interval '\(days) days' END WHERE id = '\(id)'
        """)
    }
  }

  @discardableResult
  private func prune(isTrial: Bool = false) async throws -> PrunedRuns {
    try await store.prune(olderThan: 30 * Self.day, isTrial: isTrial) { _ in }
  }

  private func left() async throws -> [String] { try await store.runs(RunFilter()).map(\.id.text).sorted() }

  @Test func `what ended long ago goes with all that belongs to it`() async throws {
    for id in ["old", "new"] { try await submit(id, [Cap(key: "a", size: 1)]) }
    try await endAll()
    try age(["old"])
    #expect(try await prune(isTrial: true).runs == 1)
    #expect(try await left() == ["new", "old"])
    let pruned = try await prune()
    #expect(pruned.runs == 1 && pruned.plans == 0 && pruned.backfills == 0 && pruned.parts.isEmpty)
    #expect(try await left() == ["new"])
    for table in ["job", "attempt", "submission", "cap", "slot", "ready_run", "cap_line"] {
      #expect(
        try database.rows("SELECT 1 FROM \(table) WHERE run NOT IN (SELECT number FROM run)").isEmpty)
    }
    #expect(try await store.plan(of: RunID("new")) != nil)
    #expect(try await prune() == PrunedRuns())
    #expect(try await !queue.retry(RunID("old")))
  }

  @Test func `what is under way, waits, is held or still counts stays`() async throws {
    try await submit("rate", [Cap(key: "rate", size: 9, period: 60 * Self.day * 1_000_000)])
    try await endAll()
    try await submit("running")
    #expect(try await queue.claim(1, for: RunQueueTests.worker("one")).count == 1)
    try await submit("waiting")
    try await submit("paused")
    #expect(try await queue.pause(RunID("paused")) == .done)
    // Failed, and tried again as soon as its lease is gone.
    try await queue.submit(
      makeRun("retried"), jobs: twoJobs, plan: somePlan,
      RunQueue.Submission(
        program: "p1", files: "{}", arguments: "{}", folder: "/data", profile: nil, retries: 1),
      RunQueue.Terms(priority: 1000))
    let claim = try #require(try await queue.claim(1, for: RunQueueTests.worker("one")).first)
    #expect(claim.run.id.text == "retried")
    #expect(
      try await claim.store.update(
        claim.run.id, [.run(.failed, at: at(9), rowsIn: 0, rowsOut: 0, error: someError)]))
    let all = ["paused", "rate", "retried", "running", "waiting"]
    try age(all)
    #expect(try await prune(isTrial: true) == PrunedRuns())
    #expect(try await prune() == PrunedRuns())
    #expect(try await left() == all)
  }

  @Test func `days of events and logs are dropped as a whole, but for runs that are kept`() async throws {
    for id in ["gone", "kept"] { try await submit(id) }
    try await endAll()
    for table in ["run_event", "task_log"] {
      try database.run(
        """
        CREATE TABLE \(table)_20200101 PARTITION OF \(table)
          FOR VALUES FROM ('2020-01-01 00:00Z') TO ('2020-01-02 00:00Z')
        """)
    }
    let log = TaskLogStore.Log(lease: 1, name: "1-1", place: "a:/log")
    try await TaskLogStore(store).add([
      (RunID("kept"), TaskLogStore.Piece(log: log, position: 0, size: 1, text: "a"))
    ])
    for table in ["run_event", "task_log"] {
      try database.run("UPDATE \(table) SET recorded = '2020-01-01 12:00Z'")
    }
    try database.run("UPDATE run SET created = '2020-01-01 11:00Z'")
    try age(["gone"])
    let before = try await store.events(of: RunID("kept"))
    #expect(before.count == 2)
    let parts = ["run_event_20200101", "task_log_20200101"]
    #expect(try await prune(isTrial: true).parts == parts)
    #expect(try await prune().parts == parts)
    #expect(try await left() == ["kept"])
    #expect(try await store.events(of: RunID("kept")) == before)
    #expect(try database.rows("SELECT DISTINCT tableoid::regclass FROM run_event") == ["(run_event_rest)"])
    #expect(try database.rows("SELECT 1 FROM task_log").isEmpty)
    // It goes later, with what was left of it.
    try age(["kept"])
    #expect(try await prune().runs == 1)
    #expect(try database.rows("SELECT 1 FROM run_event").isEmpty)
  }

  @Test func `plans and programs go that nobody refers to`() async throws {
    try await submit("old", program: "p1", plan: "plan1")
    try await submit("new", program: "p2", plan: "plan2")
    try await endAll()
    try age(["old"])
    let schedules = ScheduleStore(queue, due: ScheduleStoreTests.fiveTimes)
    _ = try await schedules.put(ScheduleStoreTests.entry("s"))
    try database.run("INSERT INTO program (hash, files) VALUES ('nobody''s', '{}')")
    // The schedule has the program of the run that goes.
    #expect(try await prune().plans == 2)
    #expect(try database.rows("SELECT hash FROM plan ORDER BY hash") == ["(abc)", "(plan2)"])
    #expect(try database.rows("SELECT hash FROM program ORDER BY hash") == ["(p1)", "(p2)"])
    try await submit("again", program: "p1", plan: "plan1")
    #expect(try await store.plan(of: RunID("again"))?.hash == "plan1")
  }

  @Test func `times of a schedule stay without their runs`() async throws {
    let schedules = ScheduleStore(queue, due: ScheduleStoreTests.fiveTimes)
    _ = try await schedules.put(ScheduleStoreTests.entry("s"))
    try database.run(ScheduleStoreTests.rewind)
    #expect(try await schedules.fire().first?.runs.count == 5)
    try await endAll()
    try age(try await left())
    #expect(try await prune().runs == 5)
    let fires = try await schedules.fires(of: "s", last: 10)
    #expect(fires.count == 5 && fires.allSatisfy { $0.state == nil })
    #expect(try await schedules.fire().isEmpty)
  }

  @Test(arguments: [true, false])
  func `what runs that are kept were given and gave is told`(isPruned: Bool) async throws {
    for id in ["old", "new"] { try await submit(id) }
    try await endAll()
    try age(["old"])
    try database.run(
      """
      UPDATE run_event SET value = '{"model":"file:sha256:' || id || '"}' FROM run
      WHERE run.number = run AND kind = 'call'
      """)
    try database.run(
      """
      INSERT INTO ready_call (namespace, run, tags, name, input, attempt, work)
      SELECT 'default', number, '{}', 'c', 'i', 1, 'work' FROM run WHERE id = 'new'
      """)
    if isPruned { try await prune() }
    let values = Values()
    try await store.forEachKeptValue(olderThan: 30 * Self.day) { await values.add($0) }
    #expect(await values.all == ["work", #"{"model":"file:sha256:new"}"#])
  }

  private actor Values {
    private(set) var all: [String] = []
    func add(_ more: [String]) { all += more }
  }

  @Test func `a backfill goes when all of it ended long ago`() async throws {
    _ = try await queue.backfill(
      "b", atOnce: 2, HeldRunTests.runs(3), like: makeRun("b"), jobs: twoJobs, plan: somePlan,
      RunQueueTests.submission)
    try database.run("UPDATE backfill SET made = now() - interval '50 days'")
    try await endAll()
    try age(["revenue-0", "revenue-1"])
    #expect(try await prune() == PrunedRuns())
    try age(["revenue-2"])
    let pruned = try await prune()
    #expect(pruned.runs == 3 && pruned.backfills == 1)
    #expect(try database.rows("SELECT 1 FROM backfill").isEmpty)
  }

  /// Waits until `count` others wait for a lock.
  private func waitForWaiters(_ count: Int) async throws {
    let query = """
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
      """
    while try database.rows(query).count < count { try await Task.sleep(for: .milliseconds(10)) }
  }

  @Test func `a run that is retried just before it would go stays whole`() async throws {
    try await submit("a")
    try await endAll()
    try age(["a"])
    var connection = try database.connection()
    // Whoever retries has got as far as the lock of its row.
    try connection.run("BEGIN")
    _ = try connection.query("SELECT 1 FROM run WHERE id = 'a' FOR UPDATE")
    async let isRetried = queue.retry(RunID("a"))
    try await waitForWaiters(1)
    #expect(try await prune() == PrunedRuns())
    try connection.run("COMMIT")
    #expect(try await isRetried)
    #expect(try await prune() == PrunedRuns())
    #expect(try await queue.claim(9, for: RunQueueTests.worker("one")).map(\.run.id.text) == ["a"])
    #expect(try await store.jobs(of: RunID("a")).count == 2)
    #expect(RunHistory.calls(in: try await store.events(of: RunID("a"))).count == 1)
  }

  @Test func `a run that goes just before it would be retried is gone as a whole`() async throws {
    try await submit("a")
    try await endAll()
    try age(["a"])
    var connection = try database.connection()
    // What belongs to the run can't be removed yet; the run is.
    try connection.run("BEGIN")
    _ = try connection.query("SELECT 1 FROM job FOR UPDATE")
    async let pruned = prune()
    try await waitForWaiters(1)
    async let isRetried = queue.retry(RunID("a"))
    try await waitForWaiters(2)
    try connection.run("COMMIT")
    #expect(try await pruned.runs == 1)
    #expect(try await !isRetried)
    #expect(try await queue.claim(9, for: RunQueueTests.worker("one")).isEmpty)
    for table in ["run", "job", "submission", "ready_run"] {
      #expect(try database.rows("SELECT 1 FROM \(table)").isEmpty)
    }
  }

  @Test func `a program that is being submitted again does not go`() async throws {
    try database.run("INSERT INTO program (hash, files) VALUES ('p1', '{}')")
    var connection = try database.connection()
    // Somebody has found that it is there, and not referred to it yet.
    try connection.run("BEGIN")
    try connection.run(
      "INSERT INTO \(name: database.schema).program (hash, files) VALUES ('p1', '{}') ON CONFLICT DO NOTHING")
    async let pruned = prune()
    try await waitForWaiters(1)
    try connection.run("ROLLBACK")
    #expect(try await pruned.plans == 1)
  }

  @Test func `only who owns the tables may remove anything`() async throws {
    try await submit("a")
    try await endAll()
    try age(["a"])
    let user = "\(database.schema)_admin"
    try database.run("CREATE ROLE \(user) LOGIN PASSWORD 'of a user'")
    _ = try await PostgreSQLSchema(try database.address)
      .grant(Membership(user: user, namespace: "default", role: .admin))
    let address = try ServerAddress(
      try Database.url(password: "of a user", user: user) + "?options=-csearch_path%3D\(database.schema)")
    let theirs = try await PostgreSQLRunStore.open(address)
    await #expect(throws: StoreError.self) {
      _ = try await theirs.prune(olderThan: 1, isTrial: false) { _ in }
    }
    #expect(try await left() == ["a"])
  }

  @Test func `a folder's runs go, too`() async throws {
    try await withFolder { folder in
      let store = try SQLiteRunStore.open(creating: folder + "/.thalweg/state.db")
      for (id, plan) in [("old", "plan1"), ("new", "abc"), ("running", "abc")] {
        var run = makeRun(id)
        run = RunRecord(
          id: run.id, pipeline: run.pipeline, file: run.file, parameters: run.parameters, planHash: plan,
          mode: run.mode, backend: run.backend, owner: run.owner, created: run.created)
        try await store.create(run, jobs: twoJobs, plan: PlanRecord(hash: plan, json: "{}"))
        let value = #"{"model":"file:sha256:\#(id)"}"#
        let call = CallRecord(name: "a", input: "i", attempt: 1, state: .succeeded, value: value)
        #expect(try await store.update(run.id, [.call(call, at: at(1))]))
        let end = id == "old" ? at(9) : .now
        guard id != "running" else { continue }
        #expect(
          try await store.update(run.id, [.run(.succeeded, at: end, rowsIn: 0, rowsOut: 0, error: nil)]))
      }
      #expect(try await store.prune(olderThan: Self.day, isTrial: true) { _ in }.runs == 1)
      var values: [String] = []
      try await store.forEachKeptValue(olderThan: Self.day) { values += $0 }
      #expect(values == [#"{"model":"file:sha256:new"}"#, #"{"model":"file:sha256:running"}"#])
      let pruned = try await store.prune(olderThan: Self.day, isTrial: false) {
        #expect($0 == [RunID("old")])
      }
      #expect(pruned.runs == 1 && pruned.plans == 1)
      #expect(try await store.runs(RunFilter()).map(\.id.text).sorted() == ["new", "running"])
      #expect(try await store.events(of: RunID("old")).isEmpty)
      #expect(try await store.events(of: RunID("new")).count == 2)
    }
  }
}
