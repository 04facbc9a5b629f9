import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite struct CheckCommandTests {
  @Test func findsNothingInASoundProgram() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "totals.thal")
    let result = try await sandbox.run("check", "totals.thal")
    #expect(result.status == .exited(0))
    #expect(result.output == "no errors in 1 file\n")
    #expect(result.error == "")
    // Nothing but the program is touched.
    #expect(try sandbox.files() == ["totals.thal"] && !sandbox.exists(".thalweg"))
  }

  @Test func printsFindingsAsTheResult() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.broken, to: "broken.thal")
    let result = try await sandbox.run("check", "broken.thal")
    #expect(result.status == .exited(1))
    #expect(result.error == "")
    #expect(result.output.hasPrefix("error[N2"))
    #expect(result.output.contains("  --> broken.thal:1:21\n"))
    #expect(result.output.hasSuffix("\n\n1 error in 1 file\n"))
  }

  @Test func printsFindingsAsJSON() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.broken, to: "broken.thal")
    let result = try await sandbox.run("check", "--format", "json", "broken.thal")
    #expect(result.status == .exited(1))
    let report = try Report(result.output)
    #expect(report.version == 1 && report.summary.errors == 1 && report.summary.files == 1)
    #expect(report.diagnostics.map(\.file) == ["broken.thal"])
  }

  @Test func searchesFoldersButNothingHidden() async throws {
    let sandbox = try Sandbox()
    for name in [
      "a.thal", "deep/er/b.thal", ".hidden/c.thal", ".build/d.thal", ".thalweg/e.thal", "deep/f.txt",
    ] {
      try sandbox.write(Programs.broken, to: name)
    }
    for arguments in [[], ["."], ["a.thal", "deep", "a.thal", "./a.thal"]] as [[String]] {
      let result = try await sandbox.runAll(["check", "--format", "json"] + arguments)
      let report = try Report(result.output)
      #expect(Set(report.diagnostics.map(\.file)) == ["a.thal", "deep/er/b.thal"])
      #expect(report.summary.files == 2)
    }
  }

  @Test func readsStandardInput() async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run("check", "-", input: Programs.broken)
    #expect(result.status == .exited(1))
    #expect(result.output.contains("  --> <stdin>:1:21\n"))
  }

  @Test func saysThatAFileIsNotThere() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "totals.thal")
    let result = try await sandbox.run("check", "total.thal")
    #expect(result.status == .exited(3))
    #expect(
      result.output == """
        error[C801]: there is no file `total.thal`
          --> <command line>:1:15
           |
         1 | thalweg check total.thal
           |               ^^^^^^^^^^ not there
           |
           = fix: did you mean `totals.thal`?
           = more: thalweg explain C801

        1 error in 0 files

        """)
  }

  @Test func saysThatAFolderHoldsNoProgram() async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run("check", "--format", "json")
    #expect(result.status == .exited(3))
    #expect(try Report(result.output).diagnostics.map(\.code) == ["C802"])
  }

  @Test func coloursOnlyWhenAsked() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.broken, to: "broken.thal")
    func output(_ arguments: String...) async throws -> String {
      try await sandbox.runAll(["check", "broken.thal"] + arguments).output
    }
    #expect(try await !output().contains("\u{1B}"))
    #expect(try await !output("--color", "never").contains("\u{1B}"))
    #expect(try await output("--color", "always").contains("\u{1B}[1;31merror"))
  }
}

extension Sandbox {
  func runAll(_ arguments: [String], input: String = "") async throws -> CommandResult {
    let result = try await Subprocess.run(
      .path(FilePath(Self.binary)), arguments: .init(arguments), environment: Self.environment,
      workingDirectory: FilePath(path), input: .string(input), output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20))
    return CommandResult(
      status: result.terminationStatus, output: result.standardOutput, error: result.standardError
    )
  }
}
