import Diagnosing
import Syntax

/// What the checker knows of a connector: the calls by which it is read and written.
struct ConnectorRule: Sendable {
  /// The kinds of flow that it can give.
  var gives: [Boundedness] = [.table]
  /// What stands in its parentheses as a source; nil where it is none.
  var source: CallSignature?
  /// What stands in its parentheses as a sink; nil where it is none.
  var sink: CallSignature?
  /// What `write:` of it may say; empty where it has no `write:`.
  var writes: [WriteWord] = []

  /// What stands in the parentheses in one direction.
  func signature(isSource: Bool) -> CallSignature? {
    guard var signature = isSource ? source : sink else { return nil }
    if !isSource { signature.options += (writes.isEmpty ? [] : ["write"]) + ["publish", "allow"] }
    return signature
  }

  /// Which of its forms a call has: `http` has two, and what is read as a table may be a stream.
  func form(of name: String, for arguments: [Argument]) -> ConnectorRule {
    if name == "http" { return Self.isPoll(arguments) ? .poll : .request }
    var rule = self
    if let streamOption, arguments.contains(where: { $0.label?.text == streamOption }) {
      rule.gives = [.stream]
    }
    return rule
  }

  /// The option with which what is else a table is a stream: how often to look for more, how fast rows come.
  var streamOption: String? { ["every", "rate"].first { source?.options.contains($0) ?? false } }

  /// The kinds of flow that its forms can give.
  var kinds: [Boundedness] { streamOption == nil ? gives : [.table, .stream] }

  private static func isPoll(_ arguments: [Argument]) -> Bool {
    if arguments.contains(where: { $0.label?.text == "every" }) { return true }
    let positional = arguments.filter { $0.label == nil }
    guard positional.count == 1, case .string(let parts) = positional[0].value.kind else { return false }
    if case .text(let text)? = parts.first { return !text.hasPrefix("/") }
    return true
  }
}

/// The forms of `write:`.
enum WriteWord: String, Sendable {
  case append, replace
  case replaceBy = "replace(by:)"
  case upsert, delete
}

extension ConnectorRule {
  /// All connectors (LANGUAGE.md 7), by name.
  static let named: [String: ConnectorRule] = [
    "csv": csv, "jsonl": jsonLines, "json": json, "parquet": parquet, "lines": lines, "files": files,
    "postgres": postgres, "kafka": kafka, "http": request, "dataset": dataset, "artifact": artifact,
    "synthetic": synthetic, "stdin": standardInput, "stdout": standardOutput,
  ]

  /// All names, in order.
  static let names = named.keys.sorted()

  // MARK: Files

  private static let csvOptions = ["separator", "header", "null", "quote"]

