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
    _ input: any ByteInput, name: String, schema: TableSchema, needed: [Bool]?, arrival: TextArrival = .whole,
    blockSize: Int = 1 << 18
  ) throws -> any PlacedReader {
    switch self {
    case .csv(let dialect):
      return CSVMorsels(
        reader: try CSVReader(
          input: input, name: name, schema: schema, dialect: dialect, needed: needed, arrival: arrival,
          blockSize: blockSize))
    case .jsonLines(let refusesUnknown):
      return JSONMorsels(
        reader: JSONLinesReader(
          input: input, name: name, schema: schema, refusesUnknown: refusesUnknown, needed: needed,
          arrival: arrival, blockSize: blockSize))
    case .table: throw Self.unreadable(name)
    }
  }

  /// A reader of what has been added to a file.
  func reader(
    _ file: Location, from place: TextPlace, schema: TableSchema, needed: [Bool]?, arrival: TextArrival
  ) throws -> any PlacedReader {
    let name = file.written
    guard place != .start else {
      return try reader(FileInput(file), name: name, schema: schema, needed: needed, arrival: arrival)
    }
    let input = try FileInput(file, from: place.offset)
    switch self {
    case .csv(let dialect):
      // What its columns are stands at its beginning.
      let beginning = try CSVReader(
        input: FileInput(file), name: name, schema: schema, dialect: dialect, needed: needed,
        arrival: arrival, blockSize: 4096)
      return CSVMorsels(reader: CSVReader(continuing: beginning, input: input, at: place))
    case .jsonLines(let refusesUnknown):
      return JSONMorsels(
        reader: JSONLinesReader(
          input: input, name: name, schema: schema, refusesUnknown: refusesUnknown, needed: needed,
          arrival: arrival, at: place))
    case .table: throw Self.unreadable(name)
    }
  }

  private static func unreadable(_ name: String) -> RowFault {
    RowFault(
      position: name, message: "a table for people cannot be read back",
      help: "write and read `csv` or `jsonl`")
  }

  /// How the names of such files end.
  var fileType: String {
    switch self {
    case .csv: "csv"
    case .jsonLines: "jsonl"
    case .table: "txt"
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

/// A reader of a text that knows how far it has come.
protocol PlacedReader: MorselReader {
  /// Behind the rows that `next` gave last.
  var place: TextPlace { get }
}

private struct CSVMorsels: PlacedReader {
  let reader: CSVReader

  func next() throws -> (any Morsel)? { try reader.next() }
  var place: TextPlace { reader.place }
}

private struct JSONMorsels: PlacedReader {
  let reader: JSONLinesReader

  func next() throws -> (any Morsel)? { try reader.next() }
  var place: TextPlace { reader.place }
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
