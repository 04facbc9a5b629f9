import Diagnosing

/// What a project's `thalweg.yaml` says. All of it, but `version`, may be left out:
///
/// ```yaml
/// version: 1
/// default_profile: dev            # the profile where none is named
/// namespace: sales                # whose runs these are, where users share a database
///
/// profiles:
///   dev:
///     bindings:                   # another connector for a `from` or an `into`
///       orders: csv("samples/orders.csv")                  # in every pipeline that has an `orders`
///       daily_revenue.report: 'stdout(format: table)'      # in this pipeline only, before the above
///     secrets:                    # what `secret("pg")` gives: where it is, never what it is
///       pg: { env: PG_URL }
///       hf: { file: secrets/hf.txt }
///   prod:
///     extends: dev                # takes over what it does not say itself
///     backend: cluster
///     pool: nightly
///     database: { env: THALWEG_DATABASE_URL }   # the store of runs that several machines share
///     artifacts: "s3://data/thalweg"            # what files and folders are kept in: a bucket, or a folder
///     serve:                      # who may call its services
///       tokens: { env: TOKENS }   # one of these as `Authorization: Bearer TOKEN`, or a signed token
///       jwt: { keys: { file: keys.json }, issuer: "https://id.example", audience: quote }
///       max_body: 1MiB
///
/// backends:                       # `local` is there without being declared
///   cluster: { kind: kubernetes, namespace: data, image: "registry/thalweg:1" }
///
/// pools:                          # how much may run at once
///   nightly: { slots: 4, tags: [gpu] }
///
/// lint:
///   deny: warnings                # `check` and `lint` fail on warnings, too
///   rules:
///     L904: off                   # off, note, warning or error
/// ```
///
/// `${NAME}` and `${NAME:-default}` in a value stand for a variable of the environment, `$$` for a `$`. In a
/// binding they stand inside the connector's strings. Variables of a profile are looked up where it is in effect.
public struct Settings: Sendable {
  /// The project file.
  public let file: FileID
  /// The profile that is in effect where none is named.
  public var defaultProfile: Spanned<String>?
  /// Whose its runs are, where the profile does not say so.
  public var namespace: Spanned<String>?
  /// The profiles, in the order of the file, each with what it takes over from others.
  public var profiles: [Profile] = []
  /// The backends, in the order of the file.
  public var backends: [BackendSettings] = []
  /// The pools, in the order of the file.
  public var pools: [PoolSettings] = []
  /// What is said about lints.
  public var lint = LintSettings()

  /// Whether a namespace can have this name: it stands in keys of the database.
  public static func isNamespace(_ name: String) -> Bool {
    func isSmallLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte }
    guard let first = name.utf8.first, isSmallLetter(first), name.utf8.count <= 63 else { return false }
    return name.utf8.allSatisfy { byte in
      isSmallLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || [UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
    }
  }

  /// The profile of a name.
  public func profile(_ name: String) -> Profile? { profiles.first { $0.name.value == name } }

  /// The backend of a name; `local` without being declared.
  public func backend(_ name: String) -> BackendSettings? { backends.first { $0.name.value == name } }
}

/// A value and where it stands.
public struct Spanned<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The value.
  public let value: Value
  /// Where it stands.
  public let span: Span

  /// Makes a value with its place.
  public init(_ value: Value, _ span: Span) {
    self.value = value
    self.span = span
  }
}

/// How pipelines run in one place: at the desk, in production.
public struct Profile: Sendable {
  /// Its name.
  public let name: Spanned<String>
  /// The profile that it takes over from.
  public var base: Spanned<String>?
  /// The connectors it binds, those of the profiles it takes over from behind its own.
  public var bindings: [BindingSettings] = []
  /// Where its secrets are.
  public var secrets: [SecretSettings] = []
  /// The backend that runs its pipelines; the local one where it says none.
  public var backend: Spanned<String>?
  /// Whose its runs are.
  public var namespace: Spanned<String>?
  /// The pool that its runs take slots of.
  public var pool: Spanned<String>?
  /// Where the address of the shared store of runs is.
  public var database: SecretReference?
  /// Where files and folders are kept that tasks make: a path relative to the project's folder, or `s3://BUCKET/...`.
  public var artifacts: Spanned<String>?
  /// Who may call its services.
  public var serve: ServeSettings?
  /// Variables that it needs and that are not set: findings where it is in effect.
  public var unset: [Diagnostic] = []
}

/// A connector bound to a `from` or an `into`.
public struct BindingSettings: Sendable {
  /// The pipeline; nil for every pipeline that has the name.
  public let pipeline: String?
  /// The name of the `from` or `into`.
  public let name: String
  /// Where pipeline and name stand.
  public let keySpan: Span
  /// The connector.
  public let connector: ConnectorText
}

/// A connector in the syntax of the language, inside a project file.
public struct ConnectorText: Sendable {
  /// Where it stands, byte for byte.
  public let span: Span
  /// What stands for something else in its strings, in order.
  public let substitutions: [Spanned<String>]
}

/// Where a secret is.
public struct SecretSettings: Sendable {
  /// The name in `secret("name")`.
  public let name: Spanned<String>
  /// Where its value is.
  public let reference: SecretReference
}

/// A place that holds a secret.
public enum SecretReference: Hashable, Sendable {
  /// A variable of the environment.
  case environment(Spanned<String>)
  /// A file; relative to the project's folder.
  case file(Spanned<String>)
}

/// Something that runs plans.
public struct BackendSettings: Sendable {
  /// Its name.
  public let name: Spanned<String>
  /// What it is.
  public let kind: Spanned<BackendKind>
  /// Its options by name, as its kind takes them.
  public let options: [String: Spanned<String>]
  /// Of `scheduler`: where the address of its database is.
  public let database: SecretReference?
}

/// The kinds of backends, each with its options.
public enum BackendKind: String, Sendable, CaseIterable {
  case local, scheduler, ray, flink, kubernetes, slurm

  /// The options that hold text; the others are `database` of `scheduler`.
  var options: [String] {
    switch self {
    case .local, .scheduler: []
    case .ray, .flink: ["address"]
    case .kubernetes: ["namespace", "image"]
    case .slurm: ["partition"]
    }
  }
}

/// A bound on what may run at once.
public struct PoolSettings: Sendable {
  /// Its name.
  public let name: Spanned<String>
  /// How many runs it holds at once.
  public let slots: Int
  /// What a worker must have to serve it.
  public let tags: [Spanned<String>]
}

/// What is said about lints.
public struct LintSettings: Sendable {
  /// What becomes of the findings of a rule.
  public enum Level: String, Sendable, CaseIterable {
    case off, note, warning, error
  }

  /// Whether warnings fail a check: `deny: warnings`.
  public var deniesWarnings = false
  /// The levels of rules, by code or name.
  public var levels: [String: Spanned<Level>] = [:]
}
