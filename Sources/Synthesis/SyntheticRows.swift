public import Columns
public import Formats

/// Rows that fit a schema and its constraints. A value depends on the seed, its field and its row alone, so rows
/// can be made in any order and in parallel, and a longer table begins with the rows of a shorter one.
public struct SyntheticRows: Sendable {
  /// Number of rows.
  public let count: Int
  private let makers: [FieldMaker]

  /// Finds out how to make `count` rows of `schema`; the columns `keys` together are different in each row.
  public init(
    _ schema: TableSchema, keys: Set<Int> = [], count: Int, seed: Int64
  ) throws(SynthesisProblem) {
    self.count = max(count, 0)
    let salt = Dice.mixed(UInt64(bitPattern: seed))
    let ordered = schema.columns.indices.filter { keys.contains($0) }
    let digits = try KeyDigits(ordered.map { schema.columns[$0] }, rows: UInt64(self.count))
    var makers: [FieldMaker] = []
    for (index, field) in schema.columns.enumerated() {
      let salt = Dice.salt(salt, field.name)
      if let place = ordered.firstIndex(of: index) {
        makers.append(FieldMaker(key: digits.domains[place], digits.place(place), salt: salt))
      } else {
        makers.append(try FieldMaker(field, salt: salt))
      }
    }
    self.makers = makers
  }

  /// The rows of a range; columns that are not `needed` have placeholders, which take no memory.
  public func batch(_ rows: Range<Int>, needed: [Bool]? = nil) -> Batch {
    let cells = rows.map { Cell(row: UInt64($0), identity: UInt64($0)) }
    let columns = makers.indices.map { index in
      needed.map { $0[index] } ?? true
        ? makers[index].column(cells) : Column(count: rows.count, storage: .structure([]))
    }
    return Batch(count: rows.count, columns: columns)
  }
}

/// Why rows can't be made.
public struct SynthesisProblem: Error, Sendable {
  /// The fields that are to blame, the outermost first.
  public let path: [String]
  /// What is wrong, in one line.
  public let message: String
  /// How to mend it.
  public let help: String?

  init(_ field: String, _ message: String, help: String? = nil) {
    path = field.isEmpty ? [] : [field]
    self.message = message
    self.help = help
  }

  private init(path: [String], _ message: String, help: String?) {
    self.path = path
    self.message = message
    self.help = help
  }

  func inside(_ field: String) -> SynthesisProblem {
    SynthesisProblem(path: field.isEmpty ? path : [field] + path, message, help: help)
  }
}

/// Where a value stands.
struct Cell {
  /// The row of the table.
  let row: UInt64
  /// The row, or for an element of a list a number of its own.
  let identity: UInt64
}
