import Columns
import Dataflow
import Synchronization

/// Carries a stream out, on a thread of its own: the bounded part first, as a batch would, then rounds of what has
/// come. A round pushes its rows through the stages in the order of the plan, and tells each operator that keeps
/// rows how far event time is. Between two rounds nothing is under way, so a checkpoint there cuts all sources at
/// once: the barriers are aligned because there is nobody to align.
///
/// Unchecked because it is used by that thread alone.
final class StreamDriver: @unchecked Sendable {
  private let run: StreamRun
  private let context: RunContext
  private let plan: StagePlan
  private let progress: StreamProgress
  private let control: StreamControl
  private var operations: [Operator] = []
  private var kept: [Int: KeepOperator] = [:]
  private var workers: [Worker] = []
  private var sinks: [(name: String, sink: SpooledSink, operation: SinkOperator)] = []
  private var inputs: StreamInputs
  private var rounds: [Int: RoundSource] = [:]
  /// The newest complete epoch.
  private var epoch = 0
  /// How far event time has come behind each node in this round, as far as it has been asked for.
  private var reached: [Int: TimeProgress.Input] = [:]
  /// How far it had come behind all of them in the last round.
  private var watermarks: [Int64] = []
  private var stages = 0
  private var tables: TableVersions
  /// Whether rows have come since the last checkpoint.
  private var isEpochUnderWay = false

  init(_ run: StreamRun, _ context: RunContext, _ progress: StreamProgress, _ control: StreamControl) {
    self.run = run
    self.context = context
    self.progress = progress
    self.control = control
    plan = StagePlan(run.graph)
    tables = TableVersions(run.tables, refresh: run.refresh)
    inputs = StreamInputs(context.partitions, positions: [:])
  }

  /// Runs; what is not complete when it throws comes again after a restart.
  func execute() throws(RunFailure) -> StreamEnd {
    defer { context.pool.stop() }
    let checkpoint = try checkpoints { try run.checkpoints.latest() }
    epoch = checkpoint?.epoch ?? 0
    progress.update { $0.epoch = epoch }
    defer { inputs.close() }
    try prepare(checkpoint)
    do throws(RunFailure) {
      try runBounded(isResuming: checkpoint != nil)
      if let checkpoint { try restore(checkpoint) }
      let end = try runRounds()
      try close(isComplete: end == .complete)
      return end
    } catch {
      try? close(isComplete: false)
      throw error
    }
  }

  private func checkpoints<R>(_ body: () throws -> R) throws(RunFailure) -> R {
    do { return try body() } catch { throw .checkpoint(error) }
  }

  // MARK: Preparation

  private func prepare(_ checkpoint: Checkpoint?) throws(RunFailure) {
    context.partitions.begin(at: monotonicNanoseconds())
    var sources = tables.sources
    for case .source(let source) in run.graph.nodes.map(\.operation) where run.streams[source.name] != nil {
      sources[source.name] = RoundSource()
    }
    var spooled: [String: SpooledSink] = [:]
    for (name, sink) in run.sinks {
      do { spooled[name] = SpooledSink(try sink.open(run: run.id, after: epoch)) } catch {
        throw .output(name: name, error: error)
      }
    }
    let ready = try OperatorGraph(context, plan, sources: sources, sinks: spooled)
    operations = ready.operations
    kept = ready.kept
    workers = ready.makeWorkers()
    for case let operation as SinkOperator in operations {
      guard let sink = spooled[operation.name] else { continue }
      sinks.append((operation.name, sink, operation))
      try operation.open()
    }
    if let checkpoint { try finishApplying(checkpoint) }
    inputs = StreamInputs(context.partitions, positions: checkpoint?.positions ?? [:])
    for (index, node) in run.graph.nodes.enumerated() {
      guard case .source(let source) = node.operation, let stream = run.streams[source.name],
        let rows = sources[source.name] as? RoundSource
      else { continue }
      rounds[index] = rows
      do { try inputs.add(stream, node: index, name: source.name, rows, control.arrivals) } catch {
        throw .input(name: source.name, error: error)
      }
    }
  }

