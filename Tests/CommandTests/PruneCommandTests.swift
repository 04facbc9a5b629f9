import Foundation
import Subprocess
import Testing

@testable import TestServers

/// Old runs and their files, removed from a folder and from a database.
@Suite struct PruneCommandTests {
  private static let program = """
    record Sale { shop: String, price: Int }
    task keep(sales: Table<Sale>, times: Int) -> Directory {
      command "mkdir {out} && for n in $(seq {times}); do cat {sales} >> {out}/all; done; cat {out}/all >&2"
    }
    task count(folder: Directory) -> Int {
      command "cat {folder}/* | wc -l"
    }
    pipeline counted(times: Int) {
      from sales: Table<Sale> = csv("sales.csv")
      let folder = keep(sales, times)
      let lines = count(folder)
      into out = jsonl("out.jsonl") <- sales.map(s -> row { s.shop, lines })
    }
    """

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write(Self.program, to: "counted.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    return sandbox
  }

  /// As if a run had ended long ago.
  private func age(_ id: String, _ sandbox: Sandbox) async throws {
    let script = """
      import sqlite3
      store = sqlite3.connect('\(sandbox.path)/.thalweg/state.db')
      store.execute("UPDATE run SET ended = ended - 3456000000000 WHERE id = '\(id)'")
      store.commit()
      """
    let python = try await Subprocess.run(
      .name("python3"), arguments: ["-c", script], output: .discarded, error: .string(limit: 1000))
    #expect(python.terminationStatus == .exited(0), "\(python.standardError)")
  }

  private func objects(_ sandbox: Sandbox) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: "\(sandbox.path)/.thalweg/artifacts/objects")
      .filter { $0.count > 60 }.sorted()
  }

  @Test func `runs of a folder go, with their logs and with files that no other refers to`() async throws {
    let sandbox = try sandbox()
    for times in [1, 2] {
      let run = try await sandbox.run("run", "counted.thal", "-p", "times=\(times)")
      #expect(run.status == .exited(0), "\(run.error)")
    }
    let ids = try await sandbox.runs().map(\.id)
    let before = try objects(sandbox)
    #expect(before.count == 4)
    let long = Date(timeIntervalSinceNow: -40 * 86_400)
    for object in before {
      try FileManager.default.setAttributes(
        [.modificationDate: long], ofItemAtPath: "\(sandbox.path)/.thalweg/artifacts/objects/\(object)")
    }
    try await age(ids[1], sandbox)
    let dry = try await sandbox.run("db", "prune", "--older-than", "30d", "--artifacts", "--dry-run")
    #expect(dry.status == .exited(0), "\(dry.error)")
    #expect(dry.output.hasPrefix("would remove 1 run\nwould remove 2 objects of "), "\(dry.output)")
    #expect(try await sandbox.runs().count == 2 && objects(sandbox) == before)
    #expect(sandbox.exists(".thalweg/logs/\(ids[1])"))

    let pruned = try await sandbox.run("db", "prune", "--older-than", "30d", "--artifacts", "--json")
    #expect(
      pruned.output.contains(#""runs": 1"#) && pruned.output.contains(#""objects": 2"#), "\(pruned.output)")
    #expect(try await sandbox.runs().map(\.id) == [ids[0]])
    #expect(try objects(sandbox).count == 2)
    #expect(!sandbox.exists(".thalweg/logs/\(ids[1])") && sandbox.exists(".thalweg/logs/\(ids[0])"))
    let shown = try await sandbox.run("runs", "show", ids[1])
    #expect(shown.status == .exited(2) && shown.error.contains("`thalweg db prune` has removed"))
    #expect(
      try await sandbox.run("db", "prune", "--older-than", "30d").output == "nothing to remove\n")
  }

  @Test func `runs of a database go`() async throws {
    let shared = try await SharedRuns()
    try shared.sandbox.write(Programs.parameters, to: "dear.thal")
    try shared.sandbox.write(Programs.sales, to: "sales.csv")
    for _ in 0..<2 {
      #expect(try await shared.run("run", "dear.thal", "-p", "least=1").status == .exited(0))
    }
    let old = try #require(try await shared.sandbox.runs(environment: shared.environment).last?.id)
    try shared.database.run(
      "UPDATE run SET created = created - interval '40 days', ended = ended - interval '40 days' WHERE id = '\(old)'"
    )
    let pruned = try await shared.run("db", "prune", "--older-than", "30d")
    #expect(pruned.output == "removed 1 run\n", "\(pruned.output) \(pruned.error)")
    #expect(try await shared.sandbox.runs(environment: shared.environment).count == 1)
  }

  @Test(arguments: ["30", "-1d", "0s", "soon"])
  func `what is no time is refused`(age: String) async throws {
    let result = try await Sandbox().run("db", "prune", "--older-than=\(age)")
    #expect(result.status == .exited(2), "\(result.error)")
  }

  @Test func `a folder without runs has nothing to remove`() async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run("db", "prune", "--older-than", "1d", "--json")
    #expect(result.status == .exited(0) && result.output.contains(#""runs": 0"#), "\(result.output)")
    #expect(!sandbox.exists(".thalweg"))
  }
}
