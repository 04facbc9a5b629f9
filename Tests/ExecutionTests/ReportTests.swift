import Diagnosing
import Execution
import JobStore
import Testing

@Suite struct ReportTests {
  private static func at(_ seconds: Int64) -> Moment {
    Moment(microseconds: 1_767_225_600_000_000).advanced(bySeconds: seconds)
  }

  private static let owner = Owner(host: "a", boot: "b", process: 42, began: 7)

  private static func planned(_ id: String, parameters: String = "{}") -> RunRecord {
    RunRecord(
      id: RunID(id), pipeline: "daily", file: "daily.thal", parameters: parameters,
      planHash: "0123456789abcdef", mode: "batch", backend: "local", owner: owner, created: at(0))
  }

  private static let succeeded: RunRecord = {
    var run = planned("daily-aaaaaaaa")
    run.state = .succeeded
    run.started = at(0)
    run.ended = at(75)
    run.rowsIn = 1_234_567
    run.rowsOut = 16
    return run
  }()

  private static let failed: RunRecord = {
    var run = planned("daily-bbbbbbbb", parameters: #"{"day":"2026-01-01"}"#)
    run.state = .failed
    run.started = at(1)
    run.ended = at(1)
    run.error = RunError(
      code: "F480", message: "a row", text: "error[F480]: a row\n", json: #"{"code":"F480"}"#)
    return run
  }()

  @Test func listsRuns() {
    #expect(
      RunReport.text([Self.succeeded, Self.failed, Self.planned("daily-cccccccc")], now: Self.at(80)) == """
        RUN             STATE      CREATED                TOOK    ROWS IN  ROWS OUT  ERROR  FILE
        daily-aaaaaaaa  succeeded  2026-01-01 00:00:00Z  1m15s  1,234,567        16         daily.thal
        daily-bbbbbbbb  failed     2026-01-01 00:00:00Z    0ms          0         0  F480   daily.thal
        daily-cccccccc  planned    2026-01-01 00:00:00Z                 0         0         daily.thal

        """)
    #expect(RunReport.text([], now: Self.at(0)) == "no runs\n")
  }

  @Test func showsARun() async throws {
    let store = InMemoryRunStore()
    try await store.create(
      Self.planned("daily-1", parameters: #"{"day":"2026-01-01"}"#),
      jobs: [JobRecord(id: 1, name: "orders"), JobRecord(id: 2, name: "sums.aggregate.1")],
      plan: PlanRecord(hash: "0123456789abcdef", json: "{}"))
    let changes: [RunChange] = [
      .run(.running, at: Self.at(0), rowsIn: 0, rowsOut: 0, error: nil),
      .job(1, .running, at: Self.at(0), rowsIn: 0, rowsOut: 0, error: nil),
      .job(1, .failed, at: Self.at(2), rowsIn: 1000, rowsOut: 999, busy: 12_345, error: Self.failed.error),
      .job(2, .cancelled, at: Self.at(2), rowsIn: 0, rowsOut: 0, error: nil),
      .run(.failed, at: Self.at(2), rowsIn: 1000, rowsOut: 0, error: Self.failed.error),
    ]
    #expect(try await store.update(RunID("daily-1"), changes))
    let entry = try await RunCatalog(store, Invocation([])).find("last")
    #expect(
      RunReport.text(entry, now: Self.at(9)) == """
        run         daily-1
        state       failed
        pipeline    daily of daily.thal
        parameters  {"day":"2026-01-01"}
        plan        0123456789ab   batch on local
        created     2026-01-01T00:00:00.000Z
        took        2.0s
        rows        1,000 in, 0 out

        JOB  NAME              STATE      TRIES  TOOK  WORK  ROWS IN  ROWS OUT
          1  orders            failed         1  2.0s  12ms    1,000       999
          2  sums.aggregate.1  cancelled      0

        error[F480]: a row

        """)
    let json = RunReport.json(entry).compact
    #expect(json.hasPrefix(#"{"version":1,"run":{"id":"daily-1","namespace":"default","pipeline":"daily""#))
    #expect(json.contains(#""attempts":[{"number":1,"state":"failed""#))
  }

  @Test func findsARunByTheBeginningOfItsID() async throws {
    let store = InMemoryRunStore()
    for id in ["daily-abc", "daily-abd", "weekly-x"] {
      try await store.create(
        Self.planned(id), jobs: [], plan: PlanRecord(hash: "0123456789abcdef", json: "{}"))
      #expect(
        try await store.update(
          RunID(id), [.run(.succeeded, at: Self.at(1), rowsIn: 0, rowsOut: 0, error: nil)]))
    }
    let catalog = RunCatalog(store, Invocation(["runs", "show", "daily-ab"]))
    #expect(try await catalog.find("w").run.id.text == "weekly-x")
    #expect(try await catalog.find("daily-abc").run.id.text == "daily-abc")
    let several = await #expect(throws: Refusal.self) { try await catalog.find("daily-ab") }
    #expect(several?.diagnostics.map(\.code.text) == ["C812"])
    let none = await #expect(throws: Refusal.self) { try await catalog.find("monthly") }
    #expect(none?.diagnostics[0].message == "there is no run `monthly`")
  }

  @Test func aRunWhoseProcessIsGoneIsNotRunning() async throws {
    let store = InMemoryRunStore()
    let current = Owner.current
    let gone = Owner(
      host: current.host, boot: current.boot, process: current.process, began: current.began + 1)
    var run = RunRecord(
      id: RunID("daily-1"), pipeline: "daily", file: "daily.thal", parameters: "{}", planHash: "x",
      mode: "batch",
      backend: "local", owner: gone, created: Self.at(0))
    run.state = .running
    try await store.create(run, jobs: [], plan: PlanRecord(hash: "x", json: "{}"))
    let listed = try await RunCatalog(store, Invocation([])).list(RunFilter())
    #expect(listed.map(\.state) == [.failed])
    #expect(listed[0].error?.code == "C813")
  }

  @Test(arguments: [
    (0, "0ms"), (0.0123, "12ms"), (0.9996, "1.0s"), (3.44, "3.4s"), (59.96, "1m00s"), (125, "2m05s"),
    (3720, "1h02m"), (200_000, "2d07h"), (-1, "0ms"),
  ])
  func writesDurations(_ seconds: Double, _ text: String) {
    #expect(Figures.duration(seconds) == text)
  }

  @Test(
    arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")] as [(Int64, String)])
  func groupsDigits(_ number: Int64, _ text: String) {
    #expect(Figures.count(number) == text)
  }
}
