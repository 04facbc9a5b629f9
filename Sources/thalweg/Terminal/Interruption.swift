import Dispatch
import Foundation

/// Turns the signals that ask a process to end into the cancellation of a task.
enum Interruption {
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

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
