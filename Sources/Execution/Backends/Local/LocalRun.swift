import Artifacts
import Columns
import Dataflow
import Diagnosing
import Engine
import Foundation
import JobStore
import Planning
import Semantics
import Tasks

/// One run on the local backend: feeds the state machine with what happens and carries out its actions.
struct LocalRun {
  /// What happens while the engine works.
  enum Event: Sendable {
    case tick
    case cancel
    /// The engine has had its time to stop.
    case abandon
    /// An attempt at a job failed, and another follows.
    case retrying(job: Int, RunError)
    /// Something is known of a call of a task; who waits until it is recorded is told.
    case call(CallRecord, recorded: (@Sendable () -> Void)?)
    /// What has come so far is to be recorded.
    case flush
    case ended(Result<EngineEnd, RunFailure>)
  }

  /// How the engine came to its end.
  enum EngineEnd: Sendable {
    /// A batch: nothing is visible yet.
    case staged(StagedRun)
    case stream(StreamEnd)
  }

  /// What the engine is to do.
  private enum Work {
    case batch(BatchRun)
    case jobs(JobRun)
    case sharded(ShardedRun)
    case stream(StreamRun)
  }

  /// Between two looks at the engine's counters.
  private static let tick = Duration.milliseconds(20)
  /// Between two writes of progress; changes of state are written as soon as this has passed since the last.
  private static let flushInterval: Int64 = 250_000
  /// How long a cancelled engine may take to stop before it is left alone.
  private static let grace = Duration.milliseconds(500)

  private let request: RunRequest
  private let store: any RunStore
  private let observer: any RunObserver
  private let workers: Int
  private let inbox: AsyncStream<Event>.Continuation

  private let id: RunID
  private let began: Moment
  private let outputs = StagedOutputs()
  private let progress: RunProgress
  private let control = StreamControl()
  private let stream: StreamProgress?
  private let counters: JobCounters
  private let findings: RunDiagnostics
  private var machine: RunMachine
  private var snapshot: RunSnapshot
  private var pending: [RunChange] = []
  /// Changes that the store was told of, and has not answered.
  private var told: (changes: [RunChange], batch: Int64)?
  private var lastBatch: Int64 = 0
  /// Those who wait until `pending` is recorded.
  private var waiting: [@Sendable () -> Void] = []
  private var isFlushComing = false
  private var calls: [String: CallRecord] = [:]
  private var lastFlush = Moment(microseconds: 0)
  private var recording: StoreError?
  /// The store does not take the run's word any more: another process has ended it, or goes on with it.
  private var isLost = false
  private var engine: Task<Void, Never>?
  private var rowCalls: RowCalls?
  private var limit: TimeLimit

  init(
    _ request: RunRequest, _ store: any RunStore, _ observer: any RunObserver, workers: Int,
    inbox: AsyncStream<Event>.Continuation
  ) {
    self.request = request
    self.store = store
    self.observer = observer
    self.workers = workers
    self.inbox = inbox
    var generator = SystemRandomNumberGenerator()
    id = request.resuming ?? RunID.make(pipeline: request.graph.name, using: &generator)
    stream = request.graph.mode == .stream ? StreamProgress() : nil
    began = Moment.now
    progress = RunProgress(graph: request.graph)
    counters = JobCounters(request.plan, request.graph, progress)
    findings = RunDiagnostics(graph: request.graph, plan: request.plan)
    machine = RunMachine(jobs: request.plan.jobs.count)
    snapshot = counters.snapshot(elapsed: 0)
    limit = TimeLimit(request.graph.mode == .batch ? request.graph.run.timeout : nil)
  }

