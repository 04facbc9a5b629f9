import Foundation
import Subprocess
import SystemPackage
import Testing

/// The examples and the README, run as a user would.
@Suite struct ExampleTests {
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let examples = repository.appending(path: "Examples")

  /// Each folder of Examples with the file that is run there.
  static let programs = ["flights": "flights.thal", "quickstart": "revenue.thal"]

  /// Those that answer calls: `ServeCommandTests` serves them.
  static let services = ["quote": "quote.thal"]

  @Test(.disabled("clicks, fraud and quote are not run yet")) func everyExampleIsRunHere() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.examples.path)
    #expect(Set(folders.filter { !$0.hasPrefix(".") }) == Set(Self.programs.keys).union(Self.services.keys))
  }

  @Test(arguments: programs.keys.sorted())
  func printsAndWritesExactlyWhatIsExpected(example: String) async throws {
    let sandbox = try Sandbox()
    let folder = Self.examples.appending(path: example)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where !["out", ".thalweg", "expected"].contains(name) {
      try FileManager.default.copyItem(
        at: folder.appending(path: name), to: URL(filePath: sandbox.path).appending(path: name))
    }
    let result = try await sandbox.run("run", Self.programs[example]!)
    #expect(result.status == .exited(0), "\(result.error)")

    let expected = folder.appending(path: "expected")
    for name in try FileManager.default.subpathsOfDirectory(atPath: expected.path) {
      let file = expected.appending(path: name)
      guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(try (name == "stdout.txt" ? result.output : sandbox.read(name)) == text, "\(example)/\(name)")
    }
  }

  @Test func theTestsOfTheExamplesPass() async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run("test", Self.examples.path)
    #expect(result.status == .exited(0), "\(result.output)\(result.error)")
    for program in Array(Self.programs.values) + Self.services.values {
      #expect(result.output.contains("\(program)\n  ok  "), "\(program)")
    }
  }

  @Test func theReadmeShowsWhatReallyHappens() async throws {
    let readme = try String(contentsOf: Self.repository.appending(path: "README.md"), encoding: .utf8)
    func text(_ path: String) throws -> String {
      try String(contentsOf: Self.examples.appending(path: path), encoding: .utf8)
    }
    let program = try text("quickstart/revenue.thal")
    // The pipeline opens the README, its tests have their own section.
    let tests = try #require(program.range(of: "\ntest "))
    #expect(readme.contains("```\n\(program[..<tests.lowerBound])```\n"))
    #expect(readme.contains("```\n\(program[tests.lowerBound...].dropFirst())```\n"))
    #expect(readme.contains("$ thalweg run revenue.thal\n\(try text("quickstart/expected/stdout.txt"))```\n"))
    #expect(readme.contains("```\n\(try text("flights/expected/stdout.txt"))```\n"))

    let sandbox = try Sandbox()
    try sandbox.write(program.replacing("price: Decimal }", with: "price: Decimal? }"), to: "revenue.thal")
    let checked = try await sandbox.run("check", "revenue.thal")
    #expect(checked.status == .exited(1))
    #expect(readme.contains("```\n$ thalweg check revenue.thal\n\(checked.output)```\n"), "\(checked.output)")

    try sandbox.write(program.replacing("g.sum(s ->", with: "g.max(s ->"), to: "revenue.thal")
    let tested = try await sandbox.run("test", "revenue.thal")
    #expect(tested.status == .exited(1))
    #expect(readme.contains("```\n$ thalweg test revenue.thal\n\(tested.output)```\n"), "\(tested.output)")
  }
}