  private static let csv = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a path"],
      options: csvOptions + ["unknown", "refresh", "every", "until"],
      example: "csv(\"data/orders.csv\", null: \"NA\")",
      form: "csv(path, separator:, header:, null:, quote:, unknown: fail, refresh:, every:, until:)"),
    sink: CallSignature(
      kind: "connector", positional: ["a path"], options: csvOptions,
      example: "csv(\"out/report.csv\", separator: \";\")",
      form: "csv(path, separator:, header:, null:, quote:, write: append | replace, publish: always, allow:)"),
    writes: [.append, .replace])

  private static let jsonLines = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a path"], options: ["unknown", "refresh", "every", "until"],
      example: "jsonl(\"data/orders.jsonl\")", form: "jsonl(path, unknown: fail, refresh:, every:, until:)"),
    sink: CallSignature(
      kind: "connector", positional: ["a path"], example: "jsonl(\"out/report.jsonl\")",
      form: "jsonl(path, write: append | replace, publish: always, allow:)"),
    writes: [.append, .replace])

  private static let json = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a path"], options: ["unknown", "refresh"],
      example: "json(\"data/rates.json\")", form: "json(path, unknown: fail, refresh:)"),
    sink: CallSignature(
      kind: "connector", positional: ["a path"], example: "json(\"out/report.json\")",
      form: "json(path, publish: always, allow:)"))

  private static let parquet = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a path"], options: ["refresh"],
      example: "parquet(\"data/orders.parquet\")", form: "parquet(path, refresh:)"),
    sink: CallSignature(
      kind: "connector", positional: ["a path"], example: "parquet(\"out/report.parquet\")",
      form: "parquet(path, publish: always, allow:)"))

  private static let lines = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a path"], options: ["refresh", "every", "until"],
      example: "lines(\"data/words.txt\")", form: "lines(path, refresh:, every:, until:)"),
    sink: CallSignature(
      kind: "connector", positional: ["a path"], example: "lines(\"out/words.txt\")",
      form: "lines(path, write: append | replace, publish: always, allow:)"),
    writes: [.append, .replace])

  private static let files = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a pattern of paths"], options: ["refresh"],
      example: "files(\"scans/*.pdf\")", form: "files(glob, refresh:)"))

  // MARK: Systems

  private static let postgres = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a table"], optionalPositional: 1,
      options: ["query", "url", "load", "cache", "refresh"],
      example: "postgres(\"orders\", url: secret(\"pg\"))",
      form: "postgres(table or query:, url: secret(\"pg\"), load: all | lookup, cache:, refresh:)"),
    sink: CallSignature(
      kind: "connector", positional: ["a table"], options: ["url"],
      example: "postgres(\"revenue\", write: upsert(by: r -> r.shop))",
      form:
        "postgres(table, url: secret(\"pg\"), write: append | replace | replace(by: f) | upsert(by: f, delete: p) | delete(by: f), publish: always, allow:)"
    ),
    writes: [.append, .replace, .replaceBy, .upsert, .delete])

  private static let kafka = ConnectorRule(
    gives: [.stream],
    source: CallSignature(
      kind: "connector", positional: ["a topic"], options: ["group", "format", "url"],
      example: "kafka(\"clicks\", group: \"sessions\")",
      form: "kafka(topic, group:, format: json | bytes, url:)"),
    sink: CallSignature(
      kind: "connector", positional: ["a topic"], options: ["key", "format", "url"],
      example: "kafka(\"sessions\", key: s -> s.user)",
      form:
        "kafka(topic, key: f, format: json | bytes, url:, write: append | upsert(by: f, delete: p), publish: always, allow:)"
    ),
    writes: [.append, .upsert])

  /// `http(method, path)`.
  static let request = ConnectorRule(
    gives: [.request],
    source: CallSignature(
      kind: "connector", positional: ["a method", "a path"], example: "http(post, \"/orders\")",
      form: "http(get | post | put | patch | delete, path) or http(url, every:)"))

  /// `http(url, every:)`.
  static let poll = ConnectorRule(
    gives: [.stream],
    source: CallSignature(
      kind: "connector", positional: ["an address"], required: ["every"],
      example: "http(\"https://example.org/rates.json\", every: 1m)",
      form: "http(url, every:) or http(get | post | put | patch | delete, path)"))

  // MARK: What is kept and made

  private static let dataset = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a name"],
      options: ["partition", "partitions", "missing", "version", "refresh"],
      example: "dataset(\"finance/revenue\", partition: day)",
      form: "dataset(name, partition:, partitions: a..b, missing: empty | fail, version:, refresh:)"),
    sink: CallSignature(
      kind: "connector", positional: ["a name"], options: ["partition"],
      example: "dataset(\"finance/revenue\", partition: day)",
      form:
        "dataset(name, partition:, write: append | replace | replace(by: f) | upsert(by: f, delete: p) | delete(by: f), publish: always, allow:)"
    ),
    writes: [.append, .replace, .replaceBy, .upsert, .delete])

  private static let artifact = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a name"], options: ["refresh"], example: "artifact(\"churn\")",
      form: "artifact(name, refresh:)"),
    sink: CallSignature(
      kind: "connector", positional: ["a name"], options: ["facts"],
      example: "artifact(\"churn\", facts: trained.metrics)",
      form: "artifact(name, facts:, publish: always, allow:)"))

  private static let synthetic = ConnectorRule(
    source: CallSignature(
      kind: "connector", positional: ["a number of rows"], options: ["seed", "rate"],
      example: "synthetic(1000, seed: 7)", form: "synthetic(rows, seed:, rate:)"))

  private static let standardInput = ConnectorRule(
    gives: [.table, .stream],
    source: CallSignature(
      kind: "connector", options: ["format"] + csvOptions + ["unknown"], example: "stdin(format: csv)",
      form: "stdin(format: csv | jsonl, separator:, header:, null:, quote:, unknown: fail)"))

  private static let standardOutput = ConnectorRule(
    sink: CallSignature(
      kind: "connector", options: ["format"] + csvOptions, example: "stdout(format: table)",
      form:
        "stdout(format: csv | jsonl | table, separator:, header:, null:, quote:, publish: always, allow:)"))
}
