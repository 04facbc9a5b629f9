import Execution
import Foundation
import JobStore

/// Forty jobs, one after the other or between a first and a last one.
enum GraphShape: String {
  case chain, fan

  static let jobs = 40
}

/// Walks runs whose calls do nothing, and records what comes of each before the next begins.
struct BenchOwner {
  private let queue: RunQueue
  private let me: RunQueue.Worker
  /// Nil where the owner makes the calls itself.
  private let desk: CallDesk?
  private let shape: GraphShape

  init(_ queue: RunQueue, _ me: RunQueue.Worker, _ desk: CallDesk?, _ shape: GraphShape) {
    self.queue = queue
    self.me = me
    self.desk = desk
    self.shape = shape
  }

  /// What it has found, as JSON.
  func run(_ count: Int, atOnce: Int) async throws -> String {
    let listener = try await queue.listen { [desk] news in if news == .results { desk?.look() } }
    let submitting = ContinuousClock.now
    try await submitRuns(count, to: queue)
    let submitted = ContinuousClock.now - submitting
    print("submitted")
    fflush(nil)
    let clock = ContinuousClock.now
    let beats = Task { [queue, me, desk] in
      while !Task.isCancelled {
        if try await queue.heartbeat(of: me.id)?.isRecoveryDue ?? false {
          try await queue.recover(silentFor: 15)
        }
        desk?.look()
        try await Task.sleep(for: .seconds(1))
      }
    }
    let walks = try await withThrowingTaskGroup(of: Double.self) { group in
      var (walks, running): ([Double], Int) = ([], 0)
      while walks.count < count {
        let free = min(atOnce - running, count - walks.count - running)
        if free > 0, running * 2 <= atOnce {
          for claim in try await queue.claim(free, for: me) {
            running += 1
            group.addTask { try await walk(claim) }
          }
        }
        if let walk = try await group.next() {
          walks.append(walk)
          running -= 1
        }
      }
      return walks.sorted()
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    beats.cancel()
    _ = listener
    return """
      {"jobs": \(count * GraphShape.jobs), "seconds": \(seconds), "submitted": \(submitted / .seconds(1)), \
      "median": \(walks[walks.count / 2])}
      """
  }

  /// Seconds from its first job to its end.
  private func walk(_ claim: RunQueue.Claim) async throws -> Double {
    let log = RunLog(claim)
    try await log.record([.run(.running, at: .now, rowsIn: 0, rowsOut: 0, error: nil)])
    let dispatcher = desk?.open(claim.lease)
    let start = ContinuousClock.now
    if shape == .chain {
      for number in 0..<GraphShape.jobs { try await job(number, dispatcher, log) }
    } else {
      try await job(0, dispatcher, log)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 1..<(GraphShape.jobs - 1) { group.addTask { try await job(number, dispatcher, log) } }
        try await group.waitForAll()
      }
      try await job(GraphShape.jobs - 1, dispatcher, log)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    try await log.record([.run(.succeeded, at: .now, rowsIn: 0, rowsOut: 0, error: nil)])
    desk?.close(claim.lease)
    try await queue.release(claim.epoch)
    return seconds
  }

  private func job(_ number: Int, _ dispatcher: RunDispatcher?, _ log: RunLog) async throws {
    let (name, input) = ("job[\(number)]", "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9")
    func record(_ state: CallState, _ value: String? = nil) -> RunChange {
      .call(CallRecord(name: name, input: input, attempt: 1, state: state, value: value), at: .now)
    }
    await log.note(record(.running))
    var value = "1"
    if let dispatcher {
      let work =
        #"{"node":\#(number),"place":{"job":0,"pass":\#(number)},"arguments":[{"value":{"_0":"1"}}]}"#
      let offer = CallQueue.Offer(name: name, input: input, attempt: 1, work: work)
      value = try await dispatcher.dispatch(offer, mayRepeat: true)
    }
    try await log.record([record(.succeeded, value)])
    dispatcher?.settle(name)
  }
}

/// Records what happens to a run in the order in which it is told: what is told while something is recorded, all at once.
actor RunLog {
  private let claim: RunQueue.Claim
  private var pending: [RunChange] = []
  private var waiting: [CheckedContinuation<Void, any Error>] = []
  private var isRecording = false

  init(_ claim: RunQueue.Claim) { self.claim = claim }

  func note(_ change: RunChange) { pending.append(change) }

  func record(_ changes: [RunChange]) async throws {
    pending += changes
    try await withCheckedThrowingContinuation { done in
      waiting.append(done)
      guard !isRecording else { return }
      isRecording = true
      Task { await recordAll() }
    }
  }

  private func recordAll() async {
    while !waiting.isEmpty {
      await Task.yield()
      let (changes, told) = (pending, waiting)
      (pending, waiting) = ([], [])
      do {
        guard try await claim.store.update(claim.run.id, changes) else {
          throw StoreError.lostRun(claim.run.id)
        }
        for done in told { done.resume() }
      } catch {
        for done in told { done.resume(throwing: error) }
      }
    }
    isRecording = false
  }
}

/// Submits runs of one job each, whose calls are what is measured.
func submitRuns(_ count: Int, to queue: RunQueue) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for part in 0..<8 {
      group.addTask {
        for _ in 0..<((count + 7 - part) / 8) {
          var generator = SystemRandomNumberGenerator()
          let run = RunRecord(
            id: RunID.make(pipeline: "bench", using: &generator), pipeline: "bench", file: "bench.thal",
            parameters: "{}", planHash: "bench", mode: "batch", backend: RunQueue.backend, owner: .current,
            created: .now)
          try await queue.submit(
            run, jobs: [JobRecord(id: 0, name: "job")], plan: PlanRecord(hash: "bench", json: "{}"),
            RunQueue.Submission(
              program: "bench", files: "{}", arguments: "{}", folder: "/", profile: nil))
        }
      }
    }
    try await group.waitForAll()
  }
}
