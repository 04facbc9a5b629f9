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
  static let programs = [
    "backtest": "backtest.thal", "churn": "churn.thal", "clicks": "clicks.thal", "flights": "flights.thal",
    "fraud": "fraud.thal", "quickstart": "revenue.thal",
  ]

  /// Those that run as a stream under their profile `live`, with the rows that come through the pipe.
  static let streams = ["clicks": "data/clicks.jsonl", "fraud": "data/payments.csv"]

  /// Those that answer calls: `ServeCommandTests` serves them.
  static let services = ["quote": "quote.thal"]

  @Test func everyExampleIsRunHere() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.examples.path)
    #expect(Set(folders.filter { !$0.hasPrefix(".") }) == Set(Self.programs.keys).union(Self.services.keys))
  }

  /// The example in a folder of its own, without what earlier runs left.
  private func sandbox(_ example: String) throws -> Sandbox {
    let sandbox = try Sandbox()
    let folder = Self.examples.appending(path: example)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where !["out", "live", ".thalweg", "expected"].contains(name) {
      try FileManager.default.copyItem(
        at: folder.appending(path: name), to: URL(filePath: sandbox.path).appending(path: name))
    }
    return sandbox
  }

  /// The files of a folder of `expected`, by their names in it.
  private func expected(_ folder: String) throws -> [(name: String, text: String)] {
    let folder = Self.examples.appending(path: folder)
    return try FileManager.default.subpathsOfDirectory(atPath: folder.path).compactMap { name in
      let file = folder.appending(path: name)
      guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { return nil }
      return (name, try String(contentsOf: file, encoding: .utf8))
    }
  }

  @Test(arguments: programs.keys.sorted())
  func printsAndWritesExactlyWhatIsExpected(example: String) async throws {
    let sandbox = try sandbox(example)
    let result = try await sandbox.run("run", Self.programs[example]!)
    #expect(result.status == .exited(0), "\(result.error)")
    for (name, text) in try expected("\(example)/expected") where !name.hasPrefix("live/") {
      #expect(try (name == "stdout.txt" ? result.output : sandbox.read(name)) == text, "\(example)/\(name)")
    }
  }

  /// Each alone and in shards, where it is a batch also without a profile.
  static let submitted =
    programs.keys.map { ($0, nil) }
    + programs.keys.filter { streams[$0] == nil }.map { ($0, 3) } as [(String, Int?)]

  /// Whatever they print goes to the worker's output.
  @Test(.timeLimit(.minutes(15)), arguments: submitted)
  func submittedItGivesTheSameInOneProcessAndInShards(example: String, shards: Int?) async throws {
    let sandbox = try sandbox(example)
    let shared = try await SharedRuns(in: sandbox)
    let program = Self.programs[example]!
    if let shards {
      let text = try sandbox.read(program)
      let pipeline = try #require(text.firstRange(of: /(^|\n)pipeline (.|\n)*?\n(?=}\n)/))
      try sandbox.write(
        text.replacingCharacters(
          in: pipeline.upperBound..<pipeline.upperBound, with: "  run batch { parallelism: \(shards) }\n"),
        to: program)
    }
    _ = try await shared.withWorker(slots: 2) { _ in
      _ = try await shared.withWorker(slots: 2) { _ in
        let result = try await shared.run("submit", program, "--wait")
        #expect(result.status == .exited(0), "\(result.error)")
      }
    }
    for (name, text) in try expected("\(example)/expected")
    where !name.hasPrefix("live/") && name != "stdout.txt" {
      #expect(try sandbox.read(name) == text, "\(example)/\(name)")
    }
  }

  @Test func aModelThatIsNotGoodEnoughIsReportedAndNotPublished() async throws {
    let sandbox = try sandbox("churn")
    let before = try sandbox.files()
    let result = try await sandbox.run("run", "churn.thal", "-p", "least=0.95")
    #expect(result.status == .exited(1))
    #expect(result.error.contains("the model tells only 0.906 of the pairs apart, and 0.95 are wanted"))
    #expect(result.output.contains("303         97  0.906     0.784   0.95  false"), "\(result.output)")
    #expect(try sandbox.files().filter { !$0.contains("__pycache__") } == before)
  }

  @Test(arguments: streams.keys.sorted())
  func asAStreamItTellsWhatWasLate(example: String) async throws {
    let sandbox = try sandbox(example)
    let result = try await sandbox.run(
      "run", Self.programs[example]!, "--profile", "live", input: sandbox.read(Self.streams[example]!))
    #expect(result.status == .exited(0), "\(result.error)")
    func lines(_ text: String) -> [Substring] { text.split(separator: "\n").sorted() }
    for (name, text) in try expected("\(example)/expected/live") {
      let epochs = try sandbox.files().filter { $0.hasPrefix("live/\(name.dropLast(6))/0") }.map(sandbox.read)
      let found = name == "stdout.jsonl" ? result.output : epochs.joined()
      #expect(lines(found) == lines(text), "\(example)/live/\(name)")
    }
  }

  @Test(arguments: [[], ["--modes"]])
  func theTestsOfTheExamplesPass(options: [String]) async throws {
    let sandbox = try Sandbox()
    let result = try await sandbox.run(["test"] + options + [Self.examples.path])
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
    try await theReadmeShowsOnePipelineInEveryMode(readme)

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

  /// `ServeCommandTests` sees that the service gives `quotes.json`.
  private func theReadmeShowsOnePipelineInEveryMode(_ readme: String) async throws {
    let sandbox = try sandbox("quote")
    let program = try sandbox.read("quote.thal")
    for (first, next) in [
      ("/// What orders cost", "\n/// The orders of"), ("/// Answers whoever", "\nfn order("),
    ] {
      let start = try #require(program.range(of: first)?.lowerBound)
      let end = try #require(program.range(of: next)?.lowerBound)
      #expect(readme.contains("```\n\(program[start..<end])```\n"), "\(first)")
    }
    let batch = try await sandbox.run("run", "quote.thal", "quote_file")
    let stream = try await sandbox.run(
      "run", "quote.thal", "quote_stream", input: sandbox.read("orders.jsonl"))
    #expect(batch.output == stream.output)
    let answer = try String(
      contentsOf: Self.examples.appending(path: "quote/expected/quotes.json"), encoding: .utf8)
    let calls = [
      ("thalweg run quote.thal quote_file", batch.output),
      ("thalweg run quote.thal quote_stream < orders.jsonl", stream.output),
      ("curl localhost:8080/quote -H 'content-type: application/json' -d @orders.json", answer),
    ]
    for (command, output) in calls { #expect(readme.contains("$ \(command)\n\(output)"), "\(command)") }
  }
}
