import Compiler
import Diagnosing
import Foundation
import JobStore
import Testing

@testable import Execution

/// Programs that ask for secrets, in a project of their own.
@Suite struct SecretsTests {
  private struct Silent: RunObserver {
    func observe(_ snapshot: RunSnapshot) {}
    func finish() {}
  }

  private static let program = """
    record User { name: String @pii, age: Int }
    record Hidden { name: String, age: String }
    fn hidden(name: String @pii) -> String { hash(name, key: secret("pepper")) }
    pipeline p {
      from users: Table<User> = csv("users.csv")
      into out = csv("out.csv") <- users.map(u -> Hidden { name: hidden(u.name), age: hash(u.age, key: secret("salt")) })
    }
    """

  /// Runs the program under a profile with these secrets.
  private func run(
    secrets: String, files: [String: String] = [:], environment: [String: String] = [:]
  ) async throws -> (outcome: RunOutcome, text: String, output: String?) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var all = files
    all["p.thal"] = Self.program
    all["users.csv"] = "name,age\nwhat do ya want for nothing?,7\n"
    all["thalweg.yaml"] = "version: 1\ndefault_profile: dev\nprofiles:\n  dev:\n    secrets:\n\(secrets)"
    for (name, text) in all { try Data(text.utf8).write(to: folder.appending(path: name)) }
    let pipeline = try await Programs.pipeline(
      nil, of: "\(folder.path)/p.thal", under: nil, given: [], isPartial: false, Invocation([]))
    let request = pipeline.request
    let found = RunRequest(
      file: request.file, folder: request.folder, graph: request.graph, plan: request.plan,
      arguments: request.arguments,
      secrets: Secrets(profile: pipeline.project?.profile, folder: folder.path) { environment[$0] },
      artifacts: request.artifacts, sources: request.sources)
    let outcome = try await LocalBackend(workers: 1).run(
      found, recordedIn: InMemoryRunStore(), observer: Silent())
    let text = TextRenderer(request.sources).render(outcome.diagnostics)
    return (outcome, text, try? String(contentsOf: folder.appending(path: "out.csv"), encoding: .utf8))
  }

  @Test func aHashIsTheHMACUnderTheSecretOfAVariableOrAFile() async throws {
    // The second test case of RFC 4231.
    let result = try await run(
      secrets: "      pepper: { env: PEPPER }\n      salt: { file: salt.txt }\n",
      files: ["salt.txt": "Jefe\n"],
      environment: ["PEPPER": "Jefe"])
    #expect(result.outcome.state == .succeeded, "\(result.text)")
    let hashes = [
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      "eebb25ddc78a84e76400980a3919889d1333e93e43ee62588ea2521e39d1c4b8",
    ]
    #expect(result.output == "name,age\n\(hashes.joined(separator: ","))\n")
  }

  @Test func allThatIsMissingIsNamedAtOnceWithoutAValue() async throws {
    let result = try await run(
      secrets: "      pepper: { env: PEPPER }\n      salt: { file: salt.txt }\n",
      environment: ["SALT": "hush"])
    #expect(result.outcome.state == .failed)
    #expect(result.outcome.diagnostics.map(\.code.text) == ["C845", "C845"])
    #expect(result.text.contains("the secret `pepper` has no value: the variable `PEPPER` is not set"))
    #expect(result.text.contains("the secret `salt` has no value: the file `salt.txt` can't be read"))
    #expect(result.output == nil)
  }

  @Test(arguments: [("", ["C844", "C845"]), ("\n", ["C844", "C845"])])
  func anEmptyFileAndAnUnknownNameAreFindings(salt: String, codes: [String]) async throws {
    let result = try await run(secrets: "      salt: { file: salt.txt }\n", files: ["salt.txt": salt])
    #expect(result.outcome.diagnostics.map(\.code.text).sorted() == codes)
    #expect(result.text.contains("the profile `dev` does not say where the secret `pepper` is"))
    #expect(result.text.contains("write `pepper: { env: VARIABLE }`"))
  }
}