  mutating func run(_ events: AsyncStream<Event>) async throws(StoreError) -> RunOutcome {
    try await record()
    note(machine.handle(.start))
    // A stream's epochs are recorded by its own thread: the store must know that the run is under way.
    await flush(ifDue: false)
    var diagnostics: [Diagnostic] = []
    do throws(Unready) {
      start(try work())
    } catch {
      observer.finish()
      return await end(.failed(job: error.job, self.error(error.diagnostics)), error.diagnostics)
    }
    let ticker = Task { [inbox] in
      while !Task.isCancelled {
        try? await Task.sleep(for: Self.tick)
        inbox.yield(.tick)
      }
    }
    defer { ticker.cancel() }
    var isCancelled = false
    /// What may not be published while the run is paused.
    var finished: StagedRun?
    for await event in events {
      look()
      switch event {
      case .tick:
        observer.observe(snapshot)
        await flush(ifDue: true)
        if let finished, !request.pause.isPaused {
          return await publish(finished, diagnostics, isCancelled: false)
        }
        if limit.isExceeded(isPaused: request.pause.isPaused), !isCancelled { inbox.yield(.cancel) }
      case .cancel:
        guard !isCancelled else { continue }
        isCancelled = true
        if let finished { return await publish(finished, diagnostics, isCancelled: true) }
        if stream != nil {
          // It stops with a checkpoint, from which it can go on.
          control.stop()
          continue
        }
        engine?.cancel()
        let grace = request.graph.hasJobs ? TaskCall.grace + Self.grace : Self.grace
        Task { [inbox] in
          try? await Task.sleep(for: grace)
          inbox.yield(.abandon)
        }
      case .retrying(let job, let error): retry(job, error)
      case .call(let call, let recorded):
        pending.append(.call(call, at: .now))
        guard let recorded else { continue }
        waiting.append(recorded)
        flushSoon()
      case .flush:
        isFlushComing = false
        await flush(ifDue: false)
      case .abandon:
        observer.finish()
        return await stopped([])
      case .ended(let result):
        observer.finish()
        switch result {
        case .success(.stream(.complete)):
          note(machine.handle(.staged))
          return await end(.published, [])
        case .success(.stream(.stopped)): return await end(.stopped, [])
        case .success(.staged(let staged)):
          diagnostics = staged.warnings.map { findings.diagnostic($0, .warning) }
          if request.pause.isPaused, !isCancelled {
            finished = staged
            continue
          }
          return await publish(staged, diagnostics, isCancelled: isCancelled)
        case .failure(.cancelled): return await stopped([])
        case .failure(let failure): return await fail(failure)
        }
      }
    }
    return await end(.cancel, diagnostics)
  }

  private mutating func record() async throws(StoreError) {
    let run = RunRecord(
      id: id, namespace: request.namespace, pipeline: request.graph.name, file: request.file,
      parameters: request.arguments.json.compact, planHash: request.plan.hash,
      mode: request.graph.mode.rawValue, backend: "local", owner: .current, created: began)
    let jobs = request.plan.jobs.map { JobRecord(id: $0.id, name: $0.name) }
    let plan = PlanRecord(hash: request.plan.hash, json: request.plan.json.compact)
    guard request.resuming != nil else { return try await store.create(run, jobs: jobs, plan: plan) }
    if try await !store.resume(run, jobs: jobs, plan: plan) { throw .lostRun(id) }
    if request.graph.hasJobs || shards != nil { calls = RunHistory.calls(in: try await store.events(of: id)) }
  }

  private mutating func publish(
    _ staged: StagedRun, _ diagnostics: [Diagnostic], isCancelled: Bool
  ) async -> RunOutcome {
    guard !isCancelled else {
      staged.discard()
      return await stopped(diagnostics)
    }
    // What is not the run's to publish any more is left to who goes on with it.
    await flushAll()
    guard !isLost else {
      staged.discard()
      outputs.discardAll()
      return await end(.cancel, diagnostics)
    }
    note(machine.handle(.staged))
    do throws(RunFailure) {
      try staged.publish()
      // Of passes that failed.
      try outputs.publishReports()
      return await end(.published, diagnostics)
    } catch {
      return await fail(error, diagnostics)
    }
  }

  /// The end of a run that was told to stop: by somebody, or by its `timeout:`.
  private mutating func stopped(_ diagnostics: [Diagnostic]) async -> RunOutcome {
    outputs.discardAll()
    guard let timeout = limit.exceeded else { return await end(.cancel, diagnostics) }
    let run = request.graph.run
    let exceeded = Diagnostic(
      .runTimeout, "the run has taken longer than its `timeout: \(Figures.limit(timeout))`, and was ended",
      at: run.mode?.span ?? request.graph.nodes.first?.span ?? Span(FileID(0), 0, 0), label: "says how long",
      help: "`thalweg runs show \(id)` shows which jobs were under way")
    return await end(.failed(job: nil, error([exceeded])), [exceeded] + diagnostics)
  }

