import JobStore
import PostgreSQL

/// What happened to one run, as its store keeps it, and what it has become: held against what must be true whatever
/// went wrong in between.
struct RunLog {
  /// As it was planned.
  let planned: RunRecord
  let jobs: [JobRecord]
  let events: [RunEvent]

  /// What must have been completed before a job, or a call, may begin.
  struct Order: Sendable {
    var jobs: @Sendable (Int) -> [Int] = { _ in [] }
    var calls: @Sendable (String) -> [String] = { _ in [] }
  }

  /// What does not hold, in words.
  func violations(_ order: Order = Order()) -> [String] {
    var checker = Checker(
      order: order, jobs: Dictionary(uniqueKeysWithValues: jobs.map { ($0.id, .waiting) }))
    for (place, event) in events.enumerated() {
      if event.sequence != Int64(place + 1) {
        checker.found.append("event \(event.sequence) stands where \(place + 1) belongs")
      }
      checker.take(event)
    }
    return checker.found.map { "\(planned.id): \($0)" }
  }

  /// The run as its events have made it.
  var replayed: RunHistory {
    var history = RunHistory(planned, jobs: jobs)
    for event in events { history.apply(event.change) }
    return history
  }

  /// What differs between the run as it is kept and as its events have made it. Counts of rows under way are no events.
  func differences(from run: RunRecord, jobs kept: [JobRecord]) -> [String] {
    let history = replayed
    var found: [String] = []
    if history.run.state != run.state { found.append("is \(run.state), replayed \(history.run.state)") }
    if (history.run.started, history.run.ended) != (run.started, run.ended) {
      found.append("began or ended then")
    }
    if history.run.error != run.error { found.append("failed otherwise") }
    if run.state.isFinal, (history.run.rowsIn, history.run.rowsOut) != (run.rowsIn, run.rowsOut) {
      found.append("counts other rows")
    }
    func tries(_ jobs: [JobRecord]) -> [[String]] {
      jobs.map { job in
        ["\(job.id) \(job.state)"] + job.attempts.map { "\($0.number) \($0.state) \($0.ended as Any)" }
      }
    }
    if tries(history.jobs) != tries(kept) {
      found.append("jobs are \(tries(kept)), replayed \(tries(history.jobs))")
    }
    return found.map { "\(planned.id): \($0)" }
  }
}

/// Goes through the events of one run.
private struct Checker {
  let order: RunLog.Order
  var jobs: [Int: JobState]
  var found: [String] = []
  private var state = RunState.planned
  private var calls: [String: CallRecord] = [:]
  /// The newest lease that anything was recorded under, and whether its owner has lost the run since.
  private var epoch: Int64 = 0
  private var isTakenAway = false

  init(order: RunLog.Order, jobs: [Int: JobState]) { (self.order, self.jobs) = (order, jobs) }

  mutating func take(_ event: RunEvent) {
    if case .again = event.change {
      state = .planned
      for id in jobs.keys { jobs[id] = .waiting }
      if event.epoch == 0 { isTakenAway = true }
      return
    }
    if state.isFinal { found.append("\(event.change) comes behind the end") }
    if event.epoch != 0 {
      if event.epoch < epoch || event.epoch == epoch && isTakenAway {
        found.append("lease \(event.epoch), which was gone, has recorded \(event.change)")
      }
      if event.epoch > epoch { isTakenAway = false }
      epoch = max(epoch, event.epoch)
    }
    switch event.change {
    case .run(let next, _, _, _, _):
      if next == .succeeded, let open = jobs.first(where: { ![.succeeded, .skipped].contains($0.value) }) {
        found.append("has succeeded while job \(open.key) is \(open.value)")
      }
      state = next
    case .job(let id, let next, _, _, _, _, _): take(id, next)
    case .call(let call, _): take(call)
    case .close(let next, _, _): state = next
    case .progress, .jobProgress, .again: break
    }
  }

  private mutating func take(_ id: Int, _ next: JobState) {
    guard let former = jobs[id] else { return found.append("job \(id) is none of the plan's") }
    switch next {
    case .running:
      if former == .succeeded || former == .running {
        found.append("job \(id) begins again, it is \(former)")
      }
      for parent in order.jobs(id) where jobs[parent] != .succeeded && jobs[parent] != .skipped {
        found.append("job \(id) begins before job \(parent) is completed")
      }
    case .succeeded where former != .running: found.append("job \(id) is completed, it is \(former)")
    default: break
    }
    jobs[id] = next
  }

  private mutating func take(_ call: CallRecord) {
    if let former = calls[call.name], former.input == call.input, former.state == .succeeded {
      found.append("call \(call.name) is \(call.state) after it was completed")
    }
    for parent in order.calls(call.name) where calls[parent]?.state != .succeeded {
      found.append("call \(call.name) is \(call.state) before \(parent) is completed")
    }
    calls[call.name] = call
  }
}

extension RunLog {
  /// Looks at all that a database keeps: at its events, at what it shows of them, and whether nothing is left to do.
  /// - Parameter submitted: The ids of all runs.
  static func violations(
    in address: ServerAddress, submitted: Set<String>, _ order: Order = Order()
  ) async throws -> [String] {
    let store = try await PostgreSQLRunStore.open(address)
    let runs = try await store.runs(RunFilter())
    var found = submitted.subtracting(runs.map(\.id.text)).sorted().map { "\($0) is lost" }
    found += Set(runs.map(\.id.text)).subtracting(submitted).sorted().map { "\($0) was never submitted" }
    for run in runs {
      if !run.state.isFinal { found.append("\(run.id) has not ended, it is \(run.state)") }
      let kept = try await store.jobs(of: run.id)
      let planned = RunRecord(
        id: run.id, namespace: run.namespace, pipeline: run.pipeline, file: run.file,
        parameters: run.parameters, planHash: run.planHash, mode: run.mode, backend: run.backend,
        owner: run.owner, created: run.created)
      let log = RunLog(
        planned: planned, jobs: kept.map { JobRecord(id: $0.id, name: $0.name) },
        events: try await store.events(of: run.id))
      found += log.violations(order) + log.differences(from: run, jobs: kept)
    }
    var connection = try Connection(address.searching(PostgreSQLSchema.name))
    for table in [
      "ready_run", "run_lease", "cap_line", "ready_call", "call_lease", "call_result",
      "slot WHERE until IS NULL",
    ] {
      let count: Int = try connection.query(SQL(verbatim: "SELECT count(*) FROM \(table)")).value(0, 0)
      if count > 0 { found.append("\(count) left in \(table)") }
    }
    return found
  }
}
