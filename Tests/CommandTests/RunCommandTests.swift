import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite struct RunCommandTests {
  @Test func runsAndRemembers() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "totals.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    let result = try await sandbox.run("run", "totals.thal")
    #expect(result.status == .exited(0) && result.output == "", "\(result.error)")
    #expect(
      result.error.wholeMatch(of: /totals succeeded in \S+: 3 rows in, 2 out \(totals-\w{8}\)\n/) != nil)
    #expect(try sandbox.read("out/totals.csv") == Programs.result)
    #expect(try sandbox.files() == ["out", "out/totals.csv", "sales.csv", "totals.thal"])

    let run = try await sandbox.lastRun()
    #expect(
      run.pipeline == "totals" && run.file == "totals.thal" && run.state == "succeeded" && run.error == nil)
    #expect(run.rows_in == 3 && run.rows_out == 2 && run.parameters == [:] && run.plan.count == 64)
    let jobs = try #require(run.jobs)
    #expect(jobs.map(\.state) == ["succeeded", "succeeded", "succeeded"])
    #expect(jobs.map(\.name).first == "sales")
    #expect(jobs.map { $0.attempts.map(\.number) } == [[1], [1], [1]])
    #expect(jobs.map { $0.attempts.map(\.rows_in) } == [[3], [3], [2]])
    #expect(jobs.map { $0.attempts.map(\.rows_out) } == [[3], [2], [2]])
  }

  @Test func pathsAreRelativeToTheProgram() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "deep/totals.thal")
    try sandbox.write(Programs.sales, to: "deep/sales.csv")
    #expect(try await sandbox.run("run", "deep/totals.thal").status == .exited(0))
    #expect(try sandbox.read("deep/out/totals.csv") == Programs.result)
    #expect(sandbox.exists(".thalweg/state.db") && !sandbox.exists("deep/.thalweg"))
  }

  @Test func readsStandardInputAndWritesStandardOutput() async throws {
    let sandbox = try Sandbox()
    let program = Programs.totals.replacing(#"csv("sales.csv")"#, with: "stdin(format: csv)")
      .replacing(#"csv("out/totals.csv")"#, with: "stdout(format: csv)")
    try sandbox.write(program, to: "a.thal")
    let result = try await sandbox.run("run", "a.thal", input: Programs.sales)
    #expect(result.status == .exited(0) && result.output == Programs.result)
    #expect(result.error.split(separator: "\n").count == 1)
  }

  @Test func takesParameters() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.parameters, to: "dear.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    let result = try await sandbox.run("run", "dear.thal", "dear", "-p", "least=4", "-p", "shop=north")
    #expect(result.status == .exited(0), "\(result.error)")
    #expect(try sandbox.read("dear.csv") == "shop,price\nnorth,5\n")
    #expect(try await sandbox.lastRun().parameters == ["least": "4", "shop": "north"])
    #expect(try await sandbox.run("run", "dear.thal", "--parameter", "least=4").status == .exited(0))
    #expect(try sandbox.read("dear.csv") == "shop,price\nsouth,4\nnorth,5\n")
  }

  @Test(arguments: [
    (["-p", "leest=4"], "C806", "= fix: write `least`"),
    ([], "C807", "= fix: add `-p least=7`"),
    (["-p", "least=four"], "C808", "= fix: write it like `-p least=7`"),
    (["-p", "least=4", "-p", "least=5"], "C809", "= fix: leave one of them out"),
    (["-p", "4"], "C810", "= fix: write `-p least=4`"),
  ])
  func refusesWrongParameters(_ arguments: [String], _ code: String, _ fix: String) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.parameters, to: "dear.thal")
    let result = try await sandbox.runAll(["run", "dear.thal"] + arguments)
    #expect(result.status == .exited(2))
    #expect(result.error.hasPrefix("error[\(code)]: ") && result.error.contains(fix))
    #expect(!sandbox.exists(".thalweg"))
  }

  @Test func aRowThatDoesNotFitFailsTheRun() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "totals.thal")
    try sandbox.write("shop,price\nnorth,3\nsouth,four\n", to: "sales.csv")
    try sandbox.write("as it was", to: "out/totals.csv")
    let result = try await sandbox.run("run", "totals.thal")
    #expect(result.status == .exited(1) && result.output == "")
    #expect(result.error.contains("error[F480]: ") && result.error.contains("`price`"))
    #expect(result.error.contains("sales.csv:3"))
    #expect(result.error.contains("totals failed after "))
    #expect(try sandbox.read("out/totals.csv") == "as it was")
    #expect(try sandbox.files() == ["out", "out/totals.csv", "sales.csv", "totals.thal"])

    let run = try await sandbox.lastRun()
    #expect(run.state == "failed" && run.error?.code == "F480")
    #expect(run.error?.diagnostic?.code == "F480" && run.error?.diagnostic?.file == "totals.thal")
    #expect(run.jobs?.map(\.state) == ["failed", "cancelled", "cancelled"])
    let shown = try await sandbox.run("runs", "show", run.id)
    #expect(shown.output.contains("error[F480]: ") && shown.output.contains("--> totals.thal:"))
  }

  @Test func anOperationThatFailsFailsTheRun() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      Programs.totals.replacing("g.sum(s -> s.price)", with: "try (g.count() / (g.count() - 2))"),
      to: "a.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    let result = try await sandbox.run("run", "a.thal")
    #expect(result.status == .exited(1))
    #expect(result.error.contains("error[F481]: "), "\(result.error)")
    #expect(try await sandbox.lastRun().error?.code == "F481")
  }

  @Test func aCheckThatDoesNotHoldPublishesNothing() async throws {
    let sandbox = try Sandbox()
    let check = "  check shops {\n    rows(min: 3)\n    warn every(t -> t.sum > 5)\n  }\n  into"
    try sandbox.write(Programs.totals.replacing("  into", with: check), to: "a.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    let result = try await sandbox.run("run", "a.thal")
    #expect(result.status == .exited(1))
    #expect(
      result.error.contains("error[F482]: ") && result.error.contains("warning[F482]: "), "\(result.error)")
    #expect(!sandbox.exists("out/totals.csv"))
    #expect(try await sandbox.lastRun().error?.code == "F482")
  }

  @Test func aWarningPublishes() async throws {
    let sandbox = try Sandbox()
    let check = "  check shops { warn rows(min: 3) }\n  into"
    try sandbox.write(Programs.totals.replacing("  into", with: check), to: "a.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    let result = try await sandbox.run("run", "a.thal")
    #expect(result.status == .exited(0) && result.error.contains("warning[F482]: "))
    #expect(try sandbox.read("out/totals.csv") == Programs.result)
  }

  @Test func aSourceThatIsNotThereFailsTheRun() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "totals.thal")
    let result = try await sandbox.run("run", "totals.thal")
    #expect(result.status == .exited(3))
    #expect(result.error.contains("error[C815]: ") && result.error.contains("sales.csv"), "\(result.error)")
    #expect(result.error.contains("  --> totals.thal:6:8\n"))
    #expect(try await sandbox.lastRun().state == "failed")
  }

  @Test func aSinkThatCannotBeWrittenFailsTheRun() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "totals.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    try sandbox.write("a file where the folder should be", to: "out")
    let result = try await sandbox.run("run", "totals.thal")
    #expect(result.status == .exited(3))
    #expect(result.error.contains("error[C816]: "), "\(result.error)")
    #expect(try await sandbox.lastRun().error?.code == "C816")
  }

  @Test func twoSinksNeedTwoFiles() async throws {
    let sandbox = try Sandbox()
    let second = "into again = csv(\"./out/../out/totals.csv\") <- shops\n  into"
    try sandbox.write(Programs.totals.replacing("into", with: second), to: "a.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    let result = try await sandbox.run("run", "a.thal")
    #expect(result.status == .exited(1) && result.error.contains("error[C817]: "), "\(result.error)")
    #expect(!sandbox.exists("out/totals.csv"))
  }

  @Test func aFileIsNotReadAndWritten() async throws {
    let sandbox = try Sandbox()
    let program = Programs.parameters.replacing("shop: String? = none", with: "name: String")
      .replacing("dear.csv", with: "{name}.csv").replacing(" && (shop == none || s.shop == shop)", with: "")
    try sandbox.write(program, to: "a.thal")
    try sandbox.write(Programs.sales, to: "sales.csv")
    let result = try await sandbox.run("run", "a.thal", "-p", "least=4", "-p", "name=sales")
    #expect(result.status == .exited(1) && result.error.contains("error[C817]: "), "\(result.error)")
    #expect(try sandbox.read("sales.csv") == Programs.sales)
    #expect(
      try await sandbox.run("run", "a.thal", "-p", "least=4", "-p", "name=dear").status == .exited(0))
  }
}
