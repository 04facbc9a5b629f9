import Columns
import Dataflow
import Diagnosing
import Engine
import Execution
import Foundation
import JobStore
import Planning
import Testing

/// State of one version of a pipeline in the hands of the next.
@Suite struct StateTakeoverTests {
  /// The clicks that `newest` holds: all four fields, as their columns.
  private static func clicks() -> Batch {
    let arena = TextArena()
    return Batch(
      count: 2,
      columns: [
        Column(count: 2, storage: .int64(Buffer([1, 2] as [Int64]))),
        Column(count: 2, storage: .text(Buffer([arena.add("a"), arena.add("b")]), owners: [arena])),
        Column(count: 2, storage: .int128(Buffer([5, 6] as [Int128]))),
        Column(count: 2, storage: .int64(Buffer([7, 8] as [Int64]))),
      ], tags: RowTags(times: Buffer([7, 8] as [Int64])))
  }

  /// Lets `former` make one epoch, with rows for a sink, and `next` go on after it.
  private func takeOver(
    _ former: String = clicksProgram, by next: String,
    contents: OperatorState.Contents? = .elements(input: 0),
    rowsFor sink: String? = nil, isApplied: Bool = true,
    _ body: (FolderCheckpoints, Graph) throws -> Void
  ) async throws {
    try await withStateFolder { folder in
      let store = try await storeWithRun()
      do {
        let checkpoints = try FolderCheckpoints(
          run: streamRun, folder: folder, store: store, graph: try await compiledGraph(former))
        if let sink {
          let spool = try checkpoints.spool(sink: sink, epoch: 1)
          try spool.append([1, 2])
          try spool.finish()
        }
        let base = checkpoint(1, ["shard 0": (1, [4])])
        var states = base.states
        states["newest.latest.1"] = OperatorState([
          .init("shard 0", version: 1, rows: Self.clicks(), contents: contents)
        ])
        try checkpoints.commit(
          Checkpoint(
            epoch: 1, positions: base.positions, states: states, counters: base.counters,
            watermarks: base.watermarks))
        if isApplied { try checkpoints.applied(1) }
      }
      let graph = try await compiledGraph(next)
      try body(
        try FolderCheckpoints(run: streamRun, folder: folder, store: store, graph: graph), graph)
    }
  }

  private func refusals(_ error: CheckpointError?, _ program: String) async throws -> [String] {
    let diagnostics = error?.diagnostics(try await compiledGraph(program)) ?? []
    #expect(diagnostics.allSatisfy { $0.code == .changedState && $0.help != nil })
    return diagnostics.map(\.message)
  }

  @Test func aNewFieldHasItsDefault() async throws {
    let next = clicksProgram.replacing(
      "price: Decimal, at: Timestamp }",
      with: "price: Decimal, shop: String = \"web\", at: Timestamp, note: Int? }")
    try await takeOver(by: next) { checkpoints, _ in
      let latest = try #require(try checkpoints.latest())
      #expect(latest.sections() == ["shard 0": [4]])
      let rows = try #require(latest.states["newest.latest.1"]?.sections.first?.rows)
      #expect(rows.columns.count == 6 && rows.tags?.times.map { Array($0.values) } == [7, 8])
      guard case .text(let shops, _) = rows.columns[3].storage, case .int64(let at) = rows.columns[4].storage
      else {
        Issue.record("columns are not where they belong")
        return
      }
      #expect(shops.values.map(\.string) == ["web", "web"] && Array(at.values) == [7, 8])
      #expect((0..<2).allSatisfy { !rows.columns[5].isPresent($0) })
    }
  }

  @Test func fieldsMayChangePlaces() async throws {
    let next = clicksProgram.replacing("id: Int, user: String", with: "user: String, id: Int")
    try await takeOver(by: next) { checkpoints, _ in
      let rows = try #require(try checkpoints.latest()?.states["newest.latest.1"]?.sections.first?.rows)
      #expect(Array(try #require(rows.columns[0].storage.texts)) == ["a", "b"])
    }
  }

