import JobStore
import Tasks

/// Offers the calls of one run, and hands on what comes of them.
package actor RunDispatcher: CallDispatcher {
  /// How often a call may be lost with a worker: one that ends its worker each time is not made for ever.
  private static let mostLosses = RunQueue.mostClaims
  /// Between two tries to reach a store that is away.
  private static let storePause = Duration.milliseconds(500)

  private let queue: CallQueue
  private let lease: CallQueue.Lease
  private let desk: CallDesk
  /// Calls that a former owner has offered, with what is asked.
  private var former: Task<[String: String], Never>?
  private var isFormerKnown = false
  private var adopted: [String: String] = [:]
  private var waiting: [String: Wait] = [:]
  /// What came of such calls before anybody waited for it.
  private var early: [String: CallQueue.Result] = [:]

  /// Somebody who waits for a call.
  private struct Wait {
    var offer: CallQueue.Offer
    /// Whether a former owner has offered it: which attempt it is, only that one knew.
    let isAdopted: Bool
    let mayRepeat: Bool
    var losses = 0
    let end: CheckedContinuation<Result<String, TaskFailure>, Never>
  }

  init(_ queue: CallQueue, lease: CallQueue.Lease, desk: CallDesk) {
    self.queue = queue
    self.lease = lease
    self.desk = desk
  }

  package func isOpen(_ name: String, _ input: String) async -> Bool {
    await findFormer()
    return adopted[name] == input
  }

  package func dispatch(_ offer: CallQueue.Offer, mayRepeat: Bool) async throws(TaskFailure) -> String {
    await findFormer()
    let isAdopted = adopted[offer.name] == offer.input
    if adopted.removeValue(forKey: offer.name) != nil, !isAdopted {
      desk.withdraw(offer.name, under: lease)
    }
    let result: Result<String, TaskFailure> = await withTaskCancellationHandler {
      await withCheckedContinuation { (end: CheckedContinuation<Result<String, TaskFailure>, Never>) in
        if Task.isCancelled { return end.resume(returning: .failure(TaskFailure.cancelled)) }
        waiting[offer.name] = Wait(offer: offer, isAdopted: isAdopted, mayRepeat: mayRepeat, end: end)
        if isAdopted {
          if let result = early.removeValue(forKey: offer.name) { take(result) }
        } else {
          desk.offer(offer, under: lease)
        }
      }
    } onCancel: {
      Task { await self.cancel(offer.name) }
    }
    return try result.get()
  }

  package nonisolated func settle(_ name: String) { desk.settle(name, under: lease) }

  private func cancel(_ name: String) {
    guard let wait = waiting.removeValue(forKey: name) else { return }
    desk.withdraw(name, under: lease)
    wait.end.resume(returning: .failure(TaskFailure.cancelled))
  }

  /// Takes in what came of calls.
  func deliver(_ results: [CallQueue.Result]) {
    for result in results { take(result) }
  }

  private func take(_ result: CallQueue.Result) {
    let name = result.call.name
    guard var wait = waiting[name] else {
      if !isFormerKnown || adopted[name] == result.input { early[name] = result }
      return
    }
    guard wait.offer.input == result.input, wait.isAdopted || wait.offer.attempt == result.call.number else {
      return
    }
    switch result.outcome {
    case .succeeded: finish(name, .success(result.value ?? "null"))
    case .failed: finish(name, .failure(TaskFailure(json: result.value ?? "")))
    case .lost where !wait.mayRepeat: finish(name, .failure(.unknown))
    case .lost:
      wait.losses += 1
      guard wait.losses < Self.mostLosses else {
        let times = "was lost with its worker \(wait.losses) times"
        return finish(name, .failure(TaskFailure(times, help: "see whether it ends its worker")))
      }
      wait.offer = CallQueue.Offer(
        name: name, input: result.input, attempt: max(wait.offer.attempt, result.call.number) + 1,
        work: wait.offer.work)
      waiting[name] = Wait(
        offer: wait.offer, isAdopted: false, mayRepeat: true, losses: wait.losses, end: wait.end)
      desk.settle(name, under: lease)
      desk.offer(wait.offer, under: lease)
    }
  }

  private func finish(_ name: String, _ result: Result<String, TaskFailure>) {
    waiting.removeValue(forKey: name)?.end.resume(returning: result)
  }

  /// Looks once for what a former owner has left.
  private func findFormer() async {
    let looking =
      former
      ?? Task { [queue, lease] in
        while !Task.isCancelled {
          if let open = try? await queue.open(under: lease) { return open }
          try? await Task.sleep(for: Self.storePause)
        }
        return [:]
      }
    former = looking
    let found = await looking.value
    guard !isFormerKnown else { return }
    isFormerKnown = true
    adopted = found
    early = early.filter { found[$0] == $1.input }
  }
}
