import Columns

/// A stream's sink as the stages see it: encoded rows go to the spool of the epoch under way.
///
/// Unchecked: the driver changes the spool between rounds only; `append` is called by one worker at a time.
final class SpooledSink: RowSink, StagedOutput, @unchecked Sendable {
  private let output: any EpochOutput
  private(set) var spool: (any Spool)?

  init(_ output: any EpochOutput) { self.output = output }

  /// Begins an epoch; without a spool what comes is dropped, since it is visible already.
  func begin(_ spool: (any Spool)?) { self.spool = spool }

  func open() -> any StagedOutput { self }

  func encode(_ batch: Batch) throws -> [UInt8] { spool == nil ? [] : try output.encode(batch) }

  func append(_ bytes: [UInt8]) throws { try spool?.append(bytes) }

  /// The epoch's rows are all in.
  func finish() throws { try spool?.finish() }

  /// Makes the epoch's rows visible.
  func apply(_ epoch: Int) throws {
    if let spool { try output.apply(epoch, spool) }
  }

  /// Makes the rows of an epoch visible that was complete before a restart.
  func apply(_ epoch: Int, _ chunks: any SpooledChunks) throws { try output.apply(epoch, chunks) }

  func close(isComplete: Bool) throws { try output.close(isComplete: isComplete) }

  // A stream publishes by epochs, and takes back nothing but the epoch under way.
  func publish() {}
  func discard() {}
}
