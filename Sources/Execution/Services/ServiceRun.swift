import Columns
import Dataflow
import Diagnosing
import Engine
import Foundation
import JobStore
import Planning
import Semantics
import Synchronization

/// One service under way: its tables are read and read again, its calls are answered, its life is recorded.
///
/// ```
///   starting ──> ready ──> stopped        (starting: no version of the tables could be read yet)
/// ```
public final class ServiceRun: Sendable {
  /// What it does, as callers see it.
  public let interface: ServiceInterface
  /// What the pipeline's `run` says.
  public var options: Semantics.RunOptions { request.graph.run }
  /// The run's name.
  public let id: RunID

  private let request: RunRequest
  private let store: any RunStore
  private let service: PreparedService
  private let sinks: ServiceSinks
  private let tables: [Table]
  private let findings: RunDiagnostics
  private let progress: RunProgress
  private let counters: JobCounters
  private let began = Moment.now

  /// A table beside the request.
  private final class Table: Sendable {
    let name: String
    let source: RefreshedSource
    /// Between two readings.
    let interval: Duration?
    private let loaded = Mutex<ContinuousClock.Instant?>(nil)

    init(_ name: String, _ source: RefreshedSource, interval: Duration?) {
      self.name = name
      self.source = source
      self.interval = interval
    }

    /// When the rows that calls see were read.
    var loadedAt: ContinuousClock.Instant? {
      get { loaded.withLock { $0 } }
      set { loaded.withLock { $0 = newValue } }
    }

    /// When it is to be read again.
    var due: ContinuousClock.Instant? { interval.flatMap { interval in loadedAt.map { $0 + interval } } }
  }

  init(
    _ request: RunRequest, _ interface: ServiceInterface, parameters: [Int: Column],
    sources: [String: any RowSource], refresh: [String: Duration],
    sinks: [String: any EpochSink], store: any RunStore,
    workers: Int
  ) throws(RunFailure) {
    self.request = request
    self.interface = interface
    self.store = store
    tables = sources.sorted { $0.key < $1.key }.map { name, source in
      Table(name, RefreshedSource(source), interval: refresh[name])
    }
    findings = RunDiagnostics(graph: request.graph, plan: request.plan)
    progress = RunProgress(graph: request.graph)
    counters = JobCounters(request.plan, request.graph, progress)
    // What is never read again need not be kept apart.
    let bound = Dictionary(
      uniqueKeysWithValues: tables.map { table -> (String, any RowSource) in
        (table.name, refresh.isEmpty ? sources[table.name] ?? table.source : table.source)
      })
    service = try PreparedService(
      graph: request.graph, parameters: parameters, sources: bound,
      options: Engine.RunOptions(workers: workers),
      progress: progress)
    var generator = SystemRandomNumberGenerator()
    id = RunID.make(pipeline: request.graph.name, using: &generator)
    self.sinks = try ServiceSinks(
      request.graph.nodes.compactMap { node in
        guard case .sink(let sink) = node.operation else { return nil }
        return sinks[sink.name].map { (sink.name, $0) }
      }, run: id.text)
  }

  // MARK: - Calls

  /// Whether calls can be answered.
  public var isReady: Bool { service.isLoaded }

  /// Seconds since each table was read, by its name; nil where it has not been.
  public var tableAges: [(name: String, seconds: Double?)] {
    tables.map { table in
      (table.name, table.loadedAt.map { ($0.duration(to: .now)) / .seconds(1) })
    }
  }

  /// Runs the rows of a call through the operators. What it writes is not written yet.
  /// - Parameter deadline: When it has taken too long, on the clock of `CallClock`.
  public func call(_ rows: Batch, deadline: Int) throws(CallFailure) -> CallResult {
    guard isReady else { throw .notReady }
    do throws(RunFailure) {
      return try service.call(rows, deadline: deadline)
    } catch {
      switch error {
      case .cancelled: throw .tooLate
      case .fault(let fault): throw .fault(fault)
      case .checks(let failed, _): throw .refused(failed)
      case .input(let name, let error), .output(let name, let error):
        throw .unwritable(name: name, "\(error)")
      case .checkpoint(let error), .work(_, let error): throw .unwritable(name: "", "\(error)")
      }
    }
  }

  /// Writes what a call writes; `completion` is called, on any thread, when it is visible or can't be.
  public func write(
    _ result: CallResult, completion: @escaping @Sendable (Result<Void, CallFailure>) -> Void
  ) {
    sinks.write(result.written, completion)
  }

  /// A fault of a call, as it is shown to those who run the service.
  public func diagnostics(_ failure: CallFailure) -> [Diagnostic] {
    switch failure {
    case .fault(let fault): findings.findings(.fault(fault)).diagnostics
    case .refused(let checks): checks.map { findings.diagnostic($0, .error) }
    case .unwritable(let name, let error):
      findings.findings(.output(name: name, error: CallFailure.Reason(text: error))).diagnostics
    case .notReady, .tooLate: []
    }
  }

