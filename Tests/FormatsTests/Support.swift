import Columns
import Formats

/// A value of any column, for comparing.
indirect enum Cell: Equatable, CustomStringConvertible {
  case none
  case bool(Bool)
  case int(Int64)
  case wide(Int128)
  case float(Double)
  case text(String)
  case list([Cell])

  init(_ column: Column, _ row: Int) {
    guard column.isPresent(row) else {
      self = .none
      return
    }
    switch column.storage {
    case .bits(let bits): self = .bool(bits[row])
    case .int32(let buffer): self = .int(Int64(buffer[row]))
    case .int64(let buffer): self = .int(buffer[row])
    case .float64(let buffer): self = .float(buffer[row])
    case .int128(let buffer): self = .wide(buffer[row])
    case .text(let buffer, _): self = .text(buffer[row].string)
    case .list(let offsets, let values):
      self = .list((Int(offsets[row])..<Int(offsets[row + 1])).map { Cell(values, $0) })
    case .vector(let buffer):
      let width = buffer.count / max(column.count, 1)
      self = .list((0..<width).map { .float(Double(buffer[row * width + $0])) })
    case .structure(let columns): self = .list(columns.map { Cell($0, row) })
    }
  }

  /// NaN equals NaN, so that round trips can be compared.
  static func == (left: Cell, right: Cell) -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.wide(let a), .wide(let b)): a == b
    case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
    case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
    case (.list(let a), .list(let b)): a == b
    default: false
    }
  }

  var description: String {
    switch self {
    case .none: "-"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .wide(let value): "\(value)"
    case .float(let value): "\(value)"
    case .text(let value): value.debugDescription
    case .list(let values): "[\(values.map(\.description).joined(separator: ", "))]"
    }
  }
}

extension Batch {
  var cells: [[Cell]] { (0..<count).map { row in columns.map { Cell($0, row) } } }
}

func readCSV(
  _ text: String, _ columns: [FieldSchema], dialect: CSVDialect = CSVDialect(), needed: [Bool]? = nil,
  blockSize: Int = 1 << 18
) throws -> [[Cell]] {
  try readCSV(Array(text.utf8), columns, dialect: dialect, needed: needed, blockSize: blockSize)
}

/// The rows of a delimited text.
func readCSV(
  _ bytes: [UInt8], _ columns: [FieldSchema], dialect: CSVDialect = CSVDialect(), needed: [Bool]? = nil,
  blockSize: Int = 1 << 18
) throws -> [[Cell]] {
  let reader = try CSVReader(
    input: MemoryInput(bytes), name: "in.csv", schema: TableSchema(columns: columns), dialect: dialect,
    needed: needed, blockSize: blockSize)
  var rows: [[Cell]] = []
  while let morsel = try reader.next() { rows += try morsel.decode().cells }
  return rows
}

func readJSON(
  _ text: String, _ columns: [FieldSchema], isRecord: Bool = true, refusesUnknown: Bool = false,
  blockSize: Int = 1 << 18
) throws -> [[Cell]] {
  try readJSON(
    Array(text.utf8), columns, isRecord: isRecord, refusesUnknown: refusesUnknown, blockSize: blockSize)
}

/// The rows of JSON Lines.
func readJSON(
  _ bytes: [UInt8], _ columns: [FieldSchema], isRecord: Bool = true, refusesUnknown: Bool = false,
  blockSize: Int = 1 << 18
) throws -> [[Cell]] {
  let reader = JSONLinesReader(
    input: MemoryInput(bytes), name: "in.jsonl", schema: TableSchema(columns: columns, isRecord: isRecord),
    refusesUnknown: refusesUnknown, blockSize: blockSize)
  var rows: [[Cell]] = []
  while let morsel = try reader.next() { rows += try morsel.decode().cells }
  return rows
}

/// A fault as the user reads it.
func fault(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no fault"
  } catch let fault as RowFault {
    let column = fault.column.map { "`\($0)`: " } ?? ""
    return "\(fault.position): \(column)\(fault.message)" + (fault.help.map { "\n  help: \($0)" } ?? "")
  } catch {
    return "\(error)"
  }
}

/// Small random numbers that are the same in every run.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
