public import Columns

/// Writes rows as delimited text: a field has quotes only where it needs them, rows end in a line feed.
///
/// Absent values are the dialect's null marker; a string that reads like it, such as the empty one, has
/// quotes. Values with parts are written as JSON.
public struct CSVWriter: Sendable {
  private let schema: TableSchema
  private let dialect: CSVDialect
  private let null: [UInt8]
  /// Whether the separator or quote may stand in numbers and times, so that those may need quotes, too.
  private let isUnusual: Bool

  /// Makes a writer.
  public init(schema: TableSchema, dialect: CSVDialect = CSVDialect()) {
    self.schema = schema
    self.dialect = dialect
    null = Array(dialect.null.utf8)
    isUnusual = ([dialect.separator, dialect.quote] + null).contains(where: Self.mayStandInScalar)
  }

  /// Letters, digits, and what else numbers and times are written with.
  private static func mayStandInScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "a")...UInt8(ascii: "z"): true
    default: "+-./".utf8.contains(byte)
    }
  }

  /// The row of column names.
  public func header() -> [UInt8] {
    var writer = ByteWriter()
    for (index, column) in schema.columns.enumerated() {
      if index > 0 { writer.append(dialect.separator) }
      let start = writer.count
      writer.append(column.name)
      quoteIfNeeded(from: start, &writer)
    }
    writer.append(lineFeed)
    return writer.array()
  }

  /// The text of some rows.
  public func encode(_ batch: Batch) throws -> [UInt8] {
    let cursors = ColumnCursors(batch, schema)
    var writer = ByteWriter(capacity: batch.count * (schema.columns.count * 8 + 1))
    for row in 0..<batch.count {
      for (index, cursor) in cursors.columns.enumerated() {
        if index > 0 { writer.append(dialect.separator) }
        try append(cursor, row, &writer)
      }
      writer.append(lineFeed)
    }
    return withExtendedLifetime(cursors) { writer.array() }
  }

  @inline(__always)
  private func append(_ cursor: ColumnCursor, _ row: Int, _ writer: inout ByteWriter) throws {
    guard cursor.isPresent(row) else {
      null.withUnsafeBufferPointer { writer.append($0) }
      return
    }
    let start = writer.count
    switch cursor.kind {
    case .string, .json:
      writer.append(cursor.value(row, as: TextView.self))
      quoteIfNeeded(from: start, &writer)
    case .list, .map, .vector, .structure:
      try JSONValueText.append(cursor, row, to: &writer)
      quoteIfNeeded(from: start, &writer)
    case .formattedDate, .formattedTimestamp, .bytes, .enumeration:
      PlainText.append(cursor, row, to: &writer)
      quoteIfNeeded(from: start, &writer)
    default:
      PlainText.append(cursor, row, to: &writer)
      if isUnusual { quoteIfNeeded(from: start, &writer) }
    }
  }

  /// Puts quotes around what was written since `start`, where it would be read as something else without.
  @inline(__always)
  private func quoteIfNeeded(from start: Int, _ writer: inout ByteWriter) {
    let needs = writer.withBytes { bytes in
      for index in start..<bytes.count {
        let byte = bytes[index]
        if byte == dialect.separator || byte == dialect.quote || byte == lineFeed || byte == carriageReturn {
          return true
        }
      }
      return bytes.count - start == null.count && bytes[start...].elementsEqual(null)
    }
    if needs { quote(from: start, &writer) }
  }

  @inline(never)
  private func quote(from start: Int, _ writer: inout ByteWriter) {
    let text = writer.withBytes { Array($0[start...]) }
    writer.truncate(to: start)
    writer.append(dialect.quote)
    for byte in text {
      if byte == dialect.quote { writer.append(byte) }
      writer.append(byte)
    }
    writer.append(dialect.quote)
  }
}
