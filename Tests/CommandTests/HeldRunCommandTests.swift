import Foundation
import PostgreSQL
import Subprocess
import Synchronization
import SystemPackage
import Testing

@testable import TestServers

/// Submitted runs that are paused, tried again, ended by their limits, and looked at while they go on.
@Suite struct HeldRunCommandTests {
  let shared: SharedRuns
  var database: Database { shared.database }
  var sandbox: Sandbox { shared.sandbox }

  init() async throws {
    shared = try await SharedRuns()
    try shared.sandbox.write(Programs.parameters, to: "dear.thal")
    try shared.sandbox.write(Programs.sales, to: "sales.csv")
  }

  /// A task that runs `command`, and another one after it, which leaves a file `second`.
  private static func program(_ command: String, run: String = "") -> String {
    """
    record Sale { shop: String, price: Int }
    record Count { sales: Int }
    task count(sales: Table<Sale>) -> Int {
      command "\(command)"
      effect pure
    }
    task echo(number: Int) -> Int {
      command "touch second; echo {number}"
      effect pure
    }
    pipeline counted {
      from sales: Table<Sale> = csv("sales.csv")
      let found = count(sales)
      let echoed = echo(found)
      into out = jsonl("out.jsonl") <- Count { sales: echoed }
      \(run)
    }
    """
  }

  private static let waiting = "touch first; until [ -e go ]; do sleep 0.02; done; echo 3"
  /// Succeeds the third time.
  private static let failing = "echo x >> tries; test $(wc -l < tries) -eq 3 && echo 3"

  private func submit(_ program: String) async throws -> String {
    try sandbox.write(program, to: "counted.thal")
    let result = try await shared.run("submit", "counted.thal")
    #expect(result.status == .exited(0), "\(result.error)")
    return result.output.trimmingCharacters(in: .newlines)
  }

  private func runs(_ arguments: String...) async throws -> String {
    let result = try await shared.sandbox.run(["runs"] + arguments, environment: shared.environment)
    return result.output + result.error
  }

  /// Until the worker has heard all that was said before.
  private func waitForHeartbeats() async throws {
    for _ in 0..<2 {
      let now = try database.rows("SELECT clock_timestamp()")[0].trimmingCharacters(in: ["(", ")", "\""])
      try await shared.wait { try database.rows("SELECT 1 FROM worker WHERE seen <= '\(now)'").isEmpty }
    }
  }

  @Test func `a paused run that waits is not taken on until it is resumed`() async throws {
    let id = try await submit(Self.program("echo 3"))
    #expect(try await runs("pause", id) == "\(id) is paused\n")
    #expect(try await runs("list").contains("planned, paused"))
    _ = try await shared.withWorker { _ in
      // It would have come first.
      let other = try await shared.run("submit", "dear.thal", "-p", "least=4", "--wait")
      #expect(other.status == .exited(0), "\(other.error)")
      #expect(try await shared.state(id) == "planned")
      let queues = try await shared.run("queues", "--json")
      #expect(queues.output.contains(#""held": 1"#) && queues.output.contains(#""pipeline": "counted""#))
      #expect(try await runs("resume", id) == "\(id) goes on\n")
      try await shared.wait { try await shared.state(id) == "succeeded" }
    }
    #expect(try await runs("pause", id).contains("has ended"))
    #expect(try await shared.run("queues").output == "nothing waits or runs\n")
  }

  @Test func `of a paused run under way nothing more begins, and what has begun goes on`() async throws {
    let id = try await submit(Self.program(Self.waiting))
    _ = try await shared.withWorker { _ in
      try await shared.wait { sandbox.exists("first") }
      #expect(try await runs("pause", id) == "\(id) is being paused by its worker\n")
      try await waitForHeartbeats()
      try sandbox.write("", to: "go")
      try await shared.wait {
        try database.rows("SELECT 1 FROM job WHERE name LIKE '%count%' AND state = 'succeeded'").count > 0
      }
      try await waitForHeartbeats()
      #expect(!sandbox.exists("second"))
      #expect(try await runs("show", id).contains("running, paused"))
      #expect(try await runs("resume", id) == "\(id) goes on\n")
      try await shared.wait { try await shared.state(id) == "succeeded" }
    }
    #expect(try sandbox.read("out.jsonl") == #"{"sales":3}"# + "\n")
    #expect(try database.rows("SELECT claims FROM submission") == ["(1)"])
  }

  @Test func `a worker that is to stop does not wait for a paused run`() async throws {
    let id = try await submit(Self.program(Self.waiting))
    let worker = try await shared.withWorker { _ in
      try await shared.wait { sandbox.exists("first") }
      _ = try await runs("pause", id)
      try await waitForHeartbeats()
    }
    #expect(worker.status == .exited(0), "\(worker.error)")
    #expect(try await runs("list").contains("planned, paused"))
    try sandbox.write("", to: "go")
    _ = try await shared.withWorker { _ in
      try await waitForHeartbeats()
      #expect(try await shared.state(id) == "planned")
      _ = try await runs("resume", id)
      try await shared.wait { try await shared.state(id) == "succeeded" }
    }
  }

