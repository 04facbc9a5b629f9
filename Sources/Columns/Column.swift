/// What a column holds, logically. The engine maps the language's types to these.
public indirect enum ColumnType: Hashable, Sendable {
  case bool
  case int
  case float
  case decimal
  case string
  case bytes
  case date
  case timestamp
  case duration
  case uuid
  case json
  /// Values are indices into the names.
  case enumeration([String])
  case list(ColumnType)
  case map(ColumnType)
  case vector(Int)
  case structure([ColumnField])
}

/// A member of a structure, or a column of a schema.
public struct ColumnField: Hashable, Sendable {
  /// The name.
  public let name: String
  /// What it holds.
  public let type: ColumnType
  /// Whether values may be absent.
  public let isOptional: Bool

  /// Makes a field.
  public init(_ name: String, _ type: ColumnType, isOptional: Bool = false) {
    self.name = name
    self.type = type
    self.isOptional = isOptional
  }
}

/// The values of a column. Where the validity says absent, the value is any valid bit pattern (text: empty).
public indirect enum Storage: Sendable {
  /// `bool`.
  case bits(Bitmap)
  /// `date` (days since 1970-01-01), `enumeration` (index of the case).
  case int32(Buffer<Int32>)
  /// `int`, `timestamp` and `duration` (microseconds).
  case int64(Buffer<Int64>)
  case float64(Buffer<Double>)
  /// `decimal` (times 10^18), `uuid` (big-endian, as a signed pattern).
  case int128(Buffer<Int128>)
  /// `string`, `bytes`, `json` (the text of the value).
  case text(Buffer<TextView>, owners: [any TextOwner])
  /// Row i has the values `offsets[i]..<offsets[i + 1]` of the column; a map has a structure of key and value.
  case list(offsets: Buffer<Int32>, values: Column)
  /// A vector's floats, row after row.
  case vector(Buffer<Float>)
  case structure([Column])
}

/// A column: values of one type, some of them absent.
public struct Column: Sendable {
  /// Number of rows.
  public let count: Int
  /// A bit for each row that has a value; nil when all have.
  public let validity: Bitmap?
  /// The values.
  public let storage: Storage

  /// Makes a column.
  @inlinable public init(count: Int, validity: Bitmap? = nil, storage: Storage) {
    self.count = count
    self.validity = validity
    self.storage = storage
  }

  /// Whether row `index` has a value.
  @inlinable public func isPresent(_ index: Int) -> Bool { validity?[index] ?? true }
}

/// Some rows of a flow, column by column; a flow of plain values has one column.
public struct Batch: Sendable {
  /// Number of rows; also right where there is no column.
  public let count: Int
  /// All of `count` rows.
  public let columns: [Column]
  /// What is known of the rows besides their values.
  public let tags: RowTags?

  /// Makes a batch.
  @inlinable public init(count: Int, columns: [Column], tags: RowTags? = nil) {
    self.count = count
    self.columns = columns
    self.tags = tags
  }
}
