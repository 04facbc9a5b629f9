import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite struct FmtCommandTests {
  private let untidy = "record   Sale{shop:String,price:Int}\n"
  private let tidy = "record Sale { shop: String, price: Int }\n"

  @Test func writesTheFormat() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(untidy, to: "a.thal")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: sandbox.path + "/a.thal")
    let result = try await sandbox.run("fmt")
    #expect(result.status == .exited(0) && result.output == "" && result.error == "")
    #expect(try sandbox.read("a.thal") == tidy)
    #expect(try sandbox.files() == ["a.thal"])
    let attributes = try FileManager.default.attributesOfItem(atPath: sandbox.path + "/a.thal")
    #expect(attributes[.posixPermissions] as? Int == 0o640)
  }

  @Test func checksWithoutWriting() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(untidy, to: "a.thal")
    try sandbox.write(tidy, to: "b.thal")
    let result = try await sandbox.run("fmt", "--check")
    #expect(result.status == .exited(1) && result.output == "a.thal\n")
    #expect(try sandbox.read("a.thal") == untidy)
    #expect(try await sandbox.run("fmt", "--check", "b.thal").status == .exited(0))
  }

  @Test func showsTheDifference() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(untidy, to: "a.thal")
    let result = try await sandbox.run("fmt", "--diff")
    #expect(result.status == .exited(0))
    #expect(result.output.hasPrefix("--- a/a.thal\n+++ b/a.thal\n@@ -1 +1 @@\n-record   Sale"))
    #expect(try sandbox.read("a.thal") == untidy)
    #expect(try await sandbox.run("fmt", "--diff", "--check").status == .exited(1))
  }

  @Test func formatsStandardInput() async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run("fmt", "-", input: untidy)
    #expect(result.status == .exited(0) && result.output == tidy)
    #expect(try await sandbox.run("fmt", "-", input: tidy).output == tidy)
  }

  @Test func leavesWhatDoesNotParse() async throws {
    let sandbox = try Sandbox()
    try sandbox.write("record Sale {", to: "a.thal")
    try sandbox.write(untidy, to: "b.thal")
    let result = try await sandbox.run("fmt")
    #expect(result.status == .exited(1))
    #expect(result.error.hasPrefix("error[P1"))
    #expect(try sandbox.read("a.thal") == "record Sale {")
    #expect(try sandbox.read("b.thal") == tidy)
  }

  @Test func saysThatAFileIsNotThere() async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run("fmt", "a.thal")
    #expect(result.status == .exited(3) && result.error.hasPrefix("error[C801]"))
  }
}
