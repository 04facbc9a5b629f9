@testable import JobStore
@testable import TestServers

/// Workers, users, a network and a clock around a model of the queues: one seed is one schedule, the same each time.
struct Simulation {
  /// What may go wrong.
  enum Fault: CaseIterable {
    case lostRequests, lostAnswers, lateRequests, crashes, pauses, poison, cancels, retries
  }

  /// What is played.
  struct Schedule: CustomStringConvertible {
    var seed: UInt64
    var runs = 2
    var workers = 2
    /// So many steps things go wrong.
    var steps = 160
    var faults = Set(Fault.allCases)
    var flaw: ModelQueue.Flaw?

    var description: String {
      let faults = Fault.allCases.filter { self.faults.contains($0) }.map { "\($0)" }.joined(separator: ", ")
      return "seed \(seed): \(runs) runs, \(workers) workers, \(steps) steps with \(faults)"
    }
  }

  private struct Worker {
    enum Stage {
      case registering, beating, releasing, askingCalls, losing, recovering, claiming, exchanging, asking
    }
    let id: Int
    var stage = Stage.registering
    var pausedUntil = 0
    var owners: [SimulatedOwner] = []
    var calls: [CallClaim] = []
    var reports: [CallQueue.Report] = []
    /// Calls that were made and are not known to be told.
    var unanswered: Set<Int64> = []
    /// What is known of leases by the last heartbeat, and nothing else.
    var strays: [Int64] = []
    var strayCalls: Set<Int64> = []
  }

  static let slots = 2

  let schedule: Schedule
  private var dice: Dice
  private(set) var queue: ModelQueue
  private var workers: [Worker] = []
  private var lastWorker = 0
  /// What the network still holds.
  private var late: [Request] = []
  private var isCalm = false
  private var poisoned: Set<Int> = []
  private let isExternal: Bool
  /// How often each call was made, and each run begun anew by somebody's wish.
  private var executions: [ModelQueue.CallKey: Int] = [:]
  private var retries: [Int: Int] = [:]
  private(set) var found: [String] = []
  /// All that was asked, and when.
  private(set) var trace: [(request: Request, answer: Answer, at: Int)] = []

  /// Plays a schedule.
  init(_ schedule: Schedule) {
    self.schedule = schedule
    var dice = Dice(schedule.seed)
    isExternal = dice.hits(50)
    queue = ModelQueue(
      flaw: schedule.flaw, cap: dice.hits(30) ? Int.random(in: 1...2, using: &dice) : nil)
    if schedule.faults.contains(.poison), dice.hits(10) { poisoned = [1] }
    self.dice = dice
    play()
  }

  private mutating func play() {
    for run in 1...schedule.runs { _ = perform(.submit(run: run)) }
    for _ in 0..<schedule.workers { hire() }
    for _ in 0..<schedule.steps { stir() }
    isCalm = true
    // All that can happen without faults happens now; what never ends then would never end.
    for _ in 0..<3000 where !(queue.isAtRest && late.isEmpty) { stir() }
    if !queue.isAtRest { found.append("never ends: \(leftovers)") }
    for (number, run) in queue.runs.sorted(by: { $0.key < $1.key }) {
      let log = RunLog(planned: ModelQueue.planned(number), jobs: ModelQueue.jobs, events: run.events)
      found += log.violations(Self.order) + log.differences(from: run.history.run, jobs: run.history.jobs)
    }
    for (call, count) in executions where isExternal && count > 1 + retries[call.run, default: 0] {
      found.append("call \(call.name) of run \(call.run) was made \(count) times")
    }
  }

  /// One job after the other; calls after the first two.
  private static let order = RunLog.Order(jobs: { $0 > 1 ? [$0 - 1] : [] })

  private var leftovers: String {
    "runs \(queue.runs.mapValues(\.history.run.state)), leases \(queue.leases.count), ready \(queue.ready), "
      + "slots \(queue.slots), calls \(queue.readyCalls.count) \(queue.callLeases.count) \(queue.callResults.count)"
  }

  private mutating func hire() {
    lastWorker += 1
    workers.append(Worker(id: lastWorker))
  }

  private mutating func goesWrong(_ fault: Fault, _ percent: Int) -> Bool {
    // Some schedules are worse than others.
    !isCalm && schedule.faults.contains(fault) && dice.hits(percent * (1 + Int(schedule.seed % 3)))
  }

  // MARK: - The network

  private mutating func perform(_ request: Request) -> Answer {
    let answer = queue.perform(request)
    trace.append((request, answer, queue.now))
    if let cap = queue.cap {
      let under = queue.leases.count
      if under > cap { found.append("\(under) runs are under way, where \(cap) may be") }
    }
    return answer
  }

  /// Nil where no answer comes.
  private mutating func send(_ request: Request) -> Answer? {
    if goesWrong(.lostRequests, 3) { return nil }
    if goesWrong(.lateRequests, 6) {
      // What takes several round trips is never completed by a network alone, and it may be told again only so.
      if case .resume = request { return nil }
      late.append(request)
      return nil
    }
    let answer = perform(request)
    return goesWrong(.lostAnswers, 5) ? nil : answer
  }

  // MARK: - What happens next

