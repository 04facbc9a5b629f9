import PostgreSQL
import Testing

@testable import JobStore
@testable import TestServers

/// Calls of tasks that go to any worker, on a real database.
@Suite struct CallQueueTests {
  let database: Database

  init() throws { database = try Database() }

  /// A run that `owner` holds, and the workers `one` and `two`.
  private func start() async throws -> (runs: RunQueue, calls: CallQueue, lease: Int64) {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    let runs = RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: RunQueueTests.lost)
    for name in ["owner", "one", "two"] { try await runs.register(Self.worker(name)) }
    try await runs.submit(makeRun("revenue-0"), jobs: twoJobs, plan: somePlan, RunQueueTests.submission)
    let claim = try #require(try await runs.claim(1, for: Self.worker("owner")).first)
    return (runs, CallQueue(runs.store), claim.epoch)
  }

  private static func worker(_ name: String) -> RunQueue.Worker {
    RunQueue.Worker(id: name, host: "a", process: 1, slots: 4)
  }

  private func offers(_ names: [String], attempt: Int = 1) -> [CallQueue.Offer] {
    names.map { CallQueue.Offer(name: $0, input: "in-\($0)", attempt: attempt, work: #"{"n":"\#($0)"}"#) }
  }

  private func report(_ claim: CallQueue.Claim, _ value: String = "1") -> CallQueue.Report {
    CallQueue.Report(epoch: claim.epoch, outcome: .succeeded, value: value)
  }

  @Test func `calls are taken on once, the oldest first, and their results come to the owner`() async throws {
    let (_, calls, lease) = try await start()
    try await calls.offer(offers(["a", "b", "c"]), step: 1, under: lease)
    let first = try await calls.exchange([], claiming: 2, for: Self.worker("one"))
    #expect(first.map(\.offer) == offers(["a", "b"]))
    #expect(first.allSatisfy { $0.run.id.text == "revenue-0" && $0.submission.folder == "/data" })
    #expect(try await calls.results(for: "owner").isEmpty)
    // What is done and what is next, in one step.
    let next = try await calls.exchange([report(first[0], "7")], claiming: 9, for: Self.worker("one"))
    #expect(next.map(\.offer.name) == ["c"])
    #expect(
      try await calls.results(for: "owner") == [
        CallQueue.Result(
          lease: lease, name: "a", input: "in-a", attempt: 1, outcome: .succeeded, value: "7")
      ])
    #expect(try await calls.results(for: "one").isEmpty)
    #expect(try await calls.open(under: lease) == ["a": "in-a", "b": "in-b", "c": "in-c"])
    try await calls.settle(["a"], before: 2, under: lease)
    #expect(try await calls.results(for: "owner").isEmpty)
    #expect(try await calls.leases(of: "one") == Set([first[1], next[0]].map(\.epoch)))
    #expect(try await calls.open(under: lease).keys.sorted() == ["b", "c"])
  }

  @Test func `many workers at once take on each call once`() async throws {
    let (_, calls, lease) = try await start()
    let names = (0..<300).map { "n\($0)" }
    try await calls.offer(offers(names), step: 1, under: lease)
    let taken = try await withThrowingTaskGroup(of: [String].self) { group in
      for number in 0..<6 {
        group.addTask {
          var (mine, done): ([String], [CallQueue.Report]) = ([], [])
          while true {
            let claims = try await calls.exchange(
              done, claiming: 7, for: Self.worker(number % 2 == 0 ? "one" : "two"))
            done = claims.map { report($0) }
            mine += claims.map(\.offer.name)
            if claims.isEmpty { return mine }
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(taken.sorted() == names.sorted())
    #expect(try await calls.results(for: "owner").count == 300)
    #expect(try database.rows("SELECT 1 FROM ready_call UNION ALL SELECT 1 FROM call_lease").isEmpty)
  }

  @Test func `the owner learns that a worker is lost, and what that one still says is not heard`()
    async throws
  {
    let (runs, calls, lease) = try await start()
    try await calls.offer(offers(["a"]), step: 1, under: lease)
    let former = try #require(try await calls.exchange([], claiming: 1, for: Self.worker("one")).first)
    try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE id = 'one'")
    try await runs.recover(silentFor: 60)
    #expect(try await runs.workers().map(\.id).sorted() == ["owner", "two"])
    #expect(try await calls.results(for: "owner").map(\.outcome) == [.lost])
    // Offered again before the news is settled, and while the zombie speaks.
    try await calls.settle(["a"], before: 2, under: lease)
    try await calls.offer(offers(["a"], attempt: 2), step: 2, under: lease)
    let latter = try #require(try await calls.exchange([], claiming: 1, for: Self.worker("two")).first)
    #expect(latter.epoch > former.epoch && latter.offer.attempt == 2)
    _ = try await calls.exchange([report(former, "666")], claiming: 0, for: Self.worker("one"))
    #expect(try await calls.results(for: "owner").isEmpty)
    _ = try await calls.exchange([report(latter, "7")], claiming: 0, for: Self.worker("two"))
    _ = try await calls.exchange([report(former, "666")], claiming: 0, for: Self.worker("one"))
    #expect(try await calls.results(for: "owner").map(\.value) == ["7"])
  }

  @Test func `the next owner finds the calls of the one before, and who has lost the run offers none`()
    async throws
  {
    let (runs, calls, former) = try await start()
    try await calls.offer(offers(["a", "b"]), step: 1, under: former)
    let made = try #require(try await calls.exchange([], claiming: 1, for: Self.worker("one")).first)
    try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE id = 'owner'")
    try await runs.recover(silentFor: 60)
    try await calls.offer(offers(["late"]), step: 1, under: former)
    let latter = try #require(try await runs.claim(1, for: Self.worker("two")).first)
    #expect(try await calls.open(under: latter.epoch) == ["a": "in-a", "b": "in-b"])
    _ = try await calls.exchange([report(made)], claiming: 0, for: Self.worker("one"))
    #expect(try await calls.results(for: "two").map(\.lease) == [latter.epoch])
  }

  @Test(arguments: [RunState.succeeded, .failed])
  func `when a run has ended nothing is left of its calls`(_ end: RunState) async throws {
    let (runs, calls, lease) = try await start()
    try await calls.offer(offers(["a", "b", "c"]), step: 1, under: lease)
    let claims = try await calls.exchange([], claiming: 2, for: Self.worker("one"))
    _ = try await calls.exchange([report(claims[0])], claiming: 0, for: Self.worker("one"))
    let ended = RunChange.run(end, at: at(1), rowsIn: 0, rowsOut: 0, error: nil)
    #expect(try await runs.store.update(RunID("revenue-0"), [ended]))
    try await runs.release(lease)
    let left =
      "SELECT 1 FROM ready_call UNION ALL SELECT 1 FROM call_lease UNION ALL SELECT 1 FROM call_result"
    #expect(try database.rows(left).isEmpty)
    #expect(try await calls.leases(of: "one").isEmpty)
  }
}
