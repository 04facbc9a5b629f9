import Artifacts
import Dataflow
import Diagnosing
import JobStore
import Tasks

/// A call of a task that a worker has taken on, for the owner of its run.
struct SubmittedCall: Sendable {
  let claim: CallQueue.Claim
  let context: CallQueue.Context
  /// Follows what it writes for people.
  let logs: any LogWatcher

  /// Makes it, and tells what came of it.
  func make(_ programs: SubmittedPrograms) async -> CallQueue.Report {
    do throws(TaskFailure) {
      let value = try await value(programs)
      return CallQueue.Report(epoch: claim.epoch, outcome: .succeeded, value: value)
    } catch {
      return CallQueue.Report(
        epoch: claim.epoch, outcome: .failed, value: error.on(Owner.current.host).json)
    }
  }

  private func value(_ programs: SubmittedPrograms) async throws(TaskFailure) -> String {
    let request: RunRequest
    let work: OfferedWork
    let known: [String: String]
    do {
      work = try OfferedWork(json: claim.offer.work)
      request = try await programs.load(context.run, context.submission)
        .request(of: context.run, under: claim.epoch, in: context.submission.folder)
      known = try request.secrets.values(of: request.graph)
    } catch {
      throw TaskFailure("can't be called by a worker: \(Self.text(error))")
    }
    let places = WorkPlaces(context.run.id, lease: claim.epoch, logs: logs)
    defer { places.remove() }
    let secrets: @Sendable (String) -> String = { known[$0] ?? "" }
    switch work {
    case .call(let work): return try await value(of: work, request, secrets, places)
    case .fragment(let work):
      return try await FragmentRun(
        request: request, work: work, secrets: secrets, folder: places.shard("\(work.stage)-\(work.shard)")
      ).run().json
    }
  }

  private func value(
    of work: CallWork, _ request: RunRequest, _ secrets: (String) -> String, _ places: WorkPlaces
  ) async throws(TaskFailure) -> String {
    guard case .task(let operation) = request.graph.nodes[work.node].operation else {
      throw TaskFailure("can't be called by a worker: it has another program")
    }
    do {
      let artifacts = try request.artifacts()
      let given = try await work.given(
        to: operation.task, from: artifacts, in: places.files(of: work.place))
      let call = TaskCall(
        operation.task, given, at: work.node, of: request.graph, secrets: secrets,
        in: request.projectFolder, logs: places.logs)
      let value = try await call.attempt(
        in: places.work(of: work.place, attempt: claim.offer.attempt),
        log: places.log(of: work.place, attempt: claim.offer.attempt))
      return try await TaskValue.json(value, operation.task.result, naming: artifacts.put)
    } catch let failure as TaskFailure {
      throw failure
    } catch {
      throw TaskFailure("can't be called by a worker: \(Self.text(error))")
    }
  }

  private static func text(_ error: any Error) -> String {
    switch error {
    case let refusal as Refusal: refusal.diagnostics.first?.message ?? "its program is refused"
    case let missing as Secrets.Missing: missing.diagnostics.first?.message ?? "a secret is missing"
    case let error as StoreError: error.explanation.message
    default: "\(error)"
    }
  }
}
