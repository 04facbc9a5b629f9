/// A run as what happened to it has made it: a value, to which events are applied in their order. A store that has lost
/// everything but the events of a run would have the same run again.
public struct RunHistory: Hashable, Sendable {
  /// The run.
  public private(set) var run: RunRecord
  /// Its jobs, in the plan's order.
  public private(set) var jobs: [JobRecord]
  /// The newest that is known of each call of a task, by its name.
  public private(set) var calls: [String: CallRecord] = [:]

  /// A run to which nothing has happened yet.
  public init(_ run: RunRecord, jobs: [JobRecord]) {
    self.run = run
    self.jobs = jobs
  }

  /// The calls that some events tell of, by their names.
  public static func calls(in events: [RunEvent]) -> [String: CallRecord] {
    var calls: [String: CallRecord] = [:]
    for event in events { take(event.change, into: &calls) }
    return calls
  }

  private static func take(_ change: RunChange, into calls: inout [String: CallRecord]) {
    switch change {
    case .call(let call, _): calls[call.name] = call
    // Somebody wants what was lost in the middle to be done again.
    case .again(_, error: nil): calls = calls.filter { $0.value.state != .running }
    default: break
    }
  }

  /// Takes in what happened next.
  public mutating func apply(_ change: RunChange) {
    run.seen = max(run.seen, change.moment)
    Self.take(change, into: &calls)
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
    case .jobProgress(let id, _, let rowsIn, let rowsOut):
      edit(id) { job in
        guard let last = job.attempts.indices.last, !job.attempts[last].state.isFinal else { return }
        job.attempts[last].rowsIn = rowsIn
        job.attempts[last].rowsOut = rowsOut
      }
    case .job(let id, .running, let at, _, _, _, _):
      edit(id) { job in
        job.state = .running
        job.attempts.append(AttemptRecord(number: job.attempts.count + 1, state: .running, started: at))
      }
    case .job(let id, let state, let at, let rowsIn, let rowsOut, let busy, let error):
      edit(id) { job in
        job.state = state
        guard let last = job.attempts.indices.last, !job.attempts[last].state.isFinal else { return }
        job.attempts[last] = AttemptRecord(
          number: last + 1, state: state, started: job.attempts[last].started, ended: at,
          rowsIn: rowsIn, rowsOut: rowsOut, busy: busy, error: error)
      }
    case .call: break
    case .again(let at, let error): again(at, error)
    case .close(let state, let at, let error):
      for index in jobs.indices where !jobs[index].state.isFinal {
        jobs[index].state = .cancelled
        jobs[index].endAttempt(as: .cancelled, at, nil)
      }
      run.state = state
      run.ended = at
      run.error = error
    }
  }

  private mutating func again(_ at: Moment, _ error: RunError?) {
    for index in jobs.indices {
      jobs[index].state = .waiting
      jobs[index].endAttempt(as: .failed, at, error)
    }
    run.state = .planned
    run.started = nil
    run.ended = nil
    run.error = nil
  }

  private mutating func edit(_ id: Int, _ body: (inout JobRecord) -> Void) {
    guard let index = jobs.firstIndex(where: { $0.id == id }) else { return }
    body(&jobs[index])
  }
}

extension JobRecord {
  /// Ends the attempt that is under way, if one is.
  fileprivate mutating func endAttempt(as state: JobState, _ at: Moment, _ error: RunError?) {
    guard let last = attempts.indices.last, !attempts[last].state.isFinal else { return }
    attempts[last].state = state
    attempts[last].ended = at
    attempts[last].error = error
  }
}
