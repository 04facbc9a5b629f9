import Dispatch
import Foundation

/// Turns the signals that ask a process to end into the cancellation of a task.
enum Interruption {
  /// What asks a process to end. The end of the session counts unless whoever started it, like `nohup`, has it
  /// ignored.
  private static let signals: [Int32] = {
    var hangup = sigaction()
    sigaction(SIGHUP, nil, &hangup)
    let isIgnored = unsafeBitCast(hangup.__sigaction_handler.sa_handler, to: Int.self) == ignored
    return [SIGINT, SIGTERM] + (isIgnored ? [] : [SIGHUP])
  }()

  /// The address that `SIG_IGN` stands for.
  private static let ignored = unsafeBitCast(SIG_IGN, to: Int.self)

  /// Runs `body`; the first signal cancels it, a second one ends the process at once.
  static func cancelling<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws
    -> Value
  {
    let task = Task { try await body() }
    let sources = signals.map { signal in
      Foundation.signal(signal, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
      source.setEventHandler {
        for signal in signals { Foundation.signal(signal, SIG_DFL) }
        task.cancel()
      }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    return try await task.value
  }
}
