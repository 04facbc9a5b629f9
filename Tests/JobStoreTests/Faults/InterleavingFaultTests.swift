import PostgreSQL
import Synchronization
import Testing

@testable import JobStore
@testable import TestServers

/// Two that want the same run at the same moment: both wait for its row, in either order, and then are let go.
@Suite(.timeLimit(.minutes(15))) struct InterleavingFaultTests {
  let database: Database

  init() throws { database = try Database() }

  /// What may meet.
  enum Deed: CaseIterable, Sendable {
    case complete, cancel, retry, release, recover, leave, claim, begin
  }

  private func queue() async throws -> RunQueue {
    RunQueue(try await PostgreSQLRunStore.open(try database.address), lost: RunQueueTests.lost)
  }

  private static func worker(_ name: String) -> RunQueue.Worker {
    RunQueue.Worker(id: name, host: "a", process: 1, slots: 4)
  }

  /// Until the database has done it: of two that wait for each other it refuses one, which asks again.
  private func perform(_ deed: Deed, _ claim: RunQueue.Claim, _ queue: RunQueue) async throws {
    while true {
      do { return try await performOnce(deed, claim, queue) } catch StoreError.busy { continue }
    }
  }

  private func performOnce(_ deed: Deed, _ claim: RunQueue.Claim, _ queue: RunQueue) async throws {
    let id = claim.run.id
    // On connections of its own.
    var store = queue.store
    store.lease = claim.epoch
    switch deed {
    case .complete:
      let end = RunChange.run(.succeeded, at: at(9), rowsIn: 5, rowsOut: 5, error: nil)
      _ = try await store.update(
        id, [.job(1, .succeeded, at: at(9), rowsIn: 1, rowsOut: 1, error: nil), end])
    case .cancel: _ = try await queue.cancel(id)
    case .retry: _ = try await queue.retry(id)
    case .release: try await queue.release(claim.epoch)
    case .recover: try await queue.recover(silentFor: 60)
    case .leave: try await queue.leave("one")
    case .claim:
      // Whoever gets it does it.
      for claim in try await queue.claim(1, for: Self.worker("two")) { try await finish(claim, queue) }
    case .begin: _ = try await store.resume(claim.run, jobs: Self.jobs, plan: somePlan)
    }
  }

  private static let jobs = [JobRecord(id: 1, name: "sales")]

  private func finish(_ claim: RunQueue.Claim, _ queue: RunQueue) async throws {
    guard try await claim.store.resume(claim.run, jobs: Self.jobs, plan: somePlan) else { return }
    let changes: [RunChange] = [
      .run(.running, at: at(5), rowsIn: 0, rowsOut: 0, error: nil),
      .job(1, .running, at: at(5), rowsIn: 0, rowsOut: 0, error: nil),
      .job(1, .succeeded, at: at(6), rowsIn: 1, rowsOut: 1, error: nil),
      .run(.succeeded, at: at(7), rowsIn: 5, rowsOut: 5, error: nil),
    ]
    _ = try await claim.store.update(claim.run.id, changes)
    try await queue.release(claim.epoch)
  }

  /// Until so many wait for a lock, or have not had to.
  private func waitUntilHeld(_ count: Int, or ended: Ended) async throws {
    let waiting = """
      SELECT 1 FROM pg_stat_activity
      WHERE application_name = '\(database.schema)' AND wait_event_type = 'Lock'
      """
    while try database.rows(waiting).count + ended.count.load(ordering: .relaxed) < count {
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  @Test(arguments: Deed.allCases)
  func `whatever meets another deed at a run, one of them is first and nothing is lost`(_ first: Deed)
    async throws
  {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    let queues = [try await queue(), try await queue(), try await queue()]
    var ids: Set<String> = []
    for second in Deed.allCases {
      let id = "run-\(second)"
      ids.insert(id)
      // A cap, so that its lock is wanted, too.
      let terms = RunQueue.Terms(caps: [Cap(key: "all", size: 1)])
      try await queues[0].submit(
        makeRun(id), jobs: Self.jobs, plan: somePlan, RunQueueTests.submission, terms)
      for name in ["one", "two"] { try await queues[0].register(Self.worker(name)) }
      let claim = try #require(try await queues[0].claim(1, for: Self.worker("one")).first)
      #expect(claim.run.id.text == id)
      _ = try await claim.store.resume(claim.run, jobs: Self.jobs, plan: somePlan)
      let begin: [RunChange] = [
        .run(.running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
        .job(1, .running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
      ]
      #expect(try await claim.store.update(claim.run.id, begin))
      try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE id = 'one'")

      var barrier = try database.connection()
      try barrier.run("BEGIN")
      _ = try barrier.query("SELECT FROM run WHERE id = \(id) FOR UPDATE")
      let ended = Ended()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (place, deed) in [first, second].enumerated() {
          group.addTask {
            defer { ended.count.add(1, ordering: .relaxed) }
            try await perform(deed, claim, queues[place + 1])
          }
          try await waitUntilHeld(place + 1, or: ended)
        }
        try barrier.run("COMMIT")
        try await group.waitForAll()
      }
      // Whoever is left with anything is lost, and the rest is done.
      for _ in 0..<3 {
        try database.run("UPDATE worker SET seen = now() - interval '1 hour'")
        try await queues[0].recover(silentFor: 60)
        try await queues[0].register(Self.worker("three"))
        for claim in try await queues[0].claim(9, for: Self.worker("three")) {
          try await finish(claim, queues[0])
        }
      }
      let violations = try await RunLog.violations(in: try database.address, submitted: ids)
      #expect(violations.isEmpty, "\(first), then \(second)")
    }
  }

  private final class Ended: Sendable {
    let count = Atomic<Int>(0)
  }
}
