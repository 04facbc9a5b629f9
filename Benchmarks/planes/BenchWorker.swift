import Execution
import Foundation
import JobStore

/// Makes calls by doing nothing.
struct BenchWorker {
  private let queue: RunQueue
  private let caller: CallWorker
  private let me: RunQueue.Worker

  init(_ queue: RunQueue, _ me: RunQueue.Worker) {
    self.queue = queue
    self.me = me
    caller = CallWorker(
      CallQueue(queue.store), for: me,
      make: { claim, _ in CallQueue.Report(epoch: claim.epoch, outcome: .succeeded, value: "1") },
      whenIdle: {})
  }

  func run() async throws {
    let listener = try await queue.listen { [caller] news in
      if news == .calls { Task { await caller.look() } }
    }
    let end = Task.detached { while readLine() != nil {} }
    let beats = Task { [queue, me, caller] in
      while !Task.isCancelled {
        if try await queue.heartbeat(of: me.id)?.isRecoveryDue ?? false {
          try await queue.recover(silentFor: 15)
        }
        try await caller.check()
        try await Task.sleep(for: .seconds(1))
      }
    }
    await end.value
    beats.cancel()
    _ = listener
  }
}
