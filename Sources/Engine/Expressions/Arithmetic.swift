import Columns
import Diagnosing
import Semantics

extension ExpressionContext {
  func binary(
    _ symbol: TypedOperator, _ left: TypedExpression, _ right: TypedExpression,
    _ expression: TypedExpression
  ) -> Step {
    let first = compile(left, as: right.type)
    let second = compile(right, as: left.type)
    let type = (left.type == .nothing ? right.type : left.type).plain
    switch symbol {
    case .and: return logic(first, second, isAnd: true)
    case .or: return logic(first, second, isAnd: false)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      return comparison(symbol, first, second, type)
    case .contains: return membership(first, second, right.type.plain)
    case .add, .subtract, .multiply, .divide, .remainder:
      return arithmetic(symbol, first, second, type, right.type.plain, expression.span)
    }
  }

  private func arithmetic(
    _ symbol: TypedOperator, _ left: Step, _ right: Step, _ type: Type, _ other: Type, _ span: Span
  ) -> Step {
    let isDivision = symbol == .divide || symbol == .remainder
    // A division may fail in rows that never asked for it; noting that is what costs.
    let cost = isDivision ? 20 : 2
    switch (type, other) {
    case (.float, _):
      return binaryStep(left, right, cost: isDivision ? 20 : 1) { floats(symbol, $0, $1, $2, span) }
    case (.decimal, _):
      let cost = symbol == .add || symbol == .subtract ? 3 : 30
      return binaryStep(left, right, cost: cost) { decimals(symbol, $0, $1, $2, span) }
    case (.date, .duration):
      return binaryStep(left, right, cost: 2) { shiftedDates(symbol, $0, $1, $2, span) }
    case (.timestamp, .timestamp):
      return binaryStep(left, right, cost: 2) { integers(symbol, $0, $1, $2, span, "Duration") }
    case (.timestamp, _):
      return binaryStep(left, right, cost: 2) { integers(symbol, $0, $1, $2, span, "Timestamp") }
    case (.duration, _):
      return binaryStep(left, right, cost: 2) { integers(symbol, $0, $1, $2, span, "Duration") }
    default:
      if isDivision {
        return binaryStep(left, right, cost: cost) { integerDivision(symbol, $0, $1, $2, span) }
      }
      return binaryStep(left, right, cost: cost) { integers(symbol, $0, $1, $2, span, "Int") }
    }
  }

  func negate(_ value: Step, _ type: Type, _ span: Span) -> Step {
    switch type.plain {
    case .float:
      return unaryStep(value, cost: 1) { _, datum in
        datum.extent.datum(.float64(mapRows(datum.column.floats, datum.column.count) { -$0 }))
      }
    case .decimal:
      return unaryStep(value, cost: 2) { _, datum in
        datum.extent.datum(.int128(mapRows(datum.column.int128s, datum.column.count) { 0 &- $0 }))
      }
    default:
      let noun = type.plain == .duration ? "Duration" : "Int"
      return unaryStep(value, cost: 1) { scope, datum in
        let values = datum.column.int64s
        let result = mapRows(values, datum.column.count) { 0 &- $0 }
        faultWhereLeast(scope, datum, span) { "-(\($0)) overflows `\(noun)`" }
        return datum.extent.datum(.int64(result))
      }
    }
  }
}

/// Notes a fault for each row that has the least integer, which has no positive counterpart.
func faultWhereLeast(_ scope: Scope, _ datum: Datum, _ span: Span, _ message: (Int64) -> String) {
  let values = datum.column.int64s
  var hasLeast = false
  for row in 0..<datum.column.count { hasLeast = hasLeast || values.base[row] == .min }
  guard hasLeast else { return }
  for row in 0..<datum.column.count where values[row] == .min {
    scope.fault(datum.extent, row, at: span, message(.min))
  }
}

