import Columns
import Foundation
import Semantics
import Synchronization

/// Calls one task for rows, with as many copies at a time as it may have. Whoever calls waits; it must be no thread of
/// Swift's cooperative pool.
///
/// Unchecked: all that changes does so under the lock.
public final class RowTaskPool: @unchecked Sendable {
  /// A process of Python, and where it writes.
  struct Replica {
    let process: PythonReplica
    let log: String
  }

  let task: TypedTask
  let copies: Int
  private let make: @Sendable ([TaskArgument], Type) -> TaskCall
  private let places: @Sendable (_ call: Int) -> (work: String, log: String)
  private let lock = NSLock()
  private var numberOfCalls = 0
  private var idle: [Replica] = []
  private let cancelled = Atomic<Bool>(false)
  private let attempts = Mutex<Task<[Result<Column, TaskFailure>], Never>?>(nil)

  /// - Parameters:
  ///   - copies: How many may work at a time where the task does not say.
  ///   - places: Where attempts work and what they write for people, by their numbers.
  ///   - make: Makes a call, with the type of its result.
  public init(
    _ task: TypedTask, copies: Int, places: @escaping @Sendable (_ call: Int) -> (work: String, log: String),
    make: @escaping @Sendable (_ arguments: [TaskArgument], _ result: Type) -> TaskCall
  ) {
    self.task = task
    self.copies = max(1, task.options.replicas?.upperBound ?? copies)
    self.places = places
    self.make = make
  }

  /// The results of all rows, in their order.
  /// - Parameter arguments: A column for each parameter, all of as many rows.
  public func call(_ arguments: [Column]) -> [Result<Column, TaskFailure>] {
    let calls = RowCall.calls(of: task, arguments)
    return lock.withLock {
      // A container is started for each call.
      if case .python = task.work, task.options.container == nil {
        return zip(calls, PythonCalls(pool: self, calls: calls).results()).flatMap { $0.rows(of: $1) }
      }
      return zip(calls, attempt(calls)).flatMap { $0.rows(of: $1) }
    }
  }

  /// Calls under way end soon, and later ones at once.
  public func cancel() {
    cancelled.store(true, ordering: .relaxed)
    attempts.withLock { $0?.cancel() }
  }

  /// Nobody calls any more.
  public func end() {
    lock.withLock {
      for replica in idle { replica.process.stop() }
      idle = []
    }
  }

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  func made(_ call: RowCall) -> TaskCall { make(call.arguments, call.result) }

  private func nextPlace() -> (work: String, log: String) {
    numberOfCalls += 1
    return places(numberOfCalls)
  }

  // MARK: Processes that stay

  func replica() throws(TaskFailure) -> Replica {
    if let replica = idle.popLast() { return replica }
    let place = nextPlace()
    return Replica(process: try make([], task.result).replica(in: place.work, log: place.log), log: place.log)
  }

  func giveBack(_ replica: Replica) { idle.append(replica) }

  /// Why a process has gone.
  func explained(_ replica: Replica) -> TaskFailure {
    make([], task.result).explained(replica.process.ending(), log: replica.log)
  }

  // MARK: Work of its own for each call

  private func attempt(_ calls: [RowCall]) -> [Result<Column, TaskFailure>] {
    let places = calls.map { _ in nextPlace() }
    let work = Task.detached { [self] in
      await withTaskGroup(of: (Int, Result<Column, TaskFailure>).self) { group in
        var results = [Result<Column, TaskFailure>](repeating: .failure(.cancelled), count: calls.count)
        for (index, call) in calls.enumerated() {
          if index >= copies, let (done, result) = await group.next() { results[done] = result }
          group.addTask { [self] in (index, await attempt(made(call), places[index])) }
        }
        for await (done, result) in group { results[done] = result }
        return results
      }
    }
    attempts.withLock { $0 = work }
    if isCancelled { work.cancel() }
    return Awaited(work).value
  }

  /// Tries until it succeeds, or has failed for good. What succeeded leaves nothing.
  private func attempt(
    _ call: TaskCall, _ place: (work: String, log: String)
  ) async -> Result<Column, TaskFailure> {
    var backoff = Backoff(task.options.retry?.backoff)
    for number in 1...1 + (task.options.retry?.count ?? 0) {
      if isCancelled { break }
      do throws(TaskFailure) {
        let value = try await call.attempt(in: "\(place.work)/\(number)", log: place.log)
        try? FileManager.default.removeItem(atPath: place.log)
        return .success(value)
      } catch {
        if error.isCancellation || number > task.options.retry?.count ?? 0 { return .failure(error) }
      }
      do { try await Task.sleep(for: backoff.next()) } catch { break }
    }
    return .failure(.cancelled)
  }
}
