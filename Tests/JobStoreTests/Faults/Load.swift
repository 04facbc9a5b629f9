import Foundation
import PostgreSQL
import Synchronization
import Testing

@testable import JobStore
@testable import TestServers

/// How many times as much the fault tests do: 1, unless `THALWEG_FAULTS` says more.
let faults = max(Int(ProcessInfo.processInfo.environment["THALWEG_FAULTS"] ?? "") ?? 1, 1)

/// Random numbers that come again with their seed.
struct Dice: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Whether it is one of so many in a hundred.
  mutating func hits(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// Runs of four jobs each, and workers of this process that work them off as those of the command line do: whatever
/// the store says, or does not say.
struct Load: Sendable {
  let address: ServerAddress
  /// After how many seconds of silence a worker is taken for lost.
  var patience = 30.0
  var answerPatience = Duration.seconds(2)
  /// Of a hundred runs, how many end their worker, and how many stop it for too long.
  var deaths = 0
  var pauses = 0
  var caps: [Cap] = []
  var seed: UInt64 = 1

  static let jobs = (1...4).map { JobRecord(id: $0, name: "job.\($0)") }
  /// One, then two, then one.
  static let order = RunLog.Order(jobs: { [1: [], 2: [1], 3: [1], 4: [2, 3]][$0] ?? [] })

  /// Makes tables, and what is to be done.
  func submit(_ count: Int) async throws -> Set<String> {
    _ = try await PostgreSQLSchema(address).migrate()
    let queue = RunQueue(try await PostgreSQLRunStore.open(address), lost: RunQueueTests.lost)
    let ids = (0..<count).map { "load-\($0)" }
    for id in ids {
      try await queue.submit(
        makeRun(id), jobs: Self.jobs, plan: somePlan, RunQueueTests.submission, RunQueue.Terms(caps: caps))
    }
    return Set(ids)
  }

  /// Works until nothing is left, on so many workers, each with connections of its own that go through `way`.
  func work(
    _ workers: Int, by way: ServerAddress? = nil, while fault: @escaping @Sendable () async throws -> Void
  )
    async throws
  {
    let isOver = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<workers {
        group.addTask {
          await self.work(number, by: way ?? address, until: isOver)
        }
      }
      group.addTask {
        while !isOver.isUp { try await fault() }
      }
      try await waitForEnd()
      isOver.raise()
      try await group.waitForAll()
    }
  }

  /// Also where the server is away for a while.
  private func waitForEnd() async throws {
    let query: SQL = """
      SELECT count(*) FROM run FULL JOIN run_lease ON run = number
      WHERE state IN ('planned', 'running') OR run_lease.run IS NOT NULL
      """
    let end = ContinuousClock.now + .seconds(300)
    let pool = ConnectionPool(address.searching(PostgreSQLSchema.name), answerPatience: answerPatience)
    while (try? await pool.run(query).value(0, 0, as: Int.self)) != 0 {
      guard ContinuousClock.now < end else { throw NeverEnded() }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  struct NeverEnded: Error {}

  // MARK: - A worker

  private func work(_ number: Int, by way: ServerAddress, until isOver: Flag) async {
    var dice = Dice(seed &* 1_000 &+ UInt64(number))
    let way = way.searching(PostgreSQLSchema.name)
    let store = PostgreSQLRunStore(by: way, answerPatience: answerPatience)
    let queue = RunQueue(store, lost: RunQueueTests.lost)
    var (life, isKnown) = (0, false)
    while !isOver.isUp {
      let me = RunQueue.Worker(id: "worker \(number), life \(life)", host: "a", process: 1, slots: 2)
      do {
        if !isKnown { try await queue.register(me) }
        isKnown = true
        guard let heartbeat = try await queue.heartbeat(of: me.id) else {
          isKnown = false
          continue
        }
        // Of what it has taken on it has ended all.
        for epoch in heartbeat.leases { try await queue.release(epoch) }
        try await queue.recover(silentFor: patience)
        let claims = try await queue.claim(2, for: me)
        if claims.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        let isDying = !claims.isEmpty && dice.hits(deaths)
        let isPausing = !claims.isEmpty && dice.hits(pauses)
        let steps = Int.random(in: 0..<8, using: &dice)
        await withTaskGroup(of: Void.self) { group in
          for claim in claims {
            group.addTask {
              await Work(claim: claim, queue: queue, isOver: isOver)
                .perform(until: isDying || isPausing ? steps : .max, pause: isPausing ? patience * 1.5 : nil)
            }
          }
        }
        if isDying {
          life += 1
          isKnown = false
        }
      } catch { try? await Task.sleep(for: .milliseconds(10)) }
    }
  }

  /// One run that a worker has taken on.
  private struct Work {
    let claim: RunQueue.Claim
    let queue: RunQueue
    let isOver: Flag

    /// Goes so many steps, and then no further, or further after a pause.
    func perform(until steps: Int, pause: Double?) async {
      let store = claim.store
      guard await insist({ try await store.resume(claim.run, jobs: Load.jobs, plan: somePlan) }) else {
        return
      }
      let begin = RunChange.run(.running, at: .now, rowsIn: 0, rowsOut: 0, error: nil)
      let end = RunChange.run(.succeeded, at: .now, rowsIn: 5, rowsOut: 5, error: nil)
      let changes =
        [[begin], [job(1, .running)], [job(1, .succeeded)], [job(2, .running), job(3, .running)]]
        + [[job(3, .succeeded)], [job(2, .succeeded)], [job(4, .running)], [job(4, .succeeded)], [end]]
      for (step, change) in changes.enumerated() {
        if step == steps {
          guard let pause else { return }
          try? await Task.sleep(for: .seconds(pause))
        }
        let isMine = await insist {
          try await store.update(claim.run.id, change, batch: Int64(step + 1))
        }
        guard isMine else { return }
      }
      try? await queue.release(claim.epoch)
    }

    private func job(_ id: Int, _ state: JobState) -> RunChange {
      .job(id, state, at: .now, rowsIn: 1, rowsOut: 1, error: nil)
    }

    /// Asks until there is an answer.
    private func insist(_ body: () async throws -> Bool) async -> Bool {
      while !isOver.isUp {
        do { return try await body() } catch { try? await Task.sleep(for: .milliseconds(5)) }
      }
      return false
    }
  }
}

/// Raised once.
final class Flag: Sendable {
  private let state = Atomic<Bool>(false)

  var isUp: Bool { state.load(ordering: .relaxed) }
  func raise() { state.store(true, ordering: .relaxed) }
}

extension PostgreSQLRunStore {
  /// A store whose tables are known to be there.
  init(by way: ServerAddress, answerPatience: Duration = PipelinedConnection.patience) {
    let way = Self.planning(way)
    let pool = ConnectionPool(way, answerPatience: answerPatience)
    self.init(
      address: way, pool: pool, recorder: Recorder(pool), epochs: SharedConnection(way), place: "there")
  }
}
