/// Changes of one run, folded into what each table needs.
struct ChangeSet: Sendable {
  private(set) var events: [EventRow] = []
  private(set) var seen: Moment?
  private(set) var run: (state: RunState, at: Moment, error: RunError?)?
  private(set) var started: Moment?
  private(set) var rows: (rowsIn: Int64, rowsOut: Int64)?
  /// By job, in the order in which they were met.
  private var jobs: [Int: Job] = [:]
  private var order: [Int] = []

  /// What becomes of a job.
  private struct Job {
    var state: JobState?
    /// Of the try that was under way before.
    var former: Attempt?
    var fresh: [Attempt] = []

    mutating func change(_ body: (inout Attempt) -> Void) {
      if let last = fresh.indices.last {
        if fresh[last].state == .running { body(&fresh[last]) }
      } else if former?.state ?? .running == .running {
        var attempt = former ?? Attempt()
        body(&attempt)
        former = attempt
      }
    }
  }

  /// A try of a job, as it has become.
  struct Attempt {
    var state = JobState.running
    var started: Moment?
    var ended: Moment?
    var rowsIn: Int64 = 0
    var rowsOut: Int64 = 0
    var busy: Int64 = 0
    var error: RunError?
  }

  init(_ changes: [RunChange]) {
    for change in changes {
      seen = max(seen ?? change.moment, change.moment)
      if let event = EventRow(change) { events.append(event) }
      add(change)
    }
  }

  private mutating func add(_ change: RunChange) {
    switch change {
    case .run(let state, let at, let rowsIn, let rowsOut, let error):
      run = (state, at, error)
      if state == .running { started = at }
      rows = (rowsIn, rowsOut)
    case .progress(_, let rowsIn, let rowsOut): rows = (rowsIn, rowsOut)
    case .jobProgress(let id, _, let rowsIn, let rowsOut):
      self.change(id) { job in
        job.change { ($0.rowsIn, $0.rowsOut) = (rowsIn, rowsOut) }
      }
    case .job(let id, .running, let at, _, _, _, _):
      self.change(id) { job in
        job.state = .running
        job.fresh.append(Attempt(started: at))
      }
    case .job(let id, let state, let at, let rowsIn, let rowsOut, let busy, let error):
      self.change(id) { job in
        job.state = state
        job.change { attempt in
          attempt = Attempt(
            state: state, started: attempt.started, ended: at, rowsIn: rowsIn, rowsOut: rowsOut, busy: busy,
            error: error)
        }
      }
    case .call: break
    case .again, .close:
      preconditionFailure("only who takes runs away from their owners ends them as a whole")
    }
  }

  private mutating func change(_ id: Int, _ body: (inout Job) -> Void) {
    if jobs[id] == nil { order.append(id) }
    body(&jobs[id, default: Job()])
  }

  /// Whether `run` has more to take in than that it was heard of.
  var changesRun: Bool { run != nil || rows != nil }

  /// The states that jobs have come to.
  var states: [(job: Int64, state: JobState)] {
    order.compactMap { id in jobs[id]?.state.map { (Int64(id), $0) } }
  }

  /// What becomes of tries that were under way before.
  var former: [(job: Int64, attempt: Attempt)] {
    order.compactMap { id in jobs[id]?.former.map { (Int64(id), $0) } }
  }

  /// Tries that have begun.
  var fresh: [(job: Int64, attempt: Attempt)] {
    order.flatMap { id in (jobs[id]?.fresh ?? []).map { (Int64(id), $0) } }
  }
}
