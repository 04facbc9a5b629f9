@testable import JobStore
@testable import TestServers

/// The owner of a run as a value: what a worker does with a run that it has taken on. It has at most one request under
/// way, and asks again where no answer came.
struct SimulatedOwner {
  /// What has come of a call.
  private enum Stage {
    case unknown, recorded, offered, ended, settled
  }

  private struct Call {
    var stage = Stage.unknown
    var attempt = 1
    var losses = 0
    /// A former owner has offered it.
    var isAdopted = false
  }

  private enum Place: Equatable {
    case resuming, remembering, looking, working, releasing, gone
  }

  static let input = "i"
  static let calls = ["a", "b"]

  let claim: RunClaim
  /// Whether calls may be made once only.
  let isExternal: Bool
  private let flaw: ModelQueue.Flaw?
  private var place = Place.resuming
  private var machine = RunMachine(jobs: ModelQueue.jobs.count)
  private var calls = Dictionary(uniqueKeysWithValues: Self.calls.map { ($0, Call()) })
  /// What is to be recorded, in this order; of the first the store has been told.
  private var pending: [[RunChange]] = []
  private var batch: Int64 = 1
  private var settled: [String] = []
  private var offers: [CallQueue.Offer] = []
  /// What the store is told of calls.
  private var telling: (names: [String], offers: [CallQueue.Offer], isSettled: Bool)?
  private var step: Int64 = 0
  private(set) var phase = 0
  private var isEnding = false

  init(_ claim: RunClaim, isExternal: Bool, flaw: ModelQueue.Flaw?) {
    (self.claim, self.isExternal, self.flaw) = (claim, isExternal, flaw)
    // Who runs in place goes on without a new beginning.
  }

  var isGone: Bool { place == .gone }
  /// Whether it is in the middle of its work.
  var isBusy: Bool { place == .working && phase >= 3 }

  /// What is to be asked next; nil where there is nothing to do but wait.
  mutating func next(at now: Int) -> Request? {
    switch place {
    case .resuming: return .resume(run: claim.run, lease: claim.lease)
    case .remembering: return .known(run: claim.run)
    case .looking: return .open(lease: claim.lease)
    case .releasing: return .release(lease: claim.lease)
    case .gone: return nil
    case .working:
      if pending.isEmpty, !isEnding { advance(at: now) }
      if let changes = pending.first {
        return .update(run: claim.run, lease: claim.lease, changes, batch: batch)
      }
      if telling == nil, !settled.isEmpty || !offers.isEmpty {
        step += 1
        telling = (settled, offers, settled.isEmpty)
        (settled, offers) = ([], [])
      }
      guard let telling else {
        if isEnding { place = .releasing }
        return isEnding ? .release(lease: claim.lease) : nil
      }
      return telling.isSettled
        ? .offer(telling.offers, step: step, lease: claim.lease)
        : .settle(telling.names, before: step, lease: claim.lease)
    }
  }

  /// Takes in the answer to what it has asked; nil where none came.
  mutating func receive(_ answer: Answer?) {
    guard let answer else {
      // The next heartbeat finds the lease.
      if place == .releasing { place = .gone }
      return
    }
    switch (place, answer) {
    case (.resuming, .flag(let isMine)): place = isMine ? .remembering : .gone
    case (.remembering, .known(let known)):
      for (name, record) in known where record.input == Self.input {
        calls[name]!.attempt = record.attempt + 1
        switch record.state {
        case .succeeded: calls[name]!.stage = .settled
        case .running: calls[name]!.isAdopted = true
        case .failed: break
        }
      }
      place = .looking
    case (.looking, .open(let open)):
      for name in Self.calls where calls[name]!.stage == .unknown {
        let wasBegun = calls[name]!.isAdopted
        calls[name]!.isAdopted = open[name] == Self.input
        if calls[name]!.isAdopted {
          calls[name]!.stage = .offered
        } else if wasBegun, isExternal, flaw != .repeatedExternals {
          calls[name]!.losses = .max
        }
      }
      place = .working
    case (.working, .flag(let isMine)):
      pending.removeFirst()
      batch += 1
      if !isMine { place = .releasing }
    case (.working, .done):
      guard let told = telling else { return }
      telling = told.isSettled || told.offers.isEmpty ? nil : (told.names, told.offers, true)
    case (.releasing, _): place = .gone
    default: break
    }
  }

