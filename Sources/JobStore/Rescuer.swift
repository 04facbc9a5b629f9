/// Ends the records of runs whose process is gone, so that none is shown as running for ever.
public struct Rescuer: Sendable {
  /// For how long a process that can't be asked, because it is on another machine, may keep silent.
  public let patience: Int64
  private let isAlive: @Sendable (Owner) -> Bool?

  /// Makes a rescuer; `patience` is in seconds. An owner writes every second or so.
  public init(patience: Int64 = 60, isAlive: @escaping @Sendable (Owner) -> Bool? = { $0.isAlive }) {
    self.patience = patience
    self.isAlive = isAlive
  }

  /// Whether the run's process is gone, as far as can be told at `now`.
  public func isLost(_ run: RunRecord, now: Moment) -> Bool {
    // What workers run is theirs to recover: they know of leases.
    guard !run.state.isFinal, run.backend != RunQueue.backend else { return false }
    if let isAlive = isAlive(run.owner) { return !isAlive }
    return now > run.seen.advanced(bySeconds: patience)
  }

  /// Records the runs in `store` that are lost as failed, with the `error` made for each.
  /// - Returns: The ids of these runs.
  @discardableResult
  public func rescue(
    in store: some RunRecorder & RunReader, now: Moment, error: (RunRecord) -> RunError
  ) async throws(StoreError) -> [RunID] {
    var rescued: [RunID] = []
    for run in try await store.runs(RunFilter(states: [.planned, .running])) where isLost(run, now: now) {
      let jobs = try await store.jobs(of: run.id)
      var machine = RunMachine(state: run.state, jobs: jobs.map(\.state))
      let changes = machine.handle(.lost(error(run))).compactMap { action -> RunChange? in
        switch action {
        case .record(let state, let error):
          .run(state, at: run.seen, rowsIn: run.rowsIn, rowsOut: run.rowsOut, error: error)
        case .recordJob(let job, let state, let error):
          .job(jobs[job].id, state, at: run.seen, rowsIn: 0, rowsOut: 0, error: error)
        case .stop, .publish, .discard: nil
        }
      }
      // Its process may have ended it just now: then its word stands.
      if try await store.update(run.id, changes) { rescued.append(run.id) }
    }
    return rescued
  }
}