  private mutating func fail(_ failure: RunFailure, _ others: [Diagnostic] = []) async -> RunOutcome {
    var (diagnostics, job) = findings.findings(failure)
    await flushAll()
    if isLost {
      outputs.discardAll()
    } else {
      do throws(RunFailure) { try outputs.publishReports() } catch {
        diagnostics += findings.findings(error).diagnostics
      }
    }
    return await end(.failed(job: job, error(diagnostics)), diagnostics + others)
  }

  private func error(_ diagnostics: [Diagnostic]) -> RunError {
    RunError(diagnostics, request.sources)
      ?? RunError(code: Code.failedOperation.text, message: "the run failed", text: "", json: "null")
  }

  private mutating func end(_ event: RunMachine.Event, _ diagnostics: [Diagnostic]) async -> RunOutcome {
    rowCalls?.end(isGood: event == .published)
    look()
    note(machine.handle(event))
    await flushAll()
    for recorded in waiting { recorded() }
    inbox.finish()
    for index in snapshot.jobs.indices { snapshot.jobs[index].state = machine.jobs[index] }
    return RunOutcome(
      id: id, state: machine.state, diagnostics: diagnostics, snapshot: snapshot, recording: recording)
  }

  /// Reads the engine's counters and tells the machine which jobs have begun and ended.
  private mutating func look() {
    snapshot = counters.snapshot(elapsed: Moment.now.seconds(since: began))
    if let stream { snapshot.stream = RunSnapshot.Stream(stream.status, progress, request.graph) }
    for (index, job) in snapshot.jobs.enumerated() where job.state != .waiting {
      if job.state == .skipped {
        note(machine.handle(.jobSkipped(index)))
        continue
      }
      note(machine.handle(.jobStarted(index)))
      if job.state == .succeeded { note(machine.handle(.jobFinished(index))) }
    }
  }

  /// Keeps what is to be recorded. The engine stops, discards and publishes by itself.
  private mutating func note(_ actions: [RunMachine.Action]) {
    let now = Moment.now
    for action in actions {
      switch action {
      case .record(let state, let error):
        pending.append(
          .run(state, at: now, rowsIn: snapshot.rowsIn, rowsOut: snapshot.rowsOut, error: error))
      case .recordJob(let index, let state, let error):
        let job = snapshot.jobs[index]
        pending.append(
          .job(
            request.plan.jobs[index].id, state, at: now, rowsIn: job.rowsIn, rowsOut: job.rowsOut,
            busy: job.busy, error: error))
      case .stop: engine?.cancel()
      case .publish, .discard: break
      }
    }
  }

  /// Ends the newest try of a job that is under way, and begins another.
  private mutating func retry(_ job: Int, _ error: RunError) {
    let (id, now) = (request.plan.jobs[job].id, Moment.now)
    let counts = snapshot.jobs[job]
    pending.append(
      .job(id, .failed, at: now, rowsIn: counts.rowsIn, rowsOut: counts.rowsOut, error: error))
    pending.append(.job(id, .running, at: now, rowsIn: counts.rowsIn, rowsOut: counts.rowsOut, error: nil))
  }

  /// Between two tries to reach a store that is waited for.
  private static let storePause = Duration.milliseconds(500)

  /// Records all that is pending, if need be when the store can be asked again.
  private mutating func flushAll() async {
    await flush(ifDue: false)
    while request.lease != nil, recording != nil, !isLost {
      try? await Task.sleep(for: Self.storePause)
      await flush(ifDue: false)
    }
  }

  private mutating func flush(ifDue: Bool) async {
    let now = Moment.now
    if ifDue, now.microseconds - lastFlush.microseconds < Self.flushInterval { return }
    lastFlush = now
    if ifDue, told == nil {
      for (index, job) in snapshot.jobs.enumerated() where machine.jobs[index] == .running {
        pending.append(
          .jobProgress(request.plan.jobs[index].id, at: now, rowsIn: job.rowsIn, rowsOut: job.rowsOut))
      }
      pending.append(.progress(at: now, rowsIn: snapshot.rowsIn, rowsOut: snapshot.rowsOut))
    }
    do throws(StoreError) {
      // Also where nothing has changed: the store says whether the run is still this process's.
      repeat {
        let (changes, batch) = told ?? (pending, lastBatch + 1)
        if told == nil { pending = [] }
        lastBatch = batch
        told = (changes, batch)
        isLost = try await !store.update(id, changes, batch: batch)
        told = nil
      } while !pending.isEmpty
      recording = isLost ? .lostRun(id) : nil
      if isLost { engine?.cancel() }
    } catch {
      // The run goes on; what is pending is written with what follows.
      recording = error
      // Nobody but the store knows whether it is still this process's to run.
      if request.lease != nil, !waiting.isEmpty {
        flushSoon(after: Self.storePause)
        return
      }
    }
    for recorded in waiting { recorded() }
    waiting = []
  }

