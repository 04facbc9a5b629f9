import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite struct PlanCommandTests {
  @Test func drawsThePlan() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "totals.thal")
    let result = try await sandbox.run("plan", "totals.thal")
    #expect(result.status == .exited(0) && result.error == "")
    #expect(result.output.hasPrefix("batch plan of `totals`"))
    #expect(result.output.contains("holds one row a group"))
    #expect(!sandbox.exists(".thalweg") && !sandbox.exists("out"))
  }

  @Test(arguments: [
    ("json", "{\n"), ("dot", "digraph \"totals\" {\n"), ("mermaid", "flowchart LR\n"), ("svg", "<svg "),
  ])
  func drawsThePlanInOtherFormats(_ format: String, _ start: String) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "totals.thal")
    let result = try await sandbox.run("plan", "totals.thal", "totals", "--format", format)
    #expect(result.status == .exited(0) && result.output.hasPrefix(start))
  }

  @Test func itsHashIsThatOfTheProgramNotOfItsLayout() async throws {
    let sandbox = try Sandbox()
    func hash(_ text: String, _ name: String) async throws -> String {
      struct Hashed: Decodable { let hash: String }
      try sandbox.write(text, to: name)
      let result = try await sandbox.run("plan", name, "--format", "json")
      return try JSONDecoder().decode(Hashed.self, from: Data(result.output.utf8)).hash
    }
    let hash1 = try await hash(Programs.totals, "a.thal")
    let commented =
      "// a comment\n\n" + Programs.totals.replacing("\n  from", with: "\n\n\n  // more\n  from")
    #expect(try await hash(commented, "deep/b.thal") == hash1)
    #expect(try await hash(Programs.totals.replacing("s.price", with: "s.price + 1"), "c.thal") != hash1)
  }

  @Test func needsNoParameters() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.parameters, to: "a.thal")
    let result = try await sandbox.run("plan", "a.thal")
    #expect(result.status == .exited(0))
    #expect(
      result.output.contains("parameter least: Int\n")
        && result.output.contains("parameter shop: String? = none\n"))
    let given = try await sandbox.run("plan", "a.thal", "-p", "least=4")
    #expect(given.output.contains("parameter least: Int, given 4\n"))
    #expect(try await sandbox.run("plan", "a.thal", "-p", "least=x").status == .exited(2))
  }

  @Test func mustKnowWhichPipeline() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.two, to: "two.thal")
    let unnamed = try await sandbox.run("plan", "two.thal")
    #expect(unnamed.status == .exited(2))
    #expect(unnamed.error.hasPrefix("error[C804]: `two.thal` declares 2 pipelines: say which one is meant\n"))
    #expect(unnamed.error.contains("declares `first`, `second`"))
    #expect(try await sandbox.run("plan", "two.thal", "second").status == .exited(0))

    let unknown = try await sandbox.run("plan", "two.thal", "secnd")
    #expect(unknown.status == .exited(2))
    #expect(unknown.error.hasPrefix("error[C803]: `two.thal` has no pipeline `secnd`\n"))
    #expect(unknown.error.contains("= fix: write `second`\n"))
  }

  @Test func needsAPipeline() async throws {
    let sandbox = try Sandbox()
    try sandbox.write("record Sale { shop: String }\n", to: "types.thal")
    let result = try await sandbox.run("plan", "types.thal")
    #expect(result.status == .exited(2) && result.error.hasPrefix("error[C805]"))
    #expect(try await sandbox.run("run", "types.thal", "sales").error.hasPrefix("error[C805]"))
  }

  @Test func showsWhatIsWrongWithTheProgram() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.broken + Programs.two, to: "a.thal")
    for command in ["plan", "run"] {
      let result = try await sandbox.run(command, "a.thal", "first")
      #expect(result.status == .exited(1) && result.output == "" && result.error.hasPrefix("error[N2"))
    }
  }
}
