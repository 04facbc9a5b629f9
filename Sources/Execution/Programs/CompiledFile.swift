import Compiler
import Diagnosing
import Planning
import Semantics
import Syntax

/// A program that was checked under a profile and has no errors.
public struct CompiledFile: Sendable {
  let pipelines: [CompiledPipeline]
  let sources: SourceMap
  /// The command line, to point at.
  let line: InvocationSource
  let file: String
  let invocation: Invocation
  private let programs: ReadPrograms
  let compilation: Compilation

  /// Checks `file` under a profile, the default one unless named.
  public init(_ file: String, under profile: String?, _ invocation: Invocation) async throws(Refusal) {
    self.file = file
    self.invocation = invocation
    programs = try ReadPrograms([file], ProgramFinder(invocation))
    compilation = await programs.compile(profile.map { .named($0) } ?? .standard)
    if let profile { try programs.refuse(profile, in: compilation, invocation) }
    var sources = compilation.sources
    line = invocation.source(in: &sources)
    self.sources = sources
    if compilation.diagnostics.hasErrors { throw Refusal(compilation.diagnostics, sources) }
    pipelines = compilation.pipelines(in: ProgramFinder.shown(file))
  }

  var shown: String { ProgramFinder.shown(file) }
  private var folder: String { programs.projects.base(of: shown) }
  private var project: Project? { programs.projects.home(shown).map { compilation.projects[$0] } }

  /// Where its runs are recorded.
  public func stores() throws -> RunStores { try RunStores(of: project, in: folder, sources) }

  /// The pipeline `name`, ready to be planned or run; the only one where no name is given. With `isPartial`,
  /// parameters may be left without a value.
  public func pipeline(_ name: String?, given: [String], isPartial: Bool) throws(Refusal) -> RunnablePipeline
  {
    switch PipelineChoice(file: file, pipelines: pipelines).choose(name, line) {
    case .success(let chosen): return try runnable(chosen, given: given, isPartial: isPartial)
    case .failure(let unclear): throw Refusal([unclear.diagnostic], sources)
    }
  }

  func runnable(
    _ pipeline: CompiledPipeline, given: [String], isPartial: Bool
  ) throws(Refusal) -> RunnablePipeline {
    guard let graph = pipeline.graph else { throw Refusal(compilation.diagnostics, sources) }
    let plan = Plan(graph)
    var reader = ArgumentReader(graph, plan, line, places: compilation.parameterPlaces(of: pipeline))
    let (arguments, problems) = reader.read(given, isPartial: isPartial)
    if !problems.isEmpty { throw Refusal(problems, sources) }
    return RunnablePipeline(
      file: file, folder: folder, project: project, graph: graph, plan: plan, arguments: arguments,
      warnings: compilation.diagnostics, sources: sources)
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
