import Diagnosing
import Syntax

// Postgres and Kafka.

extension FlowChecker {
  /// `postgres(table or query:, url:, load:, cache:)`.
  func postgres(_ call: ConnectorCall) -> Connector? {
    let arguments = call.arguments
    let name = call.name.text
    holdsColumns(call, nested: true)
    let table = arguments.at(0).map { text($0, "the table", of: name) }
    let query = arguments["query"].map { text($0, "`query:`", of: name) }
    if let label = arguments.label("query"), let table {
      report(
        .optionConflict(
          label, at: table.span, "`postgres` reads a table or a query, not both",
          help: "leave out one of them"))
    } else if table == nil, query == nil, !arguments.hasStrangers, arguments.isComplete {
      report(.missingRelation(call.name))
    }
    let url = arguments["url"].map {
      address(
        $0, of: name, schemes: ["postgres://", "postgresql://"],
        example: "postgresql://host/database")
    }
    let load =
      arguments["load"].flatMap { word($0, option: "load:", of: name, among: ["all", "lookup"]) } ?? "all"
    let cache = arguments["cache"].map { duration($0, option: "cache:", of: name) }
    if load == "lookup", let label = arguments.label("load"), let query = arguments.label("query") {
      report(
        .optionConflict(
          label, with: query, "a query can't be looked up by key: `load: lookup` is for tables",
          help: "name the table, or leave out `load:`"))
    }
    if load == "all", let label = arguments.label("cache") {
      report(
        .optionConflict(
          label, with: arguments.label("load"), "`cache:` keeps rows that were looked up, and none are",
          help: "write `load: lookup` beside it, or `refresh:` to read the whole again"))
    }
    let relation = table.map { PostgresOptions.Relation.table($0) } ?? query.map { .query($0) }
    return relation.map {
      .postgres(
        PostgresOptions(relation: $0, url: url, load: load == "lookup" ? .lookup : .all, cache: cache))
    }
  }

  /// `kafka(topic, group:, key:, format:, url:)`.
  func kafka(_ call: ConnectorCall) -> Connector? {
    let arguments = call.arguments
    let name = call.name.text
    let topic = arguments.at(0).map { text($0, "the topic", of: name) }
    if let text = topic?.textLiteral, !text.isEmpty, !text.isTopic, let span = topic?.span {
      report(.malformedTopic(text, at: span))
    }
    let format = kafkaFormat(call)
    let group = arguments["group"].map { text($0, "`group:`", of: name) }
    var key: TypedLambda?
    if let expression = arguments["key"] {
      let lambda = lambda(expression, [call.element])
      if !lambda.body.type.isKey {
        report(.notAKey(lambda.body.type, of: "kafka", at: lambda.body.span))
      }
      key = lambda
    }
    let url = arguments["url"].map {
      address($0, of: name, schemes: [], example: "broker:9092")
    }
    return topic.map {
      .kafka(KafkaOptions(topic: $0, group: group, key: key, format: format, url: url))
    }
  }

  private func kafkaFormat(_ call: ConnectorCall) -> KafkaOptions.Format {
    let holdsBytes = call.element == .bytes
    let written = call.arguments["format"].flatMap {
      word($0, option: "format:", of: "kafka", among: ["json", "bytes"])
    }
    switch written {
    case "bytes"?:
      holds(.bytes, call, help: "leave out `format:`: records are JSON")
      return .bytes
    case "json"? where holdsBytes:
      if let label = call.arguments.label("format") { report(.bytesAsJSON(label)) }
      return .json
    default:
      if !holdsBytes { holdsColumns(call, nested: true) }
      return holdsBytes ? .bytes : .json
    }
  }
}

extension String {
  /// Whether it can be the name of a topic.
  fileprivate var isTopic: Bool {
    utf8.count <= 249 && self != "." && self != ".."
      && utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x2D: true
        default: false
        }
      }
  }
}
