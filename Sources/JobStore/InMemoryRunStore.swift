import Synchronization

/// Keeps runs for as long as the process lives.
public final class InMemoryRunStore: RunStore {
  private let memory = Mutex(Memory())

  /// An empty store.
  public init() {}

  /// Records a run that is planned.
  public func create(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) async throws(StoreError) {
    let isNew = memory.withLock { $0.create(run, jobs, plan) }
    if !isNew { throw .duplicate(run.id) }
  }

  /// Records what changed in a run that is under way.
  public func update(_ id: RunID, _ changes: [RunChange], batch: Int64?) async throws(StoreError) -> Bool {
    memory.withLock { $0.update(id, changes, batch) }
  }

  /// Records that a run is planned again.
  public func resume(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) async throws(StoreError) -> Bool {
    memory.withLock { $0.resume(run, jobs, plan) }
  }

  /// The newest runs first.
  public func runs(_ filter: RunFilter) async throws(StoreError) -> [RunRecord] {
    memory.withLock { $0.runs(filter) }
  }

  /// The run of an id.
  public func run(_ id: RunID) async throws(StoreError) -> RunRecord? { memory.withLock { $0.records[id] } }

  /// The jobs of a run.
  public func jobs(of run: RunID) async throws(StoreError) -> [JobRecord] {
    memory.withLock { $0.jobs[run] ?? [] }
  }

  /// All that happened to a run.
  public func events(of run: RunID) async throws(StoreError) -> [RunEvent] {
    memory.withLock { $0.events[run] ?? [] }
  }

  /// The plan of a run.
  public func plan(of run: RunID) async throws(StoreError) -> PlanRecord? {
    memory.withLock { memory in memory.records[run].flatMap { memory.plans[$0.planHash] } }
  }

  /// Records that an epoch is complete.
  public func commit(
    _ epoch: EpochRecord, operators: [OperatorRecord], by owner: Owner
  ) throws(StoreError) {
    let isOwned = memory.withLock { $0.commit(epoch, operators, owner) }
    if !isOwned { throw .lostRun(epoch.run) }
  }

  /// Records that epochs are shown.
  public func markApplied(_ run: RunID, through epoch: Int) throws(StoreError) {
    memory.withLock { memory in
      for index in (memory.epochs[run] ?? []).indices where memory.epochs[run]![index].number <= epoch {
        memory.epochs[run]![index].isApplied = true
      }
    }
  }

  /// The newest epoch of a run.
  public func resumePoint(of run: RunID) throws(StoreError) -> EpochRecord? {
    memory.withLock { $0.epochs[run]?.last }
  }

  /// The newest epochs of a run, in order.
  public func epochs(of run: RunID, last: Int) async throws(StoreError) -> [EpochRecord] {
    memory.withLock { Array(($0.epochs[run] ?? []).suffix(last)) }
  }

  /// What each operator had done at the newest epoch.
  public func operators(of run: RunID) async throws(StoreError) -> [OperatorRecord] {
    memory.withLock { $0.operators[run] ?? [] }
  }
}

private struct Memory {
  var records: [RunID: RunRecord] = [:]
  var jobs: [RunID: [JobRecord]] = [:]
  var plans: [String: PlanRecord] = [:]
  var epochs: [RunID: [EpochRecord]] = [:]
  var operators: [RunID: [OperatorRecord]] = [:]
  var events: [RunID: [RunEvent]] = [:]
  /// The last changes that were recorded.
  private var batches: [RunID: Int64] = [:]
  private var order: [RunID] = []

  mutating func create(_ run: RunRecord, _ jobs: [JobRecord], _ plan: PlanRecord) -> Bool {
    guard records[run.id] == nil else { return false }
    records[run.id] = run
    self.jobs[run.id] = jobs
    if plans[plan.hash] == nil { plans[plan.hash] = plan }
    order.append(run.id)
    return true
  }

  mutating func resume(_ run: RunRecord, _ jobs: [JobRecord], _ plan: PlanRecord) -> Bool {
    guard let former = records[run.id], former.state.isResumable else { return false }
    var next = RunRecord(
      id: run.id, namespace: former.namespace, pipeline: run.pipeline, file: run.file,
      parameters: run.parameters, planHash: plan.hash,
      mode: run.mode, backend: run.backend, owner: run.owner, created: former.created)
    next.seen = run.seen
    next.rowsIn = former.rowsIn
    next.rowsOut = former.rowsOut
    records[run.id] = next
    if plans[plan.hash] == nil { plans[plan.hash] = plan }
    if former.planHash != plan.hash { self.jobs[run.id] = jobs }
    record([.again(at: run.seen, error: nil)], of: run.id)
    batches[run.id] = nil
    return true
  }

  mutating func commit(_ epoch: EpochRecord, _ operators: [OperatorRecord], _ owner: Owner) -> Bool {
    guard let run = records[epoch.run], !run.state.isFinal, run.owner == owner,
      epoch.number > epochs[epoch.run]?.last?.number ?? 0
    else { return false }
    epochs[epoch.run, default: []].append(epoch)
    self.operators[epoch.run] = operators
    return true
  }

  mutating func update(_ id: RunID, _ changes: [RunChange], _ batch: Int64?) -> Bool {
    guard let run = records[id] else { return false }
    if let batch, let last = batches[id], batch <= last { return batch == last }
    guard !run.state.isFinal else { return false }
    record(changes, of: id)
    batches[id] = batch ?? batches[id]
    return true
  }

  private mutating func record(_ changes: [RunChange], of id: RunID) {
    guard let run = records[id] else { return }
    var history = RunHistory(run, jobs: jobs[id] ?? [])
    for change in changes {
      history.apply(change)
      guard EventRow(change) != nil else { continue }
      let sequence = Int64(events[id]?.count ?? 0) + 1
      events[id, default: []].append(RunEvent(sequence: sequence, epoch: 0, change: change))
    }
    records[id] = history.run
    jobs[id] = history.jobs
  }

  func runs(_ filter: RunFilter) -> [RunRecord] {
    let found = order.compactMap { records[$0] }.filter { run in
      run.id.text.hasPrefix(filter.prefix ?? "") && (filter.namespace ?? run.namespace) == run.namespace
        && (filter.pipeline ?? run.pipeline) == run.pipeline
        && filter.states?.contains(run.state) ?? true
    }
    let newest = found.enumerated().sorted {
      ($0.element.created, $0.offset) > ($1.element.created, $1.offset)
    }
    return newest.prefix(filter.limit ?? newest.count).map(\.element)
  }
}
