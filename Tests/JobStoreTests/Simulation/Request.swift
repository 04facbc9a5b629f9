@testable import JobStore

/// What is asked of the queues of runs and calls, by whoever takes part.
enum Request: Hashable, Sendable {
  case submit(run: Int)
  case register(worker: Int)
  case heartbeat(worker: Int)
  case claim(worker: Int)
  case resume(run: Int, lease: Int64)
  case update(run: Int, lease: Int64, [RunChange], batch: Int64)
  case release(lease: Int64)
  case recover(by: Int)
  case leave(worker: Int)
  case cancel(run: Int)
  case retry(run: Int)
  /// The calls that are recorded.
  case known(run: Int)
  case open(lease: Int64)
  case offer([CallQueue.Offer], step: Int64, lease: Int64)
  case settle([String], before: Int64, lease: Int64)
  case exchange([CallQueue.Report], isClaiming: Bool, worker: Int)
  case results(worker: Int)
  case callLeases(worker: Int)
  case lose(Set<Int64>)
}

/// What is answered.
enum Answer: Hashable, Sendable {
  case done
  /// It can't be done: the worker is not known.
  case refused
  case flag(Bool)
  case heartbeat(leases: Set<Int64>, cancelled: Set<Int64>)
  case claims([RunClaim])
  case cancellation(RunQueue.Cancellation)
  case calls([CallClaim])
  case results(Set<CallEnd>)
  case leases(Set<Int64>)
  case open([String: String])
  case known([String: CallRecord])
}

struct RunClaim: Hashable, Sendable {
  let run: Int
  let lease: Int64
  let number: Int
}

struct CallEnd: Hashable, Sendable {
  let lease: Int64
  let name: String
  let input: String
  let attempt: Int
  let outcome: CallQueue.Outcome
  let value: String?
}

struct CallClaim: Hashable, Sendable {
  let epoch: Int64
  let run: Int
  let offer: CallQueue.Offer
}
