/// Records the epochs of streams. Its calls wait for the store, so they are made on threads that may wait,
/// never on Swift's pool.
public protocol EpochRecorder: Sendable {
  /// Records that an epoch is complete, and what the operators have done up to it: the one point from which it
  /// counts, durable on return.
  /// - Throws: `.lostRun` unless the run is under way, `owner` runs it, and the epoch comes after its newest.
  func commit(_ epoch: EpochRecord, operators: [OperatorRecord], by owner: Owner) throws(StoreError)

  /// Records that all sinks show the epochs of a run up to this one.
  func markApplied(_ run: RunID, through epoch: Int) throws(StoreError)

  /// The newest epoch of a run: where it goes on.
  func resumePoint(of run: RunID) throws(StoreError) -> EpochRecord?
}

/// Tells of the epochs of streams.
public protocol EpochReader: Sendable {
  /// The newest epochs of a run, at most `last` of them, in order. Old ones are forgotten: at least
  /// `EpochHistory.length` are there.
  func epochs(of run: RunID, last: Int) async throws(StoreError) -> [EpochRecord]

  /// What each operator had done at the newest epoch, in the plan's order.
  func operators(of run: RunID) async throws(StoreError) -> [OperatorRecord]
}

/// A store of epochs.
public typealias EpochStore = EpochRecorder & EpochReader

/// How far back epochs are remembered.
public enum EpochHistory {
  /// The number of epochs of a run that every store keeps.
  public static let length = 100
}
