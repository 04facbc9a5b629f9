public import Columns

/// Writes rows as JSON Lines: one object a row, keys in the order of the schema, absent values as `null`,
/// numbers in their shortest exact form, times as ISO 8601 or in the field's format.
public struct JSONLinesWriter: Sendable {
  private let schema: TableSchema

  /// Makes a writer.
  public init(schema: TableSchema) { self.schema = schema }

  /// The text of some rows.
  /// - Throws: `RowFault` for a float that JSON has no number for.
  public func encode(_ batch: Batch) throws -> [UInt8] {
    let cursors = ColumnCursors(batch, schema)
    var writer = ByteWriter(capacity: batch.count * (schema.columns.count * 24 + 2))
    for row in 0..<batch.count {
      if schema.isRecord {
        try JSONValueText.append(members: cursors.columns, row, to: &writer)
      } else if let element = cursors.columns.first {
        try JSONValueText.append(element, row, to: &writer)
      }
      writer.append(lineFeed)
    }
    return withExtendedLifetime(cursors) { writer.array() }
  }
}

/// Values in JSON.
enum JSONValueText {
  /// An object of the columns' values.
  static func append(
    members: UnsafeBufferPointer<ColumnCursor>, _ row: Int, to writer: inout ByteWriter
  ) throws {
    writer.append(UInt8(ascii: "{"))
    for (index, member) in members.enumerated() {
      if index > 0 { writer.append(UInt8(ascii: ",")) }
      writer.append(member.key)
      try append(member, row, to: &writer)
    }
    writer.append(UInt8(ascii: "}"))
  }

  static func append(_ cursor: ColumnCursor, _ row: Int, to writer: inout ByteWriter) throws {
    guard cursor.isPresent(row) else {
      writer.append("null" as StaticString)
      return
    }
    switch cursor.kind {
    case .bool, .int, .decimal: PlainText.append(cursor, row, to: &writer)
    case .float:
      let value = cursor.value(row, as: Double.self)
      guard value.isFinite else { throw unwritable(value, cursor) }
      writer.append { ScalarText.writeFloat(value, to: $0) }
    case .string: cursor.value(row, as: TextView.self).withBytes { JSONStringText.append($0, to: &writer) }
    case .json: append(json: cursor.value(row, as: TextView.self), to: &writer)
    case .date, .timestamp, .duration, .uuid, .enumeration, .bytes:
      // None of these texts has anything to escape.
      writer.append(UInt8(ascii: "\""))
      PlainText.append(cursor, row, to: &writer)
      writer.append(UInt8(ascii: "\""))
    case .formattedDate, .formattedTimestamp:
      if cursor.format?._withUnsafeGuaranteedRef({ $0.format.isNumeric }) ?? false {
        PlainText.append(cursor, row, to: &writer)
      } else {
        var text = ByteWriter()
        PlainText.append(cursor, row, to: &text)
        text.withBytes { JSONStringText.append($0, to: &writer) }
      }
    case .list:
      guard let element = cursor.children else { return }
      writer.append(UInt8(ascii: "["))
      let range = cursor.range(row)
      for index in range {
        if index > range.lowerBound { writer.append(UInt8(ascii: ",")) }
        try append(element[0], index, to: &writer)
      }
      writer.append(UInt8(ascii: "]"))
    case .map:
      guard let parts = cursor.children else { return }
      writer.append(UInt8(ascii: "{"))
      let range = cursor.range(row)
      for index in range {
        if index > range.lowerBound { writer.append(UInt8(ascii: ",")) }
        try append(parts[0], index, to: &writer)
        writer.append(UInt8(ascii: ":"))
        try append(parts[1], index, to: &writer)
      }
      writer.append(UInt8(ascii: "}"))
    case .vector: try append(vector: cursor, row, to: &writer)
    case .structure:
      try append(
        members: UnsafeBufferPointer(start: cursor.children, count: cursor.childCount), row, to: &writer)
    }
  }

  private static func append(vector cursor: ColumnCursor, _ row: Int, to writer: inout ByteWriter) throws {
    writer.append(UInt8(ascii: "["))
    for index in 0..<cursor.width {
      if index > 0 { writer.append(UInt8(ascii: ",")) }
      let value = cursor.value(row * cursor.width + index, as: Float.self)
      guard value.isFinite else { throw unwritable(Double(value), cursor) }
      writer.append(value.description)
    }
    writer.append(UInt8(ascii: "]"))
  }

  /// The text as it is, but on one line: a line end in JSON can only be a space.
  private static func append(json: TextView, to writer: inout ByteWriter) {
    json.withBytes { bytes in
      let start = writer.reserve(bytes.count)
      var next = start
      for byte in bytes where byte != lineFeed && byte != carriageReturn {
        next[0] = byte
        next += 1
      }
      writer.advance(next - start)
    }
  }

  private static func unwritable(_ value: Double, _ cursor: ColumnCursor) -> RowFault {
    RowFault(
      position: "", column: cursor.name.string.isEmpty ? nil : cursor.name.string,
      message: "JSON has no number for `\(Wording.text(value))`",
      help: "make the field optional and give `none` where the number is not finite")
  }
}
