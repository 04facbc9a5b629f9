import Diagnosing
import Foundation
import JobStore

/// A run that can go on where it stopped: a stream after its last epoch, a batch with what its tasks have done.
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
    guard run.mode != "service", run.backend != RunQueue.backend else {
      let (why, help) =
        run.mode == "service"
        ? ("is a service, and keeps nothing", "start it again")
        : ("was submitted, and is the workers' to run", "`thalweg runs retry \(run.id)` lets them")
      throw notResumable(name, "`\(run.id)` \(why)", help)
    }
    guard run.state.isResumable else {
      let (why, help) =
        run.state == .succeeded
        ? ("has done all that it had to do", "run it again without `--resume`")
        : ("is under way", "`thalweg runs show \(run.id)` shows how far it is")
      throw notResumable(name, "`\(run.id)` \(why): it can't go on", help)
    }
    let arguments = (try? JSONDecoder().decode([String: String].self, from: Data(run.parameters.utf8))) ?? [:]
    return ResumableRun(
      id: run.id, pipeline: run.pipeline,
      given: arguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
  }
}
