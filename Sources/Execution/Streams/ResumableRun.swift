import Diagnosing
import Foundation
import JobStore

/// A stream that can go on where it stopped.
public struct ResumableRun: Sendable {
  /// The run.
  public let id: RunID
  /// The pipeline that it ran.
  public let pipeline: String
  /// The arguments that it ran with, each as `name=value`.
  public let given: [String]
}

extension RunCatalog {
  /// The run that `name` names, if it can go on.
  /// - Throws: A `Refusal` where there is none, or it can't; a `StoreError`.
  public func resumable(_ name: String) async throws -> ResumableRun {
    let run = try await find(name).run
    guard run.mode == "stream" else {
      throw notResumable(
        name, "`\(run.id)` is a \(run.mode), and only a stream goes on", "run it again without `--resume`")
    }
    guard run.state.isResumable else {
      let (why, help) =
        run.state == .succeeded
        ? ("has read all of its input", "run it again without `--resume`")
        : ("is under way", "`thalweg runs show \(run.id)` shows how far it is")
      throw notResumable(name, "`\(run.id)` \(why): it can't go on", help)
    }
    let arguments = (try? JSONDecoder().decode([String: String].self, from: Data(run.parameters.utf8))) ?? [:]
    return ResumableRun(
      id: run.id, pipeline: run.pipeline,
      given: arguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
  }
}
