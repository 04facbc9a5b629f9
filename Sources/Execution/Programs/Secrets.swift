import Dataflow
import Diagnosing
import Foundation
import Semantics
import Settings

/// Where a run finds what `secret("name")` stands for: the profile in effect says it. A value is given to who
/// asks for it, and never shown.
public struct Secrets: Sendable {
  private let references: [String: SecretReference]
  /// The profile in effect, for messages.
  private let profile: String?
  private let folder: String
  private let environment: @Sendable (String) -> String?

  /// Looks nothing up yet.
  /// - Parameters:
  ///   - profile: The one in effect.
  ///   - folder: The project's, from which the paths of files start.
  public init(
    profile: Profile?, folder: String,
    environment: @escaping @Sendable (String) -> String? = { ProcessInfo.processInfo.environment[$0] }
  ) {
    references = Dictionary(
      (profile?.secrets ?? []).map { ($0.name.value, $0.reference) }, uniquingKeysWith: { first, _ in first })
    self.profile = profile?.name.value
    self.folder = folder
    self.environment = environment
  }

  /// Some secrets of a run have no value.
  struct Missing: Error {
    /// One for each.
    let diagnostics: [Diagnostic]
    /// The node that needs the first.
    let node: Int
  }

  /// The values of all that a graph asks for.
  func values(of graph: Graph) throws(Missing) -> [String: String] {
    var values: [String: String] = [:]
    var diagnostics: [(Diagnostic, Int)] = []
    for use in SecretUses(graph).found where values[use.name] == nil {
      switch value(of: use.name, at: use.span) {
      case .success(let value): values[use.name] = value
      case .failure(let problem):
        diagnostics.append((problem.diagnostic, use.node))
        // Told once.
        values[use.name] = ""
      }
    }
    if let first = diagnostics.first { throw Missing(diagnostics: diagnostics.map(\.0), node: first.1) }
    return values
  }

  private struct Problem: Error {
    let diagnostic: Diagnostic
  }

  private func value(of name: String, at span: Span) -> Result<String, Problem> {
    guard let reference = references[name] else {
      return .failure(Problem(diagnostic: .unknownSecret(name, at: span, profile: profile)))
    }
    return value(of: reference).mapError { Problem(diagnostic: .missingSecret(name, at: span, $0)) }
  }

  /// Why there is no value where it is to be.
  struct Unreadable: Error {
    let reason: String
    /// Where the project file says where it is to be.
    let place: Span
    let help: String
  }

  /// What is kept at a place.
  func value(of reference: SecretReference) -> Result<String, Unreadable> {
    switch reference {
    case .environment(let variable):
      if let value = environment(variable.value), !value.isEmpty { return .success(value) }
      return .failure(
        Unreadable(
          reason: "the variable `\(variable.value)` is not set", place: variable.span,
          help: "set it: `export \(variable.value)=...`"))
    case .file(let path):
      let whole = path.value.hasPrefix("/") ? path.value : "\(folder)/\(path.value)"
      guard let text = try? String(contentsOfFile: whole, encoding: .utf8) else {
        return .failure(
          Unreadable(
            reason: "the file `\(path.value)` can't be read", place: path.span,
            help: "it is looked for in the project's folder, and holds the secret as text and nothing else"))
      }
      let value = text.hasSuffix("\n") ? String(text.dropLast()) : text
      if !value.isEmpty { return .success(value) }
      return .failure(
        Unreadable(
          reason: "the file `\(path.value)` is empty", place: path.span, help: "write the secret into it"))
    }
  }
}

extension Diagnostic {
  fileprivate static func missingSecret(
    _ name: String, at span: Span, _ problem: Secrets.Unreadable
  ) -> Diagnostic {
    Diagnostic(
      .missingSecret, "the secret `\(name)` has no value: \(problem.reason)", at: span, label: "needs it",
      labels: [Label(problem.place, "is to be here")], help: problem.help)
  }

  fileprivate static func unknownSecret(_ name: String, at span: Span, profile: String?) -> Diagnostic {
    Diagnostic(
      .unknownSecret,
      profile.map { "the profile `\($0)` does not say where the secret `\(name)` is" }
        ?? "nothing says where the secret `\(name)` is: no profile is in effect", at: span, label: "needs it",
      help: "under `secrets:` of \(profile.map { "`\($0)`" } ?? "a profile") in `thalweg.yaml` write "
        + "`\(name): { env: VARIABLE }` or `\(name): { file: path }`")
  }
}

/// The secrets that a graph asks for. Functions are followed into their bodies.
private struct SecretUses {
  private(set) var found: [(name: String, span: Span, node: Int)] = []
  private var seen: Set<ObjectIdentifier> = []

  init(_ graph: Graph) {
    for (index, node) in graph.nodes.enumerated() {
      for expression in node.operation.expressions { look(expression, index) }
      if case .task(let call) = node.operation {
        for (_, value) in call.task.options.environment { look(value, index) }
      }
    }
  }

  private mutating func look(_ expression: TypedExpression, _ node: Int) {
    expression.visit { part in
      switch part.kind {
      case .secret(let name): found.append((name, part.span, node))
      case .call(let function, _):
        if seen.insert(ObjectIdentifier(function)).inserted, let body = function.body { look(body, node) }
      default: break
      }
    }
  }
}
