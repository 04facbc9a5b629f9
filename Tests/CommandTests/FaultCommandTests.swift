import Foundation
import PostgreSQL
import Subprocess
import Synchronization
import SystemPackage
import Testing

@testable import JobStore
@testable import TestServers

/// Workers that are killed, cut off, held and misled about the time: real processes, on a real database.
@Suite(.serialized, .timeLimit(.minutes(15))) struct FaultCommandTests {
  /// How many times as much is done: 1, unless `THALWEG_FAULTS` says more.
  private static let faults = max(Int(ProcessInfo.processInfo.environment["THALWEG_FAULTS"] ?? "") ?? 1, 1)

  let sandbox: Sandbox
  let database: Database
  let environment: Environment

  init() async throws {
    sandbox = try Sandbox()
    database = try Database()
    environment = Self.environment(database.url)
    _ = try await PostgreSQLSchema(try database.address).migrate()
    try sandbox.write(Self.program(effect: "pure"), to: "pure.thal")
    try sandbox.write(Self.program(effect: "external"), to: "external.thal")
    try sandbox.write("shop,price\nnorth,3\nsouth,4\n", to: "sales.csv")
  }

  private static func environment(_ url: String) -> Environment {
    Sandbox.environment.updating(["THALWEG_DATABASE_URL": .init(stringLiteral: url)])
  }

  /// Each pass notes that it is made, and needs one call after the other.
  private static func program(effect: String) -> String {
    #"""
    record Sale { shop: String, price: Int }
    record Sizes { sizes: List<Int> }
    task cut(sales: Table<Sale>, n: Int) -> Int {
      command "echo {n} >> \#(effect).txt; until [ -e go ]; do sleep 0.05; done; wc -l < {sales}"
      effect \#(effect)
    }
    task size(lines: Int, n: Int) -> Int {
      command "expr {lines} + {n}"
      effect pure
    }
    pipeline \#(effect) {
      from sales: Table<Sale> = csv("sales.csv")
      let sizes = for n in [1, 2, 3] {
        let lines = cut(sales, n)
        size(lines, n)
      }
      into out = jsonl("\#(effect).jsonl") <- Sizes { sizes }
    }
    """#
  }

  private static let expected = #"{"sizes":[3,4,5]}"# + "\n"

  /// A worker, as long as `body` runs.
  @discardableResult
  private func worker(
    slots: Int = 2, _ environment: Environment? = nil, endedBy signal: Signal = .terminate,
    _ body: @escaping @Sendable (pid_t) async throws -> Void
  ) async throws -> CommandResult {
    let elsewhere = try Sandbox()
    let result = try await Subprocess.run(
      .path(FilePath(Sandbox.binary)), arguments: ["worker", "--slots", "\(slots)"],
      environment: environment ?? self.environment, workingDirectory: FilePath(elsewhere.path), input: .none,
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20)
    ) { execution in
      try await body(execution.processIdentifier.value)
      try? execution.send(signal: signal)
    }
    return CommandResult(
      status: result.terminationStatus, output: result.standardOutput, error: result.standardError)
  }

  private func submit(_ program: String, environment: Environment? = nil) async throws -> String {
    let result = try await sandbox.run("submit", program, environment: environment ?? self.environment)
    #expect(result.status == .exited(0), "\(result.error)")
    return result.output.trimmingCharacters(in: .newlines)
  }

  private func wait(until isDone: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !isDone() {
      guard ContinuousClock.now < end else { throw NeverCame() }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private struct NeverCame: Error {}

  private func waitForAll() async throws {
    let open =
      "SELECT 1 FROM run WHERE state IN ('planned', 'running') UNION ALL SELECT 1 FROM run_lease"
    try await wait { try database.rows(open).isEmpty }
  }

  private func expectSound(_ ids: [String]) async throws {
    let violations = try await RunLog.violations(in: try database.address, submitted: Set(ids))
    #expect(violations.isEmpty)
  }

  private func states(_ pipeline: String) throws -> Set<String> {
    Set(try database.rows("SELECT state FROM run WHERE pipeline = '\(pipeline)'"))
  }

  private func proxy(_ judge: @escaping @Sendable (Int) -> Proxy.Fate = { _ in .delivered }) throws -> Proxy {
    try Proxy(to: try Cluster.shared.get().port, judge: judge)
  }

  /// As if nothing had been heard of any worker for long.
  private func silence(except process: pid_t = 0) throws {
    try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE process <> \(process)")
  }

  @Test func `answers to commits are lost at random, and no call that may not be repeated is`() async throws {
    let proxy = try proxy { $0 % 23 == 7 ? .lost : .delivered }
    defer { proxy.stop() }
    try sandbox.write("", to: "go")
    var ids: [String] = []
    for _ in 0..<(2 * Self.faults) {
      ids += [try await submit("pure.thal"), try await submit("external.thal")]
    }
    let way = Self.environment(proxy.url(to: database.url))
    try await worker(way) { _ in
      try await worker(way) { _ in try await waitForAll() }
    }
    #expect(try states("pure") == ["(succeeded)"])
    // What was taken on by one who does not know it may have been done: somebody has to look.
    let reasons = try database.rows("SELECT DISTINCT error_message FROM run WHERE state = 'failed'")
    #expect(reasons.allSatisfy { $0.contains("may have been done") }, "\(reasons)")
    #expect(try sandbox.read("external.txt").split(separator: "\n").count <= 3 * 2 * Self.faults)
    #expect(try sandbox.read("pure.jsonl") == Self.expected)
    try await expectSound(ids)
  }

  /// After what the store has been told and has committed, before the worker knows: all that it does lies between two
  /// of these.
  private static let places = faults > 1 ? Array(1...40) : [5, 12, 16, 21]

  @Test(arguments: places)
  func `a worker that is killed at any step loses nothing`(_ place: Int) async throws {
    let process = Mutex<pid_t>(0)
    let isKilled = Atomic<Bool>(false)
    let proxy = try proxy { number in
      guard number == place else { return .delivered }
      // It may have come so far before its number is known here.
      while process.withLock({ $0 }) == 0 { usleep(1000) }
      kill(process.withLock { $0 }, SIGKILL)
      isKilled.store(true, ordering: .relaxed)
      return .lost
    }
    defer { proxy.stop() }
    try sandbox.write("", to: "go")
    let id = try await submit("pure.thal")
    let done = "SELECT 1 FROM run WHERE state = 'succeeded'"
    try await worker(Self.environment(proxy.url(to: database.url)), endedBy: .kill) { started in
      process.withLock { $0 = started }
      try await wait { try isKilled.load(ordering: .relaxed) || database.rows(done).count == 1 }
    }
    try silence()
    try await worker { _ in try await waitForAll() }
    #expect(try states("pure") == ["(succeeded)"])
    #expect(try sandbox.read("pure.jsonl") == Self.expected)
    try await expectSound([id])
  }

  @Test func `a worker that the network has cut off publishes nothing when it is back`() async throws {
    let proxy = try proxy()
    defer { proxy.stop() }
    let id = try await submit("pure.thal")
    let way = Self.environment(proxy.url(to: database.url))
    try await worker(way) { process in
      try await wait { try database.rows("SELECT 1 FROM run_lease").count == 1 }
      try await wait { sandbox.exists("pure.txt") }
      proxy.stall()
      try silence()
      try sandbox.write("", to: "go")
      try await worker { _ in try await wait { try self.states("pure") == ["(succeeded)"] } }
      #expect(try sandbox.read("pure.jsonl") == Self.expected)
      // Whatever it wrote would be seen.
      try sandbox.write("kept", to: "pure.jsonl")
      proxy.resume()
      try await wait { try database.rows("SELECT 1 FROM worker WHERE process = \(process)").count == 1 }
    }
    #expect(try sandbox.read("pure.jsonl") == "kept")
    try await expectSound([id])
  }

  @Test func `a worker whose notifications are gone listens again`() async throws {
    try sandbox.write("", to: "go")
    let listening = """
      SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND application_name = '\(database.schema)'
      """
    try await worker { _ in
      try await wait { try database.rows(listening).count == 1 }
      for _ in 0..<3 {
        let former = try database.rows(listening)
        try database.run(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE query LIKE 'LISTEN%' AND application_name = '\(database.schema)'
          """)
        let id = try await submit("pure.thal")
        try await wait {
          try database.rows("SELECT 1 FROM run WHERE id = '\(id)' AND state = 'succeeded'").count == 1
        }
        try await wait { try ![[], former].contains(database.rows(listening)) }
      }
    }
  }

  private static let fakeTime = "/usr/bin/faketime"
  private static let hasFakeTime = FileManager.default.fileExists(atPath: fakeTime)

  /// Runs a command whose clock is wrong.
  private func run(_ arguments: String..., off by: String) async throws -> CommandResult {
    let result = try await Subprocess.run(
      .path(FilePath(Self.fakeTime)), arguments: Arguments(["-f", by, Sandbox.binary] + arguments),
      environment: environment, workingDirectory: FilePath(sandbox.path), input: .none,
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    return CommandResult(
      status: result.terminationStatus, output: result.standardOutput, error: result.standardError)
  }

  @Test(.enabled("there is no faketime: `scripts/setup tests` installs it") { hasFakeTime })
  func `machines whose clocks are days apart do all once`() async throws {
    try sandbox.write("", to: "go")
    var ids: [String] = []
    for by in ["+9d", "-9d", "+0d"] {
      let result = try await run("submit", "pure.thal", off: by)
      #expect(result.status == .exited(0), "\(result.error)")
      ids.append(result.output.trimmingCharacters(in: .newlines))
    }
    async let ahead = run("worker", "--slots", "1", off: "+3d")
    async let behind = run("worker", "--slots", "1", off: "-3d")
    let workers = "SELECT process FROM worker"
    try await wait { try database.rows(workers).count == 2 }
    try await waitForAll()
    for worker in try database.rows(workers) {
      if let process = pid_t(worker.dropFirst().dropLast()) { kill(process, SIGTERM) }
    }
    _ = try await (ahead, behind)
    #expect(try states("pure") == ["(succeeded)"])
    let wrong =
      "SELECT 1 FROM run_event WHERE at NOT BETWEEN now() - interval '2 days' AND now() + interval '2 days'"
    #expect(try database.rows(wrong).count > 0)
    #expect(try database.rows("SELECT 1 FROM submission WHERE claims > 1").isEmpty)
    try await expectSound(ids)
  }

  /// Two workers work off what there is for so long; of the second life after life is ended.
  private func finished(in time: Duration, killedEach pause: Duration?) async throws -> Int {
    let count = "SELECT 1 FROM run WHERE state = 'succeeded'"
    let before = try database.rows(count).count
    let end = ContinuousClock.now + time
    try await worker { _ in
      while ContinuousClock.now < end {
        try await worker(endedBy: pause == nil ? .terminate : .kill) { _ in
          let next = pause.map { min(ContinuousClock.now + $0, end) } ?? end
          try await Task.sleep(until: next, clock: .continuous)
        }
      }
    }
    return try database.rows(count).count - before
  }

  @Test func `one of two workers is killed again and again, and everything is done once`() async throws {
    try sandbox.write("", to: "go")
    try sandbox.write(Self.program(effect: "pure").replacing("sleep 0.05", with: "sleep 1"), to: "pure.thal")
    let isLong = Self.faults > 1
    let time = Duration.seconds(isLong ? 60 : 4)
    var ids: [String] = []
    // So many that they last.
    for _ in 0..<(isLong ? 300 : 12) { ids.append(try await submit("pure.thal")) }
    if isLong {
      let undisturbed = try await finished(in: time, killedEach: nil)
      for _ in 0..<300 { ids.append(try await submit("pure.thal")) }
      let disturbed = try await finished(in: time, killedEach: .seconds(3))
      print("figure: with kills \(disturbed) runs a minute, of \(undisturbed) without")
    } else {
      _ = try await finished(in: time, killedEach: .seconds(1))
    }
    try silence()
    try await worker(slots: 4) { _ in try await waitForAll() }
    #expect(try states("pure") == ["(succeeded)"])
    try await expectSound(ids)
  }
}
