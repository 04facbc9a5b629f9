import PostgreSQL

/// Waiting for the end of what was submitted: a notification tells of it, and who hears none looks now and then.
extension RunQueue {
  /// Waits until a run has ended, and tells how it goes on. A database that is away for a while is waited for, too.
  public func waitForEnd(
    of id: RunID, onProgress: (RunRecord, [JobRecord]) -> Void = { _, _ in }
  ) async throws -> RunRecord {
    try await waitForEnd(marking: "run.id = \(id.text)") {
      guard let run = try await store.run(id) else { throw StoreError.lostRun(id) }
      if run.state.isFinal, run.hold != .retry { return run }
      onProgress(run, try await store.jobs(of: id))
      return nil
    }
  }

  /// Waits until all runs of a backfill have ended.
  public func waitForEnd(
    ofBackfill id: String, in namespace: String = RunRecord.defaultNamespace,
    onProgress: (BackfillProgress) -> Void
  ) async throws -> BackfillProgress {
    let members: SQL = """
      run.number IN (SELECT run FROM backfill_run WHERE (namespace, backfill) = (\(namespace), \(id)))
      """
    return try await waitForEnd(marking: members) {
      let progress = try await progress(ofBackfill: id, in: namespace, failures: Self.shownFailures)
      onProgress(progress)
      return progress.ended == progress.count ? progress : nil
    }
  }

  private static let shownFailures = 10
  /// Between two looks.
  private static let look = Duration.milliseconds(250)
  /// How long a database may be away from who waits for a run.
  private static let patience = Duration.seconds(60)

  private func waitForEnd<End>(marking runs: SQL, _ end: () async throws -> End?) async throws -> End {
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    // Only who says that it waits is told.
    _ = try await store.rows(
      "UPDATE submission SET is_awaited = true FROM run WHERE run.number = submission.run AND \(runs)")
    let listener = try? await listen(to: [.ended]) { _ in wake.yield() }
    defer { withExtendedLifetime(listener) {} }
    let ticker = Task {
      while !Task.isCancelled {
        wake.yield()
        try? await Task.sleep(for: Self.look)
      }
    }
    defer { ticker.cancel() }
    var lastAnswer = ContinuousClock.now
    for await _ in wakes {
      do {
        if let end = try await end() { return end }
        lastAnswer = .now
      } catch let error as StoreError {
        guard case .unreachable = error, ContinuousClock.now - lastAnswer < Self.patience else { throw error }
      }
    }
    throw CancellationError()
  }

  /// Tells those who wait for the end of runs.
  static func tellEnded(_ runs: [Int64]) -> SQL { tellEnded("ANY (\(ArrayParameter(runs)))") }

  /// Tells those who wait for the end of runs.
  /// - Parameter runs: What their numbers are equal to.
  static func tellEnded(_ runs: SQL) -> SQL {
    "SELECT pg_notify('thalweg_ended', '') FROM submission WHERE is_awaited AND run = \(runs) LIMIT 1"
  }
}
