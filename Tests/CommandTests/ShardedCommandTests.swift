import Foundation
import Subprocess
import Testing

@testable import JobStore
@testable import TestServers

/// Batches whose stages are done by several workers: other processes, in other folders.
@Suite(.timeLimit(.minutes(15))) struct ShardedCommandTests {
  let shared: SharedRuns
  var sandbox: Sandbox { shared.sandbox }
  var database: Database { shared.database }

  init() async throws { shared = try await SharedRuns() }

  private static func program(shards: Int?) -> String {
    """
    record Sale { shop: String, item: String, price: Int }
    record Total { shop: String, item: String, sum: Int }
    pipeline totals {
      from sales: Table<Sale> = csv("sales.csv")
      let sums = sales.filter(s -> s.price > 3).group_by(s -> row { s.shop, s.item })
        .aggregate(g -> Total { shop: g.key.shop, item: g.key.item, sum: g.sum(s -> s.price) })
      check sums { every(t -> t.sum > 0) }
      into out = csv("out.csv") <- sums.sort(by: t -> row { t.shop, t.item })
      \(shards.map { "run batch { parallelism: \($0) }" } ?? "")
    }
    """
  }

  private func writeSales() throws {
    var sales = "shop,item,price\n"
    for row in 0..<60_000 { sales += "shop \(row * row % 41),item \(row % 977),\(row * 31 % 1009)\n" }
    try sandbox.write(sales, to: "sales.csv")
  }

  private func submit() async throws -> String {
    let result = try await shared.run("submit", "totals.thal")
    #expect(result.status == .exited(0), "\(result.error)")
    return result.output.trimmingCharacters(in: .newlines)
  }

  private func alone() async throws -> String {
    try sandbox.write(Self.program(shards: nil), to: "alone.thal")
    let result = try await sandbox.run("run", "alone.thal")
    #expect(result.status == .exited(0), "\(result.error)")
    defer { try? FileManager.default.removeItem(atPath: "\(sandbox.path)/out.csv") }
    return try sandbox.read("out.csv")
  }

  /// The shards that were done, of all stages.
  private func done() throws -> Set<String> {
    Set(try database.rows("SELECT call FROM run_event WHERE kind = 'call' AND data LIKE '%succeeded%'"))
  }

  private static let all = Set(
    (1...2).flatMap { stage in (1...4).map { "(\"stage \(stage), shard \($0) of 4\")" } })

  @Test func `the stages of a batch are shared by the workers, and give what one process gives`() async throws
  {
    try writeSales()
    let expected = try await alone()
    try sandbox.write(Self.program(shards: 4), to: "totals.thal")
    _ = try await shared.withWorker(slots: 2) { _ in
      _ = try await shared.withWorker(slots: 2) { _ in
        let id = try await submit()
        try await shared.wait { try await ["succeeded", "failed"].contains(shared.state(id)) }
        #expect(try await shared.state(id) == "succeeded")
        #expect(try done() == Self.all)
        let shown = try await shared.run("runs", "show", id)
        #expect(shown.output.contains("60,000 in"), "\(shown.output)")
      }
    }
    #expect(try sandbox.read("out.csv") == expected)
  }

  @Test func `shards that are lost with their worker are done by another, and what is done stays done`()
    async throws
  {
    try writeSales()
    let expected = try await alone()
    try sandbox.write(Self.program(shards: 4), to: "totals.thal")
    let id = try await submit()
    let killed = try await shared.withWorker(slots: 1, endedBy: .kill) { _ in
      try await shared.wait { try done().count >= 2 }
    }
    #expect(killed.status == .signaled(SIGKILL))
    let before = try done()
    try database.run("UPDATE worker SET seen = now() - interval '1 minute'")
    _ = try await shared.withWorker(slots: 1) { _ in
      try await shared.wait { try await ["succeeded", "failed"].contains(shared.state(id)) }
    }
    #expect(try await shared.state(id) == "succeeded")
    #expect(try sandbox.read("out.csv") == expected)
    #expect(before.count < Self.all.count && before.isSubset(of: Self.all), "\(before)")
    let again = try database.rows(
      "SELECT call FROM run_event WHERE kind = 'call' AND data LIKE '%succeeded%' GROUP BY call HAVING count(*) > 1"
    )
    #expect(again.isEmpty)
  }
}
