import Columns
import Engine
import Synchronization

/// Checkpoints of a test, kept in memory; fails once where the arrangement says that the run is killed.
final class MemoryCheckpoints: CheckpointStore {
  /// The run is killed.
  struct Killed: Error {}

  private struct Kept {
    var checkpoints: [Checkpoint] = []
    var applied = 0
    var spools: [String: MemorySpool] = [:]
    var crash: Arrangement.Crash?
  }

  private let kept: Mutex<Kept>

  private let control: StreamControl?

  /// - Parameter control: To be stopped when the first epoch is visible.
  init(crash: Arrangement.Crash? = nil, stopping control: StreamControl? = nil) {
    kept = Mutex(Kept(crash: crash))
    self.control = control
  }

  /// All epochs that are complete, in order.
  var checkpoints: [Checkpoint] { kept.withLock { $0.checkpoints } }

  func latest() -> Checkpoint? { kept.withLock { $0.checkpoints.last } }

  func spool(sink: String, epoch: Int) -> any Spool {
    let spool = MemorySpool()
    kept.withLock { $0.spools["\(epoch) \(sink)"] = spool }
    return spool
  }

  func spooled(sink: String, epoch: Int) -> any SpooledChunks {
    kept.withLock { $0.spools["\(epoch) \(sink)"] } ?? MemorySpool()
  }

  func commit(_ checkpoint: Checkpoint) throws {
    try kept.withLock { kept in
      if kept.crash == .beforeCommit(checkpoint.epoch) {
        kept.crash = nil
        throw Killed()
      }
      kept.checkpoints.append(checkpoint)
      if kept.crash == .beforeApply(checkpoint.epoch) {
        kept.crash = nil
        throw Killed()
      }
    }
  }

  func applied(_ epoch: Int) {
    kept.withLock { $0.applied = epoch }
    control?.stop()
  }

  func isApplied(_ epoch: Int) -> Bool { kept.withLock { $0.applied >= epoch } }
}

/// Chunks in memory.
private final class MemorySpool: Spool {
  private let chunks = Mutex<[[UInt8]]>([])

  func append(_ chunk: [UInt8]) { chunks.withLock { $0.append(chunk) } }
  func finish() {}
  func forEach(_ body: ([UInt8]) throws -> Void) throws {
    for chunk in chunks.withLock({ $0 }) { try body(chunk) }
  }
  var size: Int { chunks.withLock { $0.reduce(0) { $0 + $1.count } } }
}
