import Foundation
import PostgreSQL
import Subprocess
import SystemPackage
import Testing

@testable import JobStore
@testable import TestServers

/// Calls of a submitted run's tasks that are made by several workers: other processes, in other folders.
@Suite(.timeLimit(.minutes(15))) struct FanOutCommandTests {
  let sandbox: Sandbox
  let database: Database
  let environment: Environment

  init() async throws {
    sandbox = try Sandbox()
    database = try Database()
    environment = Sandbox.environment.updating(["THALWEG_DATABASE_URL": .init(stringLiteral: database.url)])
    _ = try await PostgreSQLSchema(try database.address).migrate()
    try sandbox.write(Self.program(effect: "pure"), to: "parts.thal")
    try sandbox.write("shop,price\nnorth,3\nsouth,4\n", to: "sales.csv")
  }

  /// Each pass writes a file, which goes on when there is a file `go`, and reads it in another call.
  private static func program(effect: String) -> String {
    #"""
    record Sale { shop: String, price: Int }
    record Sizes { sizes: List<Int> }
    task cut(sales: Table<Sale>, n: Int) -> File {
      command """
        echo cut {n} >> done.txt
        until [ -e go ]; do sleep 0.05; done
        cat {sales} > {out}
        head -c {n} /dev/zero >> {out}
      """
      effect \#(effect)
    }
    task size(part: File) -> Int {
      command "wc -c < {part}"
      effect pure
    }
    pipeline parts {
      from sales: Table<Sale> = csv("sales.csv")
      let sizes = for n in [1, 2, 3, 4, 5, 6] {
        let part = cut(sales, n)
        size(part)
      }
      into out = jsonl("out.jsonl") <- Sizes { sizes }
    }
    """#
  }

  private static let expected = #"{"sizes":[55,56,57,58,59,60]}"# + "\n"

  private func submit() async throws -> String {
    let result = try await sandbox.run("submit", "parts.thal", environment: environment)
    #expect(result.status == .exited(0), "\(result.error)")
    return result.output.trimmingCharacters(in: .newlines)
  }

  private func worker(
    slots: Int, endedBy signal: Signal = .terminate, _ body: @escaping @Sendable (pid_t) async throws -> Void
  ) async throws -> CommandResult {
    let elsewhere = try Sandbox()
    let result = try await Subprocess.run(
      .path(FilePath(Sandbox.binary)), arguments: ["worker", "--slots", "\(slots)"], environment: environment,
      workingDirectory: FilePath(elsewhere.path), input: .none, output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20)
    ) { execution in
      let process = execution.processIdentifier.value
      try await wait { try rows("SELECT 1 FROM worker WHERE process = \(process)").count == 1 }
      try await body(process)
      try? execution.send(signal: signal)
    }
    return CommandResult(
      status: result.terminationStatus, output: result.standardOutput, error: result.standardError)
  }

  private func rows(_ query: String) throws -> [String] { try database.rows(query) }

  private func wait(until isDone: () async throws -> Bool) async throws {
    while try await !isDone() { try await Task.sleep(for: .milliseconds(20)) }
  }

  private func state(_ id: String) async throws -> String? {
    try await sandbox.runs(environment: environment).first { $0.id == id }?.state
  }

  /// How many calls each worker makes, by process.
  private func calling() throws -> [String] {
    try rows(
      """
      SELECT process, count(*) FROM call_lease JOIN worker ON worker.id = worker GROUP BY process
      ORDER BY process
      """)
  }

  private func owner() throws -> [String] {
    try rows("SELECT process FROM run_lease JOIN worker ON worker.id = worker")
  }

  private func expectEachOnce(_ id: String) async throws {
    #expect(try await state(id) == "succeeded")
    #expect(try sandbox.read("out.jsonl") == Self.expected)
    let ended = try rows(
      "SELECT call FROM run_event WHERE kind = 'call' AND data LIKE '%succeeded%' ORDER BY call")
    #expect(ended.count == 12 && Set(ended).count == 12, "\(ended)")
    let left =
      "SELECT 1 FROM ready_call UNION ALL SELECT 1 FROM call_lease UNION ALL SELECT 1 FROM call_result"
    try await wait { try rows(left).isEmpty }
  }

  @Test func `the passes of a for are shared by the workers, and files go between them`() async throws {
    _ = try await worker(slots: 2) { one in
      _ = try await worker(slots: 2) { two in
        let id = try await submit()
        try await wait { try calling() == [one, two].sorted().map { "(\($0),2)" } }
        try sandbox.write("", to: "go")
        try await wait { try await state(id) == "succeeded" }
        try await expectEachOnce(id)
      }
    }
  }

  @Test func `a worker that is told to stop makes the calls of its own runs first`() async throws {
    let id = try await submit()
    let result = try await worker(slots: 2, endedBy: .resume) { one in
      try await wait { try calling() == ["(\(one),2)"] }
      kill(one, SIGTERM)
      try await wait { try rows("SELECT 1 FROM worker WHERE is_draining").count == 1 }
      try sandbox.write("", to: "go")
    }
    #expect(result.status == .exited(0), "\(result.error)")
    try await expectEachOnce(id)
  }

  @Test func `calls that are lost with a worker are made again by another`() async throws {
    let result = try await worker(slots: 3) { owner in
      let id = try await submit()
      try await wait { try calling() == ["(\(owner),3)"] }
      let killed = try await worker(slots: 3, endedBy: .kill) { other in
        try await wait { try calling().count == 2 }
        _ = try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE process = \(other)")
      }
      #expect(killed.status == .signaled(SIGKILL))
      try sandbox.write("", to: "go")
      try await wait { try await state(id) == "succeeded" }
      try await expectEachOnce(id)
    }
    #expect(result.status == .exited(0), "\(result.error)")
  }

  @Test func `whoever takes on a run from a lost worker takes on its calls, and what is done stays done`()
    async throws
  {
    let id = try await submit()
    let survivor = try Box()
    let result = try await worker(slots: 3, endedBy: .kill) { owner in
      try await wait { try calling() == ["(\(owner),3)"] }
      survivor.task = Task {
        try await worker(slots: 3) { other in
          try await wait { try await state(id) == "succeeded" }
          _ = other
        }
      }
      try await wait { try calling().count == 2 }
      #expect(try self.owner() == ["(\(owner))"])
    }
    #expect(result.status == .signaled(SIGKILL))
    try database.run(
      "UPDATE worker SET seen = now() - interval '1 hour' WHERE id IN (SELECT worker FROM run_lease)")
    try await wait { try rows("SELECT 1 FROM submission WHERE claims = 2").count == 1 }
    try sandbox.write("", to: "go")
    #expect(try await survivor.task?.value.status == .exited(0))
    try await expectEachOnce(id)
    // Three calls were lost with the first worker; the three of the second were made once.
    #expect(try sandbox.read("done.txt").split(separator: "\n").count == 9)
  }

  @Test func `what may not be done twice and was lost in the middle waits for somebody to decide`()
    async throws
  {
    try sandbox.write(Self.program(effect: "external"), to: "parts.thal")
    let id = try await submit()
    _ = try await worker(slots: 6, endedBy: .kill) { owner in
      try await wait { try calling() == ["(\(owner),6)"] }
      try await wait { (try? sandbox.read("done.txt"))?.split(separator: "\n").count == 6 }
    }
    try database.run("UPDATE worker SET seen = now() - interval '1 hour'")
    _ = try await worker(slots: 6) { _ in
      try await wait { try await state(id) == "failed" }
      let shown = try await sandbox.run("runs", "show", id, environment: environment)
      #expect(shown.output.contains("may have been done"), "\(shown.output)")
      #expect(try sandbox.read("done.txt").split(separator: "\n").count == 6)
      try sandbox.write("", to: "go")
      let again = try await sandbox.run("runs", "retry", id, environment: environment)
      #expect(again.status == .exited(0), "\(again.error)")
      try await wait { try await state(id) == "succeeded" }
      try await expectEachOnce(id)
    }
  }

  @Test func `a run that is cancelled ends its calls wherever they are made`() async throws {
    _ = try await worker(slots: 3) { _ in
      let id = try await submit()
      _ = try await worker(slots: 3) { _ in
        try await wait { try calling().count == 2 }
        let result = try await sandbox.run("runs", "cancel", id, environment: environment)
        #expect(result.status == .exited(0), "\(result.error)")
        try await wait { try await state(id) == "cancelled" }
        // A worker that is told to drain finishes its calls: these would never end.
      }
    }
    #expect(try rows("SELECT 1 FROM call_lease UNION ALL SELECT 1 FROM ready_call").isEmpty)
  }

  /// A task that is begun in one closure and awaited in another.
  private final class Box: @unchecked Sendable {
    var task: Task<CommandResult, any Error>?
    init() throws {}
  }
}
