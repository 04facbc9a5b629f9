import Engine
import Execution
import Foundation
import JobStore
import Testing

/// A process that keeps checkpoints is killed, really, at each of its steps: what it leaves is the newest
/// complete epoch, whole.
@Suite struct CrashTests {
  /// Where the process dies.
  enum Step: String, CaseIterable, Codable, Sendable {
    case inSpool, spooled, beforeCommit, afterCommit, beforeApplied, afterApplied
  }

  /// Kills the process around the calls of the store.
  private struct Deadly: EpochStore {
    let base: SQLiteRunStore
    let step: Step
    let epoch: Int

    private func die(_ here: Step, _ number: Int) {
      if step == here, epoch == number { kill(getpid(), SIGKILL) }
    }

    func commit(_ record: EpochRecord, operators: [OperatorRecord], by owner: Owner) throws(StoreError) {
      die(.beforeCommit, record.number)
      try base.commit(record, operators: operators, by: owner)
      die(.afterCommit, record.number)
    }
    func markApplied(_ run: RunID, through number: Int) throws(StoreError) {
      die(.beforeApplied, number)
      try base.markApplied(run, through: number)
      die(.afterApplied, number)
    }
    func resumePoint(of run: RunID) throws(StoreError) -> EpochRecord? { try base.resumePoint(of: run) }
    func epochs(of run: RunID, last: Int) async throws(StoreError) -> [EpochRecord] {
      try await base.epochs(of: run, last: last)
    }
    func operators(of run: RunID) async throws(StoreError) -> [OperatorRecord] {
      try await base.operators(of: run)
    }
  }

  private static let many = Array(0..<20_000 as Range<Int64>)

  /// What epoch `epoch` holds: a section that stays, and one that changes.
  private static func sections(_ epoch: Int) -> [String: (version: Int, values: [Int64])] {
    ["shard 0": (1, many), "shard 1": (epoch, [Int64(epoch)])]
  }

  /// What epoch `epoch` shows.
  private static func rows(_ epoch: Int) -> [UInt8] { Array(repeating: UInt8(epoch), count: 1000 * epoch) }

  /// Goes through epochs, and dies in epoch `last` at `step`.
  static func live(_ folder: String, _ step: Step, _ last: Int) async throws {
    let base = try SQLiteRunStore.open(creating: "\(folder)/state.db")
    try await base.create(streamRecord(), jobs: [], plan: .init(hash: "abc", json: "{}"))
    let checkpoints = try FolderCheckpoints(
      run: streamRun, folder: folder, store: Deadly(base: base, step: step, epoch: last),
      graph: try await compiledGraph(clicksProgram))
    for epoch in 1...last {
      let spool = try checkpoints.spool(sink: "totals_out", epoch: epoch)
      try spool.append(rows(epoch))
      if step == .inSpool, epoch == last { kill(getpid(), SIGKILL) }
      try spool.finish()
      if step == .spooled, epoch == last { kill(getpid(), SIGKILL) }
      try checkpoints.commit(checkpoint(epoch, sections(epoch)))
      try checkpoints.applied(epoch)
    }
  }

  @Test(arguments: Step.allCases, [1, 3])
  func theNewestCompleteEpochIsThere(_ step: Step, _ last: Int) async throws {
    try await withStateFolder { folder in
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [folder = folder as String, step = step as Step, last = last as Int] in
        try await CrashTests.live(folder, step, last)
      }
      let store = try #require(try SQLiteRunStore.open(existing: "\(folder)/state.db"))
      let isComplete = [.afterCommit, .beforeApplied, .afterApplied].contains(step)
      let newest = isComplete ? last : last - 1
      #expect(try store.resumePoint(of: streamRun)?.number == (newest == 0 ? nil : newest))

      let checkpoints = try FolderCheckpoints(
        run: streamRun, folder: folder, store: store, graph: try await compiledGraph(clicksProgram))
      let latest = try checkpoints.latest()
      #expect(latest?.epoch == (newest == 0 ? nil : newest))
      #expect(latest?.positions == (newest == 0 ? nil : checkpoint(newest, [:]).positions))
      #expect(try checkpoints.isApplied(last) == (step == .afterApplied))
      if newest > 0 {
        #expect(latest?.sections() == Self.sections(newest).mapValues(\.values))
        // What is applied is not kept.
        if try !checkpoints.isApplied(newest) {
          #expect(try chunks(checkpoints.spooled(sink: "totals_out", epoch: newest)) == [Self.rows(newest)])
        }
      }
      // Nothing is left of the attempt that failed.
      let names = try stateFiles(folder)
      #expect(!names.contains { $0.hasPrefix("00000000000\(newest + 1)") }, "\(names)")
    }
  }
}