  /// Records what has come so far when all that has been told by then is known: many calls that end together are one
  /// change of the store.
  private mutating func flushSoon(after pause: Duration? = nil) {
    guard !isFlushComing else { return }
    isFlushComing = true
    guard let pause else { return _ = inbox.yield(.flush) }
    Task { [inbox] in
      try? await Task.sleep(for: pause)
      inbox.yield(.flush)
    }
  }

  // MARK: - The engine

  private mutating func start(_ work: Work) {
    engine = Task.detached { [inbox, progress, stream, control] in
      do throws(RunFailure) {
        switch work {
        case .batch(let batch):
          inbox.yield(.ended(.success(.staged(try await batch.run(progress: progress)))))
        case .jobs(let run):
          inbox.yield(.ended(.success(.staged(try await run.run(progress: progress)))))
        case .sharded(let run):
          inbox.yield(.ended(.success(.staged(try await run.run(progress: progress)))))
        case .stream(let run):
          let end = try await run.run(
            progress: progress, stream: stream ?? StreamProgress(), control: control)
          inbox.yield(.ended(.success(.stream(end))))
        }
      } catch {
        inbox.yield(.ended(.failure(error)))
      }
    }
  }

  /// Why the engine can't be started.
  private struct Unready: Error {
    let diagnostics: [Diagnostic]
    let job: Int?
  }

  private mutating func work() throws(Unready) -> Work {
    let known: [String: String]
    do throws(Secrets.Missing) { known = try request.secrets.values(of: request.graph) } catch {
      throw Unready(diagnostics: error.diagnostics, job: findings.job(of: error.node))
    }
    let secrets: @Sendable (String) -> String = { known[$0] ?? "" }
    let values: [(local: Local, value: Column)]
    do throws(PipelineArguments.Failure) { values = try request.arguments.columns() } catch {
      throw Unready(
        diagnostics: [
          Diagnostic(
            .failedOperation, "the value of `\(error.name)` can't be computed: \(error.reason.message)",
            at: error.reason.span, label: "fails here")
        ], job: nil)
    }
    var options = RunOptions(workers: request.graph.run.parallelism ?? workers)
    options.secrets = secrets
    let places = WorkPlaces(id, lease: request.lease, logs: request.logs)
    rowCalls = RowCalls(
      request.graph, folder: request.projectFolder, cores: workers, places: places, secrets: secrets)
    options.tasks = rowCalls
    try needContainers()
    if request.graph.hasJobs { return .jobs(try jobRun(values, secrets, options, places)) }
    let constants = ExpressionCompiler(parameters: values, secrets: secrets)
    let connections: Connections
    do throws(Connections.Problem) {
      connections = try Connections(
        request.graph, in: request.folder, constants: constants, outputs: outputs,
        warn: { [observer] in observer.warn($0) })
    } catch {
      throw Unready(diagnostics: [error.diagnostic], job: findings.job(of: error.node))
    }
    let parameters = Dictionary(uniqueKeysWithValues: values.map { ($0.local.id, $0.value) })
    guard request.graph.mode == .stream else {
      let whole = BatchRun(
        graph: request.graph, parameters: parameters, sources: connections.sources, sinks: connections.sinks,
        options: options)
      return try shardedRun(whole, places).map { .sharded($0) } ?? .batch(whole)
    }
    let refresh: [String: Duration]
    do throws(RowFailure) { refresh = try request.graph.refreshIntervals(constants) } catch {
      throw Unready(
        diagnostics: [
          Diagnostic(
            .failedOperation, "`refresh:` can't be computed: \(error.message)", at: error.span,
            label: "fails here")
        ], job: nil)
    }
    return .stream(
      StreamRun(
        id: id.text, graph: request.graph, parameters: parameters, tables: connections.sources,
        refresh: refresh, streams: connections.streams, sinks: connections.epochSinks,
        options: StreamOptions(
          run: options,
          epochs: .time(nanoseconds: Int(request.graph.run.checkpoint ?? Self.checkpointInterval) * 1000)),
        checkpoints: try checkpoints()))
  }

