import JobStore
import Tasks

/// Lets any worker make calls of a run's tasks.
package protocol CallDispatcher: Sendable {
  /// Whether a former owner of the run has offered this very call, and nobody has settled it.
  func isOpen(_ name: String, _ input: String) async -> Bool

  /// Has a call made.
  /// - Parameter mayRepeat: Whether it may be made again where a worker is lost with it.
  /// - Returns: The JSON of what it gave.
  func dispatch(_ offer: CallQueue.Offer, mayRepeat: Bool) async throws(TaskFailure) -> String

  /// What came of a call is recorded.
  func settle(_ name: String) async
}
