@testable import JobStore
@testable import TestServers

/// The queues of runs and calls as a value: what the statements of `RunQueue` and `CallQueue` say, without a database.
struct ModelQueue {
  /// What may be wrong with it, or with who uses it: each of these must be noticed.
  enum Flaw: CaseIterable {
    /// What is recorded needs no lease.
    case noEpochCheck
    /// Who recovers a run goes on with it, under the same lease.
    case recoveryInPlace
    /// Recovery forgets to make ready again.
    case lossyRecovery
    /// What is told again is recorded again.
    case completionAcceptedTwice
    /// Only the last that was recorded is known again.
    case lateChangesHeard
    /// Attempts count when a run ends, not when it is taken on.
    case attemptsCountedAtCompletion
    /// A run that is cancelled stays ready.
    case cancelledStaysReady
    /// The calls of a run that is cancelled stay there.
    case cancelledKeepsCalls
    /// What is taken on stays ready.
    case claimKeepsReady
    /// A call is offered as often as that is told.
    case offeredTwice
    /// What is settled late takes a later offer away.
    case lateSettled
    /// What a worker tells of a call needs no lease.
    case reportWithoutLease
    /// Workers that are not known any more take on calls.
    case unknownWorkers
    /// A slot is given without looking how many are.
    case uncountedSlots
    /// A slot is never given back.
    case keptSlots
    /// Owners begin a job before its parent's completion is recorded.
    case earlyChildren
    /// Owners take a lost external call for one that may be made again.
    case repeatedExternals
  }

  struct Run {
    var history: RunHistory
    var events: [RunEvent] = []
    var batch: Int64?
    var claims = 0
    var isCancelled = false
    var rank = 0
  }

  struct Lease {
    let run: Int
    let epoch: Int64
    var worker: Int
    var step: Int64 = 0
  }

  struct ReadyCall {
    let run: Int
    let offer: CallQueue.Offer
  }

  struct CallLease {
    let run: Int
    let offer: CallQueue.Offer
    let worker: Int
  }

  struct CallKey: Hashable {
    let run: Int
    let name: String
  }

  /// Milliseconds.
  static let patience = 1000

  let flaw: Flaw?
  let cap: Int?
  /// The database's clock, in milliseconds.
  var now = 0
  private(set) var runs: [Int: Run] = [:]
  private(set) var leases: [Lease] = []
  private(set) var ready: [Int] = []
  private(set) var line: [Int] = []
  private(set) var slots: Set<Int> = []
  private(set) var readyCalls: [ReadyCall] = []
  private(set) var callLeases: [Int64: CallLease] = [:]
  private(set) var callResults: [CallKey: CallEnd] = [:]
  /// When workers were heard of.
  private(set) var workers: [Int: Int] = [:]
  private var epochs: Int64 = 0
  private var ranks = 0

  init(flaw: Flaw?, cap: Int?) { (self.flaw, self.cap) = (flaw, cap) }

  /// Whether nothing is left to be done.
  var isAtRest: Bool {
    runs.values.allSatisfy { $0.history.run.state.isFinal } && leases.isEmpty && ready.isEmpty && line.isEmpty
      && slots.isEmpty && readyCalls.isEmpty && callLeases.isEmpty && callResults.isEmpty
  }

  static func planned(_ run: Int) -> RunRecord { makeRun("run-\(run)") }
  static let jobs = (1...3).map { JobRecord(id: $0, name: "job.\($0)") }

