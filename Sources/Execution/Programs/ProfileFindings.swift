import Compiler
import Diagnosing
import Settings

extension ReadPrograms {
  /// Checks the programs as they are written, and again under the profiles: what is found there and not before
  /// names them.
  func check(
    _ selection: ProfileSelection, _ invocation: Invocation
  ) async throws(Refusal) -> (written: Compilation, diagnostics: [Diagnostic]) {
    let written = await compile(.asWritten)
    var profiles: [(choice: ProjectFiles.ProfileChoice, names: [String])] = []
    func distinct(_ names: [String]) -> [String] {
      names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
    switch selection {
    case .standard:
      let names = distinct(written.projects.compactMap(\.settings.defaultProfile?.value))
      if !names.isEmpty { profiles = [(.standard, names)] }
    case .named(let name):
      try refuse(name, in: written, invocation)
      profiles = [(.named(name), [name])]
    case .all:
      profiles = distinct(written.projects.flatMap(\.settings.profiles).map(\.name.value))
        .map { (.named($0), [$0]) }
    }
    var found: [Diagnostic] = []
    var names: [Diagnostic: [String]] = [:]
    let known = Set(written.diagnostics)
    for profile in profiles {
      for finding in await compile(profile.choice).diagnostics where !known.contains(finding) {
        if names[finding] == nil { found.append(finding) }
        names[finding, default: []] += profile.names
      }
    }
    let named = found.map { $0.naming(names[$0] ?? []) }
    return (written, (written.diagnostics + named).inSourceOrder)
  }
}

extension Diagnostic {
  /// The same finding, as one of these profiles.
  fileprivate func naming(_ profiles: [String]) -> Diagnostic {
    let names = profiles.map { "`\($0)`" }.joined(separator: ", ")
    let place = profiles.count == 1 ? "the profile \(names)" : "the profiles \(names)"
    return Diagnostic(
      code, "under \(place): \(message)", at: span, label: label, labels: labels, help: help, fixes: fixes,
      severity: severity)
  }
}
