import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite struct RunsCommandTests {
  @Test func aFolderWithoutRunsIsLeftAlone() async throws {
    let sandbox = try Sandbox()
    let listed = try await sandbox.run("runs", "list")
    #expect(listed.status == .exited(0) && listed.output == "no runs\n")
    let shown = try await sandbox.run("runs", "show", "last")
    #expect(shown.status == .exited(2) && shown.error.hasPrefix("error[C812]: there are no runs yet\n"))
    #expect(!sandbox.exists(".thalweg"))
  }

  @Test func listsAndShows() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.parameters, to: "dear.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    for least in ["1", "4"] { _ = try await sandbox.run("run", "dear.thal", "-p", "least=\(least)") }
    let runs = try await sandbox.runs()
    #expect(runs.map(\.rows_out) == [2, 3] && runs.allSatisfy { $0.jobs == nil })
    #expect(runs[0].plan == runs[1].plan)

    let listed = try await sandbox.run("runs")
    #expect(listed.output.split(separator: "\n").count == 3 && listed.output.hasPrefix("RUN "))
    #expect(try await sandbox.run("runs", "list", "--state", "failed").output == "no runs\n")
    #expect(try await sandbox.run("runs", "list", "--pipeline", "other").output == "no runs\n")
    #expect(try await sandbox.run("runs", "list", "--limit", "1").output.split(separator: "\n").count == 2)

    let shown = try await sandbox.run("runs", "show", runs[1].id)
    #expect(shown.status == .exited(0) && shown.output.contains(#"parameters  {"least":"1","shop":"none"}"#))
    let unknown = try await sandbox.run("runs", "show", "dear-")
    #expect(
      unknown.status == .exited(2) && unknown.error.hasPrefix("error[C812]: several runs begin with `dear-`"))
  }

  @Test(arguments: [["runs", "list"], ["runs", "show", "last"], ["run", "a.thal", "-p", "least=1"]])
  func aDamagedStoreIsTheEnvironmentsFault(_ arguments: [String]) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.parameters, to: "a.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    let damage = String(repeating: "this is no database. ", count: 300)
    try sandbox.write(damage, to: ".thalweg/state.db")
    let result = try await sandbox.runAll(arguments)
    #expect(result.status == .exited(3))
    #expect(result.error.hasPrefix("error[C811]: `.thalweg/state.db` is no database of runs: "))
    #expect(try sandbox.read(".thalweg/state.db") == damage && !sandbox.exists("dear.csv"))
  }

  @Test func runsAtTheSameTimeAreAllRemembered() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.sales, to: "sales.csv")
    for number in 0..<4 {
      try sandbox.write(
        Programs.parameters.replacing("dear.csv", with: "dear\(number).csv"), to: "\(number).thal")
    }
    let path = sandbox.path
    try await withThrowingTaskGroup(of: TerminationStatus.self) { group in
      for number in 0..<4 {
        group.addTask {
          try await Subprocess.run(
            .path(FilePath(Sandbox.binary)), arguments: ["run", "\(number).thal", "-p", "least=1"],
            environment: Sandbox.environment, workingDirectory: FilePath(path), output: .discarded,
            error: .discarded
          ).terminationStatus
        }
      }
      for try await status in group { #expect(status == .exited(0)) }
    }
    let runs = try await sandbox.runs()
    #expect(runs.count == 4 && runs.allSatisfy { $0.state == "succeeded" && $0.rows_out == 3 })
  }
}
