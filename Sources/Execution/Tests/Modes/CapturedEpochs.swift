import Columns
import Engine
import Synchronization

/// A stream's sink of a test: what became visible, epoch by epoch; survives a kill.
final class CapturedEpochs: EpochSink, EpochOutput {
  private struct Kept {
    var encoded: [Batch] = []
    var visible: [Int: [Batch]] = [:]
  }

  private let kept = Mutex(Kept())

  /// The rows of all epochs up to one, in order; nil without any.
  func rows(upTo epoch: Int = .max) -> Batch? {
    let batches = kept.withLock { kept in
      kept.visible.filter { $0.key <= epoch }.sorted { $0.key < $1.key }.flatMap(\.value)
    }
    return batches.isEmpty ? nil : .concatenated(batches)
  }

  func open(run: String, after epoch: Int) -> any EpochOutput { self }

  /// The engine moves encoded rows: here these are numbers of batches.
  func encode(_ batch: Batch) -> [UInt8] {
    let number = kept.withLock { kept in
      kept.encoded.append(batch.tagged(nil))
      return kept.encoded.count - 1
    }
    return withUnsafeBytes(of: number) { Array($0) }
  }

  func apply(_ epoch: Int, _ chunks: any SpooledChunks) throws {
    if kept.withLock({ $0.visible[epoch] != nil }) { return }
    var numbers: [Int] = []
    try chunks.forEach { chunk in numbers.append(chunk.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }) }
    let found = numbers
    kept.withLock { kept in kept.visible[epoch] = found.map { kept.encoded[$0] }.filter { $0.count > 0 } }
  }

  func close(isComplete: Bool) {}
}
