import Compiler
import Dataflow
import Diagnosing
import Planning
import Semantics
import Syntax

/// Programs as they were checked.
public struct Programs: Sendable {
  /// Kept whole, so that whoever holds this decides when its trees are freed.
  private let compilation: Compilation

  /// What was found.
  public var diagnostics: [Diagnostic] { compilation.diagnostics }
  /// The texts of the files, and of what they import.
  public var sources: SourceMap { compilation.sources }

  /// Number of files, imported ones included.
  public var fileCount: Int { sources.files.count }

  /// Checks the programs at `paths`.
  public init(checking paths: [String], _ invocation: Invocation) async throws(Refusal) {
    let finder = ProgramFinder(invocation)
    compilation = try await finder.compile(try finder.programs(at: paths))
  }

  /// The pipeline `name` of the program `file`, ready to be planned or run; the only one where no name is given.
  /// With `isPartial`, parameters may be left without a value.
  public static func pipeline(
    _ name: String?, of file: String, given: [String], isPartial: Bool, _ invocation: Invocation
  ) async throws(Refusal) -> RunnablePipeline {
    let finder = ProgramFinder(invocation)
    let compilation = try await finder.compile([file])
    var sources = compilation.sources
    let line = invocation.source(in: &sources)
    if compilation.diagnostics.hasErrors { throw Refusal(compilation.diagnostics, sources) }
    let choice = PipelineChoice(file: file, pipelines: compilation.pipelines(in: ProgramFinder.shown(file)))
    let pipeline: CompiledPipeline
    switch choice.choose(name, line) {
    case .success(let chosen): pipeline = chosen
    case .failure(let unclear): throw Refusal([unclear.diagnostic], sources)
    }
    guard let graph = pipeline.graph else { throw Refusal(compilation.diagnostics, sources) }
    let plan = BatchPlan(graph)
    var reader = ArgumentReader(graph, plan, line, places: compilation.parameterPlaces(of: pipeline))
    let (arguments, problems) = reader.read(given, isPartial: isPartial)
    if !problems.isEmpty { throw Refusal(problems, sources) }
    return RunnablePipeline(
      file: file, graph: graph, plan: plan, arguments: arguments, warnings: compilation.diagnostics,
      sources: sources)
  }
}

extension Compilation {
  /// Where the parameters of a pipeline are declared.
  fileprivate func parameterPlaces(of pipeline: CompiledPipeline) -> [String: Span] {
    for declaration in files[Int(pipeline.file.index)].program.declarations {
      guard case .pipeline(let syntax) = declaration.kind, syntax.name.span == pipeline.declaration.span
      else {
        continue
      }
      return Dictionary(
        syntax.parameters.map { ($0.name.text, $0.name.span) }, uniquingKeysWith: { first, _ in first })
    }
    return [:]
  }
}

/// A pipeline that was checked and planned, with the values of its parameters.
public struct RunnablePipeline: Sendable {
  /// The file that declares it, as it was named.
  public let file: String
  /// Its graph.
  public let graph: Graph
  /// Its plan.
  public let plan: BatchPlan
  /// The values of its parameters.
  public let arguments: PipelineArguments
  /// Findings that don't stand in the way.
  public let warnings: [Diagnostic]
  /// The texts that spans point into.
  public let sources: SourceMap

  /// Refuses what a backend can't run.
  public func refuse(where capabilities: BackendCapabilities) throws(Refusal) {
    let refusals = capabilities.refusals(graph)
    if !refusals.isEmpty { throw Refusal(refusals, sources) }
  }

  /// What a backend is asked.
  public var request: RunRequest {
    let slash = file.lastIndex(of: "/")
    let folder = slash.map { $0 == file.startIndex ? "/" : String(file[..<$0]) } ?? "."
    return RunRequest(
      file: ProgramFinder.shown(file), folder: folder, graph: graph, plan: plan, arguments: arguments,
      sources: sources)
  }
}

extension ProgramFinder {
  /// The name under which a file is shown.
  static func shown(_ path: String) -> String { path == standardInput ? "<stdin>" : path }

  /// Checks files and what they import.
  func compile(_ files: [String]) async throws(Refusal) -> Compilation {
    var entries: [String: [UInt8]] = [:]
    // Entries are read here, so that what is wrong with one is told at the argument that names it.
    for file in files { entries[Self.shown(file)] = try read(file) }
    let known = entries
    return await Compiler.check(files.map { Self.shown($0) }) { path in
      known[path] ?? (try? Self.bytes(path).get())
    }
  }
}
