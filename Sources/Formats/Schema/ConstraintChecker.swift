import Columns
import RegularExpressions

/// A column's constraints, ready to be asked about many values. The values are in memory, one a row.
struct ConstraintChecker: Sendable {
  /// A row that breaks a constraint.
  typealias Violation = (row: Int, constraint: ValueConstraint)

  private let constraints: [ValueConstraint]
  /// For each `oneOfTexts`, at the constraint's index.
  private let names: [NameTable?]

  var isEmpty: Bool { constraints.isEmpty }

  init(_ constraints: [ValueConstraint]) {
    self.constraints = constraints
    names = constraints.map { if case .oneOfTexts(let values) = $0 { NameTable(values) } else { nil } }
  }

  /// The first violation in `rows`; `validity` has a bit for each row, nil when all are present.
  func firstViolation<Value: FixedWidthInteger & SignedInteger>(
    ofIntegers values: UnsafePointer<Value>, rows: Range<Int>, validity: UnsafePointer<UInt64>?
  ) -> Violation? {
    firstViolation(rows, validity) { constraint, _, first in
      switch constraint {
      case .intRange(let low, let high): first { values[$0] < low || values[$0] > high }
      case .decimalRange(let low, let high): first { values[$0] < low || values[$0] > high }
      case .oneOfInts(let allowed): first { row in !allowed.contains { $0 == values[row] } }
      case .oneOfDecimals(let allowed): first { row in !allowed.contains { $0 == values[row] } }
      case .floatRange, .oneOfFloats, .oneOfTexts, .pattern: nil
      }
    }
  }

  /// The same of floats.
  func firstViolation(
    ofFloats values: UnsafePointer<Double>, rows: Range<Int>, validity: UnsafePointer<UInt64>?
  ) -> Violation? {
    firstViolation(rows, validity) { constraint, _, first in
      switch constraint {
      case .floatRange(let low, let high): first { !(values[$0] >= low && values[$0] <= high) }
      case .oneOfFloats(let allowed):
        first { row in !allowed.contains { $0 == values[row] || ($0.isNaN && values[row].isNaN) } }
      default: nil
      }
    }
  }

  /// The same of texts.
  func firstViolation(
    ofTexts values: UnsafePointer<TextView>, rows: Range<Int>, validity: UnsafePointer<UInt64>?,
    memo: inout PatternMemo
  ) -> Violation? {
    firstViolation(rows, validity) { constraint, names, first in
      switch constraint {
      case .pattern(let expression): first { !memo.matches(values[$0], expression) }
      case .oneOfTexts: names.flatMap { names in first { names.index(of: values[$0]) == nil } }
      default: nil
      }
    }
  }

  /// Asks about one constraint after the other; a later one only about rows before the violation so far.
  @inline(__always)
  private func firstViolation(
    _ rows: Range<Int>, _ validity: UnsafePointer<UInt64>?,
    _ ask: (ValueConstraint, NameTable?, ((Int) -> Bool) -> Int?) -> Int?
  ) -> Violation? {
    var found: Violation?
    for (index, constraint) in constraints.enumerated() {
      let end = found?.row ?? rows.upperBound
      let row = ask(constraint, names[index]) { isBroken in
        var row = rows.lowerBound
        while row < end {
          let isPresent = validity.map { $0[row >> 6] >> UInt64(row & 63) & 1 != 0 } ?? true
          if isPresent, isBroken(row) { return row }
          row += 1
        }
        return nil
      }
      if let row { found = (row, constraint) }
    }
    return found
  }
}

/// Short texts that are known to match a column's pattern: columns with a pattern tend to hold few values.
struct PatternMemo {
  private var known: [TextView] = []

  mutating func matches(_ view: TextView, _ expression: RegularExpression) -> Bool {
    guard view.isInline else { return view.withBytes { expression.matches($0) } }
    if known.isEmpty { known = Array(repeating: TextView(), count: 512) }
    let bits = (view.head ^ view.tail &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
    let slot = Int(truncatingIfNeeded: bits >> 55)
    // The empty text marks free slots.
    if known[slot] == view, view.count > 0 { return true }
    guard view.withBytes({ expression.matches($0) }) else { return false }
    known[slot] = view
    return true
  }
}