  /// Tasks that run in containers need a program for that.
  private func needContainers() throws(Unready) {
    guard ContainerEngine.installed == nil else { return }
    for (index, node) in request.graph.nodes.enumerated() {
      guard let task = node.calledTasks.first(where: { $0.options.container != nil }) else { continue }
      let names = ContainerEngine.names.map { "`\($0)`" }
      throw Unready(
        diagnostics: [
          Diagnostic(
            .backendLacks,
            "`\(task.name)` can't run in a container here: there is neither "
              + "\(names.joined(separator: " nor ")) in `PATH`", at: node.span, label: "needs a container",
            help: "install one of them, or take `container` away")
        ], job: findings.job(of: index))
    }
  }

  private func jobRun(
    _ arguments: [(local: Local, value: Column)], _ secrets: @escaping @Sendable (String) -> String,
    _ options: Engine.RunOptions, _ places: WorkPlaces
  ) throws(Unready) -> JobRun {
    let artifacts = try artifacts()
    let work = JobRun.TaskWork(
      folder: request.projectFolder, cores: Double(workers), places: places,
      journal: journal, dispatcher: request.dispatcher, artifacts: artifacts,
      jobs: request.graph.nodes.indices.map { findings.job(of: $0) ?? 0 }, pause: request.pause
    ) { [inbox, findings, sources = request.sources] node, failure in
      guard let job = findings.job(of: node),
        let error = RunError([findings.diagnostic(failure, node)], sources)
      else { return }
      inbox.yield(.retrying(job: job, error))
    }
    return JobRun(
      graph: request.graph, arguments: arguments, secrets: secrets, options: options, work: work
    ) { [folder = request.folder, outputs, observer] graph, constants, earlier throws(Connections.Problem) in
      try Connections(
        graph, in: folder, constants: constants, outputs: outputs, after: earlier,
        warn: { observer.warn($0) })
    }
  }

  /// In so many shards other workers may do a batch, each of which does one part of the rows.
  private var shards: Int? {
    request.dispatcher == nil ? nil : request.graph.run.parallelism.flatMap { $0 > 1 ? $0 : nil }
  }

  /// How other workers help with a batch that is to run in several shards; nil where there are none, or nothing that
  /// they could do.
  private func shardedRun(_ whole: BatchRun, _ places: WorkPlaces) throws(Unready) -> ShardedRun? {
    guard let dispatcher = request.dispatcher, let shards else { return nil }
    let stages = ShardedStages(request.graph, jobs: request.plan.jobs)
    if stages.stages.isEmpty { return nil }
    return ShardedRun(
      graph: request.graph, stages: stages, shards: shards, whole: whole, dispatcher: dispatcher,
      journal: journal, artifacts: try artifacts(), places: places, pause: request.pause)
  }

  private func artifacts() throws(Unready) -> any ArtifactStore {
    do { return try request.artifacts() } catch let refusal as Refusal {
      throw Unready(diagnostics: refusal.diagnostics, job: nil)
    } catch {
      let error = error as? ArtifactError
      throw Unready(
        diagnostics: [
          Diagnostic(
            .unusableArtifacts, error?.message ?? "the store of artifacts can't be used",
            at: request.graph.nodes[0].span, label: "is of a run that needs it", help: error?.help)
        ], job: nil)
    }
  }

  private var journal: CallJournal {
    CallJournal(
      known: calls,
      note: { [inbox] in inbox.yield(.call($0, recorded: nil)) },
      commit: { [inbox] call in
        await withCheckedContinuation { done in
          if case .terminated = inbox.yield(.call(call, recorded: { done.resume() })) { done.resume() }
        }
      })
  }

  /// Microseconds from one checkpoint to the next, unless the pipeline says otherwise.
  private static let checkpointInterval: Int64 = 1_000_000

  private func checkpoints() throws(Unready) -> any CheckpointStore {
    do {
      return try FolderCheckpoints(run: id, folder: RunCatalog.states, store: store, graph: request.graph)
    } catch {
      throw Unready(diagnostics: findings.findings(.checkpoint(error)).diagnostics, job: nil)
    }
  }
}
