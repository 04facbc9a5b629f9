import JobStore

/// Appends events to runs, as their owners do: each waits until its own are recorded.
struct EventBench {
  private let queue: RunQueue
  private let me: RunQueue.Worker

  init(_ queue: RunQueue, _ me: RunQueue.Worker) {
    self.queue = queue
    self.me = me
  }

  /// What it has found, as JSON.
  func run(_ count: Int, size: Int, times: Int) async throws -> String {
    try await submitRuns(count, to: queue)
    let claims = try await queue.claim(count, for: me)
    let clock = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for claim in claims {
        group.addTask {
          for time in 0..<times {
            let changes = (0..<size).map { number in
              let input = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
              return RunChange.call(
                CallRecord(
                  name: "job[\(time * size + number)]", input: input, attempt: 1, state: .succeeded,
                  value: "1"),
                at: .now)
            }
            guard try await claim.store.update(claim.run.id, changes) else {
              throw StoreError.lostRun(claim.run.id)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    for claim in claims { try await queue.release(claim.epoch) }
    return #"{"events": \#(claims.count * size * times), "seconds": \#(seconds)}"#
  }
}