  /// An epoch may have been complete but not visible everywhere when the run was interrupted.
  private func finishApplying(_ checkpoint: Checkpoint) throws(RunFailure) {
    if try checkpoints({ try run.checkpoints.isApplied(checkpoint.epoch) }) { return }
    for (name, sink, _) in sinks {
      let chunks = try checkpoints { try run.checkpoints.spooled(sink: name, epoch: checkpoint.epoch) }
      do { try sink.apply(checkpoint.epoch, chunks) } catch { throw .output(name: name, error: error) }
    }
    try checkpoints { try run.checkpoints.applied(checkpoint.epoch) }
  }

  // MARK: The bounded part

  /// Runs the stages whose rows end. After a restart they only rebuild the tables that streams look into: what
  /// else they give is in the checkpoint already.
  private func runBounded(isResuming: Bool) throws(RunFailure) {
    if isResuming { mute(true) } else { try beginEpoch() }
    try runBoundedStages()
    mute(false)
    if isResuming { try beginEpoch() }
  }

  private func runBoundedStages() throws(RunFailure) {
    var done: Set<Int> = []
    var finished: Set<Int> = []
    try finishJoins(done, &finished)
    for root in plan.order {
      guard isBounded(plan.roots[root]) else { continue }
      try context.checkCancelled()
      try runStage(of: plan.roots[root], .ended(inputs: inputCount(plan.roots[root])))
      done.insert(root)
      try finishJoins(done, &finished)
    }
  }

  /// Reads the tables again that are due, and makes what streams look up anew. Between two epochs, so that all rows
  /// of one see the same version. Whether rows of theirs went to `faults`.
  private func refreshTables() throws(RunFailure) -> Bool {
    guard !isEpochUnderWay, tables.expire() else { return false }
    var sources = tables.sources
    for (index, rows) in rounds { sources[run.graph.nodes[index].name] = rows }
    let outputs = Dictionary(uniqueKeysWithValues: sinks.map { ($0.name, $0.sink) })
    let fresh = try OperatorGraph(context, plan, sources: sources, sinks: outputs)
    let running = (operations, kept)
    defer { (operations, kept) = running }
    let faults = operations.lazy.compactMap { $0 as? FaultsOperator }.first
    let before = faults?.counters.rowsIn.load(ordering: .relaxed)
    (operations, kept) = (fresh.operations, fresh.kept)
    for operation in operations where operation.faults != nil { operation.faults = faults }
    mute(true)
    try runBoundedStages()
    for case let (join as JoinOperator, next as JoinOperator) in zip(running.0, operations)
    where next.rightSide != nil {
      join.rightSide = next.rightSide
    }
    return faults?.counters.rowsIn.load(ordering: .relaxed) != before
  }

  private func mute(_ isMuted: Bool) {
    for operation in operations {
      let isSink = operation is SinkOperator || operation is CheckOperator
      let isUnbounded = operation.keepsRows && !run.graph.isBounded(Edge(operation.index))
      if isSink || isUnbounded { operation.isMuted = isMuted }
    }
  }

  private func isBounded(_ root: StagePlan.Root) -> Bool {
    switch root {
    case .node(let index), .kept(let index): run.graph.isBounded(Edge(index))
    }
  }

  private func inputCount(_ root: StagePlan.Root) -> Int {
    switch root {
    case .node(let index): run.graph.nodes[index].inputs.count
    case .kept: 1
    }
  }

  /// Makes the tables of joins whose right side is complete.
  private func finishJoins(_ done: Set<Int>, _ finished: inout Set<Int>) throws(RunFailure) {
    for (index, roots) in plan.building.sorted(by: { $0.key < $1.key })
    where roots.isSubset(of: done) && finished.insert(index).inserted {
      try operations[index].finish(workers)
    }
  }

