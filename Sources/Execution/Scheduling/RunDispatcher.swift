import JobStore
import Tasks

/// Offers the calls of one run, and hands on what comes of them.
actor RunDispatcher: CallDispatcher {
  /// How often a call may be lost with a worker: one that ends its worker each time is not made for ever.
  private static let mostLosses = RunQueue.mostClaims
  /// Between two tries to reach a store that is away.
  private static let storePause = Duration.milliseconds(500)

  private let queue: CallQueue
  private let lease: Int64
  /// Calls that a former owner has offered, with what is asked.
  private var former: Task<[String: String], Never>?
  private var isFormerKnown = false
  private var adopted: [String: String] = [:]
  private var waiting: [String: Wait] = [:]
  /// What came of such calls before anybody waited for it.
  private var early: [String: CallQueue.Result] = [:]
  private var offers: [CallQueue.Offer] = []
  private var settled: [String] = []
  private var step: Int64 = 0
  private var isFlushing = false

  /// Somebody who waits for a call.
  private struct Wait {
    var offer: CallQueue.Offer
    /// Whether a former owner has offered it: which attempt it is, only that one knew.
    let isAdopted: Bool
    let mayRepeat: Bool
    var losses = 0
    let end: CheckedContinuation<Result<String, TaskFailure>, Never>
  }

  init(_ queue: CallQueue, lease: Int64) {
    self.queue = queue
    self.lease = lease
  }

  func isOpen(_ name: String, _ input: String) async -> Bool {
    await findFormer()
    return adopted[name] == input
  }

  func dispatch(_ offer: CallQueue.Offer, mayRepeat: Bool) async throws(TaskFailure) -> String {
    await findFormer()
    let isAdopted = adopted[offer.name] == offer.input
    if !isAdopted, adopted[offer.name] != nil { settled.append(offer.name) }
    adopted[offer.name] = nil
    let result: Result<String, TaskFailure> = await withTaskCancellationHandler {
      await withCheckedContinuation { (end: CheckedContinuation<Result<String, TaskFailure>, Never>) in
        if Task.isCancelled { return end.resume(returning: .failure(TaskFailure.cancelled)) }
        waiting[offer.name] = Wait(offer: offer, isAdopted: isAdopted, mayRepeat: mayRepeat, end: end)
        if isAdopted {
          if let result = early.removeValue(forKey: offer.name) { take(result) }
        } else {
          offers.append(offer)
          flush()
        }
      }
    } onCancel: {
      Task { await self.cancel(offer.name) }
    }
    return try result.get()
  }

  func settle(_ name: String) {
    settled.append(name)
    flush()
  }

  private func cancel(_ name: String) {
    guard let wait = waiting.removeValue(forKey: name) else { return }
    offers.removeAll { $0.name == name }
    settle(name)
    wait.end.resume(returning: .failure(TaskFailure.cancelled))
  }

  /// Takes in what came of calls; some of it again and again, until it is settled.
  func deliver(_ results: [CallQueue.Result]) {
    for result in results { take(result) }
  }

  private func take(_ result: CallQueue.Result) {
    guard var wait = waiting[result.name] else {
      if adopted[result.name] == result.input { early[result.name] = result }
      return
    }
    guard wait.offer.input == result.input, wait.isAdopted || wait.offer.attempt == result.attempt else {
      return
    }
    switch result.outcome {
    case .succeeded: finish(result.name, .success(result.value ?? "null"))
    case .failed: finish(result.name, .failure(TaskFailure(json: result.value ?? "")))
    case .lost where !wait.mayRepeat: finish(result.name, .failure(.unknown))
    case .lost:
      wait.losses += 1
      guard wait.losses < Self.mostLosses else {
        let times = "was lost with its worker \(wait.losses) times"
        return finish(result.name, .failure(TaskFailure(times, help: "see whether it ends its worker")))
      }
      wait.offer = CallQueue.Offer(
        name: result.name, input: result.input, attempt: max(wait.offer.attempt, result.attempt) + 1,
        work: wait.offer.work)
      waiting[result.name] = Wait(
        offer: wait.offer, isAdopted: false, mayRepeat: true, losses: wait.losses, end: wait.end)
      settled.append(result.name)
      offers.append(wait.offer)
      flush()
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
  }

  /// Tells the store what has gathered; what gathers meanwhile is told afterwards, all at once.
  private func flush() {
    guard !isFlushing else { return }
    isFlushing = true
    Task { await self.tell() }
  }

  private func tell() async {
    while !settled.isEmpty || !offers.isEmpty {
      let (names, calls) = (settled, offers)
      (settled, offers) = ([], [])
      step += 1
      // It may have been heard though the answer was lost: until there is one, nothing else is told.
      while await !isTold(names, calls) { try? await Task.sleep(for: Self.storePause) }
    }
    isFlushing = false
  }

  private func isTold(_ names: [String], _ calls: [CallQueue.Offer]) async -> Bool {
    do throws(StoreError) {
      // First: what is offered may have the name of what is settled.
      if !names.isEmpty { try await queue.settle(names, before: step, under: lease) }
      if !calls.isEmpty { try await queue.offer(calls, step: step, under: lease) }
      return true
    } catch { return false }
  }
}
