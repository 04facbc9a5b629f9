import JobStore
import PostgreSQL
import Testing

@testable import TestServers

/// Why submitted runs wait, and where they are.
@Suite struct RunStandingTests {
  let database: Database
  let queue: RunQueue

  init() async throws {
    database = try Database()
    _ = try await PostgreSQLSchema(try database.address).migrate()
    queue = RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: RunQueueTests.lost)
  }

  private func submit(_ id: String, _ terms: RunQueue.Terms = RunQueue.Terms(), retries: Int = 0) async throws
  {
    try await queue.submit(
      makeRun(id), jobs: twoJobs, plan: somePlan,
      RunQueue.Submission(
        program: "p1", files: "{}", arguments: "{}", folder: "/data", profile: nil, retries: retries), terms)
  }

  private func standing(_ id: String) async throws -> RunStanding? {
    try await queue.store.standing(of: RunID(id))
  }

  private func worker(_ name: String, tags: [String] = [], serving: [String] = []) async throws
    -> RunQueue.Worker
  {
    var worker = RunQueueTests.worker(name)
    worker.tags = tags
    worker.namespaces = serving
    try await queue.register(worker)
    return worker
  }

  @Test func `who waits for a worker is told how many stand before it, and whether any may come`()
    async throws
  {
    try await submit("first")
    try await submit("second", RunQueue.Terms(tags: ["gpu"]))
    #expect(try await standing("first") == .ready(before: 0, workers: 0))
    _ = try await worker("plain")
    _ = try await worker("gpu", tags: ["big", "gpu"])
    _ = try await worker("other", tags: ["gpu"], serving: ["other"])
    #expect(try await standing("first") == .ready(before: 0, workers: 2))
    #expect(try await standing("second") == .ready(before: 1, workers: 1))
    try database.run("UPDATE worker SET seen = now() - interval '1 minute' WHERE id = 'gpu'")
    #expect(try await standing("second") == .ready(before: 1, workers: 0))
    #expect(try await standing("third") == nil)
  }

  @Test func `who stands in line at a cap is told at which, and behind how many`() async throws {
    let terms = RunQueue.Terms(caps: [Cap(key: "pool one", size: 1)])
    for id in ["first", "second", "third"] { try await submit(id, terms) }
    #expect(try await standing("first") == .ready(before: 0, workers: 0))
    #expect(try await standing("second") == .capped(key: "pool one", size: 1, used: 1, before: 0))
    #expect(try await standing("third") == .capped(key: "pool one", size: 1, used: 1, before: 1))
  }

  @Test func `who is held back is told why`() async throws {
    try await submit("paused")
    #expect(try await queue.pause(RunID("paused")) == .done)
    #expect(try await standing("paused") == .paused)
    _ = try await queue.backfill(
      "b", atOnce: 1, HeldRunTests.runs(2), like: makeRun("b"), jobs: twoJobs, plan: somePlan,
      RunQueueTests.submission)
    #expect(try await standing("revenue-1") == .backfill("b"))
    _ = try await queue.cancel(RunID("revenue-0"))
    #expect(try await standing("revenue-0") == nil)
    let one = try await worker("one")
    try await submit("failing", RunQueue.Terms(priority: 100), retries: 1)
    let claim = try #require(try await queue.claim(1, for: one).first)
    #expect(claim.run.id.text == "failing")
    #expect(
      try await claim.store.update(
        claim.run.id, [.run(.failed, at: at(9), rowsIn: 0, rowsOut: 0, error: someError)]))
    try await queue.release(claim.epoch)
    guard case .retry(at: .some) = try await standing("failing") else {
      Issue.record("it is to be tried again")
      return
    }
  }

  @Test func `who is under way is told where, and how many of its calls are`() async throws {
    try await submit("a")
    let one = try await worker("one")
    let claim = try #require(try await queue.claim(1, for: one).first)
    let calls = CallQueue(queue.store)
    let offers = ["a", "b", "c"].map { CallQueue.Offer(name: $0, input: "i", attempt: 1, work: "{}") }
    try await calls.offer(offers, under: claim.lease)
    #expect(try await calls.exchange([], claiming: 1, for: one).count == 1)
    guard case .running(let worker, let isPaused, let waiting, let made) = try await standing("a") else {
      Issue.record("it is under way")
      return
    }
    #expect(worker.id == "one" && worker.host == "a" && worker.process == 1 && !isPaused)
    #expect(waiting == 2 && made == 1)
    #expect(try await queue.workers().map { [$0.running, $0.calling] } == [[1, 1]])
    #expect(try await queue.queues().map { [$0.running, $0.calls, $0.calling] } == [[1, 2, 1]])
  }
}
