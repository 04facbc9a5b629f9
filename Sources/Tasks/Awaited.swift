import Dispatch
import Synchronization

/// What a task gives, for a thread that may wait for it: none of Swift's cooperative pool.
final class Awaited<Value: Sendable>: Sendable {
  private let found = Mutex<Value?>(nil)
  private let done = DispatchSemaphore(value: 0)

  init(_ task: Task<Value, Never>) {
    Task.detached { [self] in
      let value = await task.value
      found.withLock { $0 = value }
      done.signal()
    }
  }

  /// Waits; to be asked once.
  var value: Value {
    done.wait()
    guard let value = found.withLock(\.self) else { preconditionFailure("a task that is done") }
    return value
  }
}
