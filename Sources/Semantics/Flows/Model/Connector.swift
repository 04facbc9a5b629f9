/// A connector's call, its options checked. Paths are constants over the pipeline's parameters.
public enum Connector: Sendable {
  case csv(path: TypedExpression, CSVOptions)
  case jsonLines(path: TypedExpression, JSONLinesOptions)
  case stdin(StandardFormat)
  case stdout(StandardFormat)

  /// The name in the source.
  public var name: String {
    switch self {
    case .csv: "csv"
    case .jsonLines: "jsonl"
    case .stdin: "stdin"
    case .stdout: "stdout"
    }
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

/// Options of `jsonl`.
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
