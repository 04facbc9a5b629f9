import Columns
import Compiler
import Dataflow
import Diagnosing
import Foundation
import Semantics
import Testing

@testable import Engine
@testable import Execution

/// Programs with tests, compiled in memory.
struct TestedProgram {
  let tests: [CompiledTest]
  let sources: SourceMap

  init(_ text: String) async throws {
    let compilation = await check(["program.thal"]) { $0 == "program.thal" ? Array(text.utf8) : nil }
    let errors = compilation.diagnostics.filter { $0.severity == .error }
    try #require(errors.isEmpty, "\(errors.map(\.message))")
    tests = compilation.tests(in: "program.thal")
    sources = compilation.sources
  }

  /// What fails, in one line each.
  func failures(
    seeds: [UInt64] = TestSuite.allModes, options: Engine.RunOptions = Engine.RunOptions(workers: 1)
  ) async -> [String] {
    var found: [String] = []
    for test in tests {
      var run = TestRun(test, sources, modes: seeds, options: options)
      found += await run.run().map { failure in
        "\(failure.diagnostic.code.text) \(failure.diagnostic.message): \(failure.diagnostic.help ?? "")"
      }
    }
    return found
  }
}

@Suite("One meaning in every mode")
struct ModeCheckTests {
  private static let clicks = """
    record Click { user: String, at: Timestamp, ms: Int }
    record Page { user: String, name: String }
    record Named { name: String, ms: Int }
    """

  private static func program(_ body: String) -> String {
    """
    \(clicks)
    pipeline p {
      from raw: Stream<Click> = kafka("clicks", group: "p")
      from pages: Table<Page> = csv("pages.csv")
      \(body)
    }
    test "random rows" for p() {
      given raw = synthetic(200, seed: 3)
      given pages = synthetic(30, seed: 4)
      expect out { rows(min: 0) }
    }
    """
  }

  @Test(
    "Row-wise operators, joins with tables and samples give the same as batch and stream",
    arguments: [
      "into out = jsonl(\"out\") <- raw.filter(c -> c.ms % 3 == 0)\n discard pages",
      "into out = jsonl(\"out\") <- raw.sample(0.5, by: c -> c.user).union(raw)\n discard pages",
      """
      into out = jsonl("out") <- raw.left_join(pages, on: (c, p) -> c.user == p.user,
        select: (c, p) -> Named { name: p?.name ?? "", ms: c.ms })
      """,
      """
      let ok, bad = raw.try_map(c -> Named { name: c.user, ms: 100 / c.ms })
      into out = jsonl("out") <- ok
      into dead = jsonl("dead") <- bad
      discard pages
      """,
    ])
  func same(body: String) async throws {
    let program = try await TestedProgram(Self.program(body))
    #expect(await program.failures() == [])
  }

  /// Keeps the first row that a run ever saw: what a careless operator does.
  private final class FirstOnly: Operator {
    private let isFirst = Gate()
    private nonisolated(unsafe) var seen = 0

    override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
      let count = isFirst.withLock { () -> Int in
        seen += 1
        return seen
      }
      if count == 1 { try emit(batch.sliced(0..<1), worker) }
    }
  }

  @Test("An operator that depends on the order of arrival is found, with the seed that shows it again")
  func wrongOperator() async throws {
    let program = try await TestedProgram(
      Self.program("into out = jsonl(\"out\") <- raw.filter(c -> c.ms != 1)\n discard pages"))
    var options = Engine.RunOptions(workers: 1)
    options.substitute = { index, context in
      if case .filter = context.graph.nodes[index].operation { FirstOnly(index, context) } else { nil }
    }
    let failures = await program.failures(options: options)
    #expect(failures.count == 1)
    #expect(failures.first?.contains("C895") == true)
    #expect(failures.first?.contains("--seed") == true)
  }
}
