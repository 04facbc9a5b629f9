import Foundation
import JobStore
import PostgreSQL
import Subprocess
import Testing

@testable import TestServers

/// Runs that are recorded in a database which machines share.
@Suite struct DatabaseCommandTests {
  let database: Database
  let sandbox: Sandbox

  init() throws {
    database = try Database()
    sandbox = try Sandbox()
    try sandbox.write(Programs.parameters, to: "dear.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
  }

  private var environment: Environment {
    Sandbox.environment.updating(["THALWEG_DATABASE_URL": .init(stringLiteral: database.url)])
  }

  @Test func `runs are recorded in the database, for every folder to see`() async throws {
    let early = try await sandbox.run("run", "dear.thal", "-p", "least=1", environment: environment)
    #expect(early.status == .exited(3) && !sandbox.exists("dear.csv"))
    #expect(early.error.hasPrefix("error[C811]: the database of runs, postgres@127.0.0.1:"))
    #expect(early.error.contains("`thalweg db migrate`"))
    let unchecked = try await sandbox.run("db", "check", environment: environment)
    #expect(unchecked.status == .exited(1) && unchecked.output.contains("no tables"))

    let made = try await sandbox.run("db", "migrate", environment: environment)
    #expect(made.status == .exited(0) && made.output.hasPrefix("made: runs"), "\(made.error)")
    let again = try await sandbox.run("db", "migrate", environment: environment)
    #expect(again.output == "nothing to do\n")
    let checked = try await sandbox.run("db", "check", "--json", environment: environment)
    #expect(checked.status == .exited(0))
    #expect(checked.output.contains(#""usable": true"#) && checked.output.contains(#""fsync = off""#))

    let run = try await sandbox.run("run", "dear.thal", "-p", "least=4", environment: environment)
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(!sandbox.exists(".thalweg/state.db"))
    let elsewhere = try Sandbox()
    let runs = try await elsewhere.runs(environment: environment)
    #expect(runs.map(\.state) == ["succeeded"])
    let shown = try await elsewhere.run("runs", "show", runs[0].id, environment: environment)
    #expect(shown.status == .exited(0) && shown.output.contains(#""least":"4""#))
    #expect(try await elsewhere.runs().isEmpty)
  }

  @Test func `no password is shown`() async throws {
    let results = [
      try await sandbox.run("db", "url", environment: environment),
      try await sandbox.run("db", "check", environment: environment),
      try await sandbox.run("run", "dear.thal", "-p", "least=4", environment: environment),
    ]
    #expect(results[0].output.hasPrefix("postgres@127.0.0.1:"))
    for result in results { #expect(!(result.output + result.error).contains("se cret")) }
  }

  @Test(arguments: [
    ("", 3, "no database is named"), ("postgresql://u:hush@127.0.0.1:1/x", 3, "no server answers"),
    ("postgresql://u:hu@sh@a:b@c", 3, "neither a URL of PostgreSQL"),
  ])
  func `an address that can't be used is told of`(address: String, status: Int32, words: String) async throws
  {
    let environment = Sandbox.environment.updating(["THALWEG_DATABASE_URL": .init(stringLiteral: address)])
    let result = try await sandbox.run("db", "check", environment: environment)
    #expect(result.status == .exited(status), "\(result.error)")
    #expect(result.error.contains("error[C811]") && result.error.contains(words), "\(result.error)")
    #expect(!result.error.contains("hush"))
  }

  @Test func `roles are given, listed and taken`() async throws {
    _ = try await sandbox.run("db", "migrate", environment: environment)
    let user = "\(database.schema)_ann"
    try database.run("CREATE ROLE \(user) LOGIN PASSWORD 'x'")
    let theirs = Sandbox.environment.updating([
      "THALWEG_DATABASE_URL": .init(
        stringLiteral: try Database.url(password: "x", user: user)
          + "?options=-csearch_path%3D\(database.schema)")
    ])
    let before = try await sandbox.run("runs", "list", environment: theirs)
    #expect(before.status == .exited(3), "\(before.error)")
    #expect(before.error.contains("you have no role in any namespace") && before.error.contains("db grant"))
    let arguments = ["db", "grant", user, "--namespace", "shop", "--role"]
    let granted = try await sandbox.run(arguments + ["operator"], environment: environment)
    #expect(granted.output == "\(user) is now operator in shop\n", "\(granted.error)")
    let listed = try await sandbox.run("db", "grants", "--json", environment: theirs)
    #expect(
      listed.output.contains("\"\(user)\"") && listed.output.contains(#""operator""#), "\(listed.error)")

    // The namespace is that of the project.
    let refused = try await sandbox.run("run", "dear.thal", "-p", "least=4", environment: theirs)
    #expect(refused.status == .exited(3) && refused.error.contains("refuses this"), "\(refused.error)")
    #expect(!sandbox.exists("dear.csv"))
    try sandbox.write("version: 1\nnamespace: shop\n", to: "thalweg.yaml")
    let run = try await sandbox.run("run", "dear.thal", "-p", "least=4", environment: theirs)
    #expect(run.status == .exited(0), "\(run.error)")
    let submitted = try await sandbox.run("submit", "dear.thal", "-p", "least=4", environment: theirs)
    #expect(submitted.status == .exited(0), "\(submitted.error)")
    #expect(try await sandbox.runs(environment: theirs).map(\.state).sorted() == ["planned", "succeeded"])
    let work = try await sandbox.run("worker", environment: theirs)
    #expect(work.status == .exited(3) && work.error.contains("refuses this"), "\(work.error)")
    for arguments in [["bad/name", "--role", "viewer"], ["shop", "--role", "owner"]] {
      let wrong = try await sandbox.run(
        ["db", "grant", user, "--namespace"] + arguments, environment: environment)
      #expect(wrong.status == .exited(2), "\(wrong.error)")
    }
    let revoked = try await sandbox.run("db", "revoke", user, "--namespace", "shop", environment: environment)
    #expect(revoked.output == "\(user) is no longer anything in shop\n", "\(revoked.error)")
    #expect(try await sandbox.run("runs", "list", environment: theirs).status == .exited(3))
  }

  @Test func `a profile names the database`() async throws {
    try sandbox.write(
      """
      version: 1
      profiles:
        shared:
          database: { env: RUNS_URL }
      """, to: "thalweg.yaml")
    _ = try await PostgreSQLSchema(try database.address).migrate()
    let without = try await sandbox.run("run", "dear.thal", "-p", "least=4", "--profile", "shared")
    #expect(without.status == .exited(1))
    #expect(without.error.contains("the variable `RUNS_URL` is not set"), "\(without.error)")
    #expect(without.error.contains("thalweg.yaml:4:"))
    let run = try await sandbox.run(
      "run", "dear.thal", "-p", "least=4", "--profile", "shared",
      environment: Sandbox.environment.updating(["RUNS_URL": .init(stringLiteral: database.url)]))
    #expect(run.status == .exited(0), "\(run.error)")
    #expect(try await sandbox.runs(environment: environment).count == 1)
    #expect(try await sandbox.runs().isEmpty)
  }

  @Test func `a stream whose epochs are in the database is killed, and goes on`() async throws {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    try sandbox.write(
      """
      record Row { id: Int }
      pipeline copy {
        from rows: Stream<Row> = jsonl("in/*.jsonl", every: 5ms)
        into all = jsonl("all") <- rows
        run stream { checkpoint: 10ms }
      }
      """, to: "copy.thal")
    var lines = ""
    for (number, signal) in [Signal.kill, .kill, .interrupt].enumerated() {
      for id in 0..<200 { lines += "{\"id\":\(number * 200 + id)}\n" }
      try sandbox.write(lines, to: "in/a.jsonl")
      let wanted = 200 * number + (signal == .kill ? 1 : 200)
      let result = try await sandbox.stream("copy.thal", endedBy: signal, environment: environment) {
        try sandbox.rows(of: "all").count >= wanted
      }
      #expect(result.status == (signal == .kill ? .signaled(SIGKILL) : .exited(130)), "\(result.error)")
    }
    #expect(try sandbox.rows(of: "all") == lines.split(separator: "\n").map(String.init))
    let runs = try await sandbox.runs(environment: environment)
    #expect(runs.count == 1 && runs[0].rows_out == 600)
  }
}
