/// A connector's call, its options checked. Paths and texts are constants over the pipeline's parameters.
public enum Connector: Sendable {
  case csv(path: TypedExpression, CSVOptions)
  case jsonLines(path: TypedExpression, JSONLinesOptions)
  /// One JSON document: an array of rows.
  case json(path: TypedExpression, JSONLinesOptions)
  case parquet(path: TypedExpression)
  /// The lines of a text file: a flow of `String`.
  case lines(path: TypedExpression)
  /// The files that fit a pattern: a flow of `FileRef`.
  case files(glob: TypedExpression)
  case postgres(PostgresOptions)
  case kafka(KafkaOptions)
  /// The records of one call.
  case request(method: HTTPMethod, path: String)
  /// An address that is asked again and again.
  case poll(url: TypedExpression, every: TypedExpression)
  case dataset(DatasetOptions)
  /// Files and models with a name.
  case artifact(name: TypedExpression, facts: TypedExpression?)
  /// Made rows; `rate` a second, all at once without one.
  case synthetic(rows: TypedExpression, seed: TypedExpression?, rate: TypedExpression?)
  case stdin(StandardFormat)
  case stdout(StandardFormat)

  /// The name in the source.
  public var name: String {
    switch self {
    case .csv: "csv"
    case .jsonLines: "jsonl"
    case .json: "json"
    case .parquet: "parquet"
    case .lines: "lines"
    case .files: "files"
    case .postgres: "postgres"
    case .kafka: "kafka"
    case .request, .poll: "http"
    case .dataset: "dataset"
    case .artifact: "artifact"
    case .synthetic: "synthetic"
    case .stdin: "stdin"
    case .stdout: "stdout"
    }
  }

  /// The constants that it is made of, in the order of the source; what stands for a path comes first.
  public var constants: [TypedExpression] {
    var found: [TypedExpression] = []
    _ = mappingConstants {
      found.append($0)
      return $0
    }
    return found
  }

  /// The same connector with other constants.
  public func mappingConstants(_ map: (TypedExpression) -> TypedExpression) -> Connector {
    switch self {
    case .csv(let path, let options): .csv(path: map(path), options)
    case .jsonLines(let path, let options): .jsonLines(path: map(path), options)
    case .json(let path, let options): .json(path: map(path), options)
    case .parquet(let path): .parquet(path: map(path))
    case .lines(let path): .lines(path: map(path))
    case .files(let glob): .files(glob: map(glob))
    case .postgres(let options): .postgres(options.mappingConstants(map))
    case .kafka(let options): .kafka(options.mappingConstants(map))
    case .poll(let url, let every): .poll(url: map(url), every: map(every))
    case .dataset(let options): .dataset(options.mappingConstants(map))
    case .artifact(let name, let facts): .artifact(name: map(name), facts: facts.map(map))
    case .synthetic(let rows, let seed, let rate):
      .synthetic(rows: map(rows), seed: seed.map(map), rate: rate.map(map))
    case .request, .stdin, .stdout: self
    }
  }

  /// What it computes of each row: the key of a message.
  public var key: TypedLambda? {
    if case .kafka(let options) = self { options.key } else { nil }
  }

  /// The same connector with another key, where it has one.
  public func mappingKey(_ map: (TypedLambda) -> TypedLambda) -> Connector {
    guard case .kafka(var options) = self else { return self }
    options.key = options.key.map(map)
    return .kafka(options)
  }
}

/// Options of `csv`.
public struct CSVOptions: Hashable, Sendable {
  /// The byte between fields.
  public var separator: UInt8 = UInt8(ascii: ",")
  /// Whether the first row names the columns; without one they come in the record's order.
  public var header: Bool = true
  /// The unquoted text that means absent, in optional fields only.
  public var null: String = ""
  /// The byte around fields.
  public var quote: UInt8 = UInt8(ascii: "\"")
  /// `unknown: fail`: refuse columns that the record has not.
  public var refusesUnknown: Bool = false

  /// Makes the default options.
  public init() {}
}

/// Options of `jsonl` and `json`.
public struct JSONLinesOptions: Hashable, Sendable {
  /// `unknown: fail`: refuse keys that the record has not.
  public var refusesUnknown: Bool = false

