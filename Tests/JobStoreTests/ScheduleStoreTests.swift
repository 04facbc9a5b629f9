import JobStore
import PostgreSQL
import Testing

@testable import TestServers

/// Runs that start by the clock, on a real database. The times of these schedules are full seconds of `at`, one after
/// the other, and all before `now` are due at once.
@Suite struct ScheduleStoreTests {
  let database: Database

  init() throws { database = try Database() }

  private func queue() async throws -> RunQueue {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    return RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: RunQueueTests.lost)
  }

  /// Each time has a run; after five there is none.
  static func fiveTimes(
    _ clock: ScheduleStore.Clock, _ last: Moment, _ now: Moment
  ) -> ScheduleStore.Due? {
    guard clock.zone != "Nowhere" else { return nil }
    var due = ScheduleStore.Due(done: now)
    for time in (1...5).map({ at(Int64($0)) }) where time > last { due.runs.append(time) }
    return due
  }

  static func entry(
    _ name: String, pipeline: String = "revenue", zone: String = "UTC",
    _ terms: RunQueue.Terms = RunQueue.Terms()
  ) -> ScheduleStore.Entry {
    ScheduleStore.Entry(
      name: name, pipeline: pipeline, file: "revenue.thal",
      clock: ScheduleStore.Clock(expression: "* * * * *", zone: zone, missed: "all"), plan: somePlan,
      jobs: twoJobs, submission: RunQueueTests.submission, terms: terms)
  }

  /// As if the schedule had been put before its first time.
  private func rewind(_ name: String) throws { try database.run(Self.rewind + " WHERE name = '\(name)'") }

  static let rewind = """
    UPDATE schedule SET done = '1970-01-01T00:00:00Z', next_fire = '1970-01-01T00:00:01Z'
    """

  @Test func `a time has one run, however many come by at once`() async throws {
    let queue = try await queue()
    let names = (0..<8).map { "s\($0)" }
    let store = ScheduleStore(queue, due: Self.fiveTimes)
    for name in names {
      _ = try await store.put(Self.entry(name))
      try rewind(name)
    }
    let address = try database.address
    let fired = try await withThrowingTaskGroup(of: [ScheduleStore.Fired].self) { group in
      for _ in 0..<6 {
        group.addTask {
          let own = RunQueue(try await PostgreSQLRunStore.open(address), lost: RunQueueTests.lost)
          return try await ScheduleStore(own, due: Self.fiveTimes).fire()
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(fired.map(\.schedule.name).sorted() == names)
    #expect(fired.allSatisfy { $0.runs.map(\.time) == (1...5).map { at(Int64($0)) } })
    #expect(try await store.fire().isEmpty)
    #expect(try database.rows("SELECT count(*) FROM run") == ["(40)"])
    try await queue.register(RunQueueTests.worker("one"))
    let claims = try await queue.claim(99, for: RunQueueTests.worker("one"))
    #expect(claims.count == 40)
    #expect(Set(claims.map(\.run.id)) == Set(fired.flatMap { $0.runs.map(\.run) }))
    #expect(claims.compactMap(\.submission.fireTime).count == 40)
    #expect(try await queue.store.jobs(of: claims[0].run.id) == twoJobs)
  }

  @Test func `a time that has a run gets no second one, even if its note was lost`() async throws {
    let queue = try await queue()
    let store = ScheduleStore(queue, due: Self.fiveTimes)
    _ = try await store.put(Self.entry("s"))
    for _ in 0..<3 {
      try rewind("s")
      _ = try await store.fire()
    }
    #expect(try database.rows("SELECT count(*) FROM run") == ["(5)"])
  }

  @Test func `what is put again takes the place of the former, whose due times get their runs as it was`()
    async throws
  {
    let queue = try await queue()
    let store = ScheduleStore(queue, due: Self.fiveTimes)
    #expect(try await store.put(Self.entry("s")).former == nil)
    try rewind("s")
    let former = try await store.put(Self.entry("s", pipeline: "margins")).former
    #expect(former?.pipeline == "revenue")
    #expect(try database.rows("SELECT DISTINCT pipeline FROM run") == ["(revenue)"])
    #expect(try database.rows("SELECT count(*) FROM run") == ["(5)"])
    #expect(try await store.schedules().map(\.pipeline) == ["margins"])
    #expect(try await store.fire().isEmpty)
  }

  @Test func `times of a paused schedule pass, and a removed one has none`() async throws {
    let queue = try await queue()
    let store = ScheduleStore(queue, due: Self.fiveTimes)
    _ = try await store.put(Self.entry("s"))
    #expect(try await store.pause("s"))
    try rewind("s")
    #expect(try await store.fire().isEmpty)
    #expect(try await store.resume("s"))
    #expect(try await store.fire().isEmpty)
    #expect(try await store.schedule("s")?.isPaused == false)
    #expect(try await store.remove("s"))
    #expect(try await !store.remove("s"))
    #expect(try await !store.pause("s"))
    #expect(try database.rows("SELECT 1 FROM run").isEmpty)
  }

  @Test func `a schedule whose times can't be told here is left to others`() async throws {
    let queue = try await queue()
    let store = ScheduleStore(queue, due: Self.fiveTimes)
    for (name, zone) in [("a", "Nowhere"), ("b", "UTC")] {
      _ = try await store.put(Self.entry(name, zone: zone))
      try rewind(name)
    }
    let fired = try await store.fire()
    #expect(fired.map(\.schedule.name) == ["a", "b"])
    #expect(fired.map(\.isUnreadable) == [true, false])
    #expect(try await store.schedule("b")?.last?.time == at(5))
    #expect(try await store.schedule("a")?.last == nil)
  }

  @Test func `a namespace has its own schedules, and a run of one passes its caps`() async throws {
    let queue = try await queue()
    let (sales, shop) = (
      ScheduleStore(queue, of: "sales", due: Self.fiveTimes),
      ScheduleStore(queue, of: "shop", due: Self.fiveTimes)
    )
    let caps = [Cap(key: "pool", size: 2), Cap(key: "rate", size: 9, period: 1_000_000_000)]
    _ = try await sales.put(Self.entry("s", RunQueue.Terms(priority: 7, tags: ["gpu"], caps: caps)))
    #expect(try await shop.put(Self.entry("s", pipeline: "margins")).former == nil)
    try rewind("s")
    #expect(try await shop.fire().map(\.schedule.namespace) == ["sales", "shop"])
    #expect(try await shop.remove("s"))
    #expect(try await sales.schedules().map(\.namespace) == ["sales"])
    #expect(try await sales.fires(of: "s", last: 9).count == 5)
    try database.run("DELETE FROM ready_run WHERE namespace = 'shop'")
    var worker = RunQueueTests.worker("one")
    worker.tags = ["gpu"]
    try await queue.register(worker)
    let claims = try await queue.claim(9, for: worker)
    #expect(claims.map(\.run.namespace) == ["sales", "sales"])
    #expect(try await queue.queues().first?.capped == 3)
    #expect(
      try database.rows("SELECT DISTINCT key, period FROM slot ORDER BY key") == [
        "(pool,)", "(rate,00:16:40)",
      ])
    #expect(try database.rows("SELECT DISTINCT priority FROM submission WHERE 'gpu' = ANY (tags)") == ["(7)"])
  }
}
