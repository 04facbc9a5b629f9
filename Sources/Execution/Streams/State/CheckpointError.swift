import Dataflow
import Diagnosing
import Foundation
import JobStore
import Planning

/// Why the state of a stream can't be kept or taken over.
public enum CheckpointError: Error, Sendable {
  /// A file can't be made, read or written.
  case unusable(path: String, String)
  /// A file does not hold what was written.
  case damaged(path: String, String)
  /// Another process goes on with the run.
  case held(RunID)
  /// The store of runs fails.
  case store(StoreError)
  /// The graph can't go on with what is kept.
  case refused(StateComparison)
  /// Rows of a complete epoch are not yet visible, and their sink is gone.
  case undelivered(sink: String, epoch: Int)

  /// The last error of the system.
  static func system(_ path: String, _ what: String) -> CheckpointError {
    .unusable(path: path, "\(what): \(String(cString: strerror(errno)))")
  }

  /// The findings for a graph that was to go on.
  public func diagnostics(_ graph: Graph) -> [Diagnostic] {
    let whole = graph.nodes.first?.span ?? Span(FileID(0), 0, 0)
    switch self {
    case .unusable(let path, let reason):
      return [
        Diagnostic(
          .unwritableCheckpoint, "`\(path)` \(reason)", at: whole, help: "the state of streams is kept there")
      ]
    case .damaged(let path, let reason):
      return [
        Diagnostic(
          .unwritableCheckpoint, "`\(path)` is damaged: \(reason)", at: whole,
          help: "bring the file back from a copy, or start a new run")
      ]
    case .held(let run):
      return [
        Diagnostic(
          .unwritableCheckpoint, "another process goes on with the run `\(run)`", at: whole,
          help: "stop it first; `thalweg runs show \(run)` shows where it runs")
      ]
    case .store(let error):
      let (message, help) = error.explanation
      return [Diagnostic(.unusableStore, message, at: whole, help: help)]
    case .refused(let comparison):
      return comparison.verdicts.filter { $0.kind == .refused }.map { verdict in
        Diagnostic(
          .changedState, "`\(verdict.name)` can't take over what is kept of it: \(verdict.reason)",
          at: graph.nodes[verdict.node].span, label: "changed", help: verdict.help)
      }
    case .undelivered(let sink, let epoch):
      return [
        Diagnostic(
          .changedState, "rows of epoch \(epoch) are not yet in the sink `\(sink)`, which is gone", at: whole,
          help:
            "let the former version go on until it is stopped, or keep the sink, with `@was` under another name"
        )
      ]
    }
  }
}
