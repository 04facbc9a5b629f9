import JobStore

/// What is recorded of the calls of a run's tasks, so that nobody need make them again.
struct CallJournal: Sendable {
  /// The newest that is known of each call that was begun before, by its name.
  let known: [String: CallRecord]
  /// Records something, with what comes next.
  let note: @Sendable (CallRecord) -> Void
  /// Records something, and waits until it is.
  let commit: @Sendable (CallRecord) async -> Void
}
