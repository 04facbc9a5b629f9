import PostgreSQL
import Synchronization
import Testing

@testable import JobStore
@testable import TestServers

/// A network that loses and delays, between workers and a real database.
@Suite(.timeLimit(.minutes(15))) struct NetworkFaultTests {
  let database: Database

  init() throws { database = try Database() }

  private func proxy(_ judge: @escaping @Sendable (Int) -> Proxy.Fate = { _ in .delivered }) throws -> Proxy {
    try Proxy(to: try Cluster.shared.get().port, judge: judge)
  }

  private func way(_ proxy: Proxy) throws -> ServerAddress { try ServerAddress(proxy.url(to: database.url)) }

  /// A store whose connections go by `way`.
  private func store(_ way: ServerAddress) -> PostgreSQLRunStore { PostgreSQLRunStore(by: way) }

  private func expectSound(_ load: Load, _ ids: Set<String>) async throws {
    let violations = try await RunLog.violations(in: load.address, submitted: ids, Load.order)
    #expect(violations.isEmpty, "seed \(load.seed)")
    // One that has lost its worker too often has failed, and nothing else has.
    let others =
      "SELECT id, state, claims FROM run JOIN submission ON run = number WHERE state <> 'succeeded'"
    #expect(try database.rows("\(others) AND claims < \(RunQueue.mostClaims)").isEmpty, "seed \(load.seed)")
    if load.patience > 10 { #expect(try database.rows(others).isEmpty, "seed \(load.seed)") }
  }

  /// A judge who loses and delays answers as seeded dice say.
  private static func dicing(_ seed: UInt64, lost: Int, delayed: Int) -> @Sendable (Int) -> Proxy.Fate {
    let dice = Mutex(Dice(seed))
    return { _ in
      dice.withLock { dice in
        if dice.hits(lost) { return .lost }
        return dice.hits(delayed) ? .delayed(milliseconds: Int.random(in: 1...20, using: &dice)) : .delivered
      }
    }
  }

  @Test(arguments: 1...UInt64(faults))
  func `answers to commits are lost at random, and everything is done once`(_ seed: UInt64) async throws {
    let proxy = try proxy(Self.dicing(seed, lost: 6, delayed: 6))
    defer { proxy.stop() }
    var load = Load(address: try database.address)
    load.seed = seed
    load.caps = [Cap(key: "all", size: 5)]
    let ids = try await load.submit(40)
    try await load.work(3, by: try way(proxy)) { try await Task.sleep(for: .milliseconds(50)) }
    try await expectSound(load, ids)
  }

  @Test(arguments: 1...UInt64(faults))
  func `the way to the database is stalled and cut again and again, and everything is done once`(
    _ seed: UInt64
  )
    async throws
  {
    let proxy = try proxy()
    defer { proxy.stop() }
    var load = Load(address: try database.address, patience: 0.4, answerPatience: .milliseconds(200))
    load.seed = seed
    let ids = try await load.submit(30)
    let dice = Mutex(Dice(seed))
    try await load.work(3, by: try way(proxy)) {
      let (isCut, pause, stall) = dice.withLock { dice in
        (dice.hits(50), Int.random(in: 20...150, using: &dice), Int.random(in: 5...600, using: &dice))
      }
      try await Task.sleep(for: .milliseconds(pause))
      proxy.stall()
      if isCut { proxy.cut() }
      try await Task.sleep(for: .milliseconds(stall))
      proxy.resume()
    }
    try await expectSound(load, ids)
  }

  /// The first of these is held on its way while the client gives up, and says it again elsewhere.
  @Test func `changes that arrive behind later ones are not recorded`() async throws {
    let proxy = try proxy()
    defer { proxy.stop() }
    var load = Load(address: try database.address)
    let ids = try await load.submit(1)
    let queue = RunQueue(store(load.address), lost: RunQueueTests.lost)
    let worker = RunQueue.Worker(id: "one", host: "a", process: 1, slots: 1)
    try await queue.register(worker)
    let claim = try #require(try await queue.claim(1, for: worker).first)
    var slow = store(try way(proxy))
    slow.lease = claim.epoch
    func change(_ id: Int, _ state: JobState) -> RunChange {
      .job(id, state, at: at(1), rowsIn: 0, rowsOut: 0, error: nil)
    }
    let changes: [[RunChange]] = [
      [.run(.running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil), change(1, .running)],
      [change(1, .succeeded), change(2, .running), change(3, .running)],
    ]
    #expect(try await slow.resume(claim.run, jobs: Load.jobs, plan: somePlan))
    #expect(try await slow.update(claim.run.id, changes[0], batch: 1))
    proxy.stall()
    async let late = slow.update(claim.run.id, changes[1], batch: 2)
    try await Task.sleep(for: .milliseconds(50))
    #expect(try await claim.store.update(claim.run.id, changes[1], batch: 2))
    #expect(try await claim.store.update(claim.run.id, [change(3, .succeeded)], batch: 3))
    proxy.resume()
    #expect(try await !late)
    let rest = [change(2, .succeeded), change(4, .running), change(4, .succeeded)]
    #expect(try await claim.store.update(claim.run.id, rest, batch: 4))
    let end = RunChange.run(.succeeded, at: at(9), rowsIn: 5, rowsOut: 5, error: nil)
    #expect(try await claim.store.update(claim.run.id, [end], batch: 5))
    // Told again after the end: it was recorded.
    #expect(try await claim.store.update(claim.run.id, [end], batch: 5))
    try await queue.release(claim.epoch)
    load.seed = 0
    try await expectSound(load, ids)
  }

  @Test func `calls whose offer was recorded though the answer was lost are offered once`() async throws {
    let isLossy = Atomic<Bool>(false)
    let proxy = try proxy { _ in isLossy.exchange(false, ordering: .relaxed) ? .lost : .delivered }
    defer { proxy.stop() }
    let load = Load(address: try database.address)
    _ = try await load.submit(1)
    let queue = RunQueue(store(load.address), lost: RunQueueTests.lost)
    let worker = RunQueue.Worker(id: "one", host: "a", process: 1, slots: 1)
    try await queue.register(worker)
    let claim = try #require(try await queue.claim(1, for: worker).first)
    let calls = CallQueue(store(try way(proxy)))
    let offer = CallQueue.Offer(name: "a", input: "i", attempt: 1, work: "{}")
    try await calls.withdraw(["a"], before: 1, under: claim.lease)
    isLossy.store(true, ordering: .relaxed)
    await #expect(throws: StoreError.self) { try await calls.offer([offer], step: 1, under: claim.lease) }
    try await calls.offer([offer], step: 1, under: claim.lease)
    #expect(try database.rows("SELECT name FROM ready_call") == ["(a)"])
    // One that was held on its way.
    try await calls.withdraw(["a"], before: 1, under: claim.lease)
    #expect(try database.rows("SELECT name FROM ready_call") == ["(a)"])
    isLossy.store(true, ordering: .relaxed)
    await #expect(throws: StoreError.self) { try await calls.exchange([], claiming: 1, for: worker) }
    #expect(try await calls.exchange([], claiming: 1, for: worker).isEmpty)
    // Nobody knows that it has begun: it is lost, and said to be.
    try await calls.lose(try await calls.leases(of: "one"))
    #expect(
      try await calls.attend(CallQueue.Orders(step: 2), of: [claim.lease: [:]], isTelling: false).map(
        \.outcome) == [.lost])
  }

  @Test func `a worker registers and a run is submitted once, though the answers are lost`() async throws {
    let isLossy = Atomic<Bool>(false)
    let proxy = try proxy { _ in isLossy.exchange(false, ordering: .relaxed) ? .lost : .delivered }
    defer { proxy.stop() }
    let load = Load(address: try database.address)
    _ = try await load.submit(0)
    let queue = RunQueue(store(try way(proxy)), lost: RunQueueTests.lost)
    let worker = RunQueue.Worker(id: "one", host: "a", process: 1, slots: 1)
    isLossy.store(true, ordering: .relaxed)
    await #expect(throws: StoreError.self) { try await queue.register(worker) }
    try await queue.register(worker)
    #expect(try await queue.workers().map(\.id) == ["one"])
    func submit() async throws {
      try await queue.submit(
        makeRun("revenue-0"), jobs: twoJobs, plan: somePlan, RunQueueTests.submission)
    }
    isLossy.store(true, ordering: .relaxed)
    await #expect(throws: StoreError.self) { try await submit() }
    await #expect(throws: StoreError.duplicate(RunID("revenue-0"))) { try await submit() }
    #expect(try await queue.claim(9, for: worker).count == 1)
  }

  @Test func `a connection on which nothing is answered is given up, and another is made`() async throws {
    let proxy = try proxy()
    defer { proxy.stop() }
    let pool = ConnectionPool(try way(proxy), answerPatience: .milliseconds(100))
    try await pool.run("SELECT 1")
    proxy.stall()
    await #expect { try await pool.run("SELECT 1") } throws: { error in
      (error as? PostgreSQLError)?.kind == .lostConnection
    }
    proxy.resume()
    #expect(try await pool.run("SELECT 7").value(0, 0, as: Int.self) == 7)
  }

  @Test(arguments: 1...UInt64(faults))
  func `connections are ended many times a second, and everything is done once`(_ seed: UInt64) async throws {
    var load = Load(address: try database.address)
    load.seed = seed
    load.patience = 1
    load.deaths = 5
    let ids = try await load.submit(40)
    let database = database
    try await load.work(3) {
      try database.run(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = '\(database.schema)' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 2
        """)
      try await Task.sleep(for: .milliseconds(30))
    }
    try await expectSound(load, ids)
  }

  @Test(arguments: 1...UInt64(faults))
  func `workers die and are paused beyond their leases, and everything is done once`(_ seed: UInt64)
    async throws
  {
    var load = Load(address: try database.address, patience: 0.3)
    load.seed = seed
    load.deaths = 15
    load.pauses = 15
    load.caps = [Cap(key: "all", size: 5)]
    let ids = try await load.submit(40)
    try await load.work(4) { try await Task.sleep(for: .milliseconds(50)) }
    try await expectSound(load, ids)
  }

  @Test func `a transaction that stays open for long harms nobody`() async throws {
    let load = Load(address: try database.address)
    let ids = try await load.submit(40)
    var reader = try database.connection()
    try reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
    _ = try reader.query("SELECT count(*) FROM run_event, ready_run, run_lease, worker")
    let end = ContinuousClock.now + .seconds(faults > 1 ? 60 : 0)
    var (all, round) = (ids, 0)
    try await load.work(3) { try await Task.sleep(for: .milliseconds(50)) }
    while ContinuousClock.now < end {
      round += 1
      let queue = RunQueue(store(load.address), lost: RunQueueTests.lost)
      for number in 0..<40 {
        let id = "round-\(round)-\(number)"
        try await queue.submit(makeRun(id), jobs: Load.jobs, plan: somePlan, RunQueueTests.submission)
        all.insert(id)
      }
      try await load.work(3) { try await Task.sleep(for: .milliseconds(50)) }
    }
    try reader.run("COMMIT")
    try await expectSound(load, all)
  }
}
