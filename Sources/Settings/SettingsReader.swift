import Diagnosing
import YAMLReading

/// Reads nodes into settings. What is wrong is reported and left out, and reading goes on.
struct SettingsReader {
  let file: SourceFile
  let rules: [String]
  let environment: (String) -> String?
  private(set) var diagnostics: [Diagnostic] = []
  /// The variables that are not set, of what was read last.
  var unset: [Diagnostic] = []

  init(_ file: SourceFile, rules: [String], environment: @escaping (String) -> String?) {
    self.file = file
    self.rules = rules
    self.environment = environment
  }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  mutating func settings(_ root: YAMLNode) -> Settings {
    var settings = Settings(file: file.id)
    let known = ["version", "default_profile", "namespace", "profiles", "backends", "pools", "lint"]
    guard let fields = fields(root, of: "the project file", known: known) else { return settings }
    version(fields, root)
    settings.lint = fields["lint"].map { lint($0.value) } ?? LintSettings()
    settings.backends = named(fields["backends"], "backends") { reader, name, node in
      reader.backend(name, node)
    }
    settings.pools = named(fields["pools"], "pools") { reader, name, node in reader.pool(name, node) }
    settings.defaultProfile = fields["default_profile"].flatMap { text($0.value, "the name of a profile") }
    settings.namespace = fields["namespace"].flatMap { namespace($0.value) }
    // What stands outside of a profile is always in effect.
    diagnostics += unset
    unset = []
    settings.profiles = named(fields["profiles"], "profiles") { reader, name, node in
      reader.profile(name, node)
    }
    connect(&settings, fields)
    return settings
  }

  private mutating func version(_ fields: Fields, _ root: YAMLNode) {
    guard let entry = fields["version"] else {
      report(.missingVersion(at: root.span.startPoint))
      return
    }
    if let version = integer(entry.value, "the version of the file's form"), version.value != 1 {
      report(.unsupportedVersion(version))
    }
  }

  /// The members of a mapping from names to something.
  private mutating func named<Element>(
    _ entry: YAMLEntry?, _ section: String,
    _ read: (inout SettingsReader, Spanned<String>, YAMLNode) -> Element?
  ) -> [Element] {
    guard let entry, let entries = entries(entry.value, "`\(section)`", holding: "names") else { return [] }
    var elements: [Element] = []
    for entry in entries {
      if let element = read(&self, Spanned(entry.key, entry.keySpan), entry.value) {
        elements.append(element)
      }
    }
    return elements
  }

  // MARK: Sections

  private mutating func profile(_ name: Spanned<String>, _ node: YAMLNode) -> Profile? {
    var profile = Profile(name: name)
    defer { unset = [] }
    // A profile that says nothing is one: all is as written.
    if node.isNull { return profile }
    let known = [
      "extends", "bindings", "secrets", "backend", "namespace", "pool", "database", "artifacts", "serve",
    ]
    guard let fields = fields(node, of: "the profile `\(name.value)`", known: known) else { return profile }
    profile.base = fields["extends"].flatMap { text($0.value, "the name of a profile") }
    profile.bindings = named(fields["bindings"], "bindings") { reader, key, node in reader.binding(key, node)
    }
    profile.secrets = named(fields["secrets"], "secrets") { reader, name, node in
      reader.secret(node, of: name).map { SecretSettings(name: name, reference: $0) }
    }
    profile.backend = fields["backend"].flatMap { text($0.value, "the name of a backend") }
    profile.namespace = fields["namespace"].flatMap { namespace($0.value) }
    profile.pool = fields["pool"].flatMap { text($0.value, "the name of a pool") }
    profile.database = fields["database"].flatMap { secret($0.value, of: Spanned($0.key, $0.keySpan)) }
    profile.artifacts = fields["artifacts"].flatMap { artifacts($0.value) }
    profile.serve = fields["serve"].flatMap { serve($0) }
    profile.unset = unset
    return profile
  }

  private mutating func namespace(_ node: YAMLNode) -> Spanned<String>? {
    let wanted = "a name of at most 63 small letters, digits, `-` and `_`, that begins with a letter"
    guard let name = text(node, wanted) else { return nil }
    guard Settings.isNamespace(name.value) else {
      report(.wrongType("a namespace", wants: wanted, found: node))
      return nil
    }
    return name
  }

