import Columns
import Diagnosing

/// The named values of one expression, and the fields of them that it reads: each has a number, its *path*.
/// A field of a field of a record is a path of its own, so that a branch copies just the columns it uses.
final class Layout: @unchecked Sendable {
  // Unchecked: filled while compiling, only read afterwards.
  struct Field: Hashable {
    let base: Int
    let index: Int
  }
  /// The field that a path stands for; nil for a named value itself.
  private(set) var fields: [Field?] = []
  private var known: [Field: Int] = [:]
  /// The paths that begin with a path.
  private(set) var dependents: [[Int]] = []

  /// A new named value.
  func addRoot() -> Int {
    fields.append(nil)
    dependents.append([])
    return fields.count - 1
  }

  /// The path of a field of the value at `base`.
  func field(_ base: Int, _ index: Int) -> Int {
    let field = Field(base: base, index: index)
    if let path = known[field] { return path }
    let path = fields.count
    fields.append(field)
    dependents.append([])
    known[field] = path
    var ancestor: Int? = base
    while let place = ancestor {
      dependents[place].append(path)
      ancestor = fields[place]?.base
    }
    return path
  }
}

/// The rows that an expression is evaluated over. A *narrowed* scope stands for some rows of another, in any
/// order and number (the rows that take a branch, the elements of lists); what it reads of the other's values
/// is gathered when first read.
final class Scope {
  let layout: Layout
  /// Number of rows.
  let count: Int
  /// Whether failures are covered, so that nobody reads their messages.
  var isQuiet: Bool
  /// What went wrong, in order of evaluation; of one row the first entry counts.
  var failures: [RowFailure] = []
  private var values: [Datum?]
  private let outer: Scope?
  private let rows: Buffer<Int32>?

  /// A scope without named values.
  init(layout: Layout, count: Int, isQuiet: Bool = false) {
    self.layout = layout
    self.count = count
    self.isQuiet = isQuiet
    values = Array(repeating: nil, count: layout.fields.count)
    outer = nil
    rows = nil
  }

  private init(narrowing outer: Scope, to rows: Buffer<Int32>) {
    layout = outer.layout
    count = rows.count
    isQuiet = outer.isQuiet
    values = Array(repeating: nil, count: layout.fields.count)
    self.outer = outer
    self.rows = rows
  }

  /// Gives the named value at `path` its datum.
  func bind(_ path: Int, _ datum: Datum) {
    values[path] = datum
    for field in layout.dependents[path] { values[field] = nil }
  }

  /// The datum at `path`.
  func value(_ path: Int) -> Datum {
    if let datum = bound(path) { return datum }
    guard let outer, let rows else { preconditionFailure("a value that nothing has bound") }
    let datum = outer.value(path)
    let gathered = datum.isConstant ? datum : Datum(datum.column.gathered(rows))
    values[path] = gathered
    return gathered
  }

  private func bound(_ path: Int) -> Datum? {
    if let datum = values[path] { return datum }
    guard let field = layout.fields[path], let base = bound(field.base) else { return nil }
    let datum = base.field(field.index)
    values[path] = datum
    return datum
  }

  /// Evaluates `body` over some rows of this scope; its failures become those of the rows here.
  func narrowed<Result>(to rows: Buffer<Int32>, _ body: (Scope) -> Result) -> Result {
    let scope = Scope(narrowing: self, to: rows)
    let result = body(scope)
    // Several rows may stand for one here: the first row that fails decides, not the first failure.
    for failure in firstOfEachRow(scope.failures) {
      failures.append(
        RowFailure(
          row: rows[Int(failure.row)], kind: failure.kind, message: failure.message, span: failure.span))
    }
    return result
  }

  /// Forgets what has failed since there were `mark` failures, but for the rows of `mask`.
  func keepFailures(since mark: Int, in mask: Bitmap) {
    guard failures.count > mark else { return }
    var kept = mark
    for index in mark..<failures.count where mask[Int(failures[index].row)] {
      failures[kept] = failures[index]
      kept += 1
    }
    failures.removeSubrange(kept...)
  }

  /// The rows over which an operation on `operands` runs: one where all of them are constant.
  func extent(_ operands: Datum...) -> Extent {
    for operand in operands where !operand.isConstant { return Extent(count: count, isConstant: false) }
    return Extent(count: 1, isConstant: true)
  }

  /// The rows over which an operation on `operands` runs: one where all of them are constant.
  func extent(of operands: [Datum]) -> Extent {
    for operand in operands where !operand.isConstant { return Extent(count: count, isConstant: false) }
    return Extent(count: 1, isConstant: true)
  }

  /// Notes that `row` of `extent` has no value; a cover may handle it.
  func fail(_ extent: Extent, _ row: Int, at span: Span, _ message: @autoclosure () -> String) {
    note(extent, row, .failure, isQuiet ? "" : message(), span)
  }

  /// Notes that `row` of `extent` has no value, whatever covers it.
  func fault(_ extent: Extent, _ row: Int, at span: Span, _ message: @autoclosure () -> String) {
    note(extent, row, .fault, message(), span)
  }

  /// Notes that no row has a value, for the reason that the one row of a constant has none.
  func repeatFailure(_ failure: RowFailure) {
    note(Extent(count: 1, isConstant: true), 0, failure.kind, failure.message, failure.span)
  }

  private func note(
    _ extent: Extent, _ row: Int, _ kind: RowFailure.Kind, _ message: String, _ span: Span
  ) {
    if extent.isConstant {
      for row in 0..<count {
        failures.append(
          RowFailure(row: Int32(truncatingIfNeeded: row), kind: kind, message: message, span: span))
      }
    } else {
      failures.append(
        RowFailure(row: Int32(truncatingIfNeeded: row), kind: kind, message: message, span: span))
    }
  }
}

/// The rows of an operation: all of the scope, or one that stands for all.
struct Extent {
  let count: Int
  let isConstant: Bool

  /// The result of the operation.
  func datum(_ storage: Storage, validity: Bitmap? = nil) -> Datum {
    Datum(Column(count: count, validity: validity, storage: storage), isConstant: isConstant)
  }
}

extension Datum {
  /// The place of row `row` in the column.
  @inline(__always) func place(_ row: Int) -> Int { isConstant ? 0 : row }
}
