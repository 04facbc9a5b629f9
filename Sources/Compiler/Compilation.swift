import Dataflow
import Diagnosing
import Semantics
import Syntax

/// A pipeline with its graph.
public struct CompiledPipeline: Sendable {
  /// The file that declares it.
  public let file: FileID
  /// What was checked.
  public let declaration: CheckedPipeline
  /// Whether neither it nor a function of the program has errors.
  let isSound: Bool

  /// Lowered and improved; nil where it, or a function of the program, has errors. Made anew at each call: who only
  /// checks needs none.
  public var graph: Graph? {
    guard isSound else { return nil }
    var lowered = Graph(lowering: declaration)
    lowered.shareAggregates()
    return lowered
  }
}

/// A test with the graph of its pipeline.
public struct CompiledTest: Sendable {
  /// The file that declares it.
  public let file: FileID
  /// What was checked.
  public let declaration: CheckedTest
  /// Nil where it is for no pipeline, or can't run.
  public let graph: Graph?
  /// Whether neither it nor a function of the program has errors.
  public let canRun: Bool

  init(file: FileID, declaration: CheckedTest, canRun: Bool) {
    self.file = file
    self.declaration = declaration
    self.canRun = canRun
    graph = canRun ? declaration.pipeline.map { Graph(lowering: $0, stubs: declaration.stubs) } : nil
  }
}

/// What the front end knows about some files and all that they import.
public struct Compilation: Sendable {
  /// All files that were read, the entries first.
  public let sources: SourceMap
  /// The files' syntax, by `FileID.index`.
  public let files: [ParsedFile]
  /// What the files declare, with the bodies of their functions.
  public let program: DeclaredProgram
  /// The entries that could not be read, as given.
  public let unreadable: [String]
  /// All pipelines, imported files' too, in the order of their declaration in each.
  public let pipelines: [CompiledPipeline]
  /// All tests, imported files' too, in the order of their declaration in each.
  public let tests: [CompiledTest]
  /// The project files, with the profiles in effect.
  public let projects: [Project]
  /// Everything that was found, in source order.
  public let diagnostics: [Diagnostic]

  /// The files' names and types, by `FileID.index`.
  public var modules: [Module] { program.modules }

  /// The graphs of the pipelines that can run.
  public var graphs: [Graph] { pipelines.compactMap(\.graph) }

  /// The pipelines that an entry itself declares.
  public func pipelines(in path: String) -> [CompiledPipeline] {
    let identity = normalized(path)
    return pipelines.filter { normalized(sources[$0.file].path) == identity }
  }

  /// The tests that an entry itself declares.
  public func tests(in path: String) -> [CompiledTest] {
    let identity = normalized(path)
    return tests.filter { normalized(sources[$0.file].path) == identity }
  }

  init(
    _ loaded: LoadedFiles, _ program: DeclaredProgram, pipelines: [CompiledPipeline], tests: [CompiledTest],
    projects: [Project], findings: [Diagnostic]
  ) {
    sources = loaded.sources
    files = loaded.files
    self.program = program
    unreadable = loaded.unreadable
    self.pipelines = pipelines
    self.tests = tests
    self.projects = projects
    let broken = BrokenSyntax(loaded.files)
    var seen: Set<Diagnostic> = []
    diagnostics =
      (loaded.files.flatMap(\.diagnostics) + findings.filter { !broken.explains($0) })
      .filter { seen.insert($0).inserted }.inSourceOrder.gathered()
  }
}

/// Declarations with syntax errors: what is missing in them may be in the part that was not understood.
private struct BrokenSyntax {
  private let files: [ParsedFile]

  init(_ files: [ParsedFile]) { self.files = files }

  /// Whether a finding about something missing stands in a declaration with a syntax error, or right before
  /// one.
  func explains(_ finding: Diagnostic) -> Bool {
    // Project files come behind the programs.
    guard finding.span.file.index < files.count else { return false }
    let file = files[Int(finding.span.file.index)]
    if finding.code == .missingInput {
      return file.diagnostics.contains { 0...2 ~= Int($0.span.start) - Int(finding.span.end) }
    }
    guard finding.code == .unconsumed || finding.code == .emptyPipeline else { return false }
    guard file.diagnostics.hasErrors,
      let declaration = file.program.declarations.first(where: { $0.span.holds(finding.span) })
    else { return false }
    return file.diagnostics.contains { $0.severity == .error && declaration.span.holds($0.span) }
  }
}

extension Span {
  fileprivate func holds(_ other: Span) -> Bool {
    file == other.file && start <= other.start && other.end <= end
  }
}
