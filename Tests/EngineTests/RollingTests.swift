import Dataflow
import Semantics
import Testing

@testable import Engine

@Suite struct Rollings {
  private func program(_ result: String) -> TimedProgram {
    TimedProgram(
      text: hitRecord + """
        pipeline rolled {
          from hits: SOURCE<Hit> = SOURCE
          let means = hits.timed(h -> h.at, delay: 10s).group_by(h -> h.key)
            .rolling(5ms, (h, g) -> row { \(result) }, late: fail)
          into out = SINK <- means
        }
        """, time: 3)
  }

  /// Each row with its group, up to itself.
  private func groups(_ rows: [Value]) -> [(row: Value, group: [Value])] {
    chronological(rows).flatMap { _, rows in
      rows.indices.map { index in
        (rows[index], rows[...index].filter { $0.int(3) > rows[index].int(3) - 5000 })
      }
    }
  }

  @Test(arguments: [(0, 1), (1, 1), (80, 1), (250, 4), (300, 150)] as [(Int, Int64)])
  func `each row has the group of those before it`(count: Int, keys: Int64) async throws {
    let rows = hits(count, keys: keys, span: 60_000, seed: UInt64(count) + 5)
    let expected = groups(rows).map { row, group in
      let amounts = group.map { $0.int(0) }
      let sum = amounts.reduce(0, +)
      return Expected(
        value: .row([
          row.fields[1], row.fields[2], .int(Int64(group.count)), .int(sum),
          .float(Double(sum) / Double(group.count)), .int(amounts.min() ?? 0), .int(amounts.max() ?? 0),
          .list(amounts.sorted().map { .int($0) }), group[0].fields[1], group[group.count - 1].fields[1],
        ]), due: row.int(3))
    }
    try await program(
      """
      h.id, key: g.key, n: g.count(), sum: g.sum(x -> x.amount), mean: g.mean(x -> x.amount),
      least: g.min(x -> x.amount), most: g.max(x -> x.amount), all: g.collect(x -> x.amount),
      first: g.first(x -> x.id), last: g.last(x -> x.id)
      """
    ).expect(["hits": rows], expected, seed: UInt64(count))
  }

  @Test func `sub-groups may be empty, and absent values do not count`() async throws {
    let rows = hits(200, keys: 3, span: 60_000, seed: 17)
    let expected = groups(rows).map { row, group in
      let few = group.filter { $0.int(0) < 3 && $0.int(1) % 2 == 0 }
      let keyed = group.filter { $0.int(0) < 5 }.map { $0.int(0) }
      let best = few.min { a, b in
        a.int(1) % 3 != b.int(1) % 3 ? a.int(1) % 3 < b.int(1) % 3 : Value.order(a, b) < 0
      }
      return Expected(
        value: .row([
          row.fields[1], .int(Int64(few.count)), .int(few.map { $0.int(0) }.reduce(0, +)),
          few.map { $0.int(0) }.max().map { .int($0) } ?? .none, few.first?.fields[1] ?? .none,
          best?.fields[1] ?? .none, keyed.last.map { .int($0) } ?? .none,
          .bool(group.contains { $0.int(0) == 9 }),
        ]), due: row.int(3))
    }
    try await program(
      """
      h.id, n: g.where(x -> x.amount < 3).where(x -> x.id % 2 == 0).count(),
      sum: g.where(x -> x.amount < 3).where(x -> x.id % 2 == 0).sum(x -> x.amount),
      most: g.where(x -> x.amount < 3).where(x -> x.id % 2 == 0).max(x -> x.amount),
      first: g.where(x -> x.amount < 3).where(x -> x.id % 2 == 0).first(x -> x.id),
      best: g.where(x -> x.amount < 3).where(x -> x.id % 2 == 0).min_by(x -> x.id % 3)?.id,
      small: g.last(x -> if x.amount < 5 { x.amount } else { none }),
      any: g.any(x -> x.amount == 9)
      """
    ).expect(["hits": rows], expected, seed: 18)
  }
}
