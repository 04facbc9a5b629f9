import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import TestServers

/// What tasks write for people, read elsewhere.
@Suite struct LogCommandTests {
  let shared: SharedRuns
  var sandbox: Sandbox { shared.sandbox }

  init() async throws {
    shared = try await SharedRuns()
    try shared.sandbox.write(Programs.sales, to: "sales.csv")
  }

  /// A program whose task runs `command` first.
  private static func program(_ command: String, _ clauses: String = "", field: String = "") -> String {
    """
    record Sale { shop: String\(field), price: Int }
    record Count { sales: Int\(field) }
    task count(sales: Table<Sale>) -> Int\(field) {
      command "\(command); wc -l < {sales}"
      effect pure
      \(clauses)
    }
    pipeline counted {
      from sales: Table<Sale> = csv("sales.csv")
      let found = count(sales)
      into out = jsonl("out.jsonl") <- Count { sales: found }
    }
    """
  }

  private func submit(_ program: String, _ arguments: String...) async throws -> String {
    try sandbox.write(program, to: "task.thal")
    let result = try await sandbox.run(["submit", "task.thal"] + arguments, environment: shared.environment)
    #expect(result.status == .exited(0), "\(result.error)")
    return result.output.trimmingCharacters(in: .newlines)
  }

  /// Follows a run in a process of its own, as long as `body` runs and the run is under way.
  private func following(
    _ id: String, environment: Environment, _ body: () async throws -> Void
  ) async throws -> TerminationStatus {
    let file = "\(sandbox.path)/followed"
    async let follower = Subprocess.run(
      .path(FilePath(Sandbox.binary)), arguments: ["runs", "logs", id, "--follow"], environment: environment,
      workingDirectory: FilePath(sandbox.path), input: .none,
      output: .fileDescriptor(
        try .open(file, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite),
        closeAfterSpawningProcess: true),
      error: .discarded)
    try await body()
    return try await follower.terminationStatus
  }

  private func followed() -> String { (try? sandbox.read("followed")) ?? "" }

  private static let slow = program(
    "echo begun >&2; until [ -e go ]; do sleep 0.05; done; echo done >&2; printf last >&2")

  @Test func `what a task on another machine writes is seen while it works, and all of it at the end`()
    async throws
  {
    let id = try await submit(Self.slow)
    let status = try await following(id, environment: shared.environment) {
      _ = try await shared.withWorker { process in
        try await shared.wait { followed().contains("begun\n") }
        #expect(!followed().contains("done") && !sandbox.exists("go"))
        let shown = try await shared.run("runs", "show", id).output
        #expect(shown.contains(", process \(process) ("), "\(shown)")
        try sandbox.write("", to: "go")
        try await shared.wait { try await shared.state(id) == "succeeded" }
      }
    }
    #expect(status == .exited(0))
    let lines = followed().split(separator: "\n")
    #expect(lines.count == 4 && lines.dropFirst() == ["begun", "done", "last"], "\(lines)")
    #expect(lines[0].hasPrefix("==> ") && lines[0].contains("count") && lines[0].contains(", try 1 ("))
    #expect(try await shared.run("runs", "logs", id).output == followed())
    for job in ["found", "count", "found.count.1"] {
      #expect(try await shared.run("runs", "logs", id, "--job", job).output == followed())
    }
    let json = try await shared.run("runs", "logs", id, "--json", "--job", "2").output
    #expect(json.contains(#""attempt":1,"#) && json.contains(#""text":"begun\n"#), "\(json)")
  }

  @Test func `what a task writes is seen while its run goes on here`() async throws {
    try sandbox.write(Self.slow, to: "task.thal")
    async let run = sandbox.run("run", "task.thal")
    try await shared.wait { try await sandbox.runs().first?.state == "running" }
    let status = try await following("last", environment: Sandbox.environment) {
      try await shared.wait { followed().contains("begun\n") }
      try sandbox.write("", to: "go")
    }
    #expect(status == .exited(0))
    #expect(try await run.status == .exited(0))
    #expect(followed().hasSuffix("begun\ndone\nlast"), "\(followed())")
    #expect(try await sandbox.run("runs", "logs", "last", "--job", "1").output == "")
  }

