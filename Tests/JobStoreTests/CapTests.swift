import PostgreSQL
import Testing

@testable import JobStore
@testable import TestServers

/// How many runs may be under way, on a real database.
@Suite struct CapTests {
  let database: Database

  init() throws { database = try Database() }

  private func queue() async throws -> RunQueue {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    return RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: someError)
  }

  private func worker(_ name: String, _ queue: RunQueue) async throws -> RunQueue.Worker {
    let worker = RunQueue.Worker(id: name, host: "a", process: 1, slots: 4)
    try await queue.register(worker)
    return worker
  }

  private func submit(
    _ id: String, of namespace: String = "default", _ caps: [Cap], priority: Int = 0, to queue: RunQueue
  ) async throws {
    let submission = RunQueue.Submission(
      program: "p", files: "{}", arguments: "{}", folder: "/data", profile: nil)
    try await queue.submit(
      makeRun(id, namespace: namespace), jobs: twoJobs, plan: somePlan, submission,
      RunQueue.Terms(priority: priority, caps: caps))
  }

  private func claim(_ count: Int, _ worker: RunQueue.Worker, _ queue: RunQueue) async throws -> [String] {
    try await queue.claim(count, for: worker).map(\.run.id.text)
  }

  private static func end(_ claim: RunQueue.Claim, _ queue: RunQueue, as state: RunState = .succeeded)
    async throws
  {
    let error = state == .failed ? someError : nil
    let end = RunChange.run(state, at: at(9), rowsIn: 0, rowsOut: 0, error: error)
    #expect(try await claim.store.update(claim.run.id, [end]))
    try await queue.release(claim.epoch)
  }

  private func silence(_ worker: String) throws {
    try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE id = '\(worker)'")
  }

  @Test func `as many as a cap lets pass are taken on, and the next when one has ended`() async throws {
    let queue = try await queue()
    let worker = try await worker("one", queue)
    for number in 1...4 { try await submit("a-\(number)", [Cap(key: "a", size: 2)], to: queue) }
    try await submit("b-1", [Cap(key: "b", size: 2)], to: queue)
    try await submit("other-1", of: "other", [Cap(key: "a", size: 1)], to: queue)
    let first = try await queue.claim(9, for: worker)
    #expect(Set(first.map(\.run.id.text)) == ["a-1", "a-2", "b-1", "other-1"])
    for claim in first where claim.run.id.text != "a-1" { try await Self.end(claim, queue) }
    #expect(try await self.claim(9, worker, queue) == ["a-3"])
    let claim = try #require(first.first { $0.run.id.text == "a-1" })
    try await Self.end(claim, queue, as: .failed)
    #expect(try await self.claim(9, worker, queue) == ["a-4"])
    // Who begins anew stands in line again.
    #expect(try await queue.retry(claim.run.id))
    #expect(try await self.claim(9, worker, queue).isEmpty)
    try silence("one")
    try await queue.recover(silentFor: 60)
    let again = try await self.worker("two", queue)
    #expect(try await self.claim(9, again, queue) == ["a-3", "a-4"])
  }

  @Test func `the line of a cap is in the order of priority`() async throws {
    let queue = try await queue()
    let worker = try await worker("one", queue)
    let cap = [Cap(key: "a", size: 1)]
    for (id, priority) in [("first", 0), ("second", 0), ("urgent", 9)] {
      try await submit(id, cap, priority: priority, to: queue)
    }
    var taken: [String] = []
    while let claim = try await queue.claim(1, for: worker).first {
      taken.append(claim.run.id.text)
      try await Self.end(claim, queue)
    }
    #expect(taken == ["first", "urgent", "second"])
  }

  @Test func `a run passes one cap after the other, and holds both`() async throws {
    let queue = try await queue()
    let worker = try await worker("one", queue)
    let pool = Cap(key: "pool", size: 3)
    for customer in ["a", "b"] {
      for number in 1...3 {
        try await submit("\(customer)-\(number)", [Cap(key: customer, size: 2), pool], to: queue)
      }
    }
    let claims = try await queue.claim(9, for: worker)
    #expect(claims.map(\.run.id.text) == ["a-1", "a-2", "b-1"])
    // One waits for the pool, and is overtaken by one that was submitted before and waited for its customer.
    try await Self.end(claims[0], queue)
    #expect(try await claim(9, worker, queue) == ["a-3"])
    try await Self.end(claims[1], queue)
    #expect(try await claim(9, worker, queue) == ["b-2"])
    try await Self.end(claims[2], queue)
    #expect(try await claim(9, worker, queue) == ["b-3"])
  }

  @Test func `so many begin in a period, whether they have ended or not`() async throws {
    let queue = try await queue()
    let worker = try await worker("one", queue)
    let rate = [Cap(key: "rate", size: 2, period: 3_600_000_000)]
    for number in 1...6 { try await submit("r-\(number)", rate, to: queue) }
    // It has not begun, and so does not count.
    #expect(try await queue.cancel(RunID("r-1")) == .done)
    let claims = try await queue.claim(9, for: worker)
    #expect(claims.map(\.run.id.text) == ["r-2", "r-3"])
    for claim in claims { try await Self.end(claim, queue) }
    try await queue.recover(silentFor: 60)
    #expect(try await claim(9, worker, queue).isEmpty)
    try database.run(
      "UPDATE slot SET until = now() - interval '1 s' FROM run WHERE number = slot.run AND id = 'r-2'")
    try await queue.recover(silentFor: 60)
    #expect(try await claim(9, worker, queue) == ["r-4"])
    // One that begins anew counts again.
    try silence("one")
    try await queue.recover(silentFor: 60)
    let again = try await self.worker("two", queue)
    #expect(try await claim(9, again, queue).isEmpty)
    try database.run("UPDATE slot SET until = now() - interval '1 s'")
    try await queue.recover(silentFor: 60)
    #expect(try await claim(9, again, queue) == ["r-4", "r-5"])
  }

  @Test func `a run that waits at a cap is cancelled, and one that makes room lets another pass`()
    async throws
  {
    let queue = try await queue()
    let worker = try await worker("one", queue)
    for number in 1...3 { try await submit("a-\(number)", [Cap(key: "a", size: 1)], to: queue) }
    #expect(try await queue.cancel(RunID("a-2")) == .done)
    #expect(try await queue.cancel(RunID("a-1")) == .done)
    #expect(try await claim(9, worker, queue) == ["a-3"])
    #expect(try await queue.cancel(RunID("a-3")) == .told)
    #expect(try await queue.retry(RunID("a-1")))
    #expect(try await claim(9, worker, queue).isEmpty)
    #expect(try database.rows("SELECT id FROM run JOIN cap_line ON run = run.number") == ["(a-1)"])
  }

  @Test func `what was left behind is found`() async throws {
    let queue = try await queue()
    let worker = try await worker("one", queue)
    for number in 1...2 { try await submit("a-\(number)", [Cap(key: "a", size: 1)], to: queue) }
    let claim = try #require(try await queue.claim(1, for: worker).first)
    let end = RunChange.run(.succeeded, at: at(9), rowsIn: 0, rowsOut: 0, error: nil)
    #expect(try await claim.store.update(claim.run.id, [end]))
    // As the version before does, which knows of no caps.
    try database.run("DELETE FROM run_lease")
    #expect(try await self.claim(9, worker, queue).isEmpty)
    _ = try await self.worker("two", queue)
    #expect(try await self.claim(9, worker, queue) == ["a-2"])
  }

  /// Notes each lease in the order in which leases begin and end.
  private func keepHistory() throws {
    try database.run(
      """
      CREATE TABLE history (step bigserial, run bigint, change int);
      CREATE FUNCTION note_lease() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO history (run, change)
        VALUES (coalesce(NEW.run, OLD.run), CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END);
        RETURN NULL;
      END $$;
      CREATE TRIGGER note AFTER INSERT OR DELETE ON run_lease FOR EACH ROW EXECUTE FUNCTION note_lease();
      """)
  }

  /// How many of each key were under way at most.
  private func most() throws -> [String] {
    try database.rows(
      """
      SELECT key, max(running) FROM (
        SELECT key, sum(change) OVER (PARTITION BY key ORDER BY step) AS running
        FROM history JOIN cap USING (run)) AS history GROUP BY key ORDER BY key
      """)
  }

  @Test func `no cap is ever exceeded, however many claim, end, die and come back at once`() async throws {
    let queue = try await queue()
    try keepHistory()
    let count = 60
    for number in 0..<count {
      try await submit(
        "run-\(number)", [Cap(key: "customer \(number % 3)", size: 2), Cap(key: "pool", size: 4)], to: queue)
    }
    let (address, database) = (try database.address, database)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for name in 0..<6 {
        group.addTask {
          // Each on connections of its own, like another process.
          let own = RunQueue(try await PostgreSQLRunStore.open(address), lost: someError)
          var lives = 0
          var worker: RunQueue.Worker?
          while try await own.store.runs(RunFilter(states: [.planned, .running])).count > 0 {
            if worker == nil {
              lives += 1
              worker = RunQueue.Worker(id: "worker \(name), life \(lives)", host: "a", process: 1, slots: 2)
              try await own.register(worker!)
            }
            let claims = try await own.claim(2, for: worker!)
            if let claim = claims.first, name == 0, lives < 8 {
              // It dies with what it has, and others are the first to see it.
              try database.run(
                "UPDATE worker SET seen = now() - interval '1 hour' WHERE id = '\(worker!.id)'")
              worker = nil
              _ = claim
            } else if let claim = claims.first, name == 1, lives < 4 {
              _ = try await own.cancel(claim.run.id)
              try await own.leave(worker!.id)
              _ = try await own.retry(claim.run.id)
              worker = nil
            } else {
              for claim in claims { try await Self.end(claim, own) }
            }
            try await own.recover(silentFor: 60)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await queue.store.runs(RunFilter(states: [.succeeded])).count == count)
    #expect(try most() == ["(\"customer 0\",2)", "(\"customer 1\",2)", "(\"customer 2\",2)", "(pool,4)"])
    #expect(
      try self.database.rows(
        "SELECT run FROM slot UNION SELECT run FROM cap_line UNION SELECT run FROM run_lease"
      )
      .isEmpty)
  }
}
