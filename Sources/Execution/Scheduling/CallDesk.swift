import JobStore
import Synchronization

/// Has calls of all runs of a worker made by any worker. What its runs want is told to the store in one step: at once
/// when nothing is under way, else all together what has gathered meanwhile.
package final class CallDesk: Sendable {
  /// Between two tries to reach a store that is away.
  private static let storePause = Duration.milliseconds(500)

  private let queue: CallQueue
  private let state = Mutex(State())

  private struct State {
    var dispatchers: [CallQueue.Lease: RunDispatcher] = [:]
    var orders = CallQueue.Orders(step: 1)
    var isLooking = false
    var isWorking = false
    var news = NewsPace()
    /// Of calls whose results have come and are not settled: which attempt each is.
    var known: [CallQueue.Lease: [String: Int]] = [:]

    /// Nobody waits until something is settled: that goes along with what comes next.
    var hasWork: Bool {
      !orders.offers.isEmpty || !orders.withdrawn.isEmpty || isLooking || news.isOwed
    }
  }

  package init(_ queue: CallQueue) { self.queue = queue }

  /// Lets a run that is held under `lease` have its calls made, until it is closed.
  package func open(_ lease: CallQueue.Lease) -> RunDispatcher {
    let dispatcher = RunDispatcher(queue, lease: lease, desk: self)
    state.withLock { $0.dispatchers[lease] = dispatcher }
    return dispatcher
  }

  package func close(_ lease: CallQueue.Lease) {
    state.withLock { state in
      state.dispatchers[lease] = nil
      state.known[lease] = nil
    }
  }

  /// Something may have come of calls.
  package func look() { change { $0.isLooking = !$0.dispatchers.isEmpty } }

  func offer(_ offer: CallQueue.Offer, under lease: CallQueue.Lease) {
    change { $0.orders.offers.append((lease, offer)) }
  }

  /// What came of a call is recorded.
  func settle(_ name: String, under lease: CallQueue.Lease) {
    change { state in
      guard let attempt = state.known[lease]?.removeValue(forKey: name) else { return }
      state.orders.settled.insert(CallQueue.Attempt(lease: lease, name: name, number: attempt))
    }
  }

  /// Nobody wants a call any more.
  func withdraw(_ name: String, under lease: CallQueue.Lease) {
    change { state in
      state.orders.offers.removeAll { $0.lease == lease && $0.offer.name == name }
      state.orders.withdrawn.append((lease, name))
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let isFirst = state.withLock { state in
      body(&state)
      defer { state.isWorking = state.isWorking || state.hasWork }
      return !state.isWorking && state.hasWork
    }
    if isFirst { Task { await work() } }
  }

  /// What is said to the store in one step.
  private struct Turn {
    let orders: CallQueue.Orders
    /// Empty where nothing is looked for.
    let known: [CallQueue.Lease: [String: Int]]
    let isTelling: Bool
  }

  private func work() async {
    var isBusy = false
    while true {
      // What others are about to say goes along.
      await Task.yield()
      let next = state.withLock { state -> Turn? in
        state.isWorking = state.hasWork
        guard state.isWorking else { return nil }
        let (orders, isLooking) = (state.orders, state.isLooking)
        (state.orders, state.isLooking) = (CallQueue.Orders(step: orders.step + 1), false)
        return Turn(
          orders: orders,
          known: isLooking
            ? state.dispatchers.reduce(into: [:]) { $0[$1.key] = state.known[$1.key] ?? [:] } : [:],
          isTelling: state.news.tells(!orders.offers.isEmpty, isBusy: isBusy && !orders.isEmpty))
      }
      guard let turn = next else { return }
      isBusy = true
      for (dispatcher, results) in take(await attend(turn)) { await dispatcher.deliver(results) }
    }
  }

  /// It may have been heard though the answer was lost: until there is one, nothing else is told.
  private func attend(_ turn: Turn) async -> [CallQueue.Result] {
    while true {
      do throws(StoreError) {
        return try await queue.attend(turn.orders, of: turn.known, isTelling: turn.isTelling)
      } catch {
        try? await Task.sleep(for: Self.storePause)
      }
    }
  }

  /// The results for each dispatcher, but those that were settled while they were looked for.
  private func take(_ results: [CallQueue.Result]) -> [(RunDispatcher, [CallQueue.Result])] {
    state.withLock { state in
      var found: [CallQueue.Lease: [CallQueue.Result]] = [:]
      for result in results where !state.orders.settled.contains(result.call) {
        state.known[result.call.lease, default: [:]][result.call.name] = result.call.number
        found[result.call.lease, default: []].append(result)
      }
      return found.compactMap { lease, results in state.dispatchers[lease].map { ($0, results) } }
    }
  }
}
