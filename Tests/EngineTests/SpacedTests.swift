import Dataflow
import Semantics
import Testing

@testable import Engine

@Suite struct SpacedDistincts {
  /// What stays of the rows of one key.
  private func surviving(_ rows: [Value], within: Int64) -> [Value] {
    var survivors: [Value] = []
    for row in rows where survivors.last.map({ row.int(3) - $0.int(3) >= within }) ?? true {
      survivors.append(row)
    }
    return survivors
  }

  @Test(arguments: [(0, 1), (150, 3), (300, 100)] as [(Int, Int64)])
  func `a row stays when the last of its key that stayed is long enough ago`(count: Int, keys: Int64)
    async throws
  {
    let program = TimedProgram(
      text: hitRecord + """
        pipeline spaced {
          from hits: SOURCE<Hit> = SOURCE
          into out = SINK <- hits.timed(h -> h.at, delay: 10s).distinct(by: h -> h.key, within: 5ms, late: fail)
        }
        """, time: 3)
    let rows = hits(count, keys: keys, span: 60_000, seed: UInt64(count) + 2)
    let expected = chronological(rows).flatMap { surviving($0.rows, within: 5000) }
    try await program.expect(
      ["hits": rows], expected.map { Expected(value: $0, due: $0.int(3)) }, seed: UInt64(count))
  }

  @Test func `without a key rows are the same when all of them is`() async throws {
    let program = TimedProgram(
      text: """
        record Note { tags: List<Int>, id: Int, text: String?, at: Timestamp }
        pipeline spaced {
          from notes: SOURCE<Note> = SOURCE
          into out = SINK <- notes.timed(n -> n.at, delay: 10s).distinct(within: 1ms, late: fail)
        }
        """, time: 3)
    var dice = Dice(seed: 4)
    let rows: [Value] = (0..<200).map { _ in
      .row([
        .list([.int(dice.int(0...1)), .int(3)]), .int(dice.int(0...1)),
        dice.chance(50) ? .none : .text("the same long text"), .int(dice.int(0...9)),
      ])
    }
    try await program.expect(
      ["notes": rows], Set(rows).map { Expected(value: $0, due: $0.int(3)) }, seed: 6)
  }

  @Test func `distinct of a timed table keeps the earliest, ties in canonical order`() async throws {
    let graph = try await compiled(
      hitRecord + """
        pipeline first {
          from hits: Table<Hit> = jsonl("in.jsonl")
          into out = jsonl("out.jsonl") <- hits.timed(h -> h.at, delay: 10s).distinct(by: h -> h.key)
        }
        """)
    let rows = hits(200, keys: 6, span: 40, seed: 11)
    let outputs = try await outputsUnderAllDrives(graph, ["hits": rows])
    #expect(canonical(outputs["out"] ?? []) == canonical(chronological(rows).map { $0.rows[0] }))
  }
}
