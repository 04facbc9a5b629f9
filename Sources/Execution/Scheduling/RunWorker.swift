import Foundation
import JobStore
import Synchronization

/// Takes on submitted runs, and calls of tasks for runs of other workers, until it is told to drain.
public actor RunWorker {
  /// Between two heartbeats, and between those of a worker that has nothing to do.
  private static let beat = Duration.seconds(1)
  private static let idleBeat = Duration.seconds(3)
  /// Seconds after which a worker that is silent is taken for lost.
  private static let patience = 15.0

  private let queue: RunQueue
  /// Has the calls of its runs made.
  private let desk: CallDesk
  /// Makes calls for the owners of runs.
  private let caller: CallWorker
  private let programs: SubmittedPrograms
  private let schedules: ScheduleStore
  private let logs: LogSender
  private let me: RunQueue.Worker
  private let backend: LocalBackend
  private let tell: @Sendable (String) -> Void
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation
  /// Set by the clock, and where a run is to be cancelled.
  private let isBeatDue = Flag()
  /// By the epochs of their leases.
  private var running: [Int64: (task: Task<Void, Never>, pause: PauseSwitch)] = [:]
  private var isDraining = false
  /// Something becomes free by time, which nobody tells of.
  private var isTimed = false
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
    let calls = CallQueue(queue.store)
    desk = CallDesk(calls)
    programs = SubmittedPrograms(queue)
    schedules = ScheduleStore(queue)
    let logs = LogSender(TaskLogStore(queue.store))
    self.logs = logs
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
    caller = CallWorker(
      calls, for: me,
      make: { [programs] claim, context in
        let watcher = logs.watcher(of: context.run.id, under: claim.epoch)
        let report = await SubmittedCall(claim: claim, context: context, logs: watcher).make(programs)
        // Who learns of the end finds the whole log.
        await logs.sendEnded()
        return report
      },
      whenIdle: { [wake] in wake.yield() })
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

  private func drain() async {
    isDraining = true
    isBeatDue.raise()
    await caller.drain()
    if !running.isEmpty { tell("finishing \(running.count) \(running.count == 1 ? "run" : "runs")") }
    wake.yield()
  }

  private func work() async {
    let ticker = Task { [wake, isBeatDue] in
      while !Task.isCancelled {
        isBeatDue.raise()
        wake.yield()
        try? await Task.sleep(for: Self.beat)
        if await isIdle { try? await Task.sleep(for: Self.idleBeat - Self.beat) }
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
      if isDraining, running.isEmpty, await caller.isIdle { break }
    }
    do throws(StoreError) { try await queue.leave(me.id) } catch { tell(error.explanation.message) }
  }

  private var isIdle: Bool {
    get async { running.isEmpty && !isTimed && !isDraining && !isCutOff ? await caller.isIdle : false }
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
  }

  private func beat() async throws(StoreError) {
    if await listener?.isDeaf ?? true {
      listener = try await queue.listen { [wake, isBeatDue, desk, caller] news in
        switch news {
        case .ready: wake.yield()
        case .cancelled:
          isBeatDue.raise()
          wake.yield()
        case .calls: Task { await caller.look() }
        case .results: desk.look()
        case .ended: break
        }
      }
    }
    let heartbeat = try await queue.heartbeat(
      of: me.id, isDraining: isDraining, silentFor: Self.patience)
    guard let heartbeat else {
      // Silent for too long: others go on with what was ours.
      for run in running.values { run.task.cancel() }
      await caller.cancelAll()
      return try await queue.register(me)
    }
    logs.sendSoon()
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
    // Where news was lost, it is found now.
    desk.look()
    try await caller.check()
    isTimed = heartbeat.isTimed
    if heartbeat.isRecoveryDue { try await queue.recover(silentFor: Self.patience) }
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
    let dispatcher = desk.open(claim.lease)
    let pause = PauseSwitch()
    let logs = logs.watcher(of: claim.run.id, under: claim.epoch)
    let task = Task { [backend, programs] in
      let end = await SubmittedRun(claim: claim, dispatcher: dispatcher, pause: pause, logs: logs)
        .run(programs, on: backend)
      await finish(claim.lease, end)
    }
    running[claim.epoch] = (task, pause)
  }

  private func finish(_ lease: CallQueue.Lease, _ end: String) async {
    tell(end)
    desk.close(lease)
    logs.end(under: lease.epoch)
    await logs.sendEnded()
    // Else the next heartbeat finds a lease without a run.
    try? await queue.release(lease.epoch)
    running[lease.epoch] = nil
    wake.yield()
  }
}

/// Raised by anybody, lowered by who sees it.
private final class Flag: Sendable {
  private let isUp = Atomic<Bool>(false)

  func raise() { isUp.store(true, ordering: .releasing) }
  func lower() -> Bool { isUp.exchange(false, ordering: .acquiring) }
}