  /// Makes the default options.
  public init() {}
}

/// What standard input and output hold.
public enum StandardFormat: Hashable, Sendable {
  case csv(CSVOptions)
  case jsonLines(JSONLinesOptions)
  /// Aligned columns for people; output only.
  case table
}

/// Options of `postgres`.
public struct PostgresOptions: Sendable {
  /// What is read.
  public enum Relation: Sendable {
    /// A table, possibly with its schema before a point.
    case table(TypedExpression)
    /// A query, of a source only.
    case query(TypedExpression)
  }
  /// When the rows of a table beside a stream or a call are read.
  public enum Load: String, Hashable, Sendable, CaseIterable {
    /// At the start, and again with `refresh`.
    case all
    /// Those of the keys that are asked for.
    case lookup
  }
  /// What is read or written.
  public var relation: Relation
  /// A `String` or a `Secret<String>`; the profile's without one.
  public var url: TypedExpression?
  /// When the rows are read.
  public var load: Load
  /// How long a looked-up row is kept; a constant `Duration`.
  public var cache: TypedExpression?

  /// Makes options.
  public init(relation: Relation, url: TypedExpression?, load: Load, cache: TypedExpression?) {
    self.relation = relation
    self.url = url
    self.load = load
    self.cache = cache
  }

  func mappingConstants(_ map: (TypedExpression) -> TypedExpression) -> PostgresOptions {
    let mapped: Relation =
      switch relation {
      case .table(let name): .table(map(name))
      case .query(let text): .query(map(text))
      }
    return PostgresOptions(relation: mapped, url: url.map(map), load: load, cache: cache.map(map))
  }
}

/// Options of `kafka`.
public struct KafkaOptions: Sendable {
  /// What a message holds.
  public enum Format: String, Hashable, Sendable, CaseIterable {
    case json, bytes
  }
  /// The topic's name.
  public var topic: TypedExpression
  /// The consumer group, of a source.
  public var group: TypedExpression?
  /// The message's key, of a sink.
  public var key: TypedLambda?
  /// What a message holds: bytes for a flow of `Bytes`.
  public var format: Format
  /// A `String` or a `Secret<String>`; the profile's without one.
  public var url: TypedExpression?

  /// Makes options.
  public init(
    topic: TypedExpression, group: TypedExpression?, key: TypedLambda?, format: Format, url: TypedExpression?
  ) {
    self.topic = topic
    self.group = group
    self.key = key
    self.format = format
    self.url = url
  }

  func mappingConstants(_ map: (TypedExpression) -> TypedExpression) -> KafkaOptions {
    KafkaOptions(
      topic: map(topic), group: group.map(map), key: key, format: format, url: url.map(map))
  }
}

/// How a call comes in.
public enum HTTPMethod: String, Hashable, Sendable, CaseIterable {
  case get, post, put, patch, delete
}

/// Options of `dataset`.
public struct DatasetOptions: Sendable {
  /// What a partition that is not there means.
  public enum Missing: String, Hashable, Sendable, CaseIterable {
    case empty, fail
  }
  /// The dataset's name: words joined by `/`.
  public var name: TypedExpression
  /// The one partition that is read or written.
  public var partition: TypedExpression?
  /// The partitions that are read: first, last, and whether the last is among them.
  public var partitions: (first: TypedExpression, last: TypedExpression, isInclusive: Bool)?
  /// What a partition that is not there means.
  public var missing: Missing
  /// The version that is read; the newest without one.
  public var version: TypedExpression?

  /// Makes options.
  public init(
    name: TypedExpression, partition: TypedExpression?,
    partitions: (first: TypedExpression, last: TypedExpression, isInclusive: Bool)?, missing: Missing,
    version: TypedExpression?
  ) {
    self.name = name
    self.partition = partition
    self.partitions = partitions
    self.missing = missing
    self.version = version
  }

  func mappingConstants(_ map: (TypedExpression) -> TypedExpression) -> DatasetOptions {
    DatasetOptions(
      name: map(name), partition: partition.map(map),
      partitions: partitions.map { (map($0.first), map($0.last), $0.isInclusive) }, missing: missing,
      version: version.map(map))
  }
}
