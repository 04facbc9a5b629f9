import Diagnosing
import Semantics
import Settings
import Syntax

/// A project file and the profile that is in effect.
public struct Project: Sendable {
  /// Its path, as it is shown.
  public let path: String
  /// What it says.
  public let settings: Settings
  /// The profile in effect, if any.
  public let profile: Profile?
  /// Whose its runs are, where it says so.
  public var namespace: String? { (profile?.namespace ?? settings.namespace)?.value }
  /// What is wrong with the project file itself.
  let diagnostics: [Diagnostic]
  /// The connectors of bindings, by where they stand.
  private let connectors: [Span: Expression]

  /// Reads a project file; `pipelines` are those of the project's programs.
  init(
    _ file: ProjectFiles.File, _ source: SourceFile, _ projects: ProjectFiles,
    pipelines: () -> [PipelineNames]
  ) {
    path = file.path
    let read = readSettings(source, rules: projects.rules, environment: projects.environment)
    settings = read.settings
    let profile: Profile? =
      switch projects.profile {
      case .standard: read.settings.defaultProfile.flatMap { read.settings.profile($0.value) }
      case .asWritten: nil
      case .named(let name): read.settings.profile(name)
      }
    self.profile = profile
    var diagnostics = read.diagnostics + (profile?.unset ?? [])
    var connectors: [Span: Expression] = [:]
    let bindings = read.settings.profiles.flatMap(\.bindings)
    let known = bindings.isEmpty ? nil : BindingNames(pipelines())
    // What a profile takes over is looked at where it is written.
    for binding in bindings where connectors[binding.connector.span] == nil {
      let fragment = parseConnector(
        of: source, at: binding.connector.span,
        substitutions: binding.connector.substitutions.map { ConnectorSubstitution($0.span, text: $0.value) },
        outsider: Diagnostic.variableOutsideText)
      connectors[binding.connector.span] = fragment.expression
      diagnostics += fragment.diagnostics
      if let problem = known?.problem(with: binding) { diagnostics.append(problem) }
    }
    self.connectors = connectors
    self.diagnostics = diagnostics
  }

  /// The connectors that the profile in effect binds to names of a pipeline: those for this pipeline before those
  /// for all.
  func bindings(of pipeline: String) -> Bindings {
    var bound: [String: Expression] = [:]
    let bindings = profile?.bindings ?? []
    for binding in bindings where binding.pipeline == pipeline {
      bound[binding.name] = connectors[binding.connector.span]
    }
    for binding in bindings where binding.pipeline == nil && bound[binding.name] == nil {
      bound[binding.name] = connectors[binding.connector.span]
    }
    return Bindings(bound)
  }
}

extension LoadedFiles {
  /// Reads the project files. Programs of a project that were not asked for are parsed for the names of their
  /// pipelines alone.
  mutating func read(
    _ projects: ProjectFiles, reading: @Sendable (String) -> [UInt8]?
  ) -> [Project] {
    let loaded = files.map { (path: normalized($0.file.path), names: PipelineNames.all(in: $0.program)) }
    return projects.files.enumerated().map { index, file in
      Project(file, sources.add(path: file.path, bytes: file.bytes), projects) {
        let own = loaded.filter { projects.home($0.path) == index }
        let known = Set(own.map(\.path))
        let others = file.programs().filter { !known.contains(normalized($0)) && projects.home($0) == index }
        return own.flatMap(\.names)
          + others.flatMap { path in
            guard let bytes = reading(path) else { return [PipelineNames]() }
            return PipelineNames.all(
              in: parse(SourceFile(id: FileID(0), path: path, bytes: bytes)).program)
          }
      }
    }
  }
}
