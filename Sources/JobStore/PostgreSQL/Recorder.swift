import PostgreSQL

/// Records what changes in runs. What many tell while one statement is under way the next one records together: a
/// statement with its commit costs the server far more than a row.
actor Recorder {
  /// So many changes go into one statement.
  private static let most = 4_000

  private let pool: ConnectionPool
  private var gathered: [Member] = []
  private var isRecording = false

  /// Somebody who waits until changes are recorded.
  private struct Member {
    let update: RunUpdate
    let done: CheckedContinuation<Result<Bool, any Error>, Never>
  }

  init(_ pool: ConnectionPool) { self.pool = pool }

  /// - Returns: Whether the run was still under way.
  func record(_ update: RunUpdate) async throws -> Bool {
    let result: Result<Bool, any Error> = await withCheckedContinuation { done in
      gathered.append(Member(update: update, done: done))
      guard !isRecording else { return }
      isRecording = true
      Task { await recordAll() }
    }
    return try result.get()
  }

  private func recordAll() async {
    while !gathered.isEmpty {
      let group = takeGroup()
      do {
        let recorded = try await record(group)
        for (member, isRecorded) in zip(group, recorded) {
          member.done.resume(returning: .success(isRecorded))
        }
      } catch let error as PostgreSQLError where group.count > 1 && error.kind == .statement {
        // Nothing of the group has taken effect. What is refused is refused alone.
        for member in group {
          do { member.done.resume(returning: .success(try await record([member])[0])) } catch {
            member.done.resume(returning: .failure(error))
          }
        }
      } catch {
        for member in group { member.done.resume(returning: .failure(error)) }
      }
    }
    isRecording = false
  }

  /// The next that go together: of each run those that come first, and either all under leases or none.
  private func takeGroup() -> [Member] {
    var (group, rest): ([Member], [Member]) = ([], [])
    var runs: Set<RunID> = []
    var count = 0
    for member in gathered {
      let isAlike = (member.update.lease == nil) == (gathered[0].update.lease == nil)
      if isAlike, count < Self.most, runs.insert(member.update.run).inserted {
        group.append(member)
        count += member.update.changes.events.count
      } else {
        rest.append(member)
      }
    }
    gathered = rest
    return group
  }

  private func record(_ group: [Member]) async throws -> [Bool] {
    let updates = group.map(\.update)
    var isRecorded = updates.map { _ in false }
    func take(_ rows: Rows) throws {
      for row in 0..<rows.count { isRecorded[try rows.value(row, 0, as: Int.self) - 1] = true }
    }
    try take(try await pool.run(RunUpdate.statement(updates)))
    // The run has ended, its lease is gone, or it was told before.
    if isRecorded.contains(false) { try take(try await pool.run(RunUpdate.recorded(updates))) }
    return isRecorded
  }
}