  @Test func `what a worker had sent is there when it is killed, and tries are told apart`() async throws {
    let id = try await submit(Self.slow)
    _ = try await shared.withWorker(endedBy: .kill) { _ in
      try await shared.wait { try await shared.run("runs", "logs", id).output.contains("begun\n") }
    }
    try shared.database.run("UPDATE worker SET seen = now() - interval '1 minute'")
    try sandbox.write("", to: "go")
    _ = try await shared.withWorker { _ in
      try await shared.wait { try await shared.state(id) == "succeeded" }
    }
    let lines = try await shared.run("runs", "logs", id).output.split(separator: "\n")
    #expect(lines.count == 6, "\(lines)")
    #expect(lines[1] == "begun" && lines[3...] == ["begun", "done", "last"])
    #expect(Set([lines[0], lines[2]]).count == 2 && lines[2].hasPrefix("==> "))
  }

  @Test func `each try has a log of its own`() async throws {
    let id = try await submit(
      Self.program("echo $THALWEG_WORK >> tries; wc -l < tries >&2; test -e go", "retry 2 backoff 1ms..2ms"))
    let worker = try await shared.withWorker { _ in
      try await shared.wait { try await shared.state(id) == "failed" }
    }
    #expect(worker.status == .exited(0), "\(worker.error)")
    let lines = try await shared.run("runs", "logs", id, "--job", "count").output.split(separator: "\n")
    for number in 1...3 {
      #expect(lines.contains { $0.contains(", try \(number) (") } && lines.contains("\(number)"), "\(lines)")
    }
  }

  @Test func `of a log that is too long the beginning and the end are sent, and what is left out is said`()
    async throws
  {
    let id = try await submit(Self.program("yes line | head -c 5000000 >&2; echo the end >&2"))
    _ = try await shared.withWorker { _ in
      try await shared.wait { try await shared.state(id) == "succeeded" }
    }
    _ = try await following(id, environment: shared.environment) {}
    let text = followed()
    #expect(text.utf8.count > 1_000_000 && text.utf8.count < 1_500_000, "\(text.utf8.count)")
    #expect(text.hasSuffix("line\nthe end\n") && text.contains(" are only in that file]\n"))
  }

  @Test func `neither secrets nor what is labelled leaves the machine`() async throws {
    try sandbox.write(
      "version: 1\nprofiles: { here: { secrets: { key: { env: HUSH } } } }\n", to: "thalweg.yaml")
    let id = try await submit(
      Self.program("echo key $KEY >&2", #"env { KEY: secret("key") }"#), "--profile", "here")
    let environment = shared.environment.updating(["HUSH": "top-hush"])
    _ = try await shared.withWorker(environment: environment) { _ in
      try await shared.wait { try await ["succeeded", "failed"].contains(shared.state(id)) }
    }
    let text = try await shared.run("runs", "logs", id).output
    #expect(text.contains("key ***\n") && !text.contains("top-hush"), "\(text)")
    let hidden = try await submit(
      Self.program("cat {sales} >&2", "allow [pii]", field: " @pii").replacing(
        #"jsonl("out.jsonl")"#, with: #"jsonl("out.jsonl", allow: [pii])"#))
    _ = try await shared.withWorker { _ in
      try await shared.wait { try await ["succeeded", "failed"].contains(shared.state(hidden)) }
    }
    let shown = try await shared.run("runs", "logs", hidden).output
    #expect(!shown.contains("north") && shown.contains("only in that file]"), "\(shown)")
    #expect(try shared.database.rows("SELECT 1 FROM task_log WHERE text LIKE '%north%'").isEmpty)
  }

  @Test func `a run that wrote nothing, and a job that it has not`() async throws {
    try sandbox.write(Programs.parameters, to: "dear.thal")
    _ = try await sandbox.run("run", "dear.thal", "-p", "least=1")
    let nothing = try await sandbox.run("runs", "logs", "last", "-f")
    #expect(nothing.status == .exited(0) && nothing.output.isEmpty)
    #expect(nothing.error.hasPrefix("no task of dear-"), "\(nothing.error)")
    let unknown = try await sandbox.run("runs", "logs", "last", "--job", "fit")
    #expect(unknown.status == .exited(2) && unknown.error.contains("has no job `fit`"), "\(unknown.error)")
    let missing = try await sandbox.run("runs", "logs", "dear-0")
    #expect(missing.status == .exited(2) && missing.error.hasPrefix("error[C812]"), "\(missing.error)")
  }
}