  @Test func aRenamedStatementTakesItsStateAlong() async throws {
    let next = clicksProgram.replacing("let newest =", with: "@was(\"newest\")\nlet fresh =")
      .replacing("<- newest", with: "<- fresh").replacing("from raw", with: "@was(\"raw\")\nfrom input")
      .replacing("raw.timed", with: "input.timed")
    try await takeOver(by: next) { checkpoints, _ in
      let latest = try #require(try checkpoints.latest())
      #expect(latest.states["fresh.latest.1"]?.sections.count == 1 && latest.states["newest.latest.1"] == nil)
      #expect(latest.positions == ["input": checkpoint(1, [:]).positions["raw"]])
      #expect(latest.counters["input"]?.rowsIn == 10 && latest.counters["raw"] == nil)
    }
  }

  @Test func withoutWasItBeginsEmpty() async throws {
    let next = clicksProgram.replacing("let newest =", with: "let fresh =").replacing(
      "<- newest", with: "<- fresh")
    try await takeOver(by: next) { checkpoints, _ in
      let latest = try #require(try checkpoints.latest())
      #expect(latest.states.keys.sorted() == ["totals.aggregate.1"])
    }
  }

  @Test(
    arguments: [
      (
        "group_by(c -> c.user).latest", "group_by(c -> c.id).latest",
        "`newest.latest.1`: its key was `c.user` and is `c.id`"
      ),
      (
        "tumbling(1m)", "tumbling(2m)",
        "`totals.aggregate.1`: its window was `tumbling(1m)` and is `tumbling(2m)`"
      ),
      (
        "{ id: Int,", "{ id: Int, shop: String,",
        "`newest.latest.1`: the field `shop` is new, and has no default for what is kept"
      ),
      (
        "{ id: Int,", "{ id: String,",
        "`newest.latest.1`: the field `id` was `Int` and is `String`"
      ),
      (
        "{ id: Int,", "{",
        "`newest.latest.1`: the field `id` of what it holds is gone"
      ),
      (
        "kafka(\"clicks\"", "kafka(\"visits\"",
        #"`raw`: its connector was `kafka("clicks")` and is `kafka("visits")`"#
      ),
    ] as [(String, String, String)])
  func whatDoesNotFitIsRefused(_ old: String, _ new: String, _ message: String) async throws {
    let next = clicksProgram.replacing(old, with: new)
    let error = await #expect(throws: CheckpointError.self) { try await takeOver(by: next) { _, _ in } }
    let messages = try await refusals(error, next)
    #expect(messages.map { $0.replacing(" can't take over what is kept of it", with: "") } == [message])
  }

  @Test func stateThatDoesNotSayWhatItHoldsTakesNoNewFields() async throws {
    let next = clicksProgram.replacing("{ id: Int,", with: "{ id: Int, shop: String = \"web\",")
    let error = await #expect(throws: CheckpointError.self) {
      try await takeOver(by: next, contents: nil) { _, _ in }
    }
    #expect(try await refusals(error, next).count == 1)
  }

  @Test func rowsThatAreNotYetVisibleNeedTheirSink() async throws {
    let next = clicksProgram.replacing("into newest_out", with: "into other_out")
    try await takeOver(by: next, rowsFor: "newest_out", isApplied: true) { _, _ in }
    let error = await #expect(throws: CheckpointError.self) {
      try await takeOver(by: next, rowsFor: "newest_out", isApplied: false) { _, _ in }
    }
    #expect(
      try await refusals(error, next) == [
        "rows of epoch 1 are not yet in the sink `newest_out`, which is gone"
      ])
    let renamed = next.replacing("into other_out", with: "@was(\"newest_out\")\ninto other_out")
    try await takeOver(by: renamed, rowsFor: "newest_out", isApplied: false) { checkpoints, _ in
      let found = try chunks(checkpoints.spooled(sink: "other_out", epoch: 1))
      #expect(found == [[1, 2]])
    }
  }
}

extension Storage {
  /// The texts of a column of them.
  fileprivate var texts: [String]? {
    guard case .text(let views, _) = self else { return nil }
    return views.values.map(\.string)
  }
}
