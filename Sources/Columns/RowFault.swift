/// A row that does not decode or breaks a constraint, or an expression that failed.
public struct RowFault: Error, Sendable {
  /// Where the row comes from: `data/orders.csv:17`, or empty.
  public let position: String
  /// The column's name, where one is to blame.
  public let column: String?
  /// What was expected and what was found, in one line.
  public let message: String
  /// How to mend it.
  public let help: String?

  /// Makes a fault.
  public init(position: String, column: String? = nil, message: String, help: String? = nil) {
    self.position = position
    self.column = column
    self.message = message
    self.help = help
  }
}

/// A row of an input that does not fit its record.
public struct RefusedRow: Sendable {
  /// The number of the row in its morsel, from 0, those before it that were refused counted.
  public let row: Int
  /// What is wrong with it.
  public let fault: RowFault
  /// The row as it was read.
  public let text: String

  /// Makes a refused row.
  public init(row: Int, fault: RowFault, text: String) {
    self.row = row
    self.fault = fault
    self.text = text
  }
}

/// The rows of a morsel: those that fit, and those that do not.
public struct DecodedRows: Sendable {
  /// The rows that fit, in order.
  public let batch: Batch
  /// The rows that do not, in order.
  public let refused: [RefusedRow]

  /// Makes rows.
  public init(_ batch: Batch, refused: [RefusedRow] = []) {
    self.batch = batch
    self.refused = refused
  }

  /// The numbers in the morsel of the rows that fit; nil where all do.
  public var fitting: Buffer<Int32>? {
    if refused.isEmpty { return nil }
    let numbers = Buffer<Int32>(uninitialized: batch.count)
    var skipped = 0
    for index in 0..<batch.count {
      while skipped < refused.count, refused[skipped].row <= index + skipped { skipped += 1 }
      numbers.base[index] = Int32(truncatingIfNeeded: index + skipped)
    }
    return numbers
  }
}
