import Foundation
import JobStore
import Synchronization

/// Takes on submitted runs and runs them in this process, until it is told to drain.
public actor RunWorker {
  /// Between two heartbeats.
  private static let beat = Duration.seconds(1)
  /// Seconds after which a worker that is silent is taken for lost.
  private static let patience = 15.0

  private let queue: RunQueue
  private let me: RunQueue.Worker
  private let backend: LocalBackend
  private let tell: @Sendable (String) -> Void
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation
  /// Set by the clock, and where a run is to be cancelled.
  private let isBeatDue = Flag()
  /// By the epochs of their leases.
  private var running: [Int64: Task<Void, Never>] = [:]
  private var isDraining = false
  private var listener: RunQueue.Listener?
  /// The store could not be asked the last time.
  private var isCutOff = false

  /// Makes a worker that has not registered.
  /// - Parameters:
  ///   - slots: How many runs it takes on at once.
  ///   - tell: Gets a line for each thing that happens.
  public init(_ queue: RunQueue, slots: Int, tell: @escaping @Sendable (String) -> Void) {
    self.queue = queue
    self.tell = tell
    let owner = Owner.current
    me = RunQueue.Worker(
      id: UUID().uuidString.lowercased(), host: owner.host, process: owner.process, slots: slots)
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
      if isDraining, running.isEmpty { break }
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
    let free = me.slots - running.count
    guard !isDraining, free > 0 else { return }
    for claim in try await queue.claim(free, for: me.id) { start(claim) }
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
      for task in running.values { task.cancel() }
      return try await queue.register(me)
    }
    for (epoch, task) in running
    where !heartbeat.leases.contains(epoch) || heartbeat.cancelled.contains(epoch) {
      task.cancel()
    }
    for epoch in heartbeat.leases where running[epoch] == nil { try await queue.release(epoch) }
    try await queue.recover(silentFor: Self.patience)
  }

  private func start(_ claim: RunQueue.Claim) {
    tell("\(claim.run.id) begins" + (claim.number > 1 ? ", for the \(claim.number). time" : ""))
    running[claim.epoch] = Task { [backend] in
      let end = await SubmittedRun(claim: claim).run(on: backend)
      await finish(claim.epoch, end)
    }
  }

  private func finish(_ epoch: Int64, _ end: String) async {
    tell(end)
    // Else the next heartbeat finds a lease without a run.
    try? await queue.release(epoch)
    running[epoch] = nil
    wake.yield()
  }
}

/// Raised by anybody, lowered by who sees it.
private final class Flag: Sendable {
  private let isUp = Atomic<Bool>(false)

  func raise() { isUp.store(true, ordering: .releasing) }
  func lower() -> Bool { isUp.exchange(false, ordering: .acquiring) }
}
