import Columns
import Formats
import PostgreSQL

/// How rows are copied into a table: its columns in order, and behind them the flag of rows that are to go.
struct PostgresWritePlan: Sendable {
  struct Column: Sendable {
    /// Of the schema.
    let index: Int
    let field: FieldSchema
    let codec: Codec
    /// Whether the table refuses nulls.
    let isRequired: Bool
  }

  let columns: [Column]
  /// The rows that are to go, of an upsert.
  let gone: (@Sendable (Batch) throws -> Bitmap)?

  /// The rows as `COPY ... (FORMAT binary)` takes them, without header and trailer.
  func encode(_ batch: Batch) throws -> [UInt8] {
    var cells = try columns.map { column in
      let values = batch.columns[column.index]
      if column.isRequired, let validity = values.validity,
        let row = (0..<batch.count).first(where: { !validity[$0] })
      {
        throw batch.fault(
          row, column.field, "the table's column takes no null, and the value is absent",
          help: "let the column be null: `ALTER TABLE ... ALTER COLUMN ... DROP NOT NULL`")
      }
      return try ColumnWriting(column.codec, column.field).cells(values) { row, message in
        batch.fault(row, column.field, message)
      }
    }
    if let gone {
      let flags = Columns.Column(count: batch.count, storage: .bits(try gone(batch)))
      cells.append(try ColumnWriting(.bool, FieldSchema("", .bool)).cells(flags) { _, _ in nil })
    }
    var writer = ByteWriter(
      capacity: batch.count * (2 + 4 * cells.count) + cells.reduce(0) { $0 + $1.bytes.count })
    for row in 0..<batch.count {
      writer.appendBigEndian(Int16(cells.count))
      for column in cells { column.append(row, to: &writer) }
    }
    return writer.array()
  }
}

extension Batch {
  /// A value that the table can't hold.
  fileprivate func fault(_ row: Int, _ field: FieldSchema, _ message: String, help: String? = nil) -> RowFault
  {
    RowFault(
      position: tags?.origin?.position(of: row) ?? "", column: field.name, message: message, help: help)
  }
}

/// The values of a column as servers take them, one after the other.
final class EncodedCells {
  var bytes: ByteWriter
  /// Where each row's value ends.
  let ends: Buffer<Int>
  private let validity: Bitmap?

  init(count: Int, validity: Bitmap?) {
    bytes = ByteWriter(capacity: count * 8)
    ends = Buffer(uninitialized: count)
    self.validity = validity
  }

  /// Adds a row's length and value.
  @inline(__always)
  func append(_ row: Int, to writer: inout ByteWriter) {
    if let validity, !validity[row] { return writer.appendBigEndian(Int32(-1)) }
    let start = row == 0 ? 0 : ends.base[row - 1]
    let count = ends.base[row] - start
    writer.appendBigEndian(Int32(truncatingIfNeeded: count))
    bytes.withBytes { writer.append(UnsafeBufferPointer(rebasing: $0[start..<start + count])) }
  }
}

/// Turns a column into the server's binary form.
struct ColumnWriting {
  /// Says that a row's value does not fit.
  typealias Refuse = (Int, String) -> (any Error)?

  private let codec: Codec
  private let field: FieldSchema

  init(_ codec: Codec, _ field: FieldSchema) {
    self.codec = codec
    self.field = field
  }

  func cells(_ column: Column, _ refuse: Refuse) throws -> EncodedCells {
    let cells = EncodedCells(count: column.count, validity: column.validity)
    switch (codec, column.storage) {
    case (.bool, .bits(let bits)): each(column, cells) { $1.append(bits[$0] ? 1 : 0) }
    case (.int(let size), .int64(let values)): try integers(values, size, column, cells, refuse)
    case (.float, .float64(let values)): each(column, cells) { $1.appendBigEndian(values[$0].bitPattern) }
    case (.decimal(let scale), .int128(let values)): try decimals(values, scale, column, cells, refuse)
    case (.uuid, .int128(let values)): each(column, cells) { $1.appendBigEndian(values[$0]) }
    case (.date, .int32(let values)): each(column, cells) { $1.appendBigEndian(values[$0] - ServerTime.days) }
    case (.timestamp, .int64(let values)):
      each(column, cells) { $1.appendBigEndian(values[$0] - ServerTime.microseconds) }
    case (.interval, .int64(let values)):
      each(column, cells) { row, writer in
        writer.appendBigEndian(values[row])
        writer.appendBigEndian(Int64(0))
      }
    case (.text, .text(let views, _)):
      try eachText(column, cells, refuse) { $1.append(views[$0]) }
    case (.bytes, .text(let views, _)): each(column, cells) { $1.append(views[$0]) }
    case (.json(let isBinary), .text(let views, _)):
      each(column, cells) { row, writer in
        if isBinary { writer.append(1) }
        writer.append(views[row])
      }
    case (.enumeration(let names), .int32(let values)):
      each(column, cells) { $1.append(names[Int(values[$0])]) }
    case (.array(let codec, let element), .list(let offsets, let elements)):
      let inner = try ColumnWriting(codec, field.children[0]).cells(elements) { index, message in
        refuse((0..<column.count).first { Int(offsets[$0 + 1]) > index } ?? 0, message)
      }
      each(column, cells) { row, writer in
        let range = Int(offsets[row])..<Int(offsets[row + 1])
        writer.appendArrayHeader(count: range.count, hasNull: elements.validity != nil, element.rawValue)
        for index in range { inner.append(index, to: &writer) }
      }
    case (.vector(let count), .vector(let values)):
      each(column, cells) { row, writer in
        writer.appendArrayHeader(count: count, hasNull: false, 700)
        for index in row * count..<(row + 1) * count {
          writer.appendBigEndian(Int32(4))
          writer.appendBigEndian(values[index].bitPattern)
        }
      }
    case (.document(let isBinary), _): try documents(isBinary, column, cells)
    default: preconditionFailure("a column is not of its field's type")
    }
    return cells
  }

