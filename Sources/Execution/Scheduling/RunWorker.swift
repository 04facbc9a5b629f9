import Foundation
import JobStore
import Synchronization

/// Takes on submitted runs, and calls of tasks for runs of other workers, until it is told to drain.
public actor RunWorker {
  /// Between two heartbeats.
  private static let beat = Duration.seconds(1)
  /// Seconds after which a worker that is silent is taken for lost.
  private static let patience = 15.0

  private let queue: RunQueue
  private let calls: CallQueue
  private let programs: SubmittedPrograms
  private let schedules: ScheduleStore
  private let me: RunQueue.Worker
  private let backend: LocalBackend
  private let tell: @Sendable (String) -> Void
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation
  /// Set by the clock, and where a run is to be cancelled.
  private let isBeatDue = Flag()
  /// By the epochs of their leases.
  private var running: [Int64: (task: Task<Void, Never>, pause: PauseSwitch)] = [:]
  private var dispatchers: [Int64: RunDispatcher] = [:]
  /// Calls for owners of runs, by the epochs of their leases. One holds its slot until what came of it is told.
  private var calling: [Int64: Task<Void, Never>] = [:]
  private var reports: [CallQueue.Report] = []
  private var isDraining = false
  private var listener: RunQueue.Listener?
  private var beats = 0
  /// Schedules whose times can't be told here, which has been said.
  private var unreadable: Set<String> = []
  /// The store could not be asked the last time.
  private var isCutOff = false

  /// Makes a worker that has not registered.
  /// - Parameters:
  ///   - slots: How many runs it takes on at once, and besides how many calls of tasks.
  ///   - tags: What the machine has.
  ///   - namespaces: Whom it serves; everybody where there is none.
  ///   - tell: Gets a line for each thing that happens.
  public init(
    _ queue: RunQueue, slots: Int, tags: [String] = [], namespaces: [String] = [],
    tell: @escaping @Sendable (String) -> Void
  ) {
    self.queue = queue
    calls = CallQueue(queue.store)
    programs = SubmittedPrograms(queue)
    schedules = ScheduleStore(queue)
    self.tell = tell
    let owner = Owner.current
    var me = RunQueue.Worker(
      id: UUID().uuidString.lowercased(), host: owner.host, process: owner.process, slots: slots)
    me.tags = tags
    me.namespaces = namespaces
    self.me = me
    backend = LocalBackend()
    // One that comes while another waits says nothing new.
    (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Works until the calling task is cancelled; then finishes what is under way.
  /// - Throws: Where it can't register.
  public func run() async throws(StoreError) {
    try await queue.register(me)
    tell("worker \(me.id) has \(me.slots) \(me.slots == 1 ? "slot" : "slots")")
    // A task of its own: what ends the caller must not end the runs under way.
    let work = Task { await self.work() }
    await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      Task { await self.drain() }
    }
  }

  private func drain() {
    isDraining = true
    isBeatDue.raise()
    if !running.isEmpty { tell("finishing \(running.count) \(running.count == 1 ? "run" : "runs")") }
    wake.yield()
  }

  private func work() async {
    let ticker = Task { [wake, isBeatDue] in
      while !Task.isCancelled {
        isBeatDue.raise()
        wake.yield()
        try? await Task.sleep(for: Self.beat)
      }
    }
    defer { ticker.cancel() }
    for await _ in wakes {
      do throws(StoreError) {
        try await look()
        isCutOff = false
      } catch {
        // It may be there again soon. What runs goes on: where the lease is lost, nothing of it is recorded.
        if !isCutOff { tell(error.explanation.message) }
        isCutOff = true
      }
      if isDraining, running.isEmpty, calling.isEmpty { break }
    }
    do throws(StoreError) { try await queue.leave(me.id) } catch { tell(error.explanation.message) }
  }

  private func look() async throws(StoreError) {
    if isBeatDue.lower() {
      do throws(StoreError) { try await beat() } catch {
        isBeatDue.raise()
        throw error
      }
    }
    let free = isDraining ? 0 : me.slots - running.count
    if free > 0 { for claim in try await queue.claim(free, for: me) { start(claim) } }
    try await exchange()
    if !dispatchers.isEmpty {
      let results = Dictionary(grouping: try await calls.results(for: me.id), by: \.lease)
      for (lease, results) in results { await dispatchers[lease]?.deliver(results) }
    }
  }

  /// Tells what came of calls, and takes on others.
  private func exchange() async throws(StoreError) {
    while true {
      let told = reports
      let free = isDraining ? 0 : me.slots - calling.count + told.count
      guard !told.isEmpty || free > 0 else { return }
      let claims = try await calls.exchange(told, claiming: free, for: me)
      reports.removeFirst(told.count)
      for report in told { calling[report.epoch] = nil }
      for claim in claims {
        calling[claim.epoch] = Task { [programs] in finish(await SubmittedCall(claim: claim).make(programs)) }
      }
      // What has ended meanwhile is told at once.
      if reports.isEmpty { return }
    }
  }

  private func finish(_ report: CallQueue.Report) {
    reports.append(report)
    wake.yield()
  }

  private func beat() async throws(StoreError) {
    if await listener?.isDeaf ?? true {
      listener = try await queue.listen { [wake, isBeatDue] news in
        if news == .cancelled { isBeatDue.raise() }
        wake.yield()
      }
    }
    guard let heartbeat = try await queue.heartbeat(of: me.id, isDraining: isDraining) else {
      // Silent for too long: others go on with what was ours.
      for task in running.values.map(\.task) + Array(calling.values) { task.cancel() }
      return try await queue.register(me)
    }
    for (epoch, run) in running {
      if !heartbeat.leases.contains(epoch) || heartbeat.cancelled.contains(epoch) { run.task.cancel() }
      run.pause.set(heartbeat.paused.contains(epoch))
    }
    // A paused run would keep the worker for as long as it is paused: it waits without one.
    for epoch in heartbeat.paused where isDraining {
      try await queue.release(epoch)
      running[epoch]?.task.cancel()
    }
    for epoch in heartbeat.leases where running[epoch] == nil { try await queue.release(epoch) }
    let leases = try await calls.leases(of: me.id)
    // Nobody wants what a call gives any more whose lease is gone.
    for (epoch, task) in calling where !leases.contains(epoch) { task.cancel() }
    let unknown = leases.filter { calling[$0] == nil }
    if !unknown.isEmpty { try await calls.lose(unknown) }
    try await queue.recover(silentFor: Self.patience)
    if heartbeat.isScheduleDue { try await fire() }
    // Each end of a run lets others go on; who dies right there is followed by whoever looks from time to time.
    beats += 1
    if heartbeat.mayPromote || beats % 10 == 0 { try await queue.promote() }
  }

  /// Makes the runs whose time has come.
  private func fire() async throws(StoreError) {
    for fired in try await schedules.fire() {
      let (name, namespace) = (fired.schedule.name, fired.schedule.namespace)
      for made in fired.runs { tell("\(name) is due at \(made.time.toSeconds): \(made.run)") }
      if let missed = fired.missed {
        tell(
          "\(name) was missed from \(missed.lowerBound.toSeconds) and before "
            + missed.upperBound.toSeconds)
      }
      if fired.isUnreadable, unreadable.insert("\(namespace)/\(name)").inserted {
        tell("the times of \(name) can't be told here: is the time zone database installed?")
      }
    }
  }

  private func start(_ claim: RunQueue.Claim) {
    tell("\(claim.run.id) begins" + (claim.number > 1 ? ", for the \(claim.number). time" : ""))
    let dispatcher = RunDispatcher(calls, lease: claim.epoch)
    dispatchers[claim.epoch] = dispatcher
    let pause = PauseSwitch()
    let task = Task { [backend, programs] in
      let end = await SubmittedRun(claim: claim, dispatcher: dispatcher, pause: pause)
        .run(programs, on: backend)
      await finish(claim.epoch, end)
    }
    running[claim.epoch] = (task, pause)
  }

  private func finish(_ epoch: Int64, _ end: String) async {
    tell(end)
    // Else the next heartbeat finds a lease without a run.
    try? await queue.release(epoch)
    running[epoch] = nil
    dispatchers[epoch] = nil
    wake.yield()
  }
}

/// Raised by anybody, lowered by who sees it.
private final class Flag: Sendable {
  private let isUp = Atomic<Bool>(false)

  func raise() { isUp.store(true, ordering: .releasing) }
  func lower() -> Bool { isUp.exchange(false, ordering: .acquiring) }
}
