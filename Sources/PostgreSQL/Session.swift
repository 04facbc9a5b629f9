import Dispatch
import Synchronization

/// A connection on a thread of its own, for callers that must not wait: those of Swift's pool.
public actor Session {
  private let queue = ConnectionQueue()
  private let address: ServerAddress
  private var connection: Connection?

  /// Connects when it is first used.
  public init(_ address: ServerAddress) { self.address = address }

  /// The connection's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

  /// Lets `body` use the connection; a broken one is replaced before. When the task is cancelled, so is the
  /// statement that `body` waits for.
  public func use<Value: Sendable>(
    _ body: @Sendable (inout Connection) throws -> Value
  ) async throws -> Value {
    try Task.checkCancellation()
    if connection?.isBroken ?? true { connection = try Connection(address) }
    guard let canceller = connection?.canceller else { throw CancellationError() }
    let use = Use(canceller)
    defer { use.end() }
    return try await withTaskCancellationHandler {
      try body(&connection!)
    } onCancel: {
      // Telling the server takes a while.
      DispatchQueue.global().async { use.cancel() }
    }
  }

  /// Closes the connection; the next use opens another.
  public func close() { connection = nil }

  /// Sees to it that a cancellation that comes too late does not meet the next statement.
  private final class Use: Sendable {
    private let canceller: Canceller
    private let isOver = Mutex(false)

    init(_ canceller: Canceller) { self.canceller = canceller }

    func cancel() { isOver.withLock { if !$0 { canceller.cancel() } } }
    func end() { isOver.withLock { $0 = true } }
  }
}

/// Runs a session's calls one after the other on a thread that may wait.
private final class ConnectionQueue: SerialExecutor {
  private let queue = DispatchQueue(label: "thalweg.postgresql")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
