import Columns
import Engine
import Synchronization

/// Remembers the staged outputs of a run, so that they can be removed even where the engine does not come back:
/// a read of a terminal or pipe may block for ever.
final class StagedOutputs: Sendable {
  private let outputs = Mutex<[any StagedOutput]?>([])
  private let reports = Mutex<[Report]>([])

  func add(_ report: Report) {
    add(report as any StagedOutput)
    reports.withLock { $0.append(report) }
  }

  /// Publishes what is to be seen whatever becomes of the run, as far as it is complete.
  func publishReports() throws(RunFailure) {
    for report in reports.withLock(\.self) { try report.publishIfComplete() }
  }

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
    for report in reports.withLock(\.self) { report.drop() }
  }
}

/// A sink that tells `outputs` what it stages.
struct TrackedSink: RowSink {
  let name: String
  let sink: any RowSink
  let outputs: StagedOutputs
  /// `publish: always`.
  let publishesAlways: Bool

  func open() throws -> any StagedOutput {
    let output = try sink.open()
    if publishesAlways {
      let report = Report(name, output)
      outputs.add(report)
      return report
    }
    outputs.add(output)
    return output
  }
}
