import Columns
public import Engine
public import Formats

/// How rows are written in a file or a standard stream.
public enum RowFormat: Sendable {
  case csv(CSVDialect)
  case jsonLines(refusesUnknown: Bool)
  /// Aligned columns for people; output only.
  case table
}

extension CSVMorsel: Morsel {}
extension JSONLinesMorsel: Morsel {}

extension RowFormat {
  /// A reader of one text.
  func reader(
    _ input: any ByteInput, name: String, schema: TableSchema, needed: [Bool]?, blockSize: Int = 1 << 18
  ) throws -> any MorselReader {
    switch self {
    case .csv(let dialect):
      return CSVMorsels(
        reader: try CSVReader(
          input: input, name: name, schema: schema, dialect: dialect, needed: needed, blockSize: blockSize))
    case .jsonLines(let refusesUnknown):
      return JSONMorsels(
        reader: JSONLinesReader(
          input: input, name: name, schema: schema, refusesUnknown: refusesUnknown, needed: needed,
          blockSize: blockSize))
    case .table:
      throw RowFault(
        position: name, message: "a table for people cannot be read back",
        help: "write and read `csv` or `jsonl`")
    }
  }

  /// What turns rows into bytes.
  func encoder(_ schema: TableSchema) -> RowEncoder {
    switch self {
    case .csv(let dialect): .csv(CSVWriter(schema: schema, dialect: dialect), hasHeader: dialect.hasHeader)
    case .jsonLines: .jsonLines(JSONLinesWriter(schema: schema))
    case .table: .table(TableWriter(schema: schema))
    }
  }
}

private struct CSVMorsels: MorselReader {
  let reader: CSVReader

  func next() throws -> (any Morsel)? { try reader.next() }
}

private struct JSONMorsels: MorselReader {
  let reader: JSONLinesReader

  func next() throws -> (any Morsel)? { try reader.next() }
}

/// Turns rows into the bytes of a format.
enum RowEncoder: Sendable {
  case csv(CSVWriter, hasHeader: Bool)
  case jsonLines(JSONLinesWriter)
  case table(TableWriter)

  /// What comes before all rows.
  var preamble: [UInt8] {
    if case .csv(let writer, hasHeader: true) = self { writer.header() } else { [] }
  }

  func encode(_ batch: Batch) throws -> [UInt8] {
    switch self {
    case .csv(let writer, _): try writer.encode(batch)
    case .jsonLines(let writer): try writer.encode(batch)
    case .table(let writer): try writer.encode(batch)
    }
  }
}