  /// Lets the rows of a root go through its stage.
  private func runStage(of root: StagePlan.Root, _ time: TimeProgress) throws(RunFailure) {
    let operation: Operator
    switch root {
    case .node(let index): operation = operations[index]
    case .kept(let index):
      guard let keep = kept[index] else { preconditionFailure("a join that keeps its left side") }
      operation = keep
    }
    operation.counters.hasStarted.store(true, ordering: .relaxed)
    let previous = workers[0].enter(operation.index)
    try operation.advance(time, workers)
    workers[0].enter(previous)
    let feed: Feed
    if let source = operation as? SourceOperator {
      feed = .reader(try source.open(), source)
    } else {
      feed = .pieces(of: operation)
    }
    stages += 1
    try Stage(stages, feed, root: operation, sinks: operation.reachableSinks, context).run(workers)
    operation.release()
  }

  // MARK: Rounds

  private func runRounds() throws(RunFailure) -> StreamEnd {
    var clock = EpochClock(run.options.epochs)
    while true {
      try context.checkCancelled()
      let hasFaults = try refreshTables()
      let start = monotonicNanoseconds()
      context.partitions.begin(at: start)
      let isStopping = control.isStopping.load(ordering: .relaxed)
      let taken = isStopping ? StreamInputs.Taken() : try inputs.take(bytes: run.options.roundBytes)
      let isLast = inputs.haveEnded
      var hasNews = taken.morsels > 0 || taken.hasNews || hasFaults
      if hasNews || isLast || givesUpPartitions, try round() { hasNews = true }
      clock.note(start: start, end: monotonicNanoseconds(), hasRows: hasNews)
      progress.update {
        $0.rounds += 1
        $0.load = clock.load
      }
      isEpochUnderWay = isEpochUnderWay || hasNews
      if isLast || isStopping || clock.isDue {
        try checkpoint(&clock, isSavepoint: isStopping)
        isEpochUnderWay = false
        if isLast { return .complete }
        if isStopping { return .stopped }
      }
      if !hasNews {
        let wait = clock.beginWait()
        control.arrivals.wait(nanoseconds: wait)
        clock.endWait()
      }
    }
  }

  /// Whether event time may go on without rows.
  private var givesUpPartitions: Bool {
    run.graph.nodes.contains { node in
      if case .timed(let timed) = node.operation { timed.idle != nil } else { false }
    }
  }

  /// All that has come goes through the unbounded part; says whether event time has moved, as it may without rows.
  private func round() throws(RunFailure) -> Bool {
    reached = [:]
    for root in plan.order where !isBounded(plan.roots[root]) {
      guard case .node(let index) = plan.roots[root] else {
        try runStage(of: plan.roots[root], .ended(inputs: 1))
        continue
      }
      let time = time(of: index)
      try runStage(of: .node(index), time)
      if operations[index].keepsRows {
        reached[index] = TimeProgress.Input(
          watermark: operations[index].watermark(time), hasEnded: time.hasEnded)
      }
    }
    passOverIdleInputs()
    let watermarks = operations.indices.map { index in output(of: index).watermark }
    progress.update { $0.watermarks = watermarks }
    defer { self.watermarks = watermarks }
    return watermarks != self.watermarks
  }

  /// How far event time is at a node's inputs.
  private func time(of index: Int) -> TimeProgress {
    TimeProgress(inputs: run.graph.nodes[index].inputs.map { output(of: $0.node) })
  }

  /// How far it is behind a node.
  private func output(of index: Int) -> TimeProgress.Input {
    if let known = reached[index] { return known }
    let node = run.graph.nodes[index]
    let result: TimeProgress.Input
    if rounds[index] != nil {
      result = .untimed(hasEnded: inputs.hasEnded(index))
    } else if case .faults = node.operation {
      // Any row may still fault until there are none.
      result = .untimed(hasEnded: inputs.haveEnded)
    } else {
      let time = time(of: index)
      result =
        time.inputs.isEmpty
        ? .ended
        : TimeProgress.Input(watermark: operations[index].watermark(time), hasEnded: time.hasEnded)
    }
    reached[index] = result
    return result
  }

