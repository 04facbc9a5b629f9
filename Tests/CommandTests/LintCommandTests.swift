import Foundation
import Subprocess
import Testing

@Suite struct LintCommandTests {
  private static let fishy = """
    fn same(a: Float, b: Float) -> Bool { !(a == b) }

    """

  @Test func findsNothingInASoundProgram() async throws {
    let sandbox = try Sandbox()
    try sandbox.write("fn one() -> Int { 1 }\n", to: "a.thal")
    let result = try await sandbox.run("lint", "a.thal")
    #expect(result.status == .exited(0))
    #expect(result.output == "no errors in 1 file\n" && result.error == "")
    #expect(try sandbox.files() == ["a.thal"])
  }

  @Test func warningsFailOnlyWhereTheyAreDenied() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.fishy, to: "a.thal")
    let told = try await sandbox.run("lint")
    #expect(told.status == .exited(0))
    #expect(
      told.output.contains("warning[L907]: floats are compared with `==`\n  --> a.thal:1:40\n"),
      "\(told.output)")
    #expect(told.output.contains("  = more: thalweg explain L907\n"))
    #expect(told.output.hasSuffix("\n2 warnings in 1 file\n"))
    #expect(try await sandbox.run("lint", "--deny", "warnings").status == .exited(1))
  }

  @Test func tellsTheProgramsErrorsToo() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.broken, to: "broken.thal")
    try sandbox.write(Self.fishy, to: "a.thal")
    let result = try await sandbox.run("lint", "--format", "json")
    #expect(result.status == .exited(1))
    #expect(Set(try Report(result.output).diagnostics.map(\.file)) == ["a.thal", "broken.thal"])
  }

  @Test(arguments: [["lint", "no.thal"], ["lint", "--baseline", "no.json", "a.thal"]])
  func whatIsNotThereIsTheEnvironments(arguments: [String]) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.fishy, to: "a.thal")
    #expect(try await sandbox.runAll(arguments).status == .exited(3))
  }

  @Test(arguments: [
    ["lint", "--unsafe"], ["lint", "--write-baseline"], ["lint", "--stdin-filename", "a.thal"],
    ["lint", "--stdin", "a.thal"], ["lint", "--format", "xml"], ["lint", "--fix", "-"],
  ])
  func wrongUseIsSaid(arguments: [String]) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.fishy, to: "a.thal")
    let result = try await sandbox.runAll(arguments)
    #expect(result.status == .exited(2), "\(result.output)\(result.error)")
    #expect(result.output == "")
  }

  @Test func fixesAreAppliedUntilNoneAreLeft() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      "fn a(x: Bool) -> Bool { !!(!!x) }\nfn b(x: Int) -> Int { if x > 1 { 2 } else { 2 } }\n", to: "a.thal")
    let fixed = try await sandbox.run("lint", "--fix")
    #expect(fixed.status == .exited(0))
    #expect(fixed.error == "mended a.thal\n")
    #expect(
      try sandbox.read("a.thal")
        == "fn a(x: Bool) -> Bool { x }\nfn b(x: Int) -> Int { if x > 1 { 2 } else { 2 } }\n")
    #expect(fixed.output.hasSuffix("\n1 warning in 1 file\n"))
    _ = try await sandbox.run("lint", "--fix", "--unsafe")
    #expect(try sandbox.read("a.thal").contains("fn b(x: Int) -> Int { 2 }"))
    #expect(try sandbox.files() == ["a.thal"])
  }

  @Test func whatIsOnlyImportedIsNotChanged() async throws {
    let sandbox = try Sandbox()
    let library = "fn not_not(x: Bool) -> Bool { !!x }\n"
    try sandbox.write(library, to: "b.thal")
    try sandbox.write(
      "import \"./b.thal\" { not_not }\nfn a(x: Bool) -> Bool { !!not_not(x) }\n", to: "a.thal")
    let result = try await sandbox.run("lint", "--fix", "a.thal")
    #expect(result.output == "no errors in 2 files\n")
    #expect(try sandbox.read("b.thal") == library)
    #expect(try sandbox.read("a.thal").contains("{ not_not(x) }"))
  }

  @Test func standardInputIsMendedToStandardOutput() async throws {
    let sandbox = try Sandbox()
    let told = try await sandbox.run("lint", "--stdin", "--stdin-filename", "dir/a.thal", input: Self.fishy)
    #expect(told.output.contains("--> dir/a.thal:1:40\n"))
    let fixed = try await sandbox.run("lint", "--stdin", "--fix", input: Self.fishy)
    #expect(fixed.output == "fn same(a: Float, b: Float) -> Bool { a != b }\n")
    #expect(fixed.error.contains("warning[L907]"))
    #expect(try sandbox.files() == [])
  }

  @Test func aBaselineKeepsWhatIsKnownQuiet() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.fishy, to: "a.thal")
    let written = try await sandbox.run("lint", "--baseline", "known.json", "--write-baseline")
    #expect(written.status == .exited(0) && written.error == "2 findings written to known.json\n")
    let quiet = try await sandbox.run("lint", "--baseline", "known.json", "--deny", "warnings")
    #expect(quiet.status == .exited(0) && quiet.output == "no errors in 1 file\n")
    try sandbox.write("\n\n" + Self.fishy + "fn more(a: Float, b: Float) -> Bool { a == b }\n", to: "a.thal")
    let more = try await sandbox.run("lint", "--baseline", "known.json", "--format", "json")
    #expect(try Report(more.output).diagnostics.map(\.code) == ["L907"])
    try sandbox.write("[]", to: "known.json")
    let broken = try await sandbox.run("lint", "--baseline", "known.json")
    #expect(broken.status == .exited(3) && broken.output.contains("`known.json` is no baseline of findings"))
  }

  @Test func printsForBuildServers() async throws {
    let sandbox = try Sandbox()
    try sandbox.write("// thalweg:allow L978 shown in a lesson\n" + Self.fishy, to: "a.thal")
    let github = try await sandbox.run("lint", "--format", "github")
    #expect(
      github.output.hasPrefix("::warning file=a.thal,line=2,endLine=2,col=40,endColumn=48,title=L907::floats")
    )
    #expect(try await sandbox.run("lint", "--format", "junit").output.contains("<failure type=\"warning\""))
    let sarif = try await sandbox.run("lint", "--format", "sarif").output
    let log = try #require(try JSONSerialization.jsonObject(with: Data(sarif.utf8)) as? [String: Any])
    let run = try #require((log["runs"] as? [[String: Any]])?.first)
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.map { $0["ruleId"] as? String } == ["L907", "L978"])
    let suppressions = results.map { ($0["suppressions"] as? [[String: String]])?.first?["justification"] }
    #expect(suppressions == [nil, "shown in a lesson"])
  }

  @Test func rulesAreListedAndExplained() async throws {
    let sandbox = try Sandbox()
    let table = try await sandbox.run("rules")
    #expect(table.status == .exited(0) && table.output.contains("\nL907  float-equality "))
    let json = try await sandbox.run("rules", "--json")
    #expect(json.output.hasPrefix("{\n  \"version\": 1,\n  \"rules\": ["))
    let explained = try await sandbox.run("explain", "l907")
    #expect(explained.output.hasPrefix("L907: floats compared with `==` or `!=`\n"))
    #expect(try await sandbox.run("explain", "float-equality").output == explained.output)
  }
}
