import Diagnosing
import Syntax

/// The connectors that a profile puts in the place of those that a pipeline has written.
public struct Bindings: Sendable {
  /// By the name of the `from` or `into`.
  private let connectors: [String: Expression]

  /// Makes bindings from connectors by the names of their `from` or `into`.
  public init(_ connectors: [String: Expression] = [:]) { self.connectors = connectors }

  /// Whether there is none.
  public var isEmpty: Bool { connectors.isEmpty }

  subscript(name: Identifier) -> Expression? { connectors[name.text] }

  /// Whether the connector bound to a `Stream` of this name gives a table.
  func givesTable(_ name: Identifier) -> Bool {
    guard let (_, rule) = rule(of: name) else { return false }
    return rule.gives.contains(.table) && !rule.gives.contains(.stream)
  }

  /// The connector bound to a source, and its rule.
  fileprivate func rule(of name: Identifier) -> (called: Identifier, rule: ConnectorRule)? {
    guard case .call(let callee, _, let arguments) = self[name]?.kind, case .name(let called) = callee.kind,
      let rule = ConnectorRule.named[called.text]?.form(of: called.text, for: arguments), rule.source != nil
    else { return nil }
    return (called, rule)
  }
}

extension FlowChecker {
  /// The connector of a `from` and the kind of flow that it gives. Under a profile a bounded one may stand for a
  /// `Stream`, so that its pipeline can be tried on a table; never the other way round.
  func boundSource(
    _ name: Identifier, declared: Boundedness, type: Span, written: Expression
  ) -> (connector: Expression, bound: Boundedness) {
    guard let connector = bindings[name] else { return (written, declared) }
    guard let (called, rule) = bindings.rule(of: name), !rule.gives.contains(declared)
    else { return (connector, declared) }
    if declared == .stream, bindings.givesTable(name) {
      standsForStream = true
      return (connector, .table)
    }
    if declared != .any {
      report(
        .bindingKind(name, called, gives: rule.gives, declared: declared, at: connector.span, type: type))
    }
    return (Expression(.error, span: connector.span), declared)
  }
}

extension Diagnostic {
  fileprivate static func bindingKind(
    _ name: Identifier, _ connector: Identifier, gives: [Boundedness], declared: Boundedness, at span: Span,
    type: Span
  ) -> Diagnostic {
    let kinds = gives.map { "`\($0.typeName)`" }.joined(separator: " or ")
    return Diagnostic(
      .bindingKind, "`\(connector.text)` gives a \(kinds), and `\(name.text)` is a `\(declared.typeName)`",
      at: span, label: "gives a \(kinds)", labels: [Label(type, "declared as a `\(declared.typeName)`")],
      help: declared == .table
        ? "a bounded connector may stand for a `Stream`, never the other way round" : nil)
  }
}
