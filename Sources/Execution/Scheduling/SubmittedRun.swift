import Diagnosing
import Foundation
import JobStore
import Planning

/// A run that a worker has taken on: its program is checked again from the texts that came with it, and must make the
/// very plan that was submitted.
struct SubmittedRun: Sendable {
  let claim: RunQueue.Claim

  /// How it ended, for who looks after the worker.
  func run(on backend: LocalBackend) async -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let request = try await request(in: folder)
      let outcome = try await backend.run(request, recordedIn: claim.store, observer: NoObserver())
      if let problem = outcome.recording { throw problem }
      return outcome.summary(of: claim.run.pipeline)
    } catch let refusal as Refusal {
      await fail(RunError(refusal.diagnostics, refusal.sources) ?? RunError(lost: "its program is refused"))
      return "\(claim.run.pipeline) failed: its program is refused (\(claim.run.id))"
    } catch let error as StoreError {
      return "\(claim.run.pipeline) can't be recorded: \(error.explanation.message) (\(claim.run.id))"
    } catch {
      await fail(RunError(lost: "its program can't be read: \(error)"))
      return "\(claim.run.pipeline) failed: its program can't be read (\(claim.run.id))"
    }
  }

  private func request(in folder: String) async throws -> RunRequest {
    let (program, names) = try ProgramBundle(json: claim.submission.files).unpack(into: folder)
    let given = try JSONDecoder().decode([String: String].self, from: Data(claim.submission.arguments.utf8))
    let compiled = try await CompiledFile(program, under: claim.submission.profile, Invocation(["worker"]))
    let pipeline = try compiled.pipeline(
      claim.run.pipeline, given: given.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" },
      isPartial: false)
    let sources = pipeline.sources.renamed { path in
      names[URL(fileURLWithPath: path).standardizedFileURL.path] ?? path
    }
    guard pipeline.plan.hash == claim.run.planHash else {
      throw Refusal(
        .backendLacks, "this worker makes another plan of the program than the one that was submitted",
        at: "worker", of: Invocation(["worker"]), label: "is of another version",
        help: "run workers of the version that submits")
    }
    try pipeline.refuse(where: LocalBackend().capabilities)
    return pipeline.request(
      of: claim.run, under: claim.epoch, in: claim.submission.folder, sources)
  }

  /// Records that it can't even begin.
  private func fail(_ error: RunError) async {
    guard let jobs = try? await claim.store.jobs(of: claim.run.id) else { return }
    var machine = RunMachine(jobs: jobs.count)
    let now = Moment.now
    let changes = machine.handle(.failed(job: nil, error)).compactMap { action -> RunChange? in
      switch action {
      case .record(let state, let error): .run(state, at: now, rowsIn: 0, rowsOut: 0, error: error)
      case .recordJob(let job, let state, let error):
        .job(jobs[job].id, state, at: now, rowsIn: 0, rowsOut: 0, error: error)
      case .stop, .publish, .discard: nil
      }
    }
    _ = try? await claim.store.update(claim.run.id, changes)
  }
}

/// Nobody looks.
private struct NoObserver: RunObserver {
  func observe(_ snapshot: RunSnapshot) {}
  func finish() {}
}