  mutating func perform(_ request: Request) -> Answer {
    switch request {
    case .submit(let run):
      guard runs[run] == nil else { return .refused }
      runs[run] = Run(history: RunHistory(Self.planned(run), jobs: Self.jobs), rank: nextRank())
      enter(run)
      return .done
    case .register(let worker):
      if workers[worker] == nil { workers[worker] = now }
      return .done
    case .heartbeat(let worker):
      guard workers[worker] != nil else { return .refused }
      workers[worker] = now
      let mine = leases.filter { $0.worker == worker }
      return .heartbeat(
        leases: Set(mine.map(\.epoch)), cancelled: Set(mine.filter { runs[$0.run]!.isCancelled }.map(\.epoch))
      )
    case .claim(let worker): return claim(worker)
    case .resume(let run, let lease):
      guard holds(lease, run), !runs[run]!.history.run.state.isFinal else { return .flag(false) }
      runs[run]!.batch = nil
      return .flag(true)
    case .update(let run, let lease, let changes, let batch):
      return .flag(holds(lease, run) && update(run, lease, changes, batch))
    case .release(let epoch):
      guard let lease = leases.first(where: { $0.epoch == epoch }) else { return .done }
      takeAway(lease)
      return .done
    case .recover(let worker): return .claims(recover(by: worker))
    case .leave(let worker):
      for lease in leases where lease.worker == worker { takeAway(lease) }
      loseCalls(Set(callLeases.filter { $0.value.worker == worker }.keys))
      workers[worker] = nil
      return .done
    case .cancel(let run): return .cancellation(cancel(run))
    case .retry(let run): return .flag(retry(run))
    case .known(let run): return .known(runs[run]?.history.calls ?? [:])
    case .open(let epoch):
      guard let run = leases.first(where: { $0.epoch == epoch })?.run else { return .open([:]) }
      let all =
        readyCalls.filter { $0.run == run }.map(\.offer)
        + callLeases.values.filter { $0.run == run }.map(\.offer)
      var open = Dictionary(all.map { ($0.name, $0.input) }) { $1 }
      for (key, result) in callResults where key.run == run { open[key.name] = result.input }
      return .open(open)
    case .offer(let offers, let step, let epoch):
      guard let index = leases.firstIndex(where: { $0.epoch == epoch }) else { return .done }
      guard leases[index].step < step || flaw == .offeredTwice else { return .done }
      leases[index].step = step
      readyCalls += offers.map { ReadyCall(run: leases[index].run, offer: $0) }
      return .done
    case .settle(let names, let step, let epoch):
      guard let lease = leases.first(where: { $0.epoch == epoch }), lease.step < step || flaw == .lateSettled
      else { return .done }
      forgetCalls { $0 == lease.run && names.contains($1) }
      return .done
    case .exchange(let reports, let isClaiming, let worker): return exchange(reports, isClaiming, worker)
    case .results(let worker):
      var found: Set<CallEnd> = []
      for lease in leases where lease.worker == worker {
        for (key, result) in callResults where key.run == lease.run {
          found.insert(
            CallEnd(
              lease: lease.epoch, name: key.name, input: result.input, attempt: result.attempt,
              outcome: result.outcome, value: result.value))
        }
      }
      return .results(found)
    case .callLeases(let worker): return .leases(Set(callLeases.filter { $0.value.worker == worker }.keys))
    case .lose(let epochs):
      loseCalls(epochs)
      return .done
    }
  }

  // MARK: - Runs

  private func holds(_ epoch: Int64, _ run: Int) -> Bool {
    flaw == .noEpochCheck || leases.contains { $0.epoch == epoch && $0.run == run }
  }

  private mutating func nextRank() -> Int {
    ranks += 1
    return ranks
  }

  private mutating func record(_ change: RunChange, _ run: Int, _ epoch: Int64) {
    runs[run]!.history.apply(change)
    let sequence = Int64(runs[run]!.events.count + 1)
    runs[run]!.events.append(RunEvent(sequence: sequence, epoch: epoch, change: change))
  }

  private mutating func update(_ run: Int, _ epoch: Int64, _ changes: [RunChange], _ batch: Int64) -> Bool {
    if let last = runs[run]!.batch, flaw != .completionAcceptedTwice {
      if last == batch { return true }
      if last > batch, flaw != .lateChangesHeard { return false }
    }
    guard !runs[run]!.history.run.state.isFinal else { return false }
    for change in changes { record(change, run, epoch) }
    runs[run]!.batch = batch
    if flaw == .attemptsCountedAtCompletion, runs[run]!.history.run.state.isFinal { runs[run]!.claims += 1 }
    return true
  }

  private mutating func claim(_ worker: Int) -> Answer {
    guard let run = ready.min(by: { runs[$0]!.rank < runs[$1]!.rank }) else { return .claims([]) }
    // Numbers that were given are never given again.
    epochs += 1
    guard workers[worker] != nil else { return .refused }
    if flaw != .claimKeepsReady { ready.removeAll { $0 == run } }
    leases.removeAll { $0.run == run }
    leases.append(Lease(run: run, epoch: epochs, worker: worker))
    if flaw != .attemptsCountedAtCompletion { runs[run]!.claims += 1 }
    return .claims([RunClaim(run: run, lease: epochs, number: runs[run]!.claims)])
  }

  private mutating func takeAway(_ lease: Lease) {
    let run = runs[lease.run]!
    leases.removeAll { $0.epoch == lease.epoch }
    let at = Moment(microseconds: Int64(now) * 1000)
    if run.history.run.state.isFinal {
      end(lease.run)
    } else if run.isCancelled {
      record(.close(.cancelled, at: at, error: nil), lease.run, 0)
      end(lease.run)
    } else if run.claims >= RunQueue.mostClaims {
      record(.close(.failed, at: at, error: RunQueueTests.lost), lease.run, 0)
      end(lease.run)
    } else {
      record(.again(at: at, error: RunQueueTests.lost), lease.run, 0)
      leaveCaps(lease.run)
      if flaw != .lossyRecovery { enter(lease.run) }
    }
    give()
  }

