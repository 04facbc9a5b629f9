import Dataflow
import Diagnosing
import Engine
import JobStore
import Planning

/// What a run keeps, held against a graph that may go on with it.
public struct KeptState: Sendable {
  /// The run.
  public let run: RunID
  /// The newest complete epoch.
  public let epoch: Int
  /// What would become of the state of each operator.
  public let comparison: StateComparison

  /// The verdicts for people.
  public var text: String { comparison.text(run: run.text, epoch: epoch) }

  /// A plan for machines, with the verdicts under `against`.
  public func json(beside plan: Plan) -> JSONValue {
    let against = comparison.json(run: run.text, epoch: epoch)
    guard case .object(let members) = plan.json else { return plan.json }
    return .object(members + [("against", against)])
  }

  /// Refuses a pipeline that can't go on with it.
  public func refuse(_ pipeline: RunnablePipeline) throws(Refusal) {
    guard comparison.isRefused else { return }
    throw Refusal(CheckpointError.refused(comparison).diagnostics(pipeline.graph), pipeline.sources)
  }
}

extension RunCatalog {
  /// What the run that `name` names keeps, held against a pipeline; `folder` holds the state of all runs.
  /// - Throws: A `Refusal` where there is no such run, or it keeps nothing for this pipeline.
  public func kept(
    by name: String, for pipeline: RunnablePipeline, in folder: String = RunCatalog.states
  ) async throws -> KeptState {
    let graph = pipeline.graph
    let entry = try await find(name)
    guard entry.run.pipeline == graph.name else {
      throw refusal(
        "the run `\(entry.run.id)` is of the pipeline `\(entry.run.pipeline)`", name,
        label: "another pipeline's")
    }
    guard let epoch = entry.epochs.last else {
      throw refusal(
        "the run `\(entry.run.id)` keeps no state", name, label: "no epoch of it is complete",
        help: "only streams keep state, from their first complete epoch on")
    }
    let manifest: Manifest
    do {
      manifest = try EpochFile.manifest(
        of: StateFolder(entry.run.id, in: folder).state(epoch.number), hash: epoch.manifest)
    } catch let error as CheckpointError {
      throw Refusal(error.diagnostics(graph), pipeline.sources)
    }
    let needs = FieldNeeds(graph: graph)
    return KeptState(
      run: entry.run.id, epoch: epoch.number,
      comparison: StateComparison(graph, against: manifest.held) { needs[$0] })
  }

  private func refusal(_ message: String, _ name: String, label: String, help: String? = nil) -> Refusal {
    Refusal(.unknownRun, message, at: name, of: invocation, label: label, help: help)
  }
}