  private mutating func stir() {
    queue.now += Int.random(in: 1...30, using: &dice)
    if !late.isEmpty, dice.hits(isCalm ? 50 : 3) {
      _ = perform(late.remove(at: Int.random(in: 0..<late.count, using: &dice)))
      return
    }
    if goesWrong(.cancels, 1) {
      _ = send(.cancel(run: Int.random(in: 1...schedule.runs, using: &dice)))
    } else if goesWrong(.retries, 2) {
      let run = Int.random(in: 1...schedule.runs, using: &dice)
      retries[run, default: 0] += 1
      _ = send(.retry(run: run))
    }
    let place = Int.random(in: 0..<workers.count, using: &dice)
    if goesWrong(.crashes, 3) { return replace(place) }
    if goesWrong(.pauses, 2) {
      workers[place].pausedUntil = queue.now + Int.random(in: 500...3000, using: &dice)
    }
    if workers[place].pausedUntil > queue.now {
      // Time goes by where everybody sleeps.
      if isCalm { queue.now += 100 }
      return
    }
    act(place)
  }

  private mutating func replace(_ place: Int) {
    workers.remove(at: place)
    hire()
  }

  /// One of those who work in the process of a worker does the next thing.
  private mutating func act(_ place: Int) {
    let count = workers[place].owners.count + workers[place].calls.count
    let actor = Int.random(in: 0...count, using: &dice)
    if actor == count { return beat(place) }
    if actor < workers[place].owners.count { return own(place, actor) }
    let call = workers[place].calls.remove(at: actor - workers[place].owners.count)
    executions[ModelQueue.CallKey(run: call.run, name: call.offer.name), default: 0] += 1
    workers[place].reports.append(CallQueue.Report(epoch: call.epoch, outcome: .succeeded, value: "1"))
    workers[place].unanswered.insert(call.epoch)
  }

  private mutating func own(_ place: Int, _ index: Int) {
    guard let request = workers[place].owners[index].next(at: queue.now) else { return }
    let answer = send(request)
    workers[place].owners[index].receive(answer)
    let owner = workers[place].owners[index]
    if poisoned.contains(owner.claim.run), owner.isBusy { return replace(place) }
    if owner.isGone { workers[place].owners.remove(at: index) }
  }

  private mutating func beat(_ place: Int) {
    let me = workers[place].id
    switch workers[place].stage {
    case .registering:
      if send(.register(worker: me)) != nil { workers[place].stage = .beating }
    case .beating:
      guard let answer = send(.heartbeat(worker: me)) else { return }
      guard case .heartbeat(let leases, let cancelled) = answer else {
        workers[place].owners = []
        workers[place].calls = []
        workers[place].stage = .registering
        return
      }
      for index in workers[place].owners.indices {
        if cancelled.contains(workers[place].owners[index].claim.lease) {
          workers[place].owners[index].cancel(at: queue.now)
        }
      }
      if schedule.flaw != .noEpochCheck {
        workers[place].owners.removeAll { !leases.contains($0.claim.lease) }
      }
      let held = Set(workers[place].owners.map(\.claim.lease))
      workers[place].strays = leases.subtracting(held).sorted()
      workers[place].stage = .releasing
    case .releasing:
      if let stray = workers[place].strays.popLast() {
        if send(.release(lease: stray)) == nil { workers[place].stage = .beating }
      } else {
        workers[place].stage = .askingCalls
      }
    case .askingCalls:
      guard case .leases(let leases)? = send(.callLeases(worker: me)) else { return restart(place) }
      workers[place].calls.removeAll { !leases.contains($0.epoch) }
      workers[place].strayCalls = leases.subtracting(workers[place].calls.map(\.epoch))
        .subtracting(workers[place].unanswered)
      workers[place].stage = .losing
    case .losing:
      let strays = workers[place].strayCalls
      if !strays.isEmpty, send(.lose(strays)) == nil { return restart(place) }
      workers[place].stage = .recovering
    case .recovering:
      guard case .claims(let claims)? = send(.recover(by: me)) else { return restart(place) }
      for claim in claims { begin(claim, place) }
      workers[place].stage = .claiming
    case .claiming:
      if workers[place].owners.count < Self.slots {
        guard case .claims(let claims)? = send(.claim(worker: me)) else { return restart(place) }
        for claim in claims { begin(claim, place) }
      }
      workers[place].stage = .exchanging
    case .exchanging:
      let told = workers[place].reports
      let isClaiming = workers[place].calls.count < Self.slots
      if isClaiming || !told.isEmpty {
        guard case .calls(let calls)? = send(.exchange(told, isClaiming: isClaiming, worker: me)) else {
          return restart(place)
        }
        workers[place].reports.removeFirst(told.count)
        for report in told { workers[place].unanswered.remove(report.epoch) }
        workers[place].calls += calls
      }
      workers[place].stage = .asking
    case .asking:
      guard case .results(let results)? = send(.results(worker: me)) else { return restart(place) }
      for index in workers[place].owners.indices {
        workers[place].owners[index].deliver(results, at: queue.now)
      }
      workers[place].stage = .beating
    }
  }

  private mutating func restart(_ place: Int) { workers[place].stage = .beating }

  private mutating func begin(_ claim: RunClaim, _ place: Int) {
    workers[place].owners.append(SimulatedOwner(claim, isExternal: isExternal, flaw: schedule.flaw))
  }

  // MARK: - Smaller schedules

  /// A schedule that is as small as can be found and still goes wrong.
  static func shrunk(_ schedule: Schedule) -> Schedule {
    var best = schedule
    var isSmaller = true
    while isSmaller {
      isSmaller = false
      var candidates = best.faults.map { fault in
        var candidate = best
        candidate.faults.remove(fault)
        return candidate
      }
      for part in [2, 4, 10] where best.steps / part > 0 {
        var candidate = best
        candidate.steps -= best.steps / part
        candidates.append(candidate)
      }
      if best.runs > 1 {
        var candidate = best
        candidate.runs -= 1
        candidates.append(candidate)
      }
      if let smaller = candidates.first(where: { !Simulation($0).found.isEmpty }) {
        best = smaller
        isSmaller = true
      }
    }
    return best
  }
}
