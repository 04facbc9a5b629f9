import Compiler
import Diagnosing
import Foundation
import RegularExpressions
import Semantics

/// The tests of some programs, and how they ended.
public struct TestSuite: Sendable {
  /// One test.
  public struct Result: Sendable {
    /// The file that declares it, as it was named.
    public let file: String
    /// Its title.
    public let title: String
    /// Where the title stands.
    public let span: Span
    /// How long it ran.
    public let seconds: Double
    let failures: [TestFailure]

    /// Whether everything holds that it expects.
    public var hasPassed: Bool { failures.isEmpty }
  }

  /// In the order of the files and of their declarations.
  public private(set) var results: [Result] = []
  /// The texts that spans point into.
  public let sources: SourceMap
  /// Findings of the check that don't stand in the way.
  public let warnings: [Diagnostic]
  /// Tests that `--filter` leaves out.
  public let leftOut: Int
  /// Files that were named or found.
  public let fileCount: Int
  private let compilation: Compilation

  /// Checks the programs at `paths` and runs their tests; only those whose title a part of which matches `filter`.
  /// Pipelines run as streams, too, in the arrangements of these seeds.
  public init(
    testing paths: [String], filter: String?, modes seeds: [UInt64] = [], _ invocation: Invocation
  ) async throws(Refusal) {
    let finder = ProgramFinder(invocation)
    let files = try finder.programs(at: paths)
    let compilation = try await finder.compile(files)
    if compilation.diagnostics.hasErrors { throw Refusal(compilation.diagnostics, compilation.sources) }
    self.compilation = compilation
    sources = compilation.sources
    warnings = compilation.diagnostics
    fileCount = files.count
    let all = files.flatMap { compilation.tests(in: ProgramFinder.shown($0)) }
    let chosen = try Self.filtered(all, filter, invocation)
    leftOut = all.count - chosen.count
    results = await Self.run(chosen, seeds, compilation.sources)
  }

  private static func filtered(
    _ tests: [CompiledTest], _ filter: String?, _ invocation: Invocation
  ) throws(Refusal) -> [CompiledTest] {
    guard let filter else { return tests }
    let expression: RegularExpression
    do throws(RegularExpressionProblem) { expression = try RegularExpression(filter) } catch {
      throw Refusal(
        .badFilter, "the filter is no regular expression: \(error.message)", at: filter, of: invocation,
        label: "not understood")
    }
    let chosen = tests.filter { test in
      var title = test.declaration.title
      return title.withUTF8 { expression.firstMatch(in: $0) } != nil
    }
    if chosen.isEmpty, !tests.isEmpty {
      let meant = Suggestion.nearest(to: filter, among: tests.map(\.declaration.title))
      throw Refusal(
        .badFilter, "no test has a title that matches `\(filter)`", at: filter, of: invocation,
        label: "matches none of \(tests.count) \(tests.count == 1 ? "test" : "tests")",
        fixes: meant.map { [Fix("did you mean \"\($0)\"?")] } ?? [])
    }
    return chosen
  }

  /// Runs the tests side by side, as many as there are cores.
  private static func run(
    _ tests: [CompiledTest], _ seeds: [UInt64], _ sources: SourceMap
  ) async -> [Result] {
    var results = [Result?](repeating: nil, count: tests.count)
    await withTaskGroup(of: (Int, Result).self) { group in
      var next = 0
      func add() {
        guard next < tests.count else { return }
        let index = next
        let test = tests[index]
        next += 1
        group.addTask {
          var run = TestRun(test, sources, modes: seeds)
          let start = ContinuousClock.now
          let failures = await run.run()
          let seconds = (ContinuousClock.now - start) / .seconds(1)
          return (
            index,
            Result(
              file: sources[test.file].path, title: test.declaration.title, span: test.declaration.span,
              seconds: seconds, failures: failures)
          )
        }
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { add() }
      for await (index, result) in group {
        results[index] = result
        add()
      }
    }
    return results.compactMap(\.self)
  }

  /// The arrangements that `--modes` tries.
  public static let allModes = ModeCheck.seeds

  /// How the command ends.
  public var status: ExitStatus { results.allSatisfy(\.hasPassed) ? .done : .failed }

  // MARK: --update

  /// What `--update` did.
  public struct Update: Sendable {
    /// A line for each expectation, for people.
    public fileprivate(set) var lines: [String] = []
    /// How the command ends: well if every expectation that failed was rewritten.
    public fileprivate(set) var status = ExitStatus.done
  }

  /// Rewrites the expected rows that differ.
  public func update(_ invocation: Invocation) throws(Refusal) -> Update {
    var edits: [FileID: [Edit]] = [:]
    var done = Update()
    for result in results {
      for failure in result.failures {
        guard let update = failure.update else {
          done.status = .failed
          continue
        }
        let file = failure.diagnostic.span.file
        let place = "\(sources[file].path):\(sources[file].position(of: failure.diagnostic.span.start).line)"
        switch update.edit(name: { self.name(of: $0, in: file) }) {
        case .success(let edit):
          edits[file, default: []].append(edit)
          done.lines.append("\(place): expected rows rewritten")
        case .failure(let refusal):
          done.lines.append("\(place): left as it is: \(refusal.reason)")
          done.status = .failed
        }
      }
    }
    for (file, edits) in edits.sorted(by: { $0.key.index < $1.key.index }) {
      let text = sources[file]
      try Formatting.File(
        path: text.path, original: text.bytes, formatted: Rewriting.apply(edits, to: text)
      ).save(invocation)
    }
    return done
  }

  /// The name of a declared type in a file; nil where it has none.
  private func name(of type: Type, in file: FileID) -> String? {
    let symbols = compilation.modules[Int(file.index)].symbols
    for name in symbols.names.sorted() {
      guard let symbol = symbols[name] else { continue }
      if symbol.declares(type) { return name }
      guard case .namespace(let module) = symbol else { continue }
      for inner in module.symbols.declaredNames.sorted() {
        if module.symbols.declared(inner)?.declares(type) == true { return "\(name).\(inner)" }
      }
    }
    return nil
  }
}

extension Symbol {
  fileprivate func declares(_ type: Type) -> Bool {
    switch (self, type) {
    case (.record(let left), .record(let right)): left == right
    case (.distinct(let left), .distinct(let right)): left == right
    default: false
    }
  }
}
