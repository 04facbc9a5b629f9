import Foundation
import Subprocess
import Testing

@Suite struct ProfileCommandTests {
  private static let program = """
    record Sale { shop: String, price: Int }

    pipeline copy {
      from sales: Table<Sale> = csv("data/sales.csv")
      into report = csv("out/copy.csv") <- sales
    }

    """

  private static let project = """
    version: 1
    profiles:
      dev:
        bindings:
          sales: csv("${SAMPLES:-samples}/sales.csv")
          copy.report: 'stdout(format: csv)'
      broken:
        bindings:
          sales: 'jsonl("samples/sales.jsonl", null: "")'
      worse:
        extends: broken
      elsewhere:
        backend: cluster
    backends:
      cluster: { kind: slurm, partition: big }

    """

  private func sandbox(_ project: String = Self.project, in folder: String = "") throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.write(project, to: "thalweg.yaml")
    try sandbox.write(Self.program, to: "\(folder)copy.thal")
    try sandbox.write("shop,price\nnorth,3\n", to: "data/sales.csv")
    try sandbox.write("shop,price\nsouth,1\n", to: "samples/sales.csv")
    try sandbox.write("shop,price\nwest,2\n", to: "others/sales.csv")
    return sandbox
  }

  @Test func runsWhatAProfileBinds() async throws {
    let sandbox = try sandbox()
    let result = try await sandbox.run("run", "copy.thal", "--profile", "dev")
    #expect(result.status == .exited(0), "\(result.error)")
    #expect(result.output == "shop,price\nsouth,1\n")
    #expect(!sandbox.exists("out"))
  }

  @Test func takesVariablesFromTheEnvironment() async throws {
    let sandbox = try sandbox()
    let result = try await sandbox.run(
      "run", "copy.thal", "--profile", "dev", environment: Sandbox.environment.updating(["SAMPLES": "others"])
    )
    #expect(result.output == "shop,price\nwest,2\n", "\(result.error)")
  }

  @Test func runsWhatIsWrittenWithoutAProfile() async throws {
    let sandbox = try sandbox()
    let result = try await sandbox.run("run", "copy.thal")
    #expect(result.status == .exited(0), "\(result.error)")
    #expect(try sandbox.read("out/copy.csv") == "shop,price\nnorth,3\n")
  }

  @Test func runsTheDefaultProfile() async throws {
    let sandbox = try sandbox(Self.project + "default_profile: dev\n")
    let result = try await sandbox.run("run", "copy.thal")
    #expect(result.output == "shop,price\nsouth,1\n", "\(result.error)")
  }

  @Test func readsPathsFromTheFolderOfTheProject() async throws {
    let sandbox = try sandbox(in: "deep/er/")
    let result = try await sandbox.run("run", "deep/er/copy.thal", "--profile", "dev")
    #expect(result.output == "shop,price\nsouth,1\n", "\(result.error)")
    let inside = try await sandbox.run("run", "copy.thal", in: "deep/er")
    #expect(inside.status == .exited(0), "\(inside.error)")
    #expect(try sandbox.read("out/copy.csv") == "shop,price\nnorth,3\n")
  }

  @Test func looksNoFurtherThanTheRootOfTheRepository() async throws {
    let sandbox = try sandbox("nonsense", in: "repository/")
    try sandbox.write("", to: "repository/.git/HEAD")
    let result = try await sandbox.run("check", "repository/copy.thal")
    #expect(result.status == .exited(0) && result.output == "no errors in 1 file\n")
  }

  @Test func plansUnderAProfile() async throws {
    let sandbox = try sandbox()
    let result = try await sandbox.run("plan", "copy.thal", "--profile", "dev")
    #expect(result.status == .exited(0), "\(result.error)")
    #expect(result.output.contains("samples/sales.csv") && !result.output.contains("data/sales.csv"))
  }

  @Test func checksTheProjectFileAlways() async throws {
    let sandbox = try sandbox("version: 1\nprofils: {}\n", in: "deep/")
    for arguments in [
      ["check"], ["check", "deep"], ["check", "deep/copy.thal"], ["plan", "deep/copy.thal"],
    ] {
      let result = try await sandbox.runAll(arguments)
      #expect(result.status == .exited(1))
      let text = result.output + result.error
      #expect(
        text.contains("error[C860]: the project file has no key `profils`\n  --> thalweg.yaml:2:1\n"),
        "\(text)")
    }
    let inside = try await sandbox.run("check", in: "deep")
    #expect(inside.output.contains("  --> ../thalweg.yaml:2:1\n"))
  }

  @Test func checksAgainUnderAProfileAndNamesIt() async throws {
    let sandbox = try sandbox()
    let sound = try await sandbox.run("check", "--profile", "dev")
    #expect(sound.status == .exited(0) && sound.output == "no errors in 2 files\n")
    let result = try await sandbox.run("check", "--profile", "broken")
    #expect(result.status == .exited(1))
    #expect(
      result.output.contains(
        """
        error[N272]: under the profile `broken`: the connector `jsonl` has no option `null`
          --> thalweg.yaml:9:44
        """), "\(result.output)")
  }

  @Test func checksUnderAllProfilesAndNamesThem() async throws {
    let sandbox = try sandbox()
    let result = try await sandbox.run("check", "--all-profiles")
    #expect(result.status == .exited(1))
    #expect(result.output.contains("under the profiles `broken`, `worse`: the connector"), "\(result.output)")
    #expect(result.output.hasSuffix("1 error in 2 files\n"))
  }

  @Test func saysWhichVariableIsNotSet() async throws {
    let text = "version: 1\nprofiles:\n  p:\n    bindings:\n      sales: csv(\"${NOT_SET_HERE}/sales.csv\")\n"
    let sandbox = try sandbox(text)
    #expect(try await sandbox.run("check").status == .exited(0))
    for command in ["check", "plan", "run"] {
      let result = try await sandbox.run(command, "copy.thal", "--profile", "p")
      #expect(result.status == .exited(1))
      #expect((result.output + result.error).contains("the variable `NOT_SET_HERE` is not set"))
    }
  }

  @Test(arguments: ["check", "plan", "run"])
  func refusesAProfileThatIsNotThere(_ command: String) async throws {
    let sandbox = try sandbox()
    let result = try await sandbox.run(command, "copy.thal", "--profile", "def")
    #expect(result.status == .exited(2))
    let text = result.output + result.error
    #expect(text.contains("error[C880]: there is no profile `def`"), "\(text)")
    #expect(text.contains("= fix: did you mean `dev`?"))
  }

  @Test func refusesAProfileWithoutAProjectFile() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Self.program, to: "copy.thal")
    let result = try await sandbox.run("check", "copy.thal", "--profile", "dev")
    #expect(result.status == .exited(2))
    #expect(result.output.contains("error[C881]: there is no `thalweg.yaml`"))
  }

  @Test func refusesWhatAProfileAsksForAndIsNotThereYet() async throws {
    let sandbox = try sandbox()
    let result = try await sandbox.run("run", "copy.thal", "--profile", "elsewhere")
    #expect(result.status == .exited(1))
    #expect(result.error.contains("error[C818]: the backend `cluster` of kind `slurm` is not built yet"))
    #expect(!sandbox.exists("out"))
  }

  @Test func refusesTwoWaysToNameProfiles() async throws {
    let result = try await sandbox().run("check", "--profile", "dev", "--all-profiles")
    #expect(result.status == .exited(2))
  }

  @Test(arguments: [
    ("rules: { double-negation: off }", 0, "error"), ("rules: { L978: error }", 1, "error[L978]"),
    ("rules: { L978: warning }", 0, "warning[L978]"),
    ("rules: { L978: warning }\n  deny: warnings", 1, "warning[L978]"),
    ("rules: { L000: off }", 1, "error[C870]"),
  ])
  func lintsAtTheLevelsOfTheProjectFile(_ settings: String, _ status: Int32, _ expected: String) async throws
  {
    let sandbox = try Sandbox()
    try sandbox.write("version: 1\nlint:\n  \(settings)\n", to: "thalweg.yaml")
    try sandbox.write("/// Twice.\nfn twice(a: Bool) -> Bool { !!a }\n", to: "twice.thal")
    let result = try await sandbox.run("lint")
    #expect(result.status == .exited(status), "\(result.output)")
    #expect(result.output.contains(expected))
  }

  @Test func theProjectFileOfTheReadmeIsSound() async throws {
    let readme = try String(
      contentsOf: ExampleTests.repository.appending(path: "README.md"), encoding: .utf8)
    let block = try #require(
      readme.split(separator: "```yaml\n").dropFirst().first?.split(separator: "```").first)
    let sandbox = try Sandbox()
    try sandbox.write(String(block), to: "thalweg.yaml")
    for name in ["revenue.thal", "sales.csv"] {
      let text = try String(
        contentsOf: ExampleTests.examples.appending(path: "quickstart/\(name)"), encoding: .utf8)
      try sandbox.write(text, to: name == "sales.csv" ? "samples/sales.csv" : name)
    }
    let checked = try await sandbox.run("check", "--all-profiles")
    #expect(checked.output == "no errors in 2 files\n")
    let result = try await sandbox.run("run", "revenue.thal", "--profile", "dev")
    #expect(result.output.hasPrefix("{\"shop\":\"Harbour\""), "\(result.error)")
  }
}
