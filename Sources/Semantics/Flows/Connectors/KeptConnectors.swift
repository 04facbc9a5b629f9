import Diagnosing
import Syntax

// Datasets, artifacts, and rows that are made.

extension FlowChecker {
  /// `dataset(name, partition:, partitions:, missing:, version:)`.
  func dataset(_ call: ConnectorCall) -> Connector? {
    let arguments = call.arguments
    holdsColumns(call, nested: true)
    let name = arguments.at(0).map { publishedName($0, of: call.name.text) }
    let partition = arguments["partition"].map { partitionKey($0) }
    let range = arguments["partitions"].flatMap { partitionRange($0) }
    if let label = arguments.label("partitions"), let other = arguments.label("partition") {
      report(
        .optionConflict(
          label, with: other, "`partition:` reads one partition and `partitions:` several",
          help: "leave out one of them"))
    }
    var missing = DatasetOptions.Missing.fail
    if let value = arguments["missing"] {
      let word = word(value, option: "missing:", of: call.name.text, among: ["empty", "fail"])
      missing = word.flatMap { DatasetOptions.Missing(rawValue: $0) } ?? .fail
      if let label = arguments.label("missing"), arguments["partition"] == nil,
        arguments["partitions"] == nil
      {
        report(
          .optionConflict(
            label, with: nil, "`missing:` is about partitions, and none is named",
            help: "say which with `partition:` or `partitions:`"))
      }
    }
    let version = arguments["version"].map { text($0, "`version:`", of: call.name.text) }
    if let label = arguments.label("version"), let other = arguments.label("refresh") {
      report(
        .optionConflict(
          other, with: label, "one version never changes, so there is nothing to read again",
          help: "leave out `refresh:`, or `version:` for the newest one"))
    }
    return name.map {
      .dataset(
        DatasetOptions(name: $0, partition: partition, partitions: range, missing: missing, version: version))
    }
  }

  /// `artifact(name, facts:)`.
  func artifact(_ call: ConnectorCall) -> Connector? {
    let name = call.arguments.at(0).map { publishedName($0, of: call.name.text) }
    if call.element != .error, !call.element.isArtifact {
      report(
        .elementOfConnector(
          call.name, wanted: "a `File`, a `Directory`, or a record that has one", found: call.element,
          call.isSource, help: "rows are kept by `dataset(\"name\")`"))
    }
    let facts = call.arguments["facts"].map {
      let value = checker.check($0, in: scope, expecting: nil, cover: cover)
      if value.type != .error, value.type.columns == nil { report(.factsType(value.type, at: $0.span)) }
      return value
    }
    return name.map { .artifact(name: $0, facts: facts) }
  }

  /// `synthetic(rows, seed:, rate:)`.
  func synthetic(_ call: ConnectorCall) -> Connector? {
    let name = call.name.text
    holdsColumns(call, nested: true)
    let rows = call.arguments.at(0).map { count($0, option: "the number of rows", of: name, least: 0) }
    let seed = call.arguments["seed"].map { constant($0, expecting: .int) }
    let rate = call.arguments["rate"].map { count($0, option: "`rate:`", of: name, least: 1) }
    return rows.map { .synthetic(rows: $0, seed: seed, rate: rate) }
  }

  /// The name of a dataset or artifact: words joined by `/`.
  private func publishedName(_ expression: Expression, of connector: String) -> TypedExpression {
    let name = text(expression, "the name", of: connector)
    if let text = name.textLiteral, text.utf8.contains(where: { $0 != 0x20 }), !text.isPublishedName {
      report(.malformedName(text, of: connector, at: name.span))
    }
    return name
  }

  private func partitionKey(_ expression: Expression) -> TypedExpression {
    let value = checker.check(expression, in: scope, expecting: nil, cover: cover)
    if !value.type.isPartition { report(.partitionType(value.type, at: expression.span)) }
    return value
  }

  private func partitionRange(
    _ expression: Expression
  ) -> (first: TypedExpression, last: TypedExpression, isInclusive: Bool)? {
    guard case .range(let low, let high, let isInclusive) = expression.kind else {
      if case .error = expression.kind { return nil }
      markUses(in: expression)
      report(.partitionsRange(at: expression.span))
      return nil
    }
    let first = partitionKey(low)
    let last = checker.check(high, in: scope, expecting: first.type, cover: cover)
    switch first.type {
    case .date, .int, .timestamp, .error: break
    default:
      if first.type.isPartition { report(.partitionsType(first.type, at: low.span)) }
    }
    let isBackward: Bool =
      switch (first.kind, last.kind) {
      case (.literal(.date(let one)), .literal(.date(let other))): one > other
      case (.literal(.int(let one)), .literal(.int(let other))): one > other
      default: false
      }
    if isBackward { report(.backwardPartitions(at: expression.span)) }
    return (first, last, isInclusive)
  }
}

extension Type {
  /// Whether a partition can be named by it.
  fileprivate var isPartition: Bool {
    switch self {
    case .bool, .int, .string, .date, .timestamp, .uuid, .enumeration, .error: true
    case .distinct(let type): type.raw.isPartition
    default: false
    }
  }

  /// Whether it is a file or folder, or a record that has one.
  fileprivate var isArtifact: Bool {
    switch self {
    case .file, .directory: true
    default: columns?.contains { $0.type.unwrapped == .file || $0.type.unwrapped == .directory } ?? false
    }
  }
}

extension String {
  /// Whether it is words joined by `/`.
  var isPublishedName: Bool {
    split(separator: "/", omittingEmptySubsequences: false).allSatisfy { word in
      !word.isEmpty && word != "." && word != ".."
        && word.utf8.allSatisfy { byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x2D: true
          default: false
          }
        }
    }
  }
}
