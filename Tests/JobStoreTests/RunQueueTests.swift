import PostgreSQL
import Testing

@testable import JobStore
@testable import TestServers

/// Runs that wait for workers, on a real database.
@Suite struct RunQueueTests {
  let database: Database
  static let lost = RunError(code: "C813", message: "lost", text: "lost\n", json: "null")
  static let submission = RunQueue.Submission(
    program: "p1", files: "{}", arguments: "{}", folder: "/data", profile: nil)

  init() throws { database = try Database() }

  private func queue() async throws -> RunQueue {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    return RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: Self.lost)
  }

  static func worker(_ name: String) -> RunQueue.Worker {
    RunQueue.Worker(id: name, host: "a", process: 1, slots: 4)
  }

  private func worker(_ name: String, _ queue: RunQueue) async throws {
    try await queue.register(Self.worker(name))
  }

  private func submit(_ count: Int, to queue: RunQueue) async throws {
    for number in 0..<count {
      try await queue.submit(
        makeRun("revenue-\(number)", created: Int64(number)), jobs: twoJobs, plan: somePlan, Self.submission)
    }
  }

  /// As if nothing had been heard of a worker for long.
  private func silence(_ worker: String) throws {
    try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE id = '\(worker)'")
  }

  private func start(_ claim: RunQueue.Claim) async throws -> Bool {
    guard try await claim.store.resume(claim.run, jobs: twoJobs, plan: somePlan) else { return false }
    return try await claim.store.update(
      claim.run.id,
      [
        .run(.running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
        .job(1, .running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
      ])
  }

  private static let success = [RunChange.run(.succeeded, at: at(9), rowsIn: 5, rowsOut: 5, error: nil)]

  @Test func `runs are taken on once, the oldest first`() async throws {
    let queue = try await queue()
    try await worker("one", queue)
    try await submit(5, to: queue)
    let first = try await queue.claim(2, for: Self.worker("one"))
    #expect(first.map(\.run.id.text) == ["revenue-0", "revenue-1"])
    #expect(first.map(\.submission) == [Self.submission, Self.submission])
    #expect(first.map(\.number) == [1, 1])
    #expect(
      try await queue.claim(9, for: Self.worker("one")).map(\.run.id.text) == [
        "revenue-2", "revenue-3", "revenue-4",
      ])
    #expect(try await queue.claim(9, for: Self.worker("one")).isEmpty)
    #expect(try await queue.workers().map(\.running) == [5])
  }

  @Test func `many that claim at once never get the same run`() async throws {
    let queue = try await queue()
    try await submit(60, to: queue)
    let names = (0..<6).map { "worker-\($0)" }
    for name in names { try await worker(name, queue) }
    let address = try database.address
    let taken = try await withThrowingTaskGroup(of: [String].self) { group in
      for name in names {
        group.addTask {
          // Each on connections of its own, like another process.
          let own = RunQueue(try await PostgreSQLRunStore.open(address), lost: Self.lost)
          var taken: [String] = []
          while case let claims = try await own.claim(3, for: Self.worker(name)), !claims.isEmpty {
            taken += claims.map(\.run.id.text)
          }
          return taken
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(taken.count == 60)
    #expect(Set(taken).count == 60)
  }

  @Test func `events lie in the part of their day, and workers make the parts of days to come`() async throws
  {
    let queue = try await queue()
    try await queue.register(Self.worker("one"))
    try await submit(1, to: queue)
    let claim = try #require(try await queue.claim(1, for: Self.worker("one")).first)
    #expect(try await start(claim))
    let today = try database.rows("SELECT 'run_event_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')")
    let place = "substring(tableoid::regclass::text FROM '[^.]*$')"
    #expect(try database.rows("SELECT DISTINCT \(place) FROM run_event") == today)
    let last = try database.rows(
      "SELECT 'run_event_' || to_char(now() AT TIME ZONE 'UTC' + interval '7 days', 'YYYYMMDD')")
    let name = try #require(last.first?.dropFirst().dropLast())
    for again in [
      { try await queue.register(Self.worker("two")) }, { _ = try await queue.recover(silentFor: 60) },
    ] {
      try database.run("DROP TABLE \(name)")
      try await again()
      #expect(try database.rows("SELECT 1 FROM pg_class WHERE oid = to_regclass('\(name)')").count == 1)
    }
  }

  @Test func `an id is taken once`() async throws {
    let queue = try await queue()
    try await submit(1, to: queue)
    await #expect(throws: StoreError.duplicate(RunID("revenue-0"))) { try await submit(1, to: queue) }
    try await worker("one", queue)
    #expect(try await queue.claim(9, for: Self.worker("one")).count == 1)
  }

  @Test func `the runs of a lost worker are ready again, and what it still says is not recorded`()
    async throws
  {
    let queue = try await queue()
    try await worker("one", queue)
    try await worker("two", queue)
    try await submit(1, to: queue)
    let former = try #require(try await queue.claim(1, for: Self.worker("one")).first)
    #expect(try await start(former))
    #expect(try await queue.recover(silentFor: 60) == 0)
    try silence("one")
    #expect(try await queue.recover(silentFor: 60) == 1)
    #expect(try await queue.heartbeat(of: "one") == nil)
    #expect(try await queue.workers().map(\.id) == ["two"])
    // Nobody has it: not even the one that had it.
    #expect(try await !former.store.update(former.run.id, Self.success))

    let latter = try #require(try await queue.claim(1, for: Self.worker("two")).first)
    #expect(latter.number == 2 && latter.epoch > former.epoch)
    #expect(try await start(latter))
    #expect(try await !former.store.update(former.run.id, Self.success))
    #expect(try await !former.store.resume(former.run, jobs: twoJobs, plan: somePlan))
    try await queue.release(former.epoch)
    #expect(try await latter.store.update(latter.run.id, Self.success))
    try await queue.release(latter.epoch)

    let run = try #require(try await queue.store.run(former.run.id))
    #expect(run.state == .succeeded && run.rowsOut == 5)
    let attempts = try await queue.store.jobs(of: run.id)[0].attempts
    #expect(attempts.map(\.number) == [1, 2])
    #expect(attempts[0].state == .failed && attempts[0].error == Self.lost)
    try await expectReplay(queue.store, makeRun("revenue-0"))
  }

  @Test func `an epoch is not committed under a lease that is gone`() async throws {
    let queue = try await queue()
    try await worker("one", queue)
    try await submit(1, to: queue)
    let claim = try #require(try await queue.claim(1, for: Self.worker("one")).first)
    #expect(try await start(claim))
    let epochs = [1, 2].map { number in
      EpochRecord(
        run: claim.run.id, number: number, manifest: "m", committed: at(2), watermark: nil, positions: "{}",
        rows: RowCounts(), stateBytes: 0, isSavepoint: false)
    }
    try claim.store.commit(epochs[0], operators: [], by: someone)
    try silence("one")
    try await queue.recover(silentFor: 60)
    #expect(throws: StoreError.lostRun(claim.run.id)) {
      try claim.store.commit(epochs[1], operators: [], by: someone)
    }
  }

  @Test func `a run that ends its worker each time is not tried for ever`() async throws {
    let queue = try await queue()
    try await submit(1, to: queue)
    for number in 1...RunQueue.mostClaims {
      try await worker("worker-\(number)", queue)
      let claim = try #require(try await queue.claim(1, for: Self.worker("worker-\(number)")).first)
      #expect(try await start(claim))
      try silence("worker-\(number)")
      #expect(try await queue.recover(silentFor: 60) == 1)
    }
    let run = try #require(try await queue.store.run(RunID("revenue-0")))
    #expect(run.state == .failed && run.error == Self.lost)
    #expect(try await queue.store.jobs(of: run.id).allSatisfy { $0.state == .cancelled || $0.state.isFinal })
  }

  @Test func `a worker that leaves makes what it has ready for others`() async throws {
    let queue = try await queue()
    try await worker("one", queue)
    try await submit(2, to: queue)
    let claims = try await queue.claim(2, for: Self.worker("one"))
    #expect(try await start(claims[0]))
    #expect(try await start(claims[1]))
    #expect(try await claims[1].store.update(claims[1].run.id, Self.success))
    try await queue.leave("one")
    #expect(try await queue.workers().isEmpty)
    try await worker("two", queue)
    #expect(try await queue.claim(9, for: Self.worker("two")).map(\.run.id.text) == ["revenue-0"])
  }

  @Test func `a run whose end was not recorded is ready again when its lease is released`() async throws {
    let queue = try await queue()
    try await worker("one", queue)
    try await submit(1, to: queue)
    let claim = try #require(try await queue.claim(1, for: Self.worker("one")).first)
    #expect(try await start(claim))
    try await queue.release(claim.epoch)
    let again = try #require(try await queue.claim(1, for: Self.worker("one")).first)
    #expect(again.run.id == claim.run.id && again.number == 2)
    #expect(try await start(again))
    #expect(try await again.store.update(again.run.id, Self.success))
    try await queue.release(again.epoch)
    #expect(try await queue.claim(1, for: Self.worker("one")).isEmpty)
    #expect(try await queue.heartbeat(of: "one")?.leases == [])
  }

  @Test func `a run is cancelled before it begins, or by its worker`() async throws {
    let queue = try await queue()
    try await worker("one", queue)
    try await submit(2, to: queue)
    let claim = try #require(try await queue.claim(1, for: Self.worker("one")).first)
    #expect(try await queue.cancel(RunID("revenue-1")) == .done)
    #expect(try await queue.claim(9, for: Self.worker("one")).isEmpty)
    #expect(try await queue.store.run(RunID("revenue-1"))?.state == .cancelled)
    #expect(try await queue.cancel(RunID("revenue-1")) == .ended)
    #expect(try await queue.cancel(RunID("other")) == .unknown)

    #expect(try await queue.heartbeat(of: "one")?.cancelled == [])
    #expect(try await queue.cancel(claim.run.id) == .told)
    let heartbeat = try #require(try await queue.heartbeat(of: "one"))
    #expect(heartbeat.leases == [claim.epoch] && heartbeat.cancelled == [claim.epoch])
    // Its worker dies before it has heard of it.
    try silence("one")
    try await queue.recover(silentFor: 60)
    #expect(try await queue.store.run(claim.run.id)?.state == .cancelled)
  }

  @Test func `what has failed or was cancelled is begun anew where that is asked for`() async throws {
    let queue = try await queue()
    try await worker("one", queue)
    try await submit(2, to: queue)
    let claim = try #require(try await queue.claim(1, for: Self.worker("one")).first)
    #expect(try await start(claim))
    #expect(try await !queue.retry(claim.run.id))
    let failure: [RunChange] = [
      .job(1, .failed, at: at(3), rowsIn: 1, rowsOut: 0, error: someError),
      .job(2, .cancelled, at: at(3), rowsIn: 0, rowsOut: 0, error: nil),
      .run(.failed, at: at(3), rowsIn: 1, rowsOut: 0, error: someError),
    ]
    #expect(try await claim.store.update(claim.run.id, failure))
    _ = try await queue.cancel(RunID("revenue-1"))
    // One before its worker has released it.
    #expect(try await queue.retry(claim.run.id))
    #expect(try await queue.retry(RunID("revenue-1")))
    #expect(try await !queue.retry(RunID("revenue-1")))
    try await queue.release(claim.epoch)
    let again = try await queue.claim(9, for: Self.worker("one"))
    #expect(again.map(\.run.id.text) == ["revenue-0", "revenue-1"])
    #expect(again.allSatisfy { $0.run.state == .planned && $0.run.error == nil })
    for claim in again {
      #expect(try await start(claim))
      #expect(try await claim.store.update(claim.run.id, Self.success))
    }
    #expect(try await queue.store.jobs(of: claim.run.id)[0].attempts.map(\.number) == [1, 2])
    for id in ["revenue-0", "revenue-1"] { try await expectReplay(queue.store, makeRun(id)) }
    #expect(try await !queue.retry(claim.run.id))
  }

  @Test func `whoever listens is told of new runs`() async throws {
    let queue = try await queue()
    let (news, told) = AsyncStream.makeStream(of: RunQueue.News.self)
    let listener = try await queue.listen { told.yield($0) }
    try await submit(1, to: queue)
    _ = try await queue.cancel(RunID("revenue-0"))
    // Other tests use the same database, in schemas of their own: all of it is told to everybody.
    var iterator = news.makeAsyncIterator()
    for wanted in [RunQueue.News.ready, .cancelled] {
      while let next = await iterator.next(), next != wanted {}
    }
    #expect(await !listener.isDeaf)
  }

  @Test func `the version before goes on while a newer one migrates, and afterwards`() async throws {
    let address = try database.address
    let schema = PostgreSQLSchema(address)
    _ = try await schema.migrate(through: FormerVersion.steps)
    #expect(try await !schema.status().isUsable)
    let former = FormerVersion(pool: ConnectionPool(address))
    try await former.register("old")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { _ = try await schema.migrate() }
      group.addTask { () async throws in
        for number in 0..<20 {
          try await former.submit("old-\(number)")
          #expect(try await former.work(as: "old") == "old-\(number)")
        }
      }
      try await group.waitForAll()
    }
    // Each takes on what the other submits.
    let latter = RunQueue(try await PostgreSQLRunStore.open(address), lost: Self.lost)
    try await worker("new", latter)
    try await submit(1, to: latter)
    #expect(try await former.work(as: "old") == "revenue-0")
    let theirs = makeRun("revenue-theirs", namespace: "shop")
    try await latter.submit(theirs, jobs: twoJobs, plan: somePlan, Self.submission)
    #expect(try await former.work(as: "old") == "revenue-theirs")
    try await former.submit("old-20")
    let claim = try #require(try await latter.claim(1, for: Self.worker("new")).first)
    #expect(claim.run.id.text == "old-20")
    #expect(try await start(claim))
    #expect(try await claim.store.update(claim.run.id, Self.success))
    #expect(
      try await latter.store.runs(RunFilter()).map(\.state) == Array(repeating: .succeeded, count: 23))
  }
}