/// `+ - *` of 64-bit integers and of what is made of them.
func integers(
  _ symbol: TypedOperator, _ scope: Scope, _ left: Datum, _ right: Datum, _ span: Span, _ noun: String
) -> Datum {
  let extent = scope.extent(left, right)
  let a = left.column.int64s
  let b = right.column.int64s
  let result: Buffer<Int64>
  // The sign bit is set once a row has overflowed.
  var overflow: Int64 = 0
  switch symbol {
  case .add:
    result = zipRows(extent, left, a, right, b) { x, y in
      let sum = x &+ y
      overflow |= (x ^ sum) & (y ^ sum)
      return sum
    }
  case .subtract:
    result = zipRows(extent, left, a, right, b) { x, y in
      let difference = x &- y
      overflow |= (x ^ y) & (x ^ difference)
      return difference
    }
  default:
    result = zipRows(extent, left, a, right, b) { x, y in
      let (product, isOver) = x.multipliedReportingOverflow(by: y)
      overflow |= isOver ? -1 : 0
      return product
    }
  }
  if overflow < 0 {
    for row in 0..<extent.count {
      let x = a[left.place(row)]
      let y = b[right.place(row)]
      let isOver =
        switch symbol {
        case .add: x.addingReportingOverflow(y).overflow
        case .subtract: x.subtractingReportingOverflow(y).overflow
        default: x.multipliedReportingOverflow(by: y).overflow
        }
      if isOver { scope.fault(extent, row, at: span, "\(x) \(symbol.rawValue) \(y) overflows `\(noun)`") }
    }
  }
  return extent.datum(.int64(result))
}

/// `/` and `%` of integers: toward zero, with the sign of the dividend.
private func integerDivision(
  _ symbol: TypedOperator, _ scope: Scope, _ left: Datum, _ right: Datum, _ span: Span
) -> Datum {
  let extent = scope.extent(left, right)
  let a = left.column.int64s
  let b = right.column.int64s
  var isRegular = true
  let result: Buffer<Int64>
  if symbol == .divide {
    result = zipRows(extent, left, a, right, b) { x, y in
      // 0 and -1 are the divisors that a machine refuses or may overflow with.
      if UInt64(bitPattern: y &+ 1) > 1 { return x / y }
      isRegular = isRegular && y != 0 && x != .min
      return 0 &- x
    }
  } else {
    result = zipRows(extent, left, a, right, b) { x, y in
      if UInt64(bitPattern: y &+ 1) > 1 { return x % y }
      isRegular = isRegular && y != 0
      return 0
    }
  }
  if !isRegular {
    for row in 0..<extent.count {
      let x = a[left.place(row)]
      let y = b[right.place(row)]
      if y == 0 {
        scope.fail(extent, row, at: span, "division by zero: \(x) \(symbol.rawValue) 0")
      } else if symbol == .divide, y == -1, x == .min {
        scope.fault(extent, row, at: span, "\(x) / -1 overflows `Int`")
      }
    }
  }
  return extent.datum(.int64(result))
}

private func floats(
  _ symbol: TypedOperator, _ scope: Scope, _ left: Datum, _ right: Datum, _ span: Span
) -> Datum {
  let extent = scope.extent(left, right)
  let a = left.column.floats
  let b = right.column.floats
  let result: Buffer<Double>
  switch symbol {
  case .add: result = zipRows(extent, left, a, right, b) { $0 + $1 }
  case .subtract: result = zipRows(extent, left, a, right, b) { $0 - $1 }
  case .multiply: result = zipRows(extent, left, a, right, b) { $0 * $1 }
  case .divide: result = zipRows(extent, left, a, right, b) { $0 / $1 }
  default: result = zipRows(extent, left, a, right, b) { $0.truncatingRemainder(dividingBy: $1) }
  }
  if symbol == .divide || symbol == .remainder {
    var hasZero = false
    for row in 0..<right.column.count { hasZero = hasZero || b.base[row] == 0 }
    if hasZero {
      for row in 0..<extent.count where b[right.place(row)] == 0 {
        scope.fail(
          extent, row, at: span,
          "division by zero: \(textOf(a[left.place(row)])) \(symbol.rawValue) \(textOf(b[right.place(row)]))")
      }
    }
  }
  return extent.datum(.float64(result))
}