  @inline(__always)
  private func each(_ column: Column, _ cells: EncodedCells, _ append: (Int, inout ByteWriter) -> Void) {
    for row in 0..<column.count {
      if column.isPresent(row) { append(row, &cells.bytes) }
      cells.ends.base[row] = cells.bytes.count
    }
  }

  /// Texts may have the one character that the server's have not.
  private func eachText(
    _ column: Column, _ cells: EncodedCells, _ refuse: Refuse, _ append: (Int, inout ByteWriter) -> Void
  ) throws {
    each(column, cells, append)
    guard cells.bytes.withBytes({ $0.contains(0) }) else { return }
    let row = (0..<column.count).first { row in
      cells.bytes.withBytes { $0[(row == 0 ? 0 : cells.ends[row - 1])..<cells.ends[row]].contains(0) }
    }
    try throwing(refuse(row ?? 0, "the server's texts can't hold the character U+0000, and this one has it"))
  }

  private func throwing(_ error: (any Error)?) throws { if let error { throw error } }

  private func integers(
    _ values: Buffer<Int64>, _ size: Int, _ column: Column, _ cells: EncodedCells, _ refuse: Refuse
  ) throws {
    switch size {
    case 8: each(column, cells) { $1.appendBigEndian(values[$0]) }
    case 4:
      each(column, cells) { $1.appendBigEndian(Int32(truncatingIfNeeded: values[$0])) }
      try refuseFirst(column, refuse, "an `integer`") { Int32(exactly: values[$0]) != nil }
    default:
      each(column, cells) { $1.appendBigEndian(Int16(truncatingIfNeeded: values[$0])) }
      try refuseFirst(column, refuse, "a `smallint`") { Int16(exactly: values[$0]) != nil }
    }
  }

  private func refuseFirst(
    _ column: Column, _ refuse: Refuse, _ type: String, unless fits: (Int) -> Bool
  ) throws {
    if let row = (0..<column.count).first(where: { column.isPresent($0) && !fits($0) }) {
      try throwing(refuse(row, "the table's column is \(type), and the value does not fit"))
    }
  }

  private func decimals(
    _ values: Buffer<Int128>, _ scale: Int?, _ column: Column, _ cells: EncodedCells, _ refuse: Refuse
  ) throws {
    each(column, cells) { ServerNumeric.append(values[$0], to: &$1) }
    // The server would round without a word.
    guard let scale, scale < 18 else { return }
    try refuseFirst(column, refuse, "a `numeric` of \(scale) digits after the point") {
      ServerNumeric.scale(values[$0]) <= scale
    }
  }

  private func documents(_ isBinary: Bool, _ column: Column, _ cells: EncodedCells) throws {
    let text = try JSONLinesWriter(schema: TableSchema(columns: [field], isRecord: false))
      .encode(Batch(count: column.count, columns: [column]))
    var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).makeIterator()
    for row in 0..<column.count {
      let line = lines.next()
      if column.isPresent(row), let line {
        if isBinary { cells.bytes.append(1) }
        line.withUnsafeBufferPointer { cells.bytes.append($0) }
      }
      cells.ends.base[row] = cells.bytes.count
    }
  }
}

extension ByteWriter {
  /// What comes before the elements of an array of one dimension, or of none where it is empty.
  fileprivate mutating func appendArrayHeader(count: Int, hasNull: Bool, _ element: UInt32) {
    appendBigEndian(Int32(count == 0 ? 0 : 1))
    appendBigEndian(Int32(hasNull ? 1 : 0))
    appendBigEndian(element)
    guard count > 0 else { return }
    appendBigEndian(Int32(truncatingIfNeeded: count))
    appendBigEndian(Int32(1))
  }
}