  @Test func `a run that fails is begun anew as often as it says`() async throws {
    let id = try await submit(Self.program(Self.failing, run: "run batch { retry: 2 }"))
    _ = try await shared.withWorker { _ in
      try await shared.wait { try await shared.state(id) == "succeeded" }
    }
    #expect(try sandbox.read("tries") == "x\nx\nx\n")
    #expect(
      try database.rows(
        "SELECT state FROM attempt WHERE job = (SELECT job FROM attempt WHERE state = 'failed' LIMIT 1) ORDER BY number"
      ) == ["(failed)", "(failed)", "(succeeded)"])
  }

  @Test func `a run that fails once more than it may has failed`() async throws {
    try sandbox.write(Self.program(Self.failing, run: "run batch { retry: 1 }"), to: "counted.thal")
    _ = try await shared.withWorker { _ in
      let result = try await shared.run("submit", "counted.thal", "--wait")
      #expect(result.status == .exited(1) && result.error.contains("exit"), "\(result.error)")
    }
    #expect(try sandbox.read("tries") == "x\nx\n")
    #expect(try database.rows("SELECT 1 FROM held_run UNION ALL SELECT 1 FROM ready_run").isEmpty)
  }

  @Test func `a run that takes too long is ended, and says so`() async throws {
    try sandbox.write(Self.program(Self.waiting, run: "run batch { timeout: 300ms }"), to: "counted.thal")
    _ = try await shared.withWorker { _ in
      let result = try await shared.run("submit", "counted.thal", "--wait")
      #expect(result.status == .exited(1), "\(result.error)")
      #expect(
        result.error.contains("error[C839]") && result.error.contains("`timeout: 300ms`"), "\(result.error)")
    }
    let here = try await sandbox.run("run", "counted.thal")
    #expect(here.status == .exited(1) && here.error.contains("error[C839]"), "\(here.error)")
    #expect(!sandbox.exists("second") && !sandbox.exists("out.jsonl"))
  }

  @Test func `a run here is begun anew, too`() async throws {
    try sandbox.write(Self.program(Self.failing, run: "run batch { retry: 2 }"), to: "counted.thal")
    let result = try await sandbox.run("run", "counted.thal")
    #expect(result.status == .exited(0), "\(result.error)")
    #expect(result.error.contains("try 1 of 3") && result.error.contains("try 2 of 3"), "\(result.error)")
    #expect(try await sandbox.runs().map(\.state) == ["succeeded"])
    let job = try #require(try await sandbox.lastRun().jobs?.first { $0.name.contains("count") })
    #expect(job.attempts.map(\.state) == ["failed", "failed", "succeeded"])
  }

  @Test func `who waits at a terminal sees how the run goes on`() async throws {
    let (main, side) = try Self.terminal()
    try sandbox.write(Self.program(Self.waiting), to: "counted.thal")
    let seen = Seen()
    let reader = Thread {
      var room = [UInt8](repeating: 0, count: 4096)
      while case let count = read(main, &room, room.count), count > 0 {
        seen.append(String(decoding: room[..<count], as: UTF8.self))
      }
    }
    reader.start()
    let waiter = Task { [shared] in
      try await Subprocess.run(
        .path(FilePath(Sandbox.binary)), arguments: ["submit", "counted.thal", "--wait"],
        environment: shared.environment, workingDirectory: FilePath(shared.sandbox.path), input: .none,
        output: .string(limit: 1 << 16),
        error: .fileDescriptor(FileDescriptor(rawValue: side), closeAfterSpawningProcess: true)
      ).terminationStatus
    }
    try await shared.wait { seen.text.contains("counted  waits for a worker") }
    _ = try await shared.withWorker { _ in
      try await shared.wait { seen.text.contains("> ") && seen.text.contains("3 rows read") }
      try sandbox.write("", to: "go")
      #expect(try await waiter.value == .exited(0))
    }
    #expect(seen.text.contains("succeeded"))
    close(main)
  }

  /// A terminal of its own.
  private static func terminal() throws -> (main: Int32, side: Int32) {
    let main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (lock, number): (Int32, UInt32) = (0, 0)
    // TIOCSPTLCK and TIOCGPTN.
    try #require(ioctl(main, 0x4004_5431, &lock) == 0 && ioctl(main, 0x8004_5430, &number) == 0)
    let side = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    try #require(side >= 0)
    return (main, side)
  }

  private final class Seen: Sendable {
    private let parts = Mutex("")
    var text: String { parts.withLock { $0 } }
    func append(_ part: String) { parts.withLock { $0 += part } }
  }
}
