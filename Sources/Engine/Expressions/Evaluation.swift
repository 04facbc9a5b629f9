import Columns
import Diagnosing
import Semantics

/// A value for each row of a frame: a column of as many rows, or one value that all rows share.
public struct Datum: Sendable {
  /// The values; one row of a constant.
  public let column: Column
  /// Whether the one value stands for every row.
  public let isConstant: Bool

  /// A value for each row.
  public init(_ column: Column) {
    self.column = column
    isConstant = false
  }

  /// The one row of `column`, for every row.
  public init(constant column: Column) {
    self.column = column
    isConstant = true
  }

  init(_ column: Column, isConstant: Bool) {
    self.column = column
    self.isConstant = isConstant
  }

  /// A value for each of `count` rows; copies only a constant.
  public func expanded(to count: Int) -> Column { isConstant ? column.repeated(count) : column }

  /// A field of a structure, not copied.
  func field(_ index: Int) -> Datum { Datum(column.fields[index], isConstant: isConstant) }

  func with(_ column: Column) -> Datum { Datum(column, isConstant: isConstant) }
}

/// What a kernel is evaluated over: a number of rows, and a datum for each of the kernel's inputs, in order.
public struct Frame: Sendable {
  /// Number of rows.
  public let count: Int
  /// One for each input of the kernel.
  public let inputs: [Datum]

  /// A frame of `count` rows.
  public init(count: Int, _ inputs: [Datum]) {
    self.count = count
    self.inputs = inputs
  }

  /// A frame of `count` rows with a column for each input.
  public init(count: Int, _ columns: [Column]) { self.init(count: count, columns.map { Datum($0) }) }
}

/// A row for which an expression has no value.
public struct RowFailure: Error, Sendable {
  /// Whether `else`, `try` and `try_map` may handle it.
  public enum Kind: Sendable {
    /// They may: a text that is no number, a division by zero, `fail(...)`.
    case failure
    /// They may not: an overflow.
    case fault
  }
  /// Index of the row.
  public let row: Int32
  /// Whether a cover may handle it.
  public let kind: Kind
  /// What happened, in one line.
  public let message: String
  /// The expression that has no value.
  public let span: Span

  /// Makes a failure.
  public init(row: Int32, kind: Kind, message: String, span: Span) {
    self.row = row
    self.kind = kind
    self.message = message
    self.span = span
  }
}

/// The failed rows of an evaluation: few, if any.
public struct Failures: Sendable {
  /// In order of rows, one a row: the first thing that went wrong there.
  public let entries: [RowFailure]

  /// Keeps the first of each row.
  init?(_ unordered: [RowFailure]) {
    guard !unordered.isEmpty else { return nil }
    entries = firstOfEachRow(unordered)
  }

  /// The bits of the failed rows.
  public func rows(count: Int) -> Bitmap {
    let result = Bitmap(repeating: false, count: count)
    for entry in entries { result.words.base[Int(entry.row) >> 6] |= 1 << UInt64(entry.row & 63) }
    return result
  }

  /// The first row that no cover may handle.
  public var firstFault: RowFailure? { entries.first { $0.kind == .fault } }
}

func firstOfEachRow(_ unordered: [RowFailure]) -> [RowFailure] {
  var isOrdered = true
  for index in unordered.indices.dropFirst() where unordered[index].row <= unordered[index - 1].row {
    isOrdered = false
    break
  }
  if isOrdered { return unordered }
  var order = Array(unordered.indices)
  order.sort { (unordered[$0].row, $0) < (unordered[$1].row, $1) }
  var result: [RowFailure] = []
  for index in order where result.last?.row != unordered[index].row { result.append(unordered[index]) }
  return result
}

/// The value of an expression for each row of a frame.
public struct Evaluated: Sendable {
  /// Number of rows.
  public let count: Int
  /// The values; any valid ones in failed rows.
  public let datum: Datum
  /// The rows that have no value; nil when all have one.
  public let failures: Failures?

  /// The values, a row each; copies only a constant.
  public var column: Column { datum.expanded(to: count) }
}

/// A compiled expression. Evaluating it is safe from many threads at once.
public struct Kernel: Sendable {
  /// The type of the expression.
  public let type: Type
  let layout: Layout
  let inputs: [Int]
  let body: Step

  /// Evaluates the expression for every row.
  public func evaluate(_ frame: Frame) -> Evaluated {
    let scope = Scope(layout: layout, count: frame.count)
    for (path, datum) in zip(inputs, frame.inputs) { scope.bind(path, datum) }
    let datum = body.evaluate(scope)
    return Evaluated(count: frame.count, datum: datum, failures: Failures(scope.failures))
  }

  /// Evaluates the expression of one input for every row of it.
  public func evaluate(_ column: Column) -> Evaluated { evaluate(Frame(count: column.count, [column])) }

  /// Evaluates the expression of one input, an element of the type `element`, for every row of a batch.
  public func evaluate(_ batch: Batch, element: Type) -> Evaluated {
    evaluate(Frame(count: batch.count, [batch.elements(of: element)]))
  }
}
