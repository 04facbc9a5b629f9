import Columns

/// Where the values of a column lie, without references: to be asked row by row at no cost.
struct ColumnCursor {
  /// What is written, and how.
  enum Kind: UInt8 {
    case bool, int, float, decimal, string, bytes, json, date, timestamp, duration, uuid, enumeration
    case formattedDate, formattedTimestamp
    case list, map, vector, structure
  }
  let kind: Kind
  /// The values; words of a bitmap, offsets of a list.
  let values: UnsafeRawPointer
  /// nil when all are present.
  let validity: UnsafePointer<UInt64>?
  /// The field's name: as it is, and as a JSON key with its colon.
  let name: TextView
  let key: TextView
  /// The cases of an enum.
  let cases: UnsafePointer<TextView>?
  /// Of a formatted date or timestamp; kept alive by the cursors.
  let format: Unmanaged<FormatBox>?
  /// The element of a list, key and value of a map, members of a structure.
  let children: UnsafePointer<ColumnCursor>?
  let childCount: Int
  /// Elements of a vector.
  let width: Int

  @inline(__always)
  func isPresent(_ row: Int) -> Bool {
    guard let validity else { return true }
    return validity[row >> 6] >> UInt64(row & 63) & 1 != 0
  }

  @inline(__always)
  func value<Value: BitwiseCopyable>(_ row: Int, as type: Value.Type) -> Value {
    values.assumingMemoryBound(to: type)[row]
  }

  @inline(__always)
  func bit(_ row: Int) -> Bool {
    values.assumingMemoryBound(to: UInt64.self)[row >> 6] >> UInt64(row & 63) & 1 != 0
  }

  /// The elements of a list or map.
  @inline(__always)
  func range(_ row: Int) -> Range<Int> {
    let offsets = values.assumingMemoryBound(to: Int32.self)
    return Int(offsets[row])..<Int(offsets[row + 1])
  }
}

/// A format behind a reference.
final class FormatBox {
  let format: TimeFormat

  init(_ format: TimeFormat) { self.format = format }
}

/// The cursors of a batch's columns, and all that they point to.
final class ColumnCursors {
  private(set) var columns = UnsafeBufferPointer<ColumnCursor>(start: nil, count: 0)
  private let batch: Batch
  private let arena = TextArena()
  private var formats: [FormatBox] = []
  private var memory: [UnsafeMutableRawPointer] = []

  /// The schema has one field for each column.
  init(_ batch: Batch, _ schema: TableSchema) {
    self.batch = batch
    columns = UnsafeBufferPointer(
      start: block(zip(schema.columns, batch.columns).map { cursor($0, $1) }),
      count: min(schema.columns.count, batch.columns.count))
  }

  deinit { for block in memory { block.deallocate() } }

  /// Memory with the values, freed with the cursors.
  private func block<Value>(_ values: [Value]) -> UnsafePointer<Value> {
    let place = UnsafeMutablePointer<Value>.allocate(capacity: max(values.count, 1))
    place.initialize(from: values, count: values.count)
    memory.append(UnsafeMutableRawPointer(place))
    return UnsafePointer(place)
  }

  private func cursor(_ field: FieldSchema, _ column: Column) -> ColumnCursor {
    var kind = Self.kind(of: field.type)
    var format: Unmanaged<FormatBox>?
    if let given = field.format, kind == .date || kind == .timestamp {
      kind = kind == .date ? .formattedDate : .formattedTimestamp
      let box = FormatBox(given)
      formats.append(box)
      format = .passUnretained(box)
    }
    var cases: UnsafePointer<TextView>?
    if case .enumeration(let names) = field.type { cases = block(names.map { arena.add($0) }) }
    var width = 0
    if case .vector(let count) = field.type { width = count }
    let children = children(field, column)
    var key = ByteWriter()
    JSONStringText.append(Array(field.name.utf8), to: &key)
    key.append(UInt8(ascii: ":"))
    return ColumnCursor(
      kind: kind, values: Self.values(column.storage),
      validity: column.validity.map { UnsafePointer($0.words.base) },
      name: arena.add(field.name), key: key.withBytes { arena.add($0) }, cases: cases, format: format,
      children: children.isEmpty ? nil : block(children), childCount: children.count, width: width)
  }

