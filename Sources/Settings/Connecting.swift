import Diagnosing
import YAMLReading

extension SettingsReader {
  /// Finds what profiles refer to, and gives each what it takes over.
  mutating func connect(_ settings: inout Settings, _ fields: Fields) {
    // Those that could not be read are there nevertheless.
    let profiles = names(fields["profiles"])
    let backends = names(fields["backends"]) + ["local"]
    let pools = names(fields["pools"])
    if let name = settings.defaultProfile { expect(name, in: profiles, "profile") }
    for profile in settings.profiles {
      if let name = profile.base { expect(name, in: profiles, "profile") }
      if let name = profile.backend { expect(name, in: backends, "backend") }
      if let name = profile.pool { expect(name, in: pools, "pool") }
    }
    let written = Dictionary(
      settings.profiles.map { ($0.name.value, $0) }, uniquingKeysWith: { first, _ in first })
    var reported: Set<String> = []
    settings.profiles = settings.profiles.map { profile in
      var whole = profile
      var path = [profile]
      while let base = path.last?.base, let next = written[base.value] {
        if let start = path.firstIndex(where: { $0.name.value == base.value }) {
          let cycle = path[start...]
          if reported.isDisjoint(with: cycle.map(\.name.value)) { report(.cycle(Array(cycle))) }
          reported.formUnion(cycle.map(\.name.value))
          break
        }
        whole.takeOver(next)
        path.append(next)
      }
      return whole
    }
  }

  private func names(_ entry: YAMLEntry?) -> [String] {
    guard case .mapping(let entries)? = entry?.value.content else { return [] }
    return entries.map(\.key)
  }

  private mutating func expect(_ name: Spanned<String>, in names: [String], _ what: String) {
    if !names.contains(name.value) { report(.unknownReference(name, what, names: names)) }
  }
}

extension Profile {
  /// Takes what this profile does not say from another.
  fileprivate mutating func takeOver(_ other: Profile) {
    for binding in other.bindings
    where !bindings.contains(where: { $0.pipeline == binding.pipeline && $0.name == binding.name }) {
      bindings.append(binding)
    }
    for secret in other.secrets where !secrets.contains(where: { $0.name.value == secret.name.value }) {
      secrets.append(secret)
    }
    backend = backend ?? other.backend
    namespace = namespace ?? other.namespace
    pool = pool ?? other.pool
    database = database ?? other.database
    artifacts = artifacts ?? other.artifacts
    serve = serve ?? other.serve
    unset += other.unset
  }
}
