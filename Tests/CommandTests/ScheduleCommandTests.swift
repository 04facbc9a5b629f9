import Foundation
import JobStore
import PostgreSQL
import Subprocess
import SystemPackage
import Testing

@testable import TestServers

/// Pipelines on the clock: workers in other processes make and run what is due.
@Suite struct ScheduleCommandTests {
  let shared: SharedRuns
  var database: Database { shared.database }
  var sandbox: Sandbox { shared.sandbox }

  init() async throws {
    shared = try await SharedRuns()
    try shared.sandbox.write(Self.daily, to: "daily.thal")
    try shared.sandbox.write(Programs.sales, to: "sales.csv")
  }

  private static let daily = """
    record Sale { shop: String, price: Int }
    pipeline daily(day: Date) {
      from sales: Table<Sale> = csv("sales.csv")
      into out = jsonl("{day}.jsonl") <- sales
      run batch {
        schedule: cron("0 3 * * *", zone: "Europe/Berlin", missed: all, args: t -> row { day: t.date() - 1d })
      }
    }
    """

  /// As if nobody had come by since.
  private func rewind(to time: String) throws {
    try database.run("UPDATE schedule SET done = '\(time)', next_fire = '\(time)'")
  }

  /// The first three days of 2026 and no later one: the schedule has no future.
  private func threeDays() throws {
    try sandbox.write(Self.daily.replacing("0 3 * * *", with: "0 3 2-4 1 *"), to: "daily.thal")
  }

  private func parameters() throws -> [String] {
    try database.rows("SELECT parameters FROM run WHERE state = 'succeeded' ORDER BY 1")
  }

  @Test func `each time that was missed has its run, with the arguments of its time`() async throws {
    try threeDays()
    let added = try await shared.run("schedules", "add", "daily.thal")
    #expect(added.status == .exited(0), "\(added.error)")
    #expect(added.output.hasPrefix("daily runs next at "), "\(added.output)")
    #expect(added.output.contains("-01-02 02:00:00Z with day="), "\(added.output)")
    try rewind(to: "2026-01-01T12:00:00Z")
    // What comes later is of no concern to it.
    try sandbox.write("nonsense", to: "daily.thal")
    let worker = try await shared.withWorker(slots: 2) { _ in
      _ = try await shared.withWorker(slots: 2) { _ in
        try await shared.wait { try parameters().count == 3 }
      }
    }
    #expect(worker.status == .exited(0), "\(worker.error)")
    #expect(
      try parameters() == (1...3).map { "(\"{\"\"day\"\":\"\"2026-01-0\($0)\"\"}\")" })
    #expect(try (1...3).allSatisfy { try sandbox.read("2026-01-0\($0).jsonl").contains("north") })
    let shown = try await shared.run("schedules", "show", "daily")
    #expect(shown.output.contains("2026-01-04 02:00:00Z  daily-"), "\(shown.output)")
    #expect(shown.output.contains("-01-02 03:00 +01:00"), "\(shown.output)")
    let listed = try await shared.run("schedules", "list", "--json")
    #expect(listed.output.contains(#""state": "succeeded""#), "\(listed.output)")
  }

  @Test func `a worker that is killed while it makes a run leaves it to another, and there is one`()
    async throws
  {
    try threeDays()
    #expect(try await shared.run("schedules", "add", "daily.thal").status == .exited(0))
    // Whoever makes a run waits for a lock.
    try database.run(
      """
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock(hashtext(current_schema())); RETURN NEW; END';
      CREATE TRIGGER wait BEFORE INSERT ON fire FOR EACH ROW EXECUTE FUNCTION wait();
      """)
    var holder = try database.connection()
    try holder.run("SELECT pg_advisory_lock(hashtext(current_schema()))")
    try rewind(to: "2026-01-03T12:00:00Z")
    let waiting =
      "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
      + " AND objid = hashtext(current_schema())::bigint & 4294967295"
    let killed = try await shared.withWorker(endedBy: .kill) { _ in
      try await shared.wait { try database.rows(waiting).count == 1 }
    }
    #expect(killed.status == .signaled(SIGKILL))
    #expect(try database.rows("SELECT 1 FROM fire").isEmpty)
    try holder.run("SELECT pg_advisory_unlock(hashtext(current_schema()))")
    _ = try await shared.withWorker { _ in
      _ = try await shared.withWorker { _ in
        try await shared.wait { try parameters().count == 1 }
      }
    }
    #expect(try database.rows("SELECT count(*) FROM run") == ["(1)"])
    #expect(try database.rows("SELECT count(*) FROM fire") == ["(1)"])
  }

  @Test func `a run that can't be planned any more has failed, and says why`() async throws {
    // As if a later version had no subtraction.
    #expect(try await shared.run("schedules", "add", "daily.thal").status == .exited(0))
    try database.run(
      "UPDATE program SET files = replace(files, '- 1d', '- 1x'); UPDATE schedule SET missed = 'latest'")
    try rewind(to: "2026-01-01T12:00:00Z")
    _ = try await shared.withWorker { _ in
      try await shared.wait { try database.rows("SELECT 1 FROM run WHERE state = 'failed'").count == 1 }
    }
    let shown = try await shared.run("runs", "show", "last")
    #expect(shown.output.contains("error[") && shown.output.contains("daily.thal:6"), "\(shown.output)")
    #expect(!shown.output.contains("/thalweg-"), "\(shown.output)")
    let schedule = try await shared.run("schedules", "show", "daily")
    #expect(schedule.output.contains("MISSED FROM"), "\(schedule.output)")
  }

  @Test func `a schedule is paused, resumed, put again and removed`() async throws {
    #expect(try await shared.run("schedules").output == "no schedules\n")
    #expect(try await shared.run("schedules", "add", "daily.thal", "--as", "nightly").status == .exited(0))
    #expect(try await shared.run("schedules", "pause", "nightly").output == "nightly is paused\n")
    let again = try await shared.run("schedules", "add", "daily.thal", "daily", "--as", "nightly")
    #expect(again.output.contains("it takes the place of daily of daily.thal"), "\(again.output)")
    #expect(again.output.contains("is paused still"))
    #expect(try await shared.run("schedules").output.contains("paused"))
    #expect(try await shared.run("schedules", "resume", "nightly").output == "nightly goes on\n")
    #expect(try await shared.run("schedules").output.contains("active"))
    #expect(try await shared.run("schedules", "remove", "nightly").output == "nightly is removed\n")
    let gone = try await shared.run("schedules", "show", "nightly")
    #expect(gone.status == .exited(2) && gone.error.contains("error[C847]"), "\(gone.error)")
  }

  @Test(arguments: [
    (#"run batch { retry: 1 }"#, 2, "C838"),
    (
      #"run batch { schedule: on(dataset("a"), args: p -> row { day: date("2026-01-01") }) }"#, 1,
      "publication"
    ),
  ])
  func `what has no times is not put on the clock`(run: String, status: Int32, words: String) async throws {
    try sandbox.write(
      String(Self.daily.split(separator: "  run batch")[0]) + "  \(run)\n}\n", to: "other.thal")
    let result = try await shared.run("schedules", "add", "other.thal")
    #expect(result.status == .exited(status) && result.error.contains(words), "\(result.error)")
    #expect(try database.rows("SELECT 1 FROM schedule").isEmpty)
  }
}
