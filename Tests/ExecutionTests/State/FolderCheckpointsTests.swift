import Columns
import Dataflow
import Engine
import Execution
import Foundation
import JobStore
import Testing

@Suite struct FolderCheckpointsTests {
  private func open(_ folder: String, _ store: any EpochStore) async throws -> FolderCheckpoints {
    return try FolderCheckpoints(
      run: streamRun, folder: folder, store: store, graph: try await compiledGraph(clicksProgram))
  }

  /// So many numbers that a section is worth keeping where it lies.
  private static let many = Array(0..<20_000 as Range<Int64>)

  @Test func aRunBeginsWithNothing() async throws {
    try await withStateFolder { folder in
      let checkpoints = try await open(folder, try await storeWithRun())
      #expect(try checkpoints.latest() == nil)
      #expect(try stateFiles(folder) == [])
    }
  }

  @Test func givesBackTheNewestCheckpoint() async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      do {
        let checkpoints = try await open(folder, store)
        try checkpoints.commit(checkpoint(1, ["shard 0": (1, [1]), "shard 1": (1, [2])]))
        try checkpoints.applied(1)
        try checkpoints.commit(checkpoint(2, ["shard 0": (2, [1, 7]), "shard 2": (1, [])]))
        #expect(try !checkpoints.isApplied(2))
        try checkpoints.applied(2)
      }
      let checkpoints = try await open(folder, store)
      let latest = try #require(try checkpoints.latest())
      let expected = checkpoint(2, [:])
      #expect(latest.epoch == 2 && latest.positions == expected.positions)
      #expect(latest.counters == expected.counters && latest.watermarks == expected.watermarks)
      #expect(latest.sections() == ["shard 0": [1, 7], "shard 2": []])
      let section = try #require(latest.states["totals.aggregate.1"]?.sections.first { $0.name == "shard 0" })
      #expect(section.version == 2 && section.contents == .own)
      #expect(section.rows.tags?.times.map { Array($0.values) } == [1, 7])
      #expect(try checkpoints.isApplied(2))
    }
  }

  @Test func tellsTheStoreWhatTheEpochIs() async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      let checkpoints = try await open(folder, store)
      try checkpoints.commit(checkpoint(1, ["shard 0": (1, [1])]))
      try checkpoints.commit(checkpoint(2, ["shard 0": (1, [1])], isSavepoint: true))
      let epochs = try await store.epochs(of: streamRun, last: 5)
      #expect(epochs.map(\.number) == [1, 2] && epochs.map(\.isSavepoint) == [false, true])
      #expect(epochs.map(\.watermark) == [1_000_000, 2_000_000])
      #expect(epochs[1].rows == RowCounts(rowsIn: 16, rowsOut: 20, late: 6, failed: 0, faulted: 6))
      #expect(epochs[1].positions == #"{"raw":{"0":"200","1":"x\"y"}}"#)
      #expect(epochs[1].stateBytes > 0 && !epochs[1].isApplied)
      let operators = try await store.operators(of: streamRun)
      #expect(operators.map(\.name) == ["raw", "totals.aggregate.1", "totals_out"])
      #expect(operators.map(\.operation) == ["from", "aggregate", "into"])
      #expect(operators[1].rows == RowCounts(rowsIn: 20, rowsOut: 16, late: 2, failed: 0, faulted: 2))
    }
  }

  @Test func whatHasNotChangedIsNotWrittenAgain() async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      do {
        let checkpoints = try await open(folder, store)
        try checkpoints.commit(checkpoint(1, ["shard 0": (1, Self.many), "shard 1": (1, [1])]))
        try checkpoints.applied(1)
        try checkpoints.commit(checkpoint(2, ["shard 0": (1, Self.many), "shard 1": (2, [2])]))
        try checkpoints.applied(2)
      }
      #expect(try stateFiles(folder) == ["000000000001.state", "000000000002.state"])
      let sizes = try stateFiles(folder).map {
        try FileManager.default.attributesOfItem(atPath: "\(folder)/\(streamRun)/\($0)")[.size] as? Int ?? 0
      }
      #expect(sizes[1] < sizes[0] / 10)
      let latest = try #require(try await open(folder, store).latest())
      #expect(latest.sections() == ["shard 0": Self.many, "shard 1": [2]])
    }
  }

  @Test func aSavepointStandsAlone() async throws {
    try await withStateFolder { folder in
      let checkpoints = try await open(folder, try await storeWithRun())
      try checkpoints.commit(checkpoint(1, ["shard 0": (1, Self.many)]))
      try checkpoints.applied(1)
      try checkpoints.commit(checkpoint(2, ["shard 0": (1, Self.many)], isSavepoint: true))
      #expect(try stateFiles(folder) == ["000000000002.state"])
    }
  }

  @Test func filesWithLittleThatIsNeededAreEmptied() async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      do {
        let checkpoints = try await open(folder, store)
        for epoch in 1...6 {
          // Each epoch but the first changes all but one section: what is left of the first file goes on
          // growing less.
          let sections = (0..<8).map { shard in
            ("shard \(shard)", (version: epoch > shard ? epoch - shard : 0, values: Self.many))
          }
          try checkpoints.commit(checkpoint(epoch, Dictionary(uniqueKeysWithValues: sections)))
          try checkpoints.applied(epoch)
        }
      }
      #expect(try stateFiles(folder).count <= 3)
      let latest = try #require(try await open(folder, store).latest())
      #expect(latest.sections().count == 8 && latest.sections().values.allSatisfy { $0 == Self.many })
    }
  }

  @Test func aNewProcessDoesNotTrustTheVersionsOfAnother() async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      try await open(folder, store).commit(checkpoint(1, ["shard 0": (1, Self.many)]))
      try await open(folder, store).commit(checkpoint(2, ["shard 0": (1, Self.many.reversed())]))
      #expect(try await open(folder, store).latest()?.sections() == ["shard 0": Self.many.reversed()])
    }
  }

  @Test func rowsOfACompleteEpochAreThereUntilTheyAreApplied() async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      do {
        let checkpoints = try await open(folder, store)
        let spool = try checkpoints.spool(sink: "totals_out", epoch: 1)
        for chunk in [[1, 2, 3], [], Array(repeating: 7, count: 1 << 20)] as [[UInt8]] {
          try spool.append(chunk)
        }
        try spool.finish()
        #expect(spool.size == 3 + 1 << 20)
        try checkpoints.spool(sink: "newest_out", epoch: 1).finish()
        try checkpoints.commit(checkpoint(1, [:]))
        // The next epoch has begun when the process dies.
        let next = try checkpoints.spool(sink: "totals_out", epoch: 2)
        try next.append([9])
        try next.finish()
      }
      let checkpoints = try await open(folder, store)
      #expect(try stateFiles(folder) == ["000000000001.state", "000000000001.totals_out.spool"])
      #expect(try !checkpoints.isApplied(1))
      for _ in 0..<2 {
        let spool = try checkpoints.spooled(sink: "totals_out", epoch: 1)
        #expect(try chunks(spool) == [[1, 2, 3], [], Array(repeating: 7, count: 1 << 20)])
        #expect(spool.size == 3 + 1 << 20)
      }
      #expect(try chunks(checkpoints.spooled(sink: "newest_out", epoch: 1)) == [])
      try checkpoints.applied(1)
      let again = try checkpoints.spool(sink: "totals_out", epoch: 2)
      try again.append([5])
      try again.finish()
      try checkpoints.commit(checkpoint(2, [:]))
      #expect(try chunks(checkpoints.spooled(sink: "totals_out", epoch: 2)) == [[5]])
      #expect(try stateFiles(folder) == ["000000000002.state", "000000000002.totals_out.spool"])
    }
  }

  @Test func aCheckpointIsKeptUntilItIsApplied() async throws {
    try await withStateFolder { folder in
      let checkpoints = try await open(folder, try await storeWithRun())
      for epoch in 1...3 { try checkpoints.commit(checkpoint(epoch, ["shard 0": (epoch, [1])])) }
      #expect(try stateFiles(folder).count == 3)
      try checkpoints.applied(3)
      try checkpoints.commit(checkpoint(4, ["shard 0": (4, [1])]))
      #expect(try stateFiles(folder) == ["000000000004.state"])
    }
  }

  @Test func anotherProcessIsKeptOut() async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      let checkpoints = try await open(folder, store)
      let error = await #expect(throws: CheckpointError.self) { try await open(folder, store) }
      guard case .held(streamRun) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      try checkpoints.commit(checkpoint(1, [:]))
    }
  }

  @Test func aRunThatIsLostCommitsNothing() async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      let checkpoints = try await open(folder, store)
      try checkpoints.commit(checkpoint(1, ["shard 0": (1, [1])]))
      let end = RunChange.run(.failed, at: .now, rowsIn: 0, rowsOut: 0, error: nil)
      _ = try await store.update(streamRun, [end])
      let error = #expect(throws: CheckpointError.self) {
        try checkpoints.commit(checkpoint(2, ["shard 0": (2, [2])]))
      }
      guard case .store(.lostRun(streamRun)) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try store.resumePoint(of: streamRun)?.number == 1)
    }
  }

  // MARK: Damage

  /// The files of a run with one epoch, and its store.
  private func withEpoch(_ body: (String, InMemoryRunStore) async throws -> Void) async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      do {
        let checkpoints = try await open(folder, store)
        let spool = try checkpoints.spool(sink: "totals_out", epoch: 1)
        try spool.append([1, 2, 3])
        try spool.append([4])
        try spool.finish()
        try checkpoints.commit(checkpoint(1, ["shard 0": (1, [1, 2]), "shard 1": (1, [3])]))
      }
      try await body("\(folder)/\(streamRun)", store)
    }
  }

  /// Whether everything of the epoch can be read.
  private func reads(_ folder: String, _ store: InMemoryRunStore, _ graph: Graph) throws -> Bool {
    let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    do {
      let checkpoints = try FolderCheckpoints(run: streamRun, folder: parent, store: store, graph: graph)
      let latest = try #require(try checkpoints.latest())
      #expect(latest.sections() == ["shard 0": [1, 2], "shard 1": [3]])
      #expect(try chunks(checkpoints.spooled(sink: "totals_out", epoch: 1)) == [[1, 2, 3], [4]])
      return true
    } catch is CheckpointError {
      return false
    }
  }

  @Test(arguments: ["000000000001.state", "000000000001.totals_out.spool"])
  func everyFlippedByteAndEveryPrefixIsTold(_ name: String) async throws {
    let graph = try await compiledGraph(clicksProgram)
    try await withEpoch { folder, store in
      let file = URL(fileURLWithPath: "\(folder)/\(name)")
      let whole = try Data(contentsOf: file)
      #expect(try reads(folder, store, graph))
      for place in whole.indices {
        var damaged = whole
        damaged[place] ^= 0x20
        try damaged.write(to: file)
        #expect(try !reads(folder, store, graph), "byte \(place)")
        try whole.prefix(place).write(to: file)
        #expect(try !reads(folder, store, graph), "first \(place)")
      }
      try FileManager.default.removeItem(at: file)
      #expect(try !reads(folder, store, graph))
    }
  }

  @Test func whatStandsBehindASpoolIsNotPartOfIt() async throws {
    let graph = try await compiledGraph(clicksProgram)
    try await withEpoch { folder, store in
      let file = URL(fileURLWithPath: "\(folder)/000000000001.totals_out.spool")
      try (Data(contentsOf: file) + Data([0, 0, 0, 9])).write(to: file)
      #expect(try reads(folder, store, graph))
    }
  }
}
