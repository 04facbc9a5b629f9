import Foundation
import Subprocess
import Testing

@testable import TestServers

/// Many runs over a range of values.
@Suite struct BackfillCommandTests {
  let shared: SharedRuns
  var database: Database { shared.database }
  var sandbox: Sandbox { shared.sandbox }

  init() async throws {
    shared = try await SharedRuns()
    try shared.sandbox.write(Self.program, to: "daily.thal")
    try shared.sandbox.write(Programs.sales, to: "sales.csv")
  }

  private static let program = """
    record Sale { shop: String, price: Int }
    pipeline daily(day: Date, least: Int = 1, shop: String = "") {
      from sales: Table<Sale> = csv("sales.csv")
      into out = jsonl("{day}-{least}.jsonl") <- sales.filter(s -> try s.price >= 12 / least)
      run batch { schedule: cron("0 3 * * *", zone: "Europe/Berlin", args: t -> row { day: t.date() }) }
    }
    """

  private func days() throws -> [String] {
    try database.rows("SELECT parameters::json->>'day' FROM run ORDER BY number")
  }

  @Test func `each value has a run, so many at once, and the same again makes none`() async throws {
    _ = try await shared.withWorker(slots: 3) { _ in
      let first = try await shared.run(
        "backfill", "daily.thal", "-p", "day=2026-01-30..2026-02-02", "--at-once", "1", "--wait")
      #expect(first.status == .exited(0), "\(first.error)")
      #expect(first.error.contains("4 runs are submitted\n") && first.error.contains("4 runs: 4 succeeded"))
      #expect(try days() == ["(2026-01-30)", "(2026-01-31)", "(2026-02-01)", "(2026-02-02)"])
      // None began before the one before it had ended.
      #expect(
        try database.rows("SELECT 1 FROM run a JOIN run b ON a.number < b.number AND a.ended > b.started")
          .isEmpty)
      let again = try await shared.run("backfill", "daily.thal", "-p", "day=2026-01-30..2026-02-02", "--wait")
      #expect(again.error.contains("0 runs are submitted, 4 of its values had one"), "\(again.error)")
      let more = try await shared.run("backfill", "daily.thal", "-p", "day=2026-02-01..2026-02-04", "--wait")
      #expect(more.error.contains("2 runs are submitted, 2 of its values had one"), "\(more.error)")
      #expect(first.output == again.output && first.output == more.output)
      let other = try await shared.run(
        "backfill", "daily.thal", "-p", "day=2026-02-01..2026-02-01", "--id", "once-more", "--wait")
      #expect(other.output == "once-more\n" && other.error.contains("1 run is submitted"), "\(other.error)")
    }
    #expect(try days().count == 7)
    #expect(try sandbox.read("2026-02-04-1.jsonl").isEmpty)
    #expect(try database.rows("SELECT 1 FROM held_run UNION ALL SELECT 1 FROM ready_run").isEmpty)
  }

  @Test func `the times of a schedule are a range, with the arguments that it gives`() async throws {
    let result = try await shared.run("backfill", "daily.thal", "--times", "2026-03-28..2026-03-30")
    #expect(result.status == .exited(0), "\(result.error)")
    #expect(try days() == ["(2026-03-28)", "(2026-03-29)", "(2026-03-30)"])
    #expect(
      try database.rows("SELECT value FROM backfill_run ORDER BY run") == [
        "(\"2026-03-28 02:00:00Z\")", "(\"2026-03-29 01:00:00Z\")", "(\"2026-03-30 01:00:00Z\")",
      ])
    let moments = try await shared.run(
      "backfill", "daily.thal", "--times", "2026-03-30T01:00:00Z..2026-03-31T00:59:59Z")
    #expect(moments.error.contains("0 runs are submitted, 1 of its values had one"), "\(moments.error)")
  }

  @Test func `runs that fail are named with their values`() async throws {
    _ = try await shared.withWorker { _ in
      let result = try await shared.run(
        "backfill", "daily.thal", "-p", "day=2026-01-01", "-p", "least=0..2", "--wait")
      #expect(result.status == .exited(1))
      #expect(result.error.contains("3 runs: 2 succeeded, 1 failed"), "\(result.error)")
      #expect(result.error.contains("least=0  daily-"), "\(result.error)")
    }
  }

  @Test(arguments: [
    (["-p", "day=2026-01-31..2026-01-01"], "runs backwards"),
    (["-p", "day=2026-01-31..2026-02-30"], "two values of a `Date`"),
    (["-p", "day=2026-01-01..2026-01-02", "-p", "least=1..2"], "over one range"),
    (["-p", "day=2026-01-01", "-p", "least=1..9999999999"], "at most 10,000 runs"),
    (["-p", "day=2026-01-01"], "needs one range"), (["--times", "monday..friday"], "days or moments"),
    (["--times", "2026-01-01..2026-01-02", "-p", "least=1..2"], "needs one range"),
    (["-p", "least=1..2"], "needs a value for `day"),
    (["-p", "shop=a..b", "-p", "day=2026-01-01"], "needs one range"),
  ])
  func `what is no range is told of`(arguments: [String], words: String) async throws {
    let result = try await sandbox.run(
      ["backfill", "daily.thal"] + arguments, environment: shared.environment)
    #expect(result.status == .exited(2) && result.error.contains(words), "\(result.error)")
    #expect(try database.rows("SELECT 1 FROM run").isEmpty)
  }
}
