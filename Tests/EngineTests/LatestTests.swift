import Dataflow
import Semantics
import Testing

@testable import Engine

@Suite struct Latests {
  @Test func `a table has one row a key, the newest, ties by the canonically greatest`() async throws {
    let graph = try await compiled(
      hitRecord + """
        pipeline newest {
          from hits: Table<Hit> = jsonl("in.jsonl")
          into out = jsonl("out.jsonl") <- hits.timed(h -> h.at, delay: 10s).group_by(h -> h.key).latest(late: fail)
        }
        """)
    for (count, keys, span) in [(0, 1, 4), (200, 6, 40), (300, 250, 4000)] as [(Int, Int64, Int64)] {
      let rows = hits(count, keys: keys, span: span, seed: 12)
      let outputs = try await outputsUnderAllDrives(graph, ["hits": rows])
      #expect(
        canonical(outputs["out"] ?? []) == canonical(chronological(rows).map { $0.rows[$0.rows.count - 1] }))
    }
  }

  /// What is the newest of each key before a watermark.
  private func newest(_ rows: [Value], before watermark: Int64) -> [Value] {
    chronological(rows).compactMap { $0.rows.last { $0.int(3) < watermark } }
  }

  @Test(arguments: [1, 3])
  func `a stream gives the newest complete row of each key that has changed`(workers: Int) async throws {
    let graph = try await compiled(
      hitRecord + """
        pipeline newest {
          from hits: Stream<Hit> = kafka("hits", group: "g")
          into out = kafka("newest", write: upsert(by: h -> h.key))
            <- hits.timed(h -> h.at, delay: 10s).group_by(h -> h.key).latest(ttl: 1d, late: fail)
        }
        """)
    let rows = hits(200, keys: 6, span: 100, seed: 13)
    var dice = Dice(seed: 14)
    var run = try Rounds(graph, workers: workers)
    var table: [Value: Value] = [:]
    var seen = 0
    for (round, watermark) in [Int64(-10), 5, 5, 30, 70, 200].enumerated() {
      // All come at once, and wait.
      let arrivals = round == 0 ? rows : []
      try run.run(
        ["hits": Rounds.Rows(values: arrivals, watermarks: arrivals.map { _ in .min })],
        watermarks: ["hits": TimeProgress.Input(watermark: watermark, hasEnded: false)], time: 3, &dice)
      let before = table
      for row in (run.collected["out"] ?? []).dropFirst(seen) {
        #expect(table[row.fields[2]] == before[row.fields[2]], "a key is given once a round")
        #expect(before[row.fields[2]] != row, "only what has changed is given")
        table[row.fields[2]] = row
      }
      seen = run.collected["out"]?.count ?? 0
      #expect(canonical(Array(table.values)) == canonical(newest(rows, before: watermark)))
      run = try run.restarted(workers: 2, try run.saved())
    }
  }
}
