import JobStore
import PostgreSQL
import Testing

@testable import TestServers

/// Runs that are held back, on a real database.
@Suite struct HeldRunTests {
  let database: Database

  init() throws { database = try Database() }

  private func queue(migrating: Bool = true) async throws -> RunQueue {
    if migrating { _ = try await PostgreSQLSchema(try database.address).migrate() }
    return RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: RunQueueTests.lost)
  }

  private func worker(_ queue: RunQueue) async throws {
    try await queue.register(RunQueueTests.worker("one"))
  }

  static func runs(_ count: Int, salt: String = "", caps: [Cap] = []) -> [RunQueue.BackfillRun] {
    (0..<count).map {
      RunQueue.BackfillRun(
        value: "n=\($0)", id: RunID("revenue-\(salt)\($0)"), parameters: "{}", arguments: "{}", caps: caps)
    }
  }

  private func backfill(_ queue: RunQueue, _ runs: [RunQueue.BackfillRun], atOnce: Int?) async throws -> Int?
  {
    try await queue.backfill(
      "b", atOnce: atOnce, runs, like: makeRun("revenue-0"), jobs: twoJobs, plan: somePlan,
      RunQueueTests.submission)
  }

  private func submit(
    _ queue: RunQueue, retries: Int = 0, _ id: String = "revenue-1",
    _ terms: RunQueue.Terms = RunQueue.Terms()
  ) async throws {
    try await queue.submit(
      makeRun(id), jobs: twoJobs, plan: somePlan,
      RunQueue.Submission(
        program: "p1", files: "{}", arguments: "{}", folder: "/data", profile: nil, retries: retries),
      terms)
  }

  private func end(_ claim: RunQueue.Claim, _ state: RunState) async throws {
    #expect(
      try await claim.store.update(
        claim.run.id,
        [.run(state, at: at(9), rowsIn: 0, rowsOut: 0, error: state == .failed ? someError : nil)]))
    try await queue(migrating: false).release(claim.epoch)
  }

  @Test func `of a backfill so many are ready or under way, and the next follows the end of one`()
    async throws
  {
    let queue = try await queue()
    try await worker(queue)
    #expect(try await backfill(queue, Self.runs(5), atOnce: 2) == 5)
    var claims = try await queue.claim(9, for: RunQueueTests.worker("one"))
    #expect(claims.map(\.run.id.text) == ["revenue-0", "revenue-1"])
    #expect(try await queue.promote() == 0)
    try await end(claims[0], .succeeded)
    claims += try await queue.claim(9, for: RunQueueTests.worker("one"))
    #expect(claims.map(\.run.id.text) == ["revenue-0", "revenue-1", "revenue-2"])
    try await end(claims[1], .failed)
    try await end(claims[2], .cancelled)
    #expect(
      try await queue.claim(9, for: RunQueueTests.worker("one")).map(\.run.id.text) == [
        "revenue-3", "revenue-4",
      ])
    let progress = try await queue.progress(ofBackfill: "b", failures: 9)
    #expect(progress.failed.map(\.value) == ["n=1", "n=2"])
  }

  @Test func `many that make the same backfill at once make each of its runs once`() async throws {
    _ = try await queue()
    let made = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<5 {
        group.addTask {
          try await backfill(
            try await queue(migrating: false), Self.runs(40, salt: "\(number)-"), atOnce: 3) ?? 0
        }
      }
      return try await group.reduce(into: 0) { $0 += $1 }
    }
    #expect(made == 40)
    #expect(try database.rows("SELECT count(*) FROM run") == ["(40)"])
    #expect(try database.rows("SELECT count(*) FROM ready_run") == ["(3)"])
  }

  @Test func `a run that failed waits a while, and is ready again as often as it may`() async throws {
    let queue = try await queue()
    try await worker(queue)
    try await submit(queue, retries: 1)
    var claim = try #require(try await queue.claim(1, for: RunQueueTests.worker("one")).first)
    try await end(claim, .failed)
    #expect(try await queue.store.run(claim.run.id)?.state == .planned)
    #expect(try await queue.store.run(claim.run.id)?.hold == .retry)
    #expect(try await queue.promote() == 0)
    #expect(try await queue.claim(1, for: RunQueueTests.worker("one")).isEmpty)
    try database.run("UPDATE held_run SET until = now()")
    #expect(try await queue.heartbeat(of: "one")?.mayPromote == true)
    #expect(try await queue.promote() == 1)
    claim = try #require(try await queue.claim(1, for: RunQueueTests.worker("one")).first)
    try await end(claim, .failed)
    #expect(try await queue.store.run(claim.run.id)?.state == .failed)
    #expect(try await queue.promote() == 0)
    // Begun anew by somebody, it may fail as often again.
    #expect(try await queue.retry(claim.run.id))
    claim = try #require(try await queue.claim(1, for: RunQueueTests.worker("one")).first)
    try await end(claim, .failed)
    #expect(try await queue.store.run(claim.run.id)?.hold == .retry)
    #expect(try await queue.cancel(claim.run.id) == .done)
    #expect(try database.rows("SELECT 1 FROM held_run").isEmpty)
  }

  @Test func `a run that failed and whose worker is lost at once is ready again only once`() async throws {
    let queue = try await queue()
    try await worker(queue)
    try await submit(queue, retries: 1)
    let claim = try #require(try await queue.claim(1, for: RunQueueTests.worker("one")).first)
    #expect(
      try await claim.store.update(
        claim.run.id, [.run(.failed, at: at(9), rowsIn: 0, rowsOut: 0, error: someError)]))
    // The lease is not released.
    #expect(try await queue.store.run(claim.run.id)?.hold == .retry)
    #expect(try await queue.promote() == 0)
    try database.run("UPDATE worker SET seen = now() - interval '1 hour'")
    #expect(try await queue.recover(silentFor: 60) == 1)
    #expect(try await queue.store.run(claim.run.id)?.state == .planned)
    try database.run("UPDATE held_run SET until = now()")
    #expect(try await queue.promote() == 1)
    try await worker(queue)
    #expect(try await queue.claim(9, for: RunQueueTests.worker("one")).count == 1)
  }

  @Test func `what can't begin is not tried again`() async throws {
    let queue = try await queue()
    try await worker(queue)
    try await submit(queue, retries: 3)
    let claim = try #require(try await queue.claim(1, for: RunQueueTests.worker("one")).first)
    #expect(
      try await claim.store.update(
        claim.run.id, [.run(.failed, at: at(9), rowsIn: 0, rowsOut: 0, error: someError)]))
    try await claim.forbidRetries()
    try await queue.release(claim.epoch)
    #expect(try await queue.store.run(claim.run.id)?.state == .failed)
  }

  @Test func `a paused run whose worker is lost waits until it is resumed`() async throws {
    let queue = try await queue()
    try await worker(queue)
    try await submit(queue)
    let claim = try #require(try await queue.claim(1, for: RunQueueTests.worker("one")).first)
    #expect(try await queue.pause(claim.run.id) == .told)
    #expect(try await queue.heartbeat(of: "one")?.paused == [claim.epoch])
    try database.run("UPDATE worker SET seen = now() - interval '1 hour'")
    #expect(try await queue.recover(silentFor: 60) == 1)
    try await worker(queue)
    #expect(try await queue.claim(1, for: RunQueueTests.worker("one")).isEmpty)
    #expect(try await queue.resume(claim.run.id) == .done)
    #expect(try await queue.claim(1, for: RunQueueTests.worker("one")).count == 1)
    #expect(try await queue.pause(RunID("revenue-9")) == .unknown)
  }

  @Test func `who waits for a run is told of its end`() async throws {
    let queue = try await queue()
    try await worker(queue)
    try await submit(queue)
    let claim = try #require(try await queue.claim(1, for: RunQueueTests.worker("one")).first)
    async let ended = queue.waitForEnd(of: claim.run.id)
    while try database.rows("SELECT 1 FROM submission WHERE is_awaited").isEmpty { await Task.yield() }
    try await end(claim, .succeeded)
    #expect(try await ended.state == .succeeded)
  }

  // MARK: - Limits

  private static let cap = Cap(key: "pool", size: 1)

  @Test func `a run of a backfill that waits for a slot of a cap counts as under way`() async throws {
    let queue = try await queue()
    try await worker(queue)
    #expect(try await backfill(queue, Self.runs(5, caps: [Self.cap]), atOnce: 2) == 5)
    #expect(try await queue.queues().first.map { [$0.ready, $0.capped, $0.held] } == [1, 1, 3])
    #expect(try await queue.promote() == 0)
    let claim = try #require(try await queue.claim(9, for: RunQueueTests.worker("one")).first)
    try await end(claim, .succeeded)
    #expect(try await queue.queues().first.map { [$0.ready, $0.capped, $0.held] } == [1, 1, 2])
  }

  @Test func `a run that waits gives its slot to another, and stands in line for it when it goes on`()
    async throws
  {
    let queue = try await queue()
    try await worker(queue)
    let terms = RunQueue.Terms(caps: [Self.cap])
    for id in ["revenue-1", "revenue-2", "revenue-3"] { try await submit(queue, retries: 1, id, terms) }
    #expect(try await queue.pause(RunID("revenue-1")) == .done)
    let claim = try #require(try await queue.claim(9, for: RunQueueTests.worker("one")).first)
    #expect(claim.run.id == RunID("revenue-2"))
    #expect(try await queue.pause(RunID("revenue-3")) == .done)
    #expect(try await queue.resume(RunID("revenue-1")) == .done)
    #expect(try await queue.claim(9, for: RunQueueTests.worker("one")).isEmpty)
    // One that failed and is to be tried again holds nothing meanwhile.
    try await end(claim, .failed)
    #expect(try await queue.claim(9, for: RunQueueTests.worker("one")).map(\.run.id.text) == ["revenue-1"])
    try database.run("UPDATE held_run SET until = now()")
    #expect(try await queue.promote() == 1)
    #expect(try await queue.queues().first.map { [$0.ready, $0.capped, $0.held] } == [0, 1, 1])
    #expect(try await queue.cancel(RunID("revenue-2")) == .done)
    #expect(try await queue.cancel(RunID("revenue-3")) == .done)
    #expect(try await queue.queues().first.map { [$0.ready, $0.capped, $0.held] } == [0, 0, 0])
    #expect(try database.rows("SELECT run FROM slot").count == 1)
  }
}