  private mutating func binding(_ key: Spanned<String>, _ node: YAMLNode) -> BindingSettings? {
    let parts = key.value.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
      report(.malformedBindingName(key))
      return nil
    }
    guard let connector = connector(node, of: key) else { return nil }
    return BindingSettings(
      pipeline: parts.count == 2 ? String(parts[0]) : nil, name: String(parts[parts.count - 1]),
      keySpan: key.span, connector: connector)
  }

  /// `{ env: NAME }` or `{ file: path }`.
  mutating func secret(_ node: YAMLNode, of name: Spanned<String>) -> SecretReference? {
    if case .scalar(let scalar) = node.content, !scalar.isNull {
      report(.literalSecret(name, at: node.span, variable: scalar.variable))
      return nil
    }
    guard let fields = fields(node, of: "`\(name.value)`", known: ["env", "file"]) else { return nil }
    let variable = fields["env"]
    let path = fields["file"]
    if let variable, let path {
      report(.twoPlaces(name, at: path.keySpan, first: variable.keySpan))
      return nil
    }
    if let variable {
      return text(variable.value, "the name of a variable").map { .environment($0) }
    }
    if let path { return text(path.value, "the path of a file").map { .file($0) } }
    if !fields.hasUnknown { report(.missingKey("env", of: name, or: "file")) }
    return nil
  }

  /// A path, or the address of a bucket.
  private mutating func artifacts(_ node: YAMLNode) -> Spanned<String>? {
    guard let place = text(node, "a folder or `s3://BUCKET`") else { return nil }
    guard let scheme = place.value.firstRange(of: "://") else { return place }
    let name = String(place.value[..<scheme.lowerBound])
    if name != "s3" {
      report(.unknownWord(Spanned(name, place.span), "kind of store for artifacts", words: ["s3"]))
      return nil
    }
    if place.value[scheme.upperBound...].prefix(while: { $0 != "/" && $0 != "?" }).contains("@") {
      report(.credentialsOfBucket(at: place.span))
      return nil
    }
    return place
  }

  private mutating func backend(_ name: Spanned<String>, _ node: YAMLNode) -> BackendSettings? {
    guard let entries = entries(node, "the backend `\(name.value)`", holding: "options") else { return nil }
    guard let entry = entries.first(where: { $0.key == "kind" }) else {
      let all = ["kind", "database"] + BackendKind.allCases.flatMap(\.options)
      if fields(node, of: "the backend `\(name.value)`", known: all)?.hasUnknown == false {
        report(.missingKey("kind", of: name))
      }
      return nil
    }
    guard let kind = word(entry.value, BackendKind.self, "kind of backend") else { return nil }
    let options = kind.value.options
    let known = ["kind"] + options + (kind.value == .scheduler ? ["database"] : [])
    let owner = "a backend of kind `\(kind.value.rawValue)`"
    guard let fields = fields(node, of: owner, known: known) else { return nil }
    var values: [String: Spanned<String>] = [:]
    for option in options {
      if let entry = fields[option] { values[option] = text(entry.value, "text") }
    }
    let database = fields["database"].flatMap { secret($0.value, of: Spanned($0.key, $0.keySpan)) }
    return BackendSettings(name: name, kind: kind, options: values, database: database)
  }

  private mutating func pool(_ name: Spanned<String>, _ node: YAMLNode) -> PoolSettings? {
    guard let fields = fields(node, of: "the pool `\(name.value)`", known: ["slots", "tags"]) else {
      return nil
    }
    var slots = 1
    if let entry = fields["slots"] {
      if let number = integer(entry.value, "the number of jobs at once") {
        if !(1...100_000 ~= number.value) { report(.outOfRange("slots", number, 1...100_000)) }
        slots = number.value
      }
    } else if !fields.hasUnknown {
      report(.missingKey("slots", of: name))
    }
    let tags = fields["tags"].map { texts($0.value, "a tag") } ?? []
    // They are given to workers with commas between.
    for tag in tags where tag.value.contains(where: { $0 == "," || $0.isWhitespace }) {
      report(.malformedTag(tag))
    }
    return PoolSettings(name: name, slots: slots, tags: tags)
  }

  private mutating func lint(_ node: YAMLNode) -> LintSettings {
    var lint = LintSettings()
    if node.isNull { return lint }
    guard let fields = fields(node, of: "`lint`", known: ["deny", "rules"]) else { return lint }
    if let deny = fields["deny"] {
      lint.deniesWarnings = word(deny.value, Denied.self, "word for `deny`") != nil
    }
    guard let entry = fields["rules"],
      let entries = entries(entry.value, "`rules`", holding: "rules")
    else { return lint }
    for entry in entries {
      guard rules.contains(entry.key) else {
        report(.unknownRule(Spanned(entry.key, entry.keySpan), rules: rules))
        continue
      }
      lint.levels[entry.key] = word(entry.value, LintSettings.Level.self, "level")
    }
    return lint
  }

  private enum Denied: String, CaseIterable { case warnings }
}
