import Columns
import Engine
import Synchronization

/// Remembers the staged outputs of a run, so that they can be removed even where the engine does not come back:
/// a read of a terminal or pipe may block for ever.
final class StagedOutputs: Sendable {
  private let outputs = Mutex<[any StagedOutput]?>([])

  func add(_ output: any StagedOutput) {
    let isClosed = outputs.withLock { outputs in
      outputs?.append(output)
      return outputs == nil
    }
    if isClosed { output.discard() }
  }

  /// Removes all outputs, and those that come late.
  func discardAll() {
    let staged = outputs.withLock { outputs in
      defer { outputs = nil }
      return outputs ?? []
    }
    for output in staged { output.discard() }
  }
}

/// A sink that tells `outputs` what it stages.
struct TrackedSink: RowSink {
  let sink: any RowSink
  let outputs: StagedOutputs

  func open() throws -> any StagedOutput {
    let output = try sink.open()
    outputs.add(output)
    return output
  }
}