  /// Where flows meet, those that `idle` has given up as a whole are not waited for: they follow the others.
  private func passOverIdleInputs() {
    for node in run.graph.nodes where node.inputs.count > 1 {
      let inputs = node.inputs.map { (timed: timed(behind: $0.node), progress: output(of: $0.node)) }
        .filter { !$0.timed.isEmpty && !$0.progress.hasEnded }
      let idle = inputs.filter { $0.timed.allSatisfy(\.isIdle) }
      guard !idle.isEmpty, idle.count < inputs.count else { continue }
      let awake = inputs.filter { !$0.timed.allSatisfy(\.isIdle) }.map(\.progress.watermark).min()
      for operation in idle.flatMap(\.timed) { operation.follow(awake ?? .min) }
    }
  }

  /// What gives a flow its event time.
  private func timed(behind index: Int) -> [TimedOperator] {
    if let operation = operations[index] as? TimedOperator { return operation.keepsRows ? [operation] : [] }
    return run.graph.nodes[index].inputs.flatMap { timed(behind: $0.node) }
  }

  // MARK: Epochs

  private func beginEpoch() throws(RunFailure) {
    for (name, sink, _) in sinks {
      sink.begin(try checkpoints { try run.checkpoints.spool(sink: name, epoch: epoch + 1) })
    }
  }

  /// Ends the epoch: what it held becomes durable, then complete, then visible.
  private func checkpoint(_ clock: inout EpochClock, isSavepoint: Bool) throws(RunFailure) {
    let start = monotonicNanoseconds()
    try judge()
    var states: [String: OperatorState] = [:]
    for operation in operations where !operation.isMuted {
      guard let state = try operation.save(workers) else { continue }
      states[operation.node.name] = state
    }
    for (name, sink, _) in sinks {
      do { try sink.finish() } catch { throw .output(name: name, error: error) }
    }
    let nodes = run.graph.nodes
    let counters = Dictionary(zip(nodes.map(\.name), context.progress.nodes)) { first, _ in first }
    let watermarks = Dictionary(
      nodes.indices.map { (nodes[$0].name, output(of: $0).watermark) }
    ) { first, _ in first }
    try checkpoints {
      try run.checkpoints.commit(
        Checkpoint(
          epoch: epoch + 1, positions: inputs.positions, states: states, counters: counters,
          watermarks: watermarks, isSavepoint: isSavepoint))
    }
    epoch += 1
    for (name, sink, _) in sinks {
      do { try sink.apply(epoch) } catch { throw .output(name: name, error: error) }
    }
    try checkpoints { try run.checkpoints.applied(epoch) }
    try inputs.commit()
    try beginEpoch()
    let end = monotonicNanoseconds()
    clock.began(at: end)
    progress.update {
      $0.epoch = epoch
      $0.checkpointTime = end - start
      $0.epochTime = clock.lastEpoch
      $0.committedAt = wallMicroseconds()
    }
  }

  /// The bounded part is judged once: after a restart its checks see no rows.
  private func judge() throws(RunFailure) {
    var failed: [FailedCheck] = []
    var warnings: [FailedCheck] = []
    for case let check as CheckOperator in operations
    where epoch == 0 || !run.graph.isBounded(check.node.inputs[0]) {
      let verdict = try check.judge(workers)
      failed += verdict.failed
      warnings += verdict.warnings
    }
    if !failed.isEmpty { throw .checks(failed, warnings: warnings) }
  }

  private func restore(_ checkpoint: Checkpoint) throws(RunFailure) {
    for operation in operations {
      if let state = checkpoint.states[operation.node.name] { try operation.restore(state, workers) }
      if let counters = checkpoint.counters[operation.node.name] { operation.counters.take(counters) }
    }
  }

  private func close(isComplete: Bool) throws(RunFailure) {
    for (name, sink, _) in sinks {
      do { try sink.close(isComplete: isComplete) } catch { throw .output(name: name, error: error) }
    }
    guard isComplete else { return }
    for operation in operations {
      operation.counters.hasStarted.store(true, ordering: .relaxed)
      operation.counters.isDone.store(true, ordering: .relaxed)
    }
  }
}