private func decimals(
  _ symbol: TypedOperator, _ scope: Scope, _ left: Datum, _ right: Datum, _ span: Span
) -> Datum {
  let extent = scope.extent(left, right)
  let a = left.column.int128s
  let b = right.column.int128s
  var isRegular = true
  @inline(__always) func checked(_ operation: (Int128, Int128) -> Int128?) -> Buffer<Int128> {
    zipRows(extent, left, a, right, b) { x, y in
      guard let value = operation(x, y) else {
        isRegular = false
        return 0
      }
      return value
    }
  }
  let result: Buffer<Int128>
  switch symbol {
  case .add: result = checked { decimalSum($0, $1) }
  case .subtract: result = checked { decimalDifference($0, $1) }
  case .multiply: result = checked { decimalProduct($0, $1) }
  case .divide: result = checked { $1 == 0 ? nil : decimalQuotient($0, $1) }
  default: result = checked { $1 == 0 ? nil : decimalRemainder($0, $1) }
  }
  if !isRegular {
    for row in 0..<extent.count {
      let x = a[left.place(row)]
      let y = b[right.place(row)]
      var text: String { "\(textOf(decimal: x)) \(symbol.rawValue) \(textOf(decimal: y))" }
      switch symbol {
      case .add: if decimalSum(x, y) != nil { continue }
      case .subtract: if decimalDifference(x, y) != nil { continue }
      case .multiply: if decimalProduct(x, y) != nil { continue }
      default:
        if y == 0 {
          scope.fail(extent, row, at: span, "division by zero: \(text)")
          continue
        }
        if symbol == .remainder || decimalQuotient(x, y) != nil { continue }
      }
      scope.fault(extent, row, at: span, "\(text) overflows `Decimal`, which has 20 digits before the point")
    }
  }
  return extent.datum(.int128(result))
}

/// `date + 3d`: the duration is of whole days.
private func shiftedDates(
  _ symbol: TypedOperator, _ scope: Scope, _ left: Datum, _ right: Datum, _ span: Span
) -> Datum {
  let extent = scope.extent(left, right)
  let a = left.column.int32s
  let b = right.column.int64s
  let sign: Int64 = symbol == .add ? 1 : -1
  var overflow: Int64 = 0
  let result: Buffer<Int32> = zipRows(extent, left, a, right, b) { day, length in
    let days = Int64(day) + sign * (length / CivilCalendar.microsecondsPerDay)
    overflow |= days ^ Int64(Int32(truncatingIfNeeded: days))
    return Int32(truncatingIfNeeded: days)
  }
  if overflow != 0 {
    for row in 0..<extent.count {
      let days = b[right.place(row)] / CivilCalendar.microsecondsPerDay
      guard Int32(exactly: Int64(a[left.place(row)]) + sign * days) == nil else { continue }
      scope.fault(
        extent, row, at: span,
        "\(textOf(date: a[left.place(row)])) \(symbol.rawValue) \(days)d overflows `Date`")
    }
  }
  return extent.datum(.int32(result))
}

func textOf(_ value: Double) -> String { ScalarText.string { ScalarText.writeFloat(value, to: $0) } }
func textOf(decimal value: Int128) -> String {
  ScalarText.string { ScalarText.writeDecimal(value, to: $0) }
}
func textOf(date value: Int32) -> String { ScalarText.string { ScalarText.writeDate(value, to: $0) } }
func textOf(timestamp value: Int64) -> String {
  ScalarText.string { ScalarText.writeTimestamp(value, to: $0) }
}
func textOf(duration value: Int64) -> String {
  ScalarText.string { ScalarText.writeDuration(value, to: $0) }
}
