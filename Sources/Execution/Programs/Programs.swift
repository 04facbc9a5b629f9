import Compiler
import Dataflow
import Diagnosing
import Planning
import Semantics
import Settings
import Syntax

/// Programs as they were checked.
public struct Programs: Sendable {
  /// Kept whole, so that whoever holds this decides when its trees are freed.
  private let compilation: Compilation

  /// What was found.
  public let diagnostics: [Diagnostic]
  /// The texts of the files, and of what they import.
  public var sources: SourceMap { compilation.sources }

  /// Number of files, imported ones and project files included.
  public var fileCount: Int { sources.files.count }

  /// Whether a project file says `deny: warnings`.
  public var deniesWarnings: Bool { compilation.projects.contains { $0.settings.lint.deniesWarnings } }

  /// Checks the programs at `paths` as they are written, and again under profiles.
  public init(
    checking paths: [String], under profiles: ProfileSelection, _ invocation: Invocation
  ) async throws(Refusal) {
    let finder = ProgramFinder(invocation)
    let programs = try ReadPrograms(try finder.programs(at: paths), finder)
    (compilation, diagnostics) = try await programs.check(profiles, invocation)
  }

  /// The pipeline `name` of the program `file`, ready to be planned or run under a profile, the default one unless
  /// named; the only one where no name is given. With `isPartial`, parameters may be left without a value.
  public static func pipeline(
    _ name: String?, of file: String, under profile: String?, given: [String], isPartial: Bool,
    _ invocation: Invocation
  ) async throws(Refusal) -> RunnablePipeline {
    let programs = try ReadPrograms([file], ProgramFinder(invocation))
    let compilation = await programs.compile(profile.map { .named($0) } ?? .standard)
    if let profile { try programs.refuse(profile, in: compilation, invocation) }
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
    let plan = Plan(graph)
    var reader = ArgumentReader(graph, plan, line, places: compilation.parameterPlaces(of: pipeline))
    let (arguments, problems) = reader.read(given, isPartial: isPartial)
    if !problems.isEmpty { throw Refusal(problems, sources) }
    let shown = ProgramFinder.shown(file)
    return RunnablePipeline(
      file: file, folder: programs.projects.base(of: shown),
      project: programs.projects.home(shown).map { compilation.projects[$0] }, graph: graph, plan: plan,
      arguments: arguments, warnings: compilation.diagnostics,
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
  /// The folder that its paths are relative to.
  public let folder: String
  /// The project it belongs to, with the profile in effect.
  let project: Project?
  /// Its graph.
  public let graph: Graph
  /// Its plan.
  public let plan: Plan
  /// The values of its parameters.
  public let arguments: PipelineArguments
  /// Findings that don't stand in the way.
  public let warnings: [Diagnostic]
  /// The texts that spans point into.
  public let sources: SourceMap

  /// Refuses what a backend can't run, and what the profile asks for and is not there yet.
  public func refuse(where capabilities: BackendCapabilities) throws(Refusal) {
    let unmet = project.flatMap { project in project.profile?.refusals(project.settings) } ?? []
    let refusals = capabilities.refusals(graph) + unmet
    if !refusals.isEmpty { throw Refusal(refusals, sources) }
  }

  /// What a backend can't run, as notes beside a plan.
  public func notes(where capabilities: BackendCapabilities) -> [Diagnostic] {
    capabilities.refusals(graph).map { refusal in
      Diagnostic(
        refusal.code, "would not run here: \(refusal.message)", at: refusal.span, label: refusal.label,
        labels: refusal.labels, help: refusal.help, severity: .note)
    }
  }

  /// What a backend is asked.
  public var request: RunRequest {
    RunRequest(
      file: ProgramFinder.shown(file), folder: folder, graph: graph, plan: plan, arguments: arguments,
      sources: sources)
  }
}

extension ProgramFinder {
  /// The name under which a file is shown.
  static func shown(_ path: String) -> String { path == standardInput ? "<stdin>" : path }
}