  private func children(_ field: FieldSchema, _ column: Column) -> [ColumnCursor] {
    switch (field.type, column.storage) {
    case (.list, .list(_, let values)): return [cursor(field.children[0], values)]
    case (.map, .list(_, let values)):
      guard case .structure(let parts) = values.storage, parts.count == 2 else { return [] }
      return [cursor(FieldSchema("", .string), parts[0]), cursor(field.children[0], parts[1])]
    case (.structure, .structure(let columns)): return zip(field.children, columns).map { cursor($0, $1) }
    default: return []
    }
  }

  private static func kind(of type: ColumnType) -> ColumnCursor.Kind {
    switch type {
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .decimal: .decimal
    case .string: .string
    case .bytes: .bytes
    case .date: .date
    case .timestamp: .timestamp
    case .duration: .duration
    case .uuid: .uuid
    case .json: .json
    case .enumeration: .enumeration
    case .list: .list
    case .map: .map
    case .vector: .vector
    case .structure: .structure
    }
  }

  private static func values(_ storage: Storage) -> UnsafeRawPointer {
    switch storage {
    case .bits(let bits): UnsafeRawPointer(bits.words.base)
    case .int32(let buffer): UnsafeRawPointer(buffer.base)
    case .int64(let buffer): UnsafeRawPointer(buffer.base)
    case .float64(let buffer): UnsafeRawPointer(buffer.base)
    case .int128(let buffer): UnsafeRawPointer(buffer.base)
    case .text(let buffer, _): UnsafeRawPointer(buffer.base)
    case .list(let offsets, _): UnsafeRawPointer(offsets.base)
    case .vector(let buffer): UnsafeRawPointer(buffer.base)
    // Nothing is read through a structure's own pointer.
    case .structure: UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
    }
  }
}

/// The plain text of a scalar, as it stands in CSV and tables.
enum PlainText {
  /// Appends the value's text; the row is present, and the kind is none with parts.
  @inline(__always)
  static func append(_ cursor: ColumnCursor, _ row: Int, to writer: inout ByteWriter) {
    switch cursor.kind {
    case .bool: writer.append { ScalarText.writeBool(cursor.bit(row), to: $0) }
    case .int: writer.append { ScalarText.writeInt(cursor.value(row, as: Int64.self), to: $0) }
    case .float: writer.append { ScalarText.writeFloat(cursor.value(row, as: Double.self), to: $0) }
    case .decimal: writer.append { ScalarText.writeDecimal(cursor.value(row, as: Int128.self), to: $0) }
    case .date: writer.append { ScalarText.writeDate(cursor.value(row, as: Int32.self), to: $0) }
    case .timestamp: writer.append { ScalarText.writeTimestamp(cursor.value(row, as: Int64.self), to: $0) }
    case .duration: writer.append { ScalarText.writeDuration(cursor.value(row, as: Int64.self), to: $0) }
    case .uuid: writer.append { ScalarText.writeUuid(cursor.value(row, as: Int128.self), to: $0) }
    case .enumeration:
      if let cases = cursor.cases { writer.append(cases[Int(cursor.value(row, as: Int32.self))]) }
    case .formattedDate:
      cursor.format?._withUnsafeGuaranteedRef {
        $0.format.writeDate(cursor.value(row, as: Int32.self), to: &writer)
      }
    case .formattedTimestamp:
      cursor.format?._withUnsafeGuaranteedRef {
        $0.format.writeTimestamp(cursor.value(row, as: Int64.self), to: &writer)
      }
    case .bytes:
      cursor.value(row, as: TextView.self).withBytes { bytes in
        Base64.encode(bytes, to: writer.reserve(Base64.encodedCount(bytes.count)))
        writer.advance(Base64.encodedCount(bytes.count))
      }
    case .string, .json: writer.append(cursor.value(row, as: TextView.self))
    case .list, .map, .vector, .structure: break
    }
  }
}