  /// The texts that diagnostics point into.
  public var sources: SourceMap { request.sources }

  // MARK: - Life

  /// Between two tries to read tables that can't be read.
  private static let retry = Duration.seconds(2)
  /// Between two records of how many rows there were.
  private static let recording = Duration.seconds(5)

  /// Records that the service runs.
  public func begin() async throws(StoreError) {
    try await store.create(
      RunRecord(
        id: id, namespace: request.namespace, pipeline: request.graph.name, file: request.file,
        parameters: request.arguments.json.compact, planHash: request.plan.hash,
        mode: request.graph.mode.rawValue, backend: "local", owner: .current, created: began),
      jobs: request.plan.jobs.map { JobRecord(id: $0.id, name: $0.name) },
      plan: PlanRecord(hash: request.plan.hash, json: request.plan.json.compact))
    var changes: [RunChange] = [.run(.running, at: began, rowsIn: 0, rowsOut: 0, error: nil)]
    for job in request.plan.jobs {
      changes.append(.job(job.id, .running, at: began, rowsIn: 0, rowsOut: 0, error: nil))
    }
    _ = try await store.update(id, changes)
  }

  /// Reads the tables and keeps them fresh, and records how far the service is, until the task is cancelled.
  /// - Parameters:
  ///   - ready: Called once, when calls can be answered.
  ///   - report: Called where tables can't be read: calls see the version before, or none.
  public func keep(
    ready: @escaping @Sendable () -> Void, report: @escaping @Sendable ([Diagnostic]) -> Void
  ) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.refresh(ready, report) }
      group.addTask { await self.record() }
      await group.waitForAll()
    }
  }

  private func refresh(
    _ ready: @Sendable () -> Void, _ report: @Sendable ([Diagnostic]) -> Void
  ) async {
    var told: [Diagnostic] = []
    while !Task.isCancelled {
      let due = tables.filter { table in !isReady || table.due.map { $0 <= .now } ?? false }
      for table in due { table.source.expire() }
      let wasReady = isReady
      do throws(RunFailure) {
        if !wasReady || !due.isEmpty { try await service.load() }
        for table in due { table.loadedAt = .now }
        told = []
        if !wasReady { ready() }
      } catch {
        if case .cancelled = error { return }
        let found = findings.findings(error).diagnostics
        // The same trouble again and again is told once.
        if found != told { report(found) }
        told = found
        try? await Task.sleep(for: Self.retry)
        continue
      }
      guard let next = tables.compactMap(\.due).min() else { return }
      try? await Task.sleep(until: next, clock: .continuous)
    }
  }

  private func record() async {
    while true {
      do { try await Task.sleep(for: Self.recording) } catch { return }
      let snapshot = snapshot
      let now = Moment.now
      // What could not be recorded now is recorded with what follows.
      _ = try? await store.update(
        id,
        snapshot.jobs.enumerated().map { index, job in
          .jobProgress(request.plan.jobs[index].id, at: now, rowsIn: job.rowsIn, rowsOut: job.rowsOut)
        } + [.progress(at: now, rowsIn: snapshot.rowsIn, rowsOut: snapshot.rowsOut)])
    }
  }

  /// What each job has done.
  public var snapshot: RunSnapshot { counters.snapshot(elapsed: Moment.now.seconds(since: began)) }

  /// Records that the service has stopped: because it was asked to, or because of `problem`.
  public func end(_ problem: Diagnostic? = nil) async throws(StoreError) {
    sinks.close()
    let snapshot = snapshot
    let now = Moment.now
    let error = problem.flatMap { RunError([$0], request.sources) }
    var changes = snapshot.jobs.enumerated().map { index, job in
      RunChange.job(
        request.plan.jobs[index].id, problem == nil ? .succeeded : .cancelled, at: now, rowsIn: job.rowsIn,
        rowsOut: job.rowsOut, busy: job.busy, error: nil)
    }
    changes.append(
      .run(
        problem == nil ? .succeeded : .failed, at: now, rowsIn: snapshot.rowsIn, rowsOut: snapshot.rowsOut,
        error: error))
    _ = try await store.update(id, changes)
  }
}

/// Why a call has no answer.
public enum CallFailure: Error, Sendable {
  /// The tables have not been read yet.
  case notReady
  /// The deadline has passed.
  case tooLate
  /// A check of the call's rows does not hold.
  case refused([FailedCheck])
  /// An expression failed.
  case fault(RunFault)
  /// A sink could not be written.
  case unwritable(name: String, String)

  struct Reason: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }
}
