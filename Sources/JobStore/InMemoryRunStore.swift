/// Keeps runs for as long as the process lives.
public actor InMemoryRunStore: RunStore {
  private var records: [RunID: RunRecord] = [:]
  private var jobs: [RunID: [JobRecord]] = [:]
  private var plans: [String: PlanRecord] = [:]
  private var order: [RunID] = []

  /// An empty store.
  public init() {}

  /// Records a run that is planned.
  public func create(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) throws(StoreError) {
    guard records[run.id] == nil else { throw .duplicate(run.id) }
    records[run.id] = run
    self.jobs[run.id] = jobs
    if plans[plan.hash] == nil { plans[plan.hash] = plan }
    order.append(run.id)
  }

  /// Records what changed in a run that is under way.
  public func update(_ id: RunID, _ changes: [RunChange]) throws(StoreError) -> Bool {
    guard var run = records[id], !run.state.isFinal else { return false }
    var jobs = jobs[id] ?? []
    for change in changes {
      run.seen = max(run.seen, change.moment)
      switch change {
      case .run(let state, let at, let rowsIn, let rowsOut, let error):
        run.state = state
        if state == .running { run.started = at }
        if state.isFinal { run.ended = at }
        run.rowsIn = rowsIn
        run.rowsOut = rowsOut
        run.error = error
      case .progress(_, let rowsIn, let rowsOut):
        run.rowsIn = rowsIn
        run.rowsOut = rowsOut
      case .jobProgress(let number, _, let rowsIn, let rowsOut):
        guard let index = jobs.firstIndex(where: { $0.id == number }),
          let last = jobs[index].attempts.indices.last, !jobs[index].attempts[last].state.isFinal
        else { continue }
        jobs[index].attempts[last].rowsIn = rowsIn
        jobs[index].attempts[last].rowsOut = rowsOut
      case .job(let number, let state, let at, let rowsIn, let rowsOut, let busy, let error):
        guard let index = jobs.firstIndex(where: { $0.id == number }) else { continue }
        jobs[index].state = state
        if state == .running {
          jobs[index].attempts.append(
            AttemptRecord(number: jobs[index].attempts.count + 1, state: state, started: at))
        } else if let last = jobs[index].attempts.indices.last, !jobs[index].attempts[last].state.isFinal {
          jobs[index].attempts[last] = AttemptRecord(
            number: last + 1, state: state, started: jobs[index].attempts[last].started, ended: at,
            rowsIn: rowsIn, rowsOut: rowsOut, busy: busy, error: error)
        }
      }
    }
    records[id] = run
    self.jobs[id] = jobs
    return true
  }

  /// The newest runs first.
  public func runs(_ filter: RunFilter) throws(StoreError) -> [RunRecord] {
    let found = order.compactMap { records[$0] }.filter { run in
      run.id.text.hasPrefix(filter.prefix ?? "") && (filter.pipeline ?? run.pipeline) == run.pipeline
        && filter.states?.contains(run.state) ?? true
    }
    let newest = found.enumerated().sorted {
      ($0.element.created, $0.offset) > ($1.element.created, $1.offset)
    }
    return newest.prefix(filter.limit ?? newest.count).map(\.element)
  }

  /// The run of an id.
  public func run(_ id: RunID) throws(StoreError) -> RunRecord? { records[id] }

  /// The jobs of a run.
  public func jobs(of run: RunID) throws(StoreError) -> [JobRecord] { jobs[run] ?? [] }

  /// The plan of a hash.
  public func plan(_ hash: String) throws(StoreError) -> PlanRecord? { plans[hash] }
}
