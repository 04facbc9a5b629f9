import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite struct GeneralCommandTests {
  @Test func tellsItsVersion() async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run("--version")
    #expect(result.status == .exited(0))
    #expect(result.output.wholeMatch(of: /thalweg \d+\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: [
    ["--help"], ["help"], ["check", "--help"], ["fmt", "--help"], ["plan", "--help"], ["run", "--help"],
    ["runs", "--help"], ["explain", "--help"],
  ])
  func helpsWithExamples(_ arguments: [String]) async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.runAll(arguments)
    #expect(result.status == .exited(0) && result.error == "")
    #expect(result.output.contains("USAGE: thalweg") && result.output.contains("EXAMPLES:"))
  }

  @Test(arguments: [
    ["chek"], ["check", "--format", "xml"], ["check", "--deny", "errors"], ["run"], ["explain"],
    ["runs", "show"], ["runs", "list", "--limit", "-1"], ["runs", "list", "--state", "lost"], ["--colour"],
  ])
  func wrongUsageIsTwo(_ arguments: [String]) async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.runAll(arguments)
    #expect(result.status == .exited(2))
    #expect(result.output == "" && result.error.contains("Error: "))
  }

  @Test(arguments: ["C808", "c808"])
  func explainsACode(_ code: String) async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run("explain", code)
    #expect(result.status == .exited(0) && result.error == "")
    #expect(result.output.hasPrefix("C808: a parameter's value does not fit its type\n\n"))
    #expect(result.output.contains("\n    thalweg run revenue.thal -p day=2026-01-31\n"))
  }

  @Test func saysThatThereIsNoSuchCode() async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run("explain", "X999")
    #expect(result.status == .exited(2))
    #expect(result.error.hasPrefix("error[C814]: there is no code `X999`\n"))
  }
}