  /// What came of calls; some is told again and again.
  mutating func deliver(_ results: Set<CallEnd>, at now: Int) {
    // What a former owner has offered is not waited for before the job has begun.
    guard phase == 3 else { return }
    for result in results.sorted(by: { $0.name < $1.name }) where result.lease == claim.lease {
      guard var call = calls[result.name], call.stage == .offered, !isEnding,
        call.isAdopted || call.attempt == result.attempt
      else { continue }
      switch result.outcome {
      case .succeeded:
        call.stage = .ended
        note(
          [.call(record(result.name, result.attempt, .succeeded, result.value), at: Self.moment(now))])
        settled.append(result.name)
      case .lost where isExternal && flaw != .repeatedExternals: fail(at: now)
      case .lost, .failed:
        call.attempt = max(call.attempt, result.attempt) + 1
        call.isAdopted = false
        settled.append(result.name)
        offers.append(offer(result.name, call.attempt))
      }
      calls[result.name] = call
    }
  }

  /// Somebody wants it to end.
  mutating func cancel(at now: Int) {
    guard place == .working, !isEnding else { return }
    let actions = machine.handle(.cancel)
    guard !actions.isEmpty else { return }
    isEnding = true
    note(changes(actions, at: now))
  }

  // MARK: - Its work

  private mutating func advance(at now: Int) {
    func handle(_ events: [RunMachine.Event]) {
      note(changes(events.flatMap { machine.handle($0) }, at: now))
    }
    switch phase {
    case 0: handle([.start, .jobStarted(0)])
    case 1 where flaw == .earlyChildren:
      handle([.jobStarted(1)])
      handle([.jobFinished(0)])
    case 1: handle([.jobFinished(0)])
    case 2: handle([.jobStarted(1)])
    case 3:
      for name in Self.calls where calls[name]!.stage == .unknown {
        guard calls[name]!.losses == 0 else { return fail(at: now) }
        // That it was begun must be known before it is.
        note([.call(record(name, calls[name]!.attempt, .running), at: Self.moment(now))])
        calls[name]!.stage = .recorded
        return
      }
      for name in Self.calls where calls[name]!.stage == .recorded {
        offers.append(offer(name, calls[name]!.attempt))
        calls[name]!.stage = .offered
      }
      guard calls.values.allSatisfy({ $0.stage == .ended || $0.stage == .settled }) else { return }
    case 4: handle([.jobFinished(1)])
    case 5: handle([.jobStarted(2)])
    case 6: handle([.staged])
    case 7: handle([.published])
    default: isEnding = true
    }
    phase += 1
    if phase > 8 { isEnding = true }
  }

  private mutating func fail(at now: Int) {
    isEnding = true
    note(changes(machine.handle(.failed(job: 1, someError)), at: now))
  }

  private mutating func note(_ changes: [RunChange]) { if !changes.isEmpty { pending.append(changes) } }

  private func changes(_ actions: [RunMachine.Action], at now: Int) -> [RunChange] {
    actions.compactMap { action in
      switch action {
      case .record(let state, let error):
        .run(state, at: Self.moment(now), rowsIn: 0, rowsOut: 0, error: error)
      case .recordJob(let job, let state, let error):
        .job(job + 1, state, at: Self.moment(now), rowsIn: 0, rowsOut: 0, error: error)
      case .stop, .publish, .discard: nil
      }
    }
  }

  private func record(_ name: String, _ attempt: Int, _ state: CallState, _ value: String? = nil)
    -> CallRecord
  {
    CallRecord(name: name, input: Self.input, attempt: attempt, state: state, value: value)
  }

  private func offer(_ name: String, _ attempt: Int) -> CallQueue.Offer {
    CallQueue.Offer(name: name, input: Self.input, attempt: attempt, work: "{}")
  }

  private static func moment(_ now: Int) -> Moment { Moment(microseconds: Int64(now) * 1000) }
}
