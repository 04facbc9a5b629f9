import Foundation
import JobStore
import PostgreSQL
import Subprocess
import Synchronization
import SystemPackage
import Testing

@testable import TestServers

/// Runs that are handed to workers: other processes, in other folders.
@Suite struct SubmitCommandTests {
  let shared: SharedRuns
  var database: Database { shared.database }
  var sandbox: Sandbox { shared.sandbox }
  var environment: Environment { shared.environment }

  init() async throws {
    shared = try await SharedRuns()
    try shared.sandbox.write(Programs.parameters, to: "dear.thal")
    try shared.sandbox.write(Programs.sales, to: "sales.csv")
  }

  private static func task(effect: String) -> String {
    """
    record Sale { shop: String, price: Int }
    record Count { sales: Int }
    task count(sales: Table<Sale>) -> Int {
      command "wc -l < {sales}"
      effect \(effect)
    }
    pipeline counted {
      from sales: Table<Sale> = csv("sales.csv")
      let found = count(sales)
      into out = jsonl("out.jsonl") <- Count { sales: found }
    }
    """
  }

  /// Its work goes on when there is a file `go`.
  private static let waiting = task(effect: "pure").replacing(
    #"command "wc"#, with: #"command "until [ -e go ]; do sleep 0.05; done; touch ended; wc"#)

  private func submitWaiting() async throws -> String {
    try sandbox.write(Self.waiting, to: "waiting.thal")
    let result = try await submit("waiting.thal")
    #expect(result.status == .exited(0), "\(result.error)")
    return result.output.trimmingCharacters(in: .newlines)
  }

  private func submit(_ arguments: String...) async throws -> CommandResult {
    try await sandbox.run(["submit"] + arguments, environment: environment)
  }

  private func leaseHolders() throws -> [String] {
    try database.rows("SELECT process FROM worker WHERE id IN (SELECT worker FROM run_lease)")
  }

  @Test func `a run is taken on by a worker, with its program as it was`() async throws {
    let early = try await submit("dear.thal", "-p", "least=4")
    #expect(early.status == .exited(0), "\(early.error)")
    let id = early.output.trimmingCharacters(in: .newlines)
    #expect(try await shared.state(id) == "planned")
    let waiting = try await sandbox.run("runs", "show", id, environment: environment).output
    #expect(waiting.contains("waits       for a worker: none is there that takes on what is of `default`"))
    // What comes later is of no concern to it.
    try sandbox.write("nonsense", to: "dear.thal")
    let worker = try await shared.withWorker { _ in
      try await shared.wait { try await shared.state(id) == "succeeded" }
      try sandbox.write(Programs.parameters, to: "dear.thal")
      let late = try await submit("dear.thal", "-p", "least=1", "--wait")
      #expect(late.status == .exited(0), "\(late.error)")
      #expect(late.error.contains("succeeded"))
    }
    #expect(worker.status == .exited(0), "\(worker.error)")
    #expect(worker.error.contains("\(id) begins"))
    #expect(try sandbox.read("dear.csv").split(separator: "\n").count > 1)
    let shown = try await sandbox.run("runs", "show", id, environment: environment)
    #expect(shown.output.contains("batch on scheduler") && shown.output.contains(#""least":"4""#))
    #expect(try await sandbox.run("workers", environment: environment).output == "no workers\n")
  }

  @Test func `who waits for a run that fails is told why, at its place in the program`() async throws {
    try sandbox.write("shop,amount\nnorth,much\n", to: "sales.csv")
    _ = try await shared.withWorker { _ in
      let result = try await submit("dear.thal", "-p", "least=4", "--wait")
      #expect(result.status == .exited(1))
      #expect(result.error.contains("error[F480]"), "\(result.error)")
      #expect(result.error.contains("dear.thal:") && !result.error.contains("/thalweg-"), "\(result.error)")
    }
  }

  @Test(arguments: [
    (["missing.thal"], 3, "missing.thal"), (["dear.thal"], 2, "least"),
    (["stream.thal"], 1, "can't be submitted yet"),
  ])
  func `what no worker could run is refused at once`(
    arguments: [String], status: Int32, words: String
  ) async throws {
    try sandbox.write(
      """
      record Row { id: Int }
      pipeline copy {
        from rows: Stream<Row> = jsonl("in/*.jsonl", every: 5ms)
        into all = jsonl("all") <- rows
      }
      """, to: "stream.thal")
    let result = try await sandbox.run(["submit"] + arguments, environment: environment)
    #expect(result.status == .exited(status), "\(result.error)")
    #expect(result.error.contains(words), "\(result.error)")
    #expect(try await sandbox.runs(environment: environment).isEmpty)
  }

  @Test func `runs belong to the namespace of their project, and workers serve some`() async throws {
    try sandbox.write(
      "version: 1\nnamespace: shop\nprofiles: { prod: { namespace: shop-prod } }\n", to: "thalweg.yaml")
    _ = try await sandbox.run("run", "dear.thal", "-p", "least=4", environment: environment)
    #expect(try await submit("dear.thal", "-p", "least=4").status == .exited(0))
    let prod = try await submit("dear.thal", "-p", "least=4", "--profile", "prod", "--priority", "5")
    let id = prod.output.trimmingCharacters(in: .newlines)
    let worker = try await shared.withWorker(["--tags", "gpu, big", "--namespace", "shop-prod", "other"]) {
      _ in
      try await shared.wait { try await shared.state(id) == "succeeded" }
      let workers = try await sandbox.run("workers", environment: environment).output
      #expect(workers.contains("other,shop-prod") && workers.contains("gpu,big"), "\(workers)")
    }
    #expect(worker.status == .exited(0), "\(worker.error)")
    let listed = try await sandbox.run("runs", "list", environment: environment).output
    #expect(listed.contains("NAMESPACE") && listed.contains(" shop-prod ") && listed.contains(" shop "))
    let arguments = ["runs", "list", "--namespace", "shop", "--json"]
    let shop = try await sandbox.run(arguments, environment: environment).output
    #expect(shop.components(separatedBy: #""namespace": "shop""#).count == 3, "\(shop)")
    #expect(shop.contains(#""state": "planned""#) && !shop.contains(id))
    let shown = try await sandbox.run("runs", "show", id, environment: environment).output
    #expect(shown.contains("shop-prod"))
  }

  @Test func `pools and caps hold for all workers, and pools want tags`() async throws {
    try sandbox.write(
      """
      version: 1
      pools: { one: { slots: 1, tags: [gpu] } }
      profiles: { pooled: { pool: one } }
      """, to: "thalweg.yaml")
    let capped = Self.waiting.replacing("pipeline counted {", with: "pipeline counted(who: String) {")
      .replacing(
        "  into out", with: "  run batch { concurrency: limit(1, by: who) }\n  into out")
    try sandbox.write(capped, to: "waiting.thal")
    let refused = try await sandbox.run("run", "waiting.thal", "-p", "who=a", "--profile", "pooled")
    #expect(
      refused.status == .exited(1) && refused.error.contains("`thalweg submit` hands it"), "\(refused.error)")
    var ids: [String] = []
    for arguments in [
      ["who=a"], ["who=a"], ["who=b", "--profile", "pooled"], ["who=c", "--profile", "pooled"],
    ] {
      let result = try await sandbox.run(
        ["submit", "waiting.thal", "-p"] + arguments, environment: environment)
      #expect(result.status == .exited(0), "\(result.error)")
      ids.append(result.output.trimmingCharacters(in: .newlines))
    }
    let all = ids
    @Sendable func states() async throws -> [String] {
      let runs = try await sandbox.runs(environment: environment)
      return all.map { id in runs.first { $0.id == id }?.state ?? "" }
    }
    _ = try await shared.withWorker(slots: 4) { _ in
      try await shared.wait { try await states()[0] == "running" }
      _ = try await shared.withWorker(slots: 4, ["--tags", "gpu"]) { _ in
        try await shared.wait { try await states() == ["running", "planned", "running", "planned"] }
        #expect(try leaseHolders().count == 2)
        try sandbox.write("", to: "go")
        try await shared.wait { try await states().allSatisfy { $0 == "succeeded" } }
      }
    }
    #expect(
      try database.rows("SELECT key FROM cap ORDER BY key") == [
        "(\"concurrency of counted who=a\")", "(\"concurrency of counted who=a\")",
        "(\"concurrency of counted who=b\")", "(\"concurrency of counted who=c\")", "(\"pool one\")",
        "(\"pool one\")",
      ])
  }

  @Test(arguments: [
    ["worker", "--namespace", "Shop"], ["runs", "list", "--namespace", "a/b"],
    ["submit", "dear.thal", "--priority", "1001"],
  ])
  func `what can't be a namespace or a priority is refused`(arguments: [String]) async throws {
    let result = try await sandbox.run(arguments, environment: environment)
    #expect(result.status == .exited(2), "\(result.error)")
    #expect(result.error.contains("namespace") || result.error.contains("--priority is from 0 to 1000"))
  }

  @Test func `without a database nothing can be submitted`() async throws {
    for arguments in [["submit", "dear.thal", "-p", "least=4"], ["worker"], ["workers"]] {
      let result = try await sandbox.run(arguments)
      #expect(result.status == .exited(3))
      #expect(result.error.contains("no database is named"), "\(result.error)")
    }
  }

  @Test func `tasks of a submitted run work on the worker`() async throws {
    try sandbox.write(Self.task(effect: "pure"), to: "task.thal")
    _ = try await shared.withWorker { _ in
      let result = try await submit("task.thal", "--wait")
      #expect(result.status == .exited(0), "\(result.error)")
    }
    #expect(try sandbox.read("out.jsonl") == #"{"sales":3}"# + "\n")
  }

  @Test func `what a try has left is not found by the next one, on the same worker`() async throws {
    try sandbox.write(
      Self.task(effect: "pure").replacing(#"command "wc"#, with: #"command "echo 7; test -e go; : "#),
      to: "task.thal")
    _ = try await shared.withWorker { _ in
      let failed = try await submit("task.thal", "--wait")
      #expect(failed.status == .exited(1), "\(failed.error)")
      let id = failed.output.trimmingCharacters(in: .newlines)
      try sandbox.write("", to: "go")
      let retried = try await sandbox.run("runs", "retry", id, environment: environment)
      #expect(retried.output == "\(id) is ready again\n", "\(retried.error)")
      try await shared.wait { try await ["succeeded", "failed"].contains(shared.state(id)) }
      #expect(try await shared.state(id) == "succeeded")
      let again = try await sandbox.run("runs", "retry", id, environment: environment)
      #expect(again.status == .exited(2) && again.error.contains("has failed or was cancelled"))
    }
    #expect(try sandbox.read("out.jsonl") == #"{"sales":7}"# + "\n")
  }

  @Test func `a worker that is killed loses no run`() async throws {
    let id = try await submitWaiting()
    let killed = try await shared.withWorker(endedBy: .kill) { process in
      try await shared.wait { try leaseHolders() == ["(\(process))"] }
    }
    #expect(killed.status == .signaled(SIGKILL))
    #expect(try await ["planned", "running"].contains(shared.state(id)))
    // As if its silence had been long enough.
    try database.run("UPDATE worker SET seen = now() - interval '1 minute'")
    try sandbox.write("", to: "go")
    let other = try await shared.withWorker { _ in
      try await shared.wait { try await shared.state(id) == "succeeded" }
    }
    #expect(other.error.contains("\(id) begins, for the 2. time"), "\(other.error)")
    #expect(try sandbox.read("out.jsonl") == #"{"sales":3}"# + "\n")
  }

  @Test
  func `what a lost worker may have done itself, and may not be done twice, waits for somebody to decide`()
    async throws
  {
    try sandbox.write(
      Self.task(effect: "external").replacing(
        #"command "wc"#, with: #"command "echo >> begun; until [ -e go ]; do sleep 0.05; done; wc"#),
      to: "task.thal")
    let result = try await submit("task.thal")
    let id = result.output.trimmingCharacters(in: .newlines)
    _ = try await shared.withWorker(endedBy: .kill) { _ in try await shared.wait { sandbox.exists("begun") } }
    try database.run("UPDATE worker SET seen = now() - interval '1 minute'")
    try sandbox.write("", to: "go")
    _ = try await shared.withWorker { _ in
      try await shared.wait { try await ["succeeded", "failed"].contains(shared.state(id)) }
      let shown = try await sandbox.run("runs", "show", id, environment: environment)
      #expect(shown.output.contains("may have been done, and may not be done twice"), "\(shown.output)")
      #expect(try sandbox.read("begun") == "\n")
      let again = try await sandbox.run("runs", "retry", id, environment: environment)
      #expect(again.status == .exited(0), "\(again.error)")
      try await shared.wait { try await shared.state(id) == "succeeded" || sandbox.read("begun") == "\n\n\n" }
    }
    #expect(try await shared.state(id) == "succeeded")
    #expect(try sandbox.read("begun") == "\n\n")
  }

  @Test func `a worker that was taken for lost publishes nothing when it comes back`() async throws {
    let id = try await submitWaiting()
    let zombie = try await shared.withWorker { process in
      try await shared.wait { try leaseHolders() == ["(\(process))"] }
      kill(process, SIGSTOP)
      try database.run("UPDATE worker SET seen = now() - interval '1 minute'")
      try sandbox.write("", to: "go")
      _ = try await shared.withWorker { _ in
        try await shared.wait { try await shared.state(id) == "succeeded" }
      }
      // Whatever it wrote would be seen.
      try sandbox.write("kept", to: "out.jsonl")
      kill(process, SIGCONT)
      try await shared.wait {
        try database.rows("SELECT 1 FROM worker WHERE process = \(process)").count == 1
      }
    }
    #expect(zombie.status == .exited(0), "\(zombie.error)")
    #expect(zombie.error.contains("no longer this process's"), "\(zombie.error)")
    #expect(try sandbox.read("out.jsonl") == "kept")
    #expect(try await shared.state(id) == "succeeded")
    // Each job has one completion that was accepted.
    let twice = "SELECT job FROM attempt WHERE state = 'succeeded' GROUP BY run, job HAVING count(*) > 1"
    #expect(try database.rows(twice).isEmpty)
  }

  @Test func `a run is cancelled where it runs, and where it waits`() async throws {
    let ids = [try await submitWaiting(), try await submitWaiting()]
    let worker = try await shared.withWorker { _ in
      try await shared.wait { try await shared.state(ids[0]) == "running" }
      let waiting = try await sandbox.run("runs", "cancel", ids[1], environment: environment)
      #expect(waiting.output == "\(ids[1]) is cancelled\n")
      let running = try await sandbox.run("runs", "cancel", ids[0], environment: environment)
      #expect(running.output == "\(ids[0]) is being cancelled by its worker\n")
      try await shared.wait { try await shared.state(ids[0]) == "cancelled" }
      let again = try await sandbox.run("runs", "cancel", ids[0], environment: environment)
      #expect(again.status == .exited(2) && again.error.contains("has ended"))
    }
    #expect(worker.status == .exited(0))
    #expect(!sandbox.exists("out.jsonl"))
  }

  @Test func `a run whose records can't be written for a while is not lost, and not run twice`() async throws
  {
    let id = try await submitWaiting()
    let worker = try await shared.withWorker { process in
      try await shared.wait { try await shared.state(id) == "running" }
      try database.run("ALTER TABLE run RENAME TO run_elsewhere")
      try sandbox.write("", to: "go")
      // What its task gives can't be recorded, and nothing that needs it begins.
      try await shared.wait { sandbox.exists("ended") }
      #expect(!sandbox.exists("out.jsonl"))
      try database.run("ALTER TABLE run_elsewhere RENAME TO run")
      try await shared.wait { try await shared.state(id) == "succeeded" }
    }
    #expect(worker.status == .exited(0), "\(worker.error)")
    #expect(try sandbox.read("out.jsonl") == #"{"sales":3}"# + "\n")
    #expect(try database.rows("SELECT claims FROM submission") == ["(1)"])
  }

  @Test func `many runs on two workers all succeed once`() async throws {
    let count = 12
    for _ in 0..<count { _ = try await submit("dear.thal", "-p", "least=4") }
    _ = try await shared.withWorker(slots: 2) { _ in
      _ = try await shared.withWorker(slots: 2) { _ in
        try await shared.wait {
          try database.rows("SELECT 1 FROM run WHERE state = 'succeeded'").count == count
        }
      }
    }
    #expect(try database.rows("SELECT 1 FROM attempt WHERE number > 1").isEmpty)
    #expect(try database.rows("SELECT 1 FROM run_lease UNION ALL SELECT 1 FROM ready_run").isEmpty)
  }

  @Test func `a database that crashes again and again loses no run, and none is done twice`() async throws {
    let cluster = try Cluster(keepsCommits: true)
    let environment = Sandbox.environment.updating([
      "THALWEG_DATABASE_URL": .init(stringLiteral: cluster.url())
    ])
    let address = try ServerAddress(cluster.url())
    _ = try await PostgreSQLSchema(address).migrate()
    /// Asks again until the database is there.
    @Sendable func rows(_ query: String) async throws -> [String] {
      var found: [String]?
      try await shared.wait {
        found = try? {
          var connection = try Connection(address)
          let rows = try connection.query(SQL(verbatim: "SELECT q::text FROM (\(query)) q"))
          return try (0..<rows.count).map { try rows.value($0, 0) }
        }()
        return found != nil
      }
      return found ?? []
    }
    let count = 8
    for _ in 0..<count {
      let result = try await sandbox.run("submit", "dear.thal", "-p", "least=4", environment: environment)
      #expect(result.status == .exited(0), "\(result.error)")
    }
    let worker = try await shared.withWorker(slots: 2, environment: environment) { _ in
      for done in 1...4 {
        try await shared.wait {
          try await rows("SELECT 1 FROM thalweg.run WHERE state = 'succeeded'").count >= done
        }
        cluster.crash()
      }
      try await shared.wait {
        try await rows("SELECT 1 FROM thalweg.run WHERE state = 'succeeded'").count == count
      }
    }
    #expect(worker.status == .exited(0), "\(worker.error)")
    // An answer that was lost may have cost a try, never a second completion.
    let twice =
      "SELECT 1 FROM thalweg.attempt WHERE state = 'succeeded' GROUP BY run, job HAVING count(*) > 1"
    #expect(try await rows(twice).isEmpty)
    #expect(try await rows("SELECT 1 FROM thalweg.ready_run").isEmpty)
  }
}
