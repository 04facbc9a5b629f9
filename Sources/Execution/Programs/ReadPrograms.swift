import Compiler
import Diagnosing
import Foundation
import Linting
import Settings

/// Which profiles programs are checked under.
public enum ProfileSelection: Hashable, Sendable {
  /// The one that the project file calls the default, if any.
  case standard
  /// The one of this name.
  case named(String)
  /// Each of the project file's.
  case all
}

/// Programs that were read, to be checked under one profile or several.
struct ReadPrograms: Sendable {
  /// The programs' names, as they are shown.
  private let names: [String]
  /// The programs' texts, by name.
  var texts: [String: [UInt8]]
  /// The projects they belong to.
  let projects: ProjectFinder.Found
  private let files: [ProjectFiles.File]

  /// Reads programs and their project files here, so that what is wrong with one is told at the argument that
  /// names it.
  init(_ paths: [String], _ finder: ProgramFinder) throws(Refusal) {
    var texts: [String: [UInt8]] = [:]
    for path in paths { texts[ProgramFinder.shown(path)] = try finder.read(path) }
    try self.init(paths.map { ProgramFinder.shown($0) }, texts, finder)
  }

  /// Programs that were read already, by the names under which they are shown; reads their project files.
  init(_ names: [String], _ texts: [String: [UInt8]], _ finder: ProgramFinder) throws(Refusal) {
    self.names = names
    projects = ProjectFinder().projects(of: names)
    var files: [ProjectFiles.File] = []
    for project in projects.projects {
      let folder = ProjectFinder.folder(of: project.path)
      files.append(
        ProjectFiles.File(path: project.path, bytes: try finder.read(project.path)) {
          ProgramFinder.search(folder)
        })
    }
    self.files = files
    self.texts = texts
  }

  /// Checks the programs and what they import.
  func compile(_ profile: ProjectFiles.ProfileChoice) async -> Compilation {
    let projects = ProjectFiles(
      files, home: { [projects] in projects.home($0) }, profile: profile,
      rules: Rules.all.flatMap { [$0.code.text, $0.name] },
      environment: { name in getenv(name).map { String(cString: $0) } })
    return await Compiler.check(names, projects: projects) { [texts] path in
      texts[path] ?? (try? ProgramFinder.bytes(path).get())
    }
  }

  /// Refuses a profile that no project has, unless its project file could not be read.
  func refuse(_ profile: String, in compilation: Compilation, _ invocation: Invocation) throws(Refusal) {
    guard !compilation.projects.contains(where: { $0.settings.profile(profile) != nil }) else { return }
    guard !compilation.projects.isEmpty else {
      throw Refusal(
        .noProject, "there is no `thalweg.yaml` that could declare the profile `\(profile)`", at: profile,
        of: invocation, label: "declared nowhere",
        help:
          "it is looked for in the program's folder and in those above it, up to the root of the repository")
    }
    let names = compilation.projects.flatMap(\.settings.profiles).map(\.name.value)
    let isBroken = compilation.diagnostics.contains { finding in
      finding.severity == .error && compilation.projects.contains { $0.settings.file == finding.span.file }
    }
    if isBroken { throw Refusal(compilation.diagnostics, compilation.sources) }
    let quoted = names.map { "`\($0)`" }.joined(separator: ", ")
    let meant = Suggestion.nearest(to: profile, among: names)
    throw Refusal(
      .unknownProfile, "there is no profile `\(profile)`", at: profile, of: invocation,
      label: "not in `\(compilation.projects[0].path)`",
      help: names.isEmpty ? "it declares no profiles" : "the profiles are \(quoted)",
      fixes: meant.map { [Fix("did you mean `\($0)`?")] } ?? [])
  }
}

extension ProgramFinder {
  /// Checks files and what they import, as they are written.
  func compile(_ files: [String]) async throws(Refusal) -> Compilation {
    try await ReadPrograms(files, self).compile(.asWritten)
  }
}
