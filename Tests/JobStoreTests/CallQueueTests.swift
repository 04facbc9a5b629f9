import PostgreSQL
import Synchronization
import Testing

@testable import JobStore
@testable import TestServers

/// Calls of tasks that go to any worker, on a real database.
@Suite struct CallQueueTests {
  let database: Database

  init() throws { database = try Database() }

  /// A run that `owner` holds, and the workers `one` and `two`.
  private func start() async throws -> (runs: RunQueue, calls: CallQueue, lease: CallQueue.Lease) {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    let runs = RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: RunQueueTests.lost)
    for name in ["owner", "one", "two"] { try await runs.register(Self.worker(name)) }
    try await runs.submit(makeRun("revenue-0"), jobs: twoJobs, plan: somePlan, RunQueueTests.submission)
    let claim = try #require(try await runs.claim(1, for: Self.worker("owner")).first)
    return (runs, CallQueue(runs.store), claim.lease)
  }

  private static func worker(_ name: String) -> RunQueue.Worker {
    RunQueue.Worker(id: name, host: "a", process: 1, slots: 4)
  }

  private func offers(_ names: [String], attempt: Int = 1) -> [CallQueue.Offer] {
    names.map { CallQueue.Offer(name: $0, input: "in-\($0)", attempt: attempt, work: #"{"n":"\#($0)"}"#) }
  }

  /// What came of the calls of a run.
  private func results(_ calls: CallQueue, _ lease: CallQueue.Lease) async throws -> [CallQueue.Result] {
    try await calls.attend(CallQueue.Orders(step: 0), of: [lease: [:]], isTelling: false)
  }

  private func report(_ claim: CallQueue.Claim, _ value: String = "1") -> CallQueue.Report {
    CallQueue.Report(epoch: claim.epoch, outcome: .succeeded, value: value)
  }

  @Test func `calls are taken on once, the oldest first, and their results come to the owner`() async throws {
    let (_, calls, lease) = try await start()
    try await calls.offer(offers(["a", "b", "c"]), under: lease)
    let first = try await calls.exchange([], claiming: 2, for: Self.worker("one"))
    #expect(first.map(\.offer) == offers(["a", "b"]))
    let context = try #require(try await calls.contexts(of: [lease.run])[first[0].run])
    #expect(context.run.id.text == "revenue-0" && context.submission.folder == "/data")
    #expect(try await results(calls, lease).isEmpty)
    // What is done and what is next, in one step.
    let next = try await calls.exchange([report(first[0], "7")], claiming: 9, for: Self.worker("one"))
    #expect(next.map(\.offer.name) == ["c"])
    #expect(
      try await results(calls, lease) == [
        CallQueue.Result(
          call: CallQueue.Attempt(lease: lease, name: "a", number: 1), input: "in-a", outcome: .succeeded,
          value: "7")
      ])
    #expect(try await calls.open(under: lease) == ["a": "in-a", "b": "in-b", "c": "in-c"])
    try await calls.settle(["a"], under: lease)
    #expect(try await results(calls, lease).isEmpty)
    #expect(try await calls.leases(of: "one") == Set([first[1], next[0]].map(\.epoch)))
    #expect(try await calls.open(under: lease).keys.sorted() == ["b", "c"])
  }

  @Test func `many workers at once take on each call once`() async throws {
    let (_, calls, lease) = try await start()
    let names = (0..<300).map { "n\($0)" }
    try await calls.offer(offers(names), under: lease)
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
    #expect(try await results(calls, lease).count == 300)
    #expect(try database.rows("SELECT 1 FROM ready_call UNION ALL SELECT 1 FROM call_lease").isEmpty)
  }

  @Test func `the owner learns that a worker is lost, and what that one still says is not heard`()
    async throws
  {
    let (runs, calls, lease) = try await start()
    try await calls.offer(offers(["a"]), under: lease)
    let former = try #require(try await calls.exchange([], claiming: 1, for: Self.worker("one")).first)
    try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE id = 'one'")
    try await runs.recover(silentFor: 60)
    #expect(try await runs.workers().map(\.id).sorted() == ["owner", "two"])
    #expect(try await results(calls, lease).map(\.outcome) == [.lost])
    // Offered again before the news is settled, and while the zombie speaks.
    try await calls.settle(["a"], under: lease)
    try await calls.offer(offers(["a"], attempt: 2), under: lease)
    let latter = try #require(try await calls.exchange([], claiming: 1, for: Self.worker("two")).first)
    #expect(latter.epoch > former.epoch && latter.offer.attempt == 2)
    _ = try await calls.exchange([report(former, "666")], claiming: 0, for: Self.worker("one"))
    #expect(try await results(calls, lease).isEmpty)
    _ = try await calls.exchange([report(latter, "7")], claiming: 0, for: Self.worker("two"))
    _ = try await calls.exchange([report(former, "666")], claiming: 0, for: Self.worker("one"))
    #expect(try await results(calls, lease).map(\.value) == ["7"])
  }

  @Test func `the next owner finds the calls of the one before, and who has lost the run offers none`()
    async throws
  {
    let (runs, calls, former) = try await start()
    try await calls.offer(offers(["a", "b"]), under: former)
    let made = try #require(try await calls.exchange([], claiming: 1, for: Self.worker("one")).first)
    try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE id = 'owner'")
    try await runs.recover(silentFor: 60)
    try await calls.offer(offers(["late"]), under: former)
    let latter = try #require(try await runs.claim(1, for: Self.worker("two")).first)
    #expect(try await calls.open(under: latter.lease) == ["a": "in-a", "b": "in-b"])
    _ = try await calls.exchange([report(made)], claiming: 0, for: Self.worker("one"))
    #expect(try await results(calls, former).isEmpty)
    #expect(try await results(calls, latter.lease).map(\.call.lease) == [latter.lease])
  }

  @Test(arguments: [RunState.succeeded, .failed])
  func `when a run has ended nothing is left of its calls`(_ end: RunState) async throws {
    let (runs, calls, lease) = try await start()
    try await calls.offer(offers(["a", "b", "c"]), under: lease)
    let claims = try await calls.exchange([], claiming: 2, for: Self.worker("one"))
    _ = try await calls.exchange([report(claims[0])], claiming: 0, for: Self.worker("one"))
    let ended = RunChange.run(end, at: at(1), rowsIn: 0, rowsOut: 0, error: nil)
    #expect(try await runs.store.update(RunID("revenue-0"), [ended]))
    try await runs.release(lease.epoch)
    let left =
      "SELECT 1 FROM ready_call UNION ALL SELECT 1 FROM call_lease UNION ALL SELECT 1 FROM call_result"
    #expect(try database.rows(left).isEmpty)
    #expect(try await calls.leases(of: "one").isEmpty)
  }

  @Test func `a result that is known is not told again, and one of another attempt is`() async throws {
    let (_, calls, lease) = try await start()
    for attempt in 1...2 {
      try await calls.offer(offers(["a", "b"], attempt: attempt), under: lease)
      let claims = try await calls.exchange([], claiming: 2, for: Self.worker("one"))
      _ = try await calls.exchange(claims.map { report($0) }, claiming: 0, for: Self.worker("one"))
      let known = try await calls.attend(
        CallQueue.Orders(step: 0), of: [lease: ["a": 1, "b": 2]], isTelling: false)
      #expect(known.map(\.call.name) == (attempt == 1 ? ["b"] : ["a"]))
      // Settled as the former attempt, it stays.
      try await calls.settle(["a", "b"], attempt: 3 - attempt, under: lease)
      #expect(try await results(calls, lease).count == 2)
      try await calls.settle(["a", "b"], attempt: attempt, under: lease)
      #expect(try await results(calls, lease).isEmpty)
    }
  }

  @Test func `what is told again is heard once, and what comes behind something later is not heard`()
    async throws
  {
    let (_, calls, lease) = try await start()
    var first = CallQueue.Orders(step: 1)
    first.offers = offers(["a", "b"]).map { (lease, $0) }
    for _ in 0..<2 { _ = try await calls.attend(first, of: [:], isTelling: false) }
    let claims = try await calls.exchange([], claiming: 9, for: Self.worker("one"))
    #expect(claims.map(\.offer.name) == ["a", "b"])
    // Withdrawn, and offered once more under its name.
    var second = CallQueue.Orders(step: 2)
    second.withdrawn = [(lease, "a")]
    second.offers = offers(["a"], attempt: 2).map { (lease, $0) }
    for _ in 0..<2 { _ = try await calls.attend(second, of: [:], isTelling: false) }
    var late = CallQueue.Orders(step: 1)
    late.withdrawn = [(lease, "a"), (lease, "b")]
    late.offers = offers(["late"]).map { (lease, $0) }
    _ = try await calls.attend(late, of: [:], isTelling: false)
    #expect(try await calls.open(under: lease).keys.sorted() == ["a", "b"])
    let next = try await calls.exchange([], claiming: 9, for: Self.worker("one"))
    #expect(next.map(\.offer.name) == ["a"] && next.map(\.offer.attempt) == [2])
  }

  @Test func `a worker that begins to look behind others leaves them to the next`() async throws {
    let (_, calls, lease) = try await start()
    try await calls.offer(offers(["a", "b", "c"]), under: lease)
    let place = try #require(try await calls.exchange([], claiming: 1, for: Self.worker("one")).first?.place)
    let claims = try await calls.exchange(
      [], claiming: 9, from: place + 2, for: Self.worker("one"), isTelling: false)
    #expect(claims.map(\.offer.name) == ["c"])
    #expect(try await calls.exchange([], claiming: 9, for: Self.worker("two")).map(\.offer.name) == ["b"])
  }
}

/// Steps of tests that are not about them.
private let steps = Atomic<Int64>(100)

extension CallQueue {
  func offer(_ offers: [Offer], step: Int64? = nil, under lease: Lease) async throws(StoreError) {
    var orders = orders(step)
    orders.offers = offers.map { (lease, $0) }
    _ = try await attend(orders, of: [:], isTelling: true)
  }

  func settle(_ names: [String], attempt: Int = 1, under lease: Lease) async throws(StoreError) {
    var orders = orders(nil)
    orders.settled = Set(names.map { Attempt(lease: lease, name: $0, number: attempt) })
    _ = try await attend(orders, of: [:], isTelling: false)
  }

  func withdraw(_ names: [String], before step: Int64? = nil, under lease: Lease) async throws(StoreError) {
    var orders = orders(step)
    orders.withdrawn = names.map { (lease, $0) }
    _ = try await attend(orders, of: [:], isTelling: false)
  }

  private func orders(_ step: Int64?) -> Orders {
    Orders(step: step ?? steps.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  func exchange(
    _ reports: [Report], claiming count: Int, for worker: RunQueue.Worker
  ) async throws(StoreError) -> [Claim] {
    try await exchange(reports, claiming: count, for: worker, isTelling: true)
  }
}