  private mutating func end(_ run: Int) {
    leaveCaps(run)
    forgetCalls { owner, _ in owner == run }
  }

  private mutating func recover(by worker: Int) -> [RunClaim] {
    let lost = Set(workers.filter { $0.value < now - Self.patience }.keys)
    var taken: [RunClaim] = []
    for lease in leases.sorted(by: { $0.run < $1.run }) where lost.contains(lease.worker) {
      if flaw == .recoveryInPlace, !runs[lease.run]!.history.run.state.isFinal {
        leases[leases.firstIndex { $0.epoch == lease.epoch }!].worker = worker
        taken.append(RunClaim(run: lease.run, lease: lease.epoch, number: 2))
      } else {
        takeAway(lease)
      }
    }
    loseCalls(Set(callLeases.filter { lost.contains($0.value.worker) }.keys))
    for worker in lost { workers[worker] = nil }
    return taken
  }

  private mutating func cancel(_ run: Int) -> RunQueue.Cancellation {
    guard let state = runs[run]?.history.run.state else { return .unknown }
    guard !state.isFinal else { return .ended }
    if flaw != .cancelledStaysReady { ready.removeAll { $0 == run } }
    runs[run]!.isCancelled = true
    guard !leases.contains(where: { $0.run == run }) else { return .told }
    record(.close(.cancelled, at: Moment(microseconds: Int64(now) * 1000), error: nil), run, 0)
    leaveCaps(run)
    if flaw != .cancelledKeepsCalls { forgetCalls { owner, _ in owner == run } }
    give()
    return .done
  }

  private mutating func retry(_ run: Int) -> Bool {
    guard let state = runs[run]?.history.run.state, state == .failed || state == .cancelled else {
      return false
    }
    runs[run]!.claims = 0
    runs[run]!.isCancelled = false
    runs[run]!.rank = nextRank()
    record(.again(at: Moment(microseconds: Int64(now) * 1000), error: nil), run, 0)
    forgetCalls { owner, _ in owner == run }
    leases.removeAll { $0.run == run }
    leaveCaps(run)
    enter(run)
    give()
    return true
  }

  // MARK: - Caps

  private mutating func enter(_ run: Int) {
    guard cap != nil else { return ready.append(run) }
    line.append(run)
    give()
  }

  private mutating func leaveCaps(_ run: Int) {
    line.removeAll { $0 == run }
    if flaw != .keptSlots { slots.remove(run) }
  }

  private mutating func give() {
    guard let cap else { return }
    while slots.count < cap || flaw == .uncountedSlots,
      let next = line.min(by: { runs[$0]!.rank < runs[$1]!.rank })
    {
      line.removeAll { $0 == next }
      slots.insert(next)
      ready.append(next)
    }
  }

  // MARK: - Calls

  private mutating func forgetCalls(_ isMeant: (Int, String) -> Bool) {
    readyCalls.removeAll { isMeant($0.run, $0.offer.name) }
    callLeases = callLeases.filter { !isMeant($0.value.run, $0.value.offer.name) }
    callResults = callResults.filter { !isMeant($0.key.run, $0.key.name) }
  }

  private mutating func keep(_ call: CallLease, _ outcome: CallQueue.Outcome, _ value: String?) {
    callResults[CallKey(run: call.run, name: call.offer.name)] = CallEnd(
      lease: 0, name: call.offer.name, input: call.offer.input, attempt: call.offer.attempt, outcome: outcome,
      value: value)
  }

  private mutating func exchange(_ reports: [CallQueue.Report], _ isClaiming: Bool, _ worker: Int) -> Answer {
    for report in reports {
      guard let call = callLeases.removeValue(forKey: report.epoch) ?? forgotten(report.epoch) else {
        continue
      }
      keep(call, report.outcome, report.value)
    }
    guard isClaiming, !readyCalls.isEmpty, workers[worker] != nil || flaw == .unknownWorkers else {
      return .calls([])
    }
    let call = readyCalls.removeFirst()
    epochs += 1
    callLeases[epochs] = CallLease(run: call.run, offer: call.offer, worker: worker)
    allCalls[epochs] = callLeases[epochs]
    return .calls([CallClaim(epoch: epochs, run: call.run, offer: call.offer)])
  }

  /// All leases that ever were, for who does not look whether they are gone.
  private var allCalls: [Int64: CallLease] = [:]

  private func forgotten(_ epoch: Int64) -> CallLease? {
    flaw == .reportWithoutLease ? allCalls[epoch] : nil
  }

  private mutating func loseCalls(_ epochs: Set<Int64>) {
    for epoch in epochs.sorted() {
      if let call = callLeases.removeValue(forKey: epoch) { keep(call, .lost, nil) }
    }
  }
}
