import Columns
import Formats
import Kafka

/// Which columns stand in headers of a message, not in its value.
struct MessageHeaders: Sendable {
  fileprivate struct Part: Sendable {
    let column: Int
    let name: String
    let field: FieldSchema
  }

  private let parts: [Part]
  /// The columns of the value.
  private let rest: [Int]
  /// What the value holds.
  let schema: TableSchema

  /// - Parameter names: By the number of the column.
  init(_ names: [Int: String], of schema: TableSchema) {
    let columns = schema.columns.indices
    parts = columns.compactMap { column in
      names[column].map { Part(column: column, name: $0, field: schema.columns[column]) }
    }
    rest = columns.filter { names[$0] == nil }
    self.schema = TableSchema(columns: rest.map { schema.columns[$0] }, isRecord: schema.isRecord)
  }

  var isEmpty: Bool { parts.isEmpty }

  /// Which columns of the value are needed.
  func needed(_ needed: [Bool]?) -> [Bool]? { needed.map { needed in rest.map { needed[$0] } } }

  /// The columns of the value.
  func value(_ batch: Batch) -> Batch { Batch(count: batch.count, columns: rest.map { batch.columns[$0] }) }

  // MARK: Reading

  /// What the headers of one message say, as columns of one row.
  func read(_ headers: [MessageHeader], position: @autoclosure () -> String) throws(RowFault) -> [Column] {
    var columns: [Column] = []
    for part in parts {
      // Of several with one name the last is meant.
      let bytes = headers.last { $0.name == part.name }?.value
      do throws(TextValue.Mismatch) { columns.append(try part.column(bytes)) } catch {
        throw RowFault(position: position(), message: "header `\(part.name)`: \(error.message)")
      }
    }
    return columns
  }

  /// Puts the headers of some messages beside their values.
  func joined(_ values: Batch, _ headers: [[Column]]) -> Batch {
    var columns = [Column?](repeating: nil, count: parts.count + rest.count)
    for (index, column) in rest.enumerated() { columns[column] = values.columns[index] }
    for (index, part) in parts.enumerated() {
      columns[part.column] =
        headers.isEmpty
        ? .zeros(part.field.type, count: 0) : Column.concatenated(headers.map { $0[index] })
    }
    return Batch(count: values.count, columns: columns.compactMap { $0 })
  }

  // MARK: Writing

  /// The headers of each row: names, and their values by row.
  func bytes(_ batch: Batch) throws -> [(name: [UInt8], values: RowBytes)] {
    try parts.map { (Array($0.name.utf8), try RowBytes(key: batch.columns[$0.column], $0.field)) }
  }
}

extension MessageHeaders.Part {
  fileprivate func column(_ bytes: [UInt8]?) throws(TextValue.Mismatch) -> Column {
    guard let bytes else {
      if let value = field.defaultValue { return value }
      if field.isOptional { return .absent(field.type, count: 1) }
      throw TextValue.Mismatch(message: "a value is wanted, and none is given")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TextValue.Mismatch(message: "this is no text in UTF-8")
    }
    return try TextValue.read(text, field)
  }
}
