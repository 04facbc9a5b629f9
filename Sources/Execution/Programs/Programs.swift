import Compiler
import Dataflow
import Diagnosing
import JobStore
import Planning
import Semantics
import Settings

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
    try await CompiledFile(file, under: profile, invocation).pipeline(
      name, given: given, isPartial: isPartial)
  }

  /// The service pipelines of the program `file`, or the one that is named, ready to be served.
  public static func services(
    _ name: String?, of file: String, under profile: String?, given: [String], _ invocation: Invocation
  ) async throws(Refusal) -> [RunnablePipeline] {
    let compiled = try await CompiledFile(file, under: profile, invocation)
    guard let name else {
      let services = compiled.pipelines.filter { $0.graph?.mode == .service }
      if services.isEmpty {
        throw Refusal(
          .noPipeline, "`\(file)` declares no service", at: file, of: invocation, label: "no `Request` in it",
          help: "a service takes calls: `from orders: Request<Order> = http(post, \"/orders\")`")
      }
      var runnable: [RunnablePipeline] = []
      for service in services {
        runnable.append(try compiled.runnable(service, given: given, isPartial: false))
      }
      return runnable
    }
    let pipeline = try compiled.pipeline(name, given: given, isPartial: false)
    guard pipeline.graph.mode == .service else {
      throw Refusal(
        .assertedMode, "`\(name)` is no service: it has no `Request`", at: name, of: invocation,
        label: "answers no calls", help: "`thalweg run` runs it")
    }
    return [pipeline]
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

  /// Refuses what a backend can't run, and what the profile asks for and is not there.
  public func refuse(where capabilities: BackendCapabilities, isSubmitted: Bool = false) throws(Refusal) {
    let unmet =
      project.flatMap { project in
        project.profile?.refusals(project.settings, isSubmitted: isSubmitted)
      } ?? []
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

  /// Whose its runs are, where users share a database.
  var namespace: String { project?.namespace ?? RunRecord.defaultNamespace }

  /// Who may call it, where it is a service.
  public var serveSettings: ServeSettings? { project?.profile?.serve }

  /// What a backend is asked.
  public var request: RunRequest { request(resuming: nil) }

  /// What a backend is asked, where a run goes on that has stopped.
  public func request(resuming run: RunID?) -> RunRequest {
    RunRequest(
      file: ProgramFinder.shown(file), folder: folder, namespace: namespace, graph: graph, plan: plan,
      arguments: arguments, secrets: Secrets(profile: project?.profile, folder: folder),
      artifacts: { [project, folder, sources] in
        try ArtifactPlaces(of: project, in: folder, sources).store
      }, sources: sources, resuming: run)
  }
}

extension SubmittedPrograms.Loaded {
  /// What a backend is asked by a worker, in the folder that the program was submitted from.
  func request(
    of run: RunRecord, under lease: Int64, pausedBy pause: PauseSwitch = PauseSwitch(), in folder: String
  ) -> RunRequest {
    RunRequest(
      file: run.file, folder: folder, namespace: run.namespace, graph: pipeline.graph, plan: pipeline.plan,
      arguments: pipeline.arguments, secrets: Secrets(profile: pipeline.project?.profile, folder: folder),
      artifacts: { [project = pipeline.project, sources] in
        try ArtifactPlaces(of: project, in: folder, home: folder, sources).store
      }, sources: sources, resuming: run.id, lease: lease, pause: pause)
  }
}

extension ProgramFinder {
  /// The name under which a file is shown.
  static func shown(_ path: String) -> String { path == standardInput ? "<stdin>" : path }
}
