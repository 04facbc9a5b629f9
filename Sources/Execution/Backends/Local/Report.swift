import Columns
import Engine
import Synchronization

/// An output with `publish: always`. Once all of its rows are in, it is not discarded with the others: how the run
/// ends says what becomes of it.
final class Report: StagedOutput {
  private enum Stage {
    case open, complete, ended
  }

  private let name: String
  private let output: any StagedOutput
  private let stage = Mutex(Stage.open)

  init(_ name: String, _ output: any StagedOutput) {
    self.name = name
    self.output = output
  }

  func encode(_ batch: Batch) throws -> [UInt8] { try output.encode(batch) }
  func append(_ bytes: [UInt8]) throws { try output.append(bytes) }

  func finish() throws {
    try output.finish()
    stage.withLock { $0 = .complete }
  }

  func publish() throws { if end(.complete) { try output.publish() } }

  func discard() { if end(.open) { output.discard() } }

  /// It was not published with the run.
  func publishIfComplete() throws(RunFailure) {
    do { try publish() } catch { throw .output(name: name, error: error) }
  }

  /// The run is cancelled, or no longer that of this process.
  func drop() { if end(.complete) { output.discard() } }

  private func end(_ from: Stage) -> Bool {
    stage.withLock { stage in
      guard stage == from else { return false }
      stage = .ended
      return true
    }
  }
}
