import Diagnosing
import Syntax

/// Where a connector of a pipeline reads or writes.
struct ConnectorPlace {
  /// The file's path or `stdin`.
  let path: String
  /// Whether rows come from there.
  let isSource: Bool
  /// The connector's call.
  let span: Span
}

/// What the checker knows of a connector.
struct ConnectorRule: Sendable {
  /// The kinds of flow it can give; empty where it is no source.
  var gives: [Boundedness] = [.table]
  /// Whether flows can go into it.
  var isSink = true
  /// Nil where this version does not build it.
  var signature: CallSignature?
  /// Labels that only sources have.
  var sourceOptions: [String] = []
  /// Positional arguments and labels that only sinks have come from these, which nothing builds yet.
  static let sinkOptions = ["write", "publish", "allow"]

  private static let csvOptions = ["separator", "header", "null", "quote"]

  /// All connectors (LANGUAGE.md 7), by name.
  static let named: [String: ConnectorRule] = [
    "csv": ConnectorRule(
      signature: CallSignature(
        kind: "connector", positional: ["a path"], options: csvOptions,
        example: "csv(\"data/orders.csv\", null: \"NA\")"),
      sourceOptions: ["unknown"]),
    "jsonl": ConnectorRule(
      signature: CallSignature(
        kind: "connector", positional: ["a path"], example: "jsonl(\"data/orders.jsonl\")"),
      sourceOptions: ["unknown"]),
    "stdin": ConnectorRule(
      gives: [.table, .stream], isSink: false,
      signature: CallSignature(
        kind: "connector", options: ["format"] + csvOptions, example: "stdin(format: csv)"),
      sourceOptions: ["unknown"]),
    "stdout": ConnectorRule(
      gives: [],
      signature: CallSignature(
        kind: "connector", options: ["format"] + csvOptions, example: "stdout(format: table)")),
    "json": ConnectorRule(), "parquet": ConnectorRule(), "lines": ConnectorRule(),
    "files": ConnectorRule(isSink: false), "postgres": ConnectorRule(),
    "kafka": ConnectorRule(gives: [.stream]),
    "http": ConnectorRule(gives: [.request, .stream], isSink: false),
    "dataset": ConnectorRule(), "artifact": ConnectorRule(),
    "synthetic": ConnectorRule(gives: [.table, .stream], isSink: false),
  ]
}
