/// What the reference's pages about operators and connectors are made of. Functions are in `StandardLibrary`, codes
/// in `Catalogue`.
public enum LanguageReference {
  /// An operator of flows.
  public struct OperatorEntry: Sendable {
    /// The name in the source.
    public let name: String
    /// The call with everything that may stand in it.
    public let form: String
    /// What it does, in a sentence.
    public let summary: String
    /// What it asks of its flow.
    public let needs: String
    /// What comes out, and whether it has times.
    public let gives: String
  }

  /// A connector.
  public struct ConnectorEntry: Sendable {
    /// The name in the source.
    public let name: String
    /// The kinds of flow it gives; empty where it is only a sink.
    public let kinds: [String]
    /// The call as a source, with everything that may stand in it, and one as it looks.
    public let source: (form: String, example: String)?
    /// As `source`, for a sink.
    public let sink: (form: String, example: String)?
  }

  /// The operators, rows first, then groups, joins and time.
  public static let operators = operatorEntries

  /// The connectors, by name.
  public static let connectors: [ConnectorEntry] = ConnectorRule.named.sorted { $0.key < $1.key }.map {
    name, rule in
    ConnectorEntry(
      name: name, kinds: rule.source == nil ? [] : rule.kinds.map(\.typeName),
      source: rule.source.map { ($0.form ?? $0.example, $0.example) },
      sink: rule.sink.map { ($0.form ?? $0.example, $0.example) })
  }

  /// The names of all operators that the checker knows, in order.
  public static let operatorNames: [String] = Operators.names
}
