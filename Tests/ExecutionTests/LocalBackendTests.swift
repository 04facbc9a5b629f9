import Dataflow
import Diagnosing
import Execution
import Foundation
import JobStore
import Planning
import Synchronization
import Testing

/// Runs real programs on the local backend, in this process.
@Suite struct LocalBackendTests {
  /// Remembers what it was told.
  private final class Observer: RunObserver {
    private let seen = Mutex<(snapshots: [RunSnapshot], endings: Int)>(([], 0))
    func observe(_ snapshot: RunSnapshot) { seen.withLock { $0.snapshots.append(snapshot) } }
    func finish() { seen.withLock { $0.endings += 1 } }
    var endings: Int { seen.withLock { $0.endings } }
  }

  /// A store whose updates fail, as on a full disk.
  private struct FailingStore: RunStore {
    let base = InMemoryRunStore()
    var failsAtOnce = false
    private var full: StoreError { .unusable(path: "state.db", reason: "the disk is full") }

    func create(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) async throws(StoreError) {
      if failsAtOnce { throw full }
      try await base.create(run, jobs: jobs, plan: plan)
    }
    func update(_ run: RunID, _ changes: [RunChange], batch: Int64?) async throws(StoreError) -> Bool {
      throw full
    }
    func events(of run: RunID) async throws(StoreError) -> [RunEvent] { try await base.events(of: run) }
    func runs(_ filter: RunFilter) async throws(StoreError) -> [RunRecord] { try await base.runs(filter) }
    func run(_ id: RunID) async throws(StoreError) -> RunRecord? { try await base.run(id) }
    func jobs(of run: RunID) async throws(StoreError) -> [JobRecord] { try await base.jobs(of: run) }
    func plan(of run: RunID) async throws(StoreError) -> PlanRecord? { try await base.plan(of: run) }
    func resume(
      _ run: RunRecord, jobs: [JobRecord], plan: PlanRecord
    ) async throws(StoreError) -> Bool { throw full }
    func commit(
      _ epoch: EpochRecord, operators: [OperatorRecord], by owner: Owner
    ) throws(StoreError) { throw full }
    func markApplied(_ run: RunID, through epoch: Int) throws(StoreError) { throw full }
    func resumePoint(of run: RunID) throws(StoreError) -> EpochRecord? { try base.resumePoint(of: run) }
    func epochs(of run: RunID, last: Int) async throws(StoreError) -> [EpochRecord] {
      try await base.epochs(of: run, last: last)
    }
    func operators(of run: RunID) async throws(StoreError) -> [OperatorRecord] {
      try await base.operators(of: run)
    }
  }

  private static let program = """
    record Sale { shop: String, price: Int }
    record Total { shop: String, sum: Int }
    pipeline totals(least: Int = 0) {
      from sales: Table<Sale> = csv("sales.csv")
      let shops = sales.filter(s -> s.price >= least).group_by(s -> s.shop)
        .aggregate(g -> Total { shop: g.key, sum: g.sum(s -> s.price) })
        .sort(by: t -> t.shop)
      into report = csv("totals.csv") <- shops
    }
    """

  private func withRequest(
    _ given: [String] = [], sales: String = "shop,price\na,1\nb,2\na,3\n",
    _ body: (RunRequest, String) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(Self.program.utf8).write(to: folder.appending(path: "totals.thal"))
    try Data(sales.utf8).write(to: folder.appending(path: "sales.csv"))
    let pipeline = try await Programs.pipeline(
      nil, of: folder.path + "/totals.thal", under: nil, given: given, isPartial: false, Invocation([]))
    try await body(pipeline.request, folder.path + "/totals.csv")
  }

  @Test func recordsARunAndItsJobs() async throws {
    try await withRequest(["least=2"]) { request, output in
      let store = InMemoryRunStore()
      let observer = Observer()
      let outcome = try await LocalBackend(workers: 2).run(request, recordedIn: store, observer: observer)
      #expect(outcome.state == .succeeded && outcome.status == .done && outcome.recording == nil)
      #expect(observer.endings == 1)
      #expect(try String(contentsOfFile: output, encoding: .utf8) == "shop,sum\na,3\nb,2\n")
      let run = try #require(try await store.run(outcome.id))
      #expect(run.state == .succeeded && run.rowsIn == 3 && run.rowsOut == 2)
      #expect(
        run.parameters == #"{"least":"2"}"# && run.owner == .current && run.planHash == request.plan.hash)
      let jobs = try await store.jobs(of: outcome.id)
      #expect(jobs.map(\.name) == request.plan.jobs.map(\.name))
      #expect(jobs.map(\.state) == [.succeeded, .succeeded, .succeeded])
      #expect(jobs.map { $0.attempts.map(\.rowsIn) } == [[3], [2], [2]])
      #expect(jobs.allSatisfy { $0.attempts.allSatisfy { $0.ended != nil } })
      #expect(try await store.plan(of: run.id)?.json == request.plan.json.compact)
    }
  }

  @Test func recordsWhyARunFailed() async throws {
    try await withRequest(sales: "shop,price\na,1\nb,\n") { request, output in
      let store = InMemoryRunStore()
      let outcome = try await LocalBackend(workers: 1).run(request, recordedIn: store, observer: Observer())
      #expect(outcome.state == .failed && outcome.status == .failed)
      #expect(outcome.diagnostics.map(\.code.text) == ["F480"])
      #expect(!FileManager.default.fileExists(atPath: output))
      let run = try #require(try await store.run(outcome.id))
      #expect(run.error?.code == "F480" && run.error?.text.contains("sales.csv:3") == true)
      let jobs = try await store.jobs(of: outcome.id)
      #expect(jobs.map(\.state) == [.failed, .cancelled, .cancelled])
      #expect(jobs[0].attempts.first?.error == run.error)
    }
  }

  @Test func aCancelledTaskLeavesACancelledRun() async throws {
    try await withRequest { request, output in
      let store = InMemoryRunStore()
      let task = Task {
        // Cancelled before it begins, so that the run can't win the race.
        while !Task.isCancelled { await Task.yield() }
        return try await LocalBackend(workers: 1).run(request, recordedIn: store, observer: Observer())
      }
      task.cancel()
      let outcome = try await task.value
      #expect(outcome.state == .cancelled && outcome.status == .interrupted)
      #expect(!FileManager.default.fileExists(atPath: output))
      #expect(try await store.run(outcome.id)?.state == .cancelled)
    }
  }

  @Test func runsNothingThatCannotBeRecorded() async throws {
    try await withRequest { request, output in
      await #expect(throws: StoreError.self) {
        try await LocalBackend(workers: 1).run(
          request, recordedIn: FailingStore(failsAtOnce: true), observer: Observer())
      }
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }

  @Test func tellsThatTheEndCouldNotBeRecorded() async throws {
    try await withRequest { request, output in
      let outcome = try await LocalBackend(workers: 1).run(
        request, recordedIn: FailingStore(), observer: Observer())
      #expect(outcome.state == .succeeded && outcome.recording != nil)
      #expect(FileManager.default.fileExists(atPath: output))
    }
  }
}
