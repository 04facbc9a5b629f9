import JobStore
import Tasks

/// A run that a worker has taken on.
struct SubmittedRun: Sendable {
  let claim: RunQueue.Claim
  /// Has its calls made by other workers.
  let dispatcher: RunDispatcher
  /// Whether it is to begin nothing more for now.
  let pause: PauseSwitch
  /// Follows what its tasks write for people.
  let logs: any LogWatcher

  /// How it ended, for who looks after the worker.
  func run(_ programs: SubmittedPrograms, on backend: LocalBackend) async -> String {
    do {
      let outcome = try await outcome(programs, backend)
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

  /// Begins again and again while the store can't be asked: a lease that is given back counts as a try.
  private func outcome(_ programs: SubmittedPrograms, _ backend: LocalBackend) async throws -> RunOutcome {
    var request = try await programs.load(claim.run, claim.submission)
      .request(of: claim.run, under: claim.epoch, pausedBy: pause, in: claim.submission.folder)
    request.dispatcher = dispatcher
    request.logs = logs
    while true {
      do throws(StoreError) {
        return try await backend.run(request, recordedIn: claim.store, observer: NoObserver())
      } catch {
        guard error.isPassing else { throw error }
        try await Task.sleep(for: Self.storePause)
      }
    }
  }

  /// Between two tries to reach a store that is away.
  private static let storePause = Duration.milliseconds(500)

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
    try? await claim.forbidRetries()
    _ = try? await claim.store.update(claim.run.id, changes)
  }
}

/// Nobody looks.
private struct NoObserver: RunObserver {
  func observe(_ snapshot: RunSnapshot) {}
  func finish() {}
}
