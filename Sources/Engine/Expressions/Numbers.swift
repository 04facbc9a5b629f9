import Columns
import Diagnosing
import Semantics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension ExpressionContext {
  func number(_ builtin: Builtin, _ nodes: [Step], _ type: Type, _ span: Span) -> Step {
    let value = nodes[0]
    switch builtin {
    case .abs: return magnitude(value, type, span)
    case .numberMin: return binaryStep(value, nodes[1], cost: 2) { chosen($0, $1, $2, wantsLess: true) }
    case .numberMax: return binaryStep(value, nodes[1], cost: 2) { chosen($0, $1, $2, wantsLess: false) }
    case .clamp:
      // `high` where the bounds cross.
      return Step(cost: nodes.reduce(4) { $0 + $1.cost }) { scope in
        let data = nodes.map { $0.evaluate(scope) }
        return chosen(scope, chosen(scope, data[0], data[1], wantsLess: false), data[2], wantsLess: true)
      }
    case .round: return binaryStep(value, nodes[1], cost: 10) { rounded($0, $1, $2, span) }
    case .floor:
      return unaryStep(value, cost: 6) { whole($0, $1, span, { $0.rounded(.down) }, decimalFloor) }
    case .ceil:
      return unaryStep(value, cost: 6) { whole($0, $1, span, { $0.rounded(.up) }, decimalCeiling) }
    case .sqrt:
      return unaryStep(value, cost: 20) { scope, x in
        failWhere(scope, x, span, { $0 < 0 }, { "the square root of \($0) is not a number" })
        return x.extent.datum(.float64(mapRows(x.column.floats, x.column.count) { $0.squareRoot() }))
      }
    case .ln:
      return unaryStep(value, cost: 30) { scope, x in
        failWhere(scope, x, span, { $0 <= 0 }, { "\($0) has no logarithm: it is not positive" })
        return x.extent.datum(.float64(mapRows(x.column.floats, x.column.count) { log($0) }))
      }
    case .exp:
      return unaryStep(value, cost: 20) { _, x in
        x.extent.datum(.float64(mapRows(x.column.floats, x.column.count) { exp($0) }))
      }
    case .pow: return binaryStep(value, nodes[1], cost: 60) { power($0, $1, $2, span) }
    case .toFloat:
      return unaryStep(value, cost: 4) { _, x in
        if case .int128(let values) = x.column.storage {
          return x.extent.datum(.float64(mapRows(values, x.column.count) { float(ofDecimal: $0) }))
        }
        return x.extent.datum(.float64(mapRows(x.column.int64s, x.column.count) { Double($0) }))
      }
    case .toDecimal: return unaryStep(value, cost: 10) { toDecimal($0, $1, span) }
    default: return unaryStep(value, cost: 20) { toInt($0, $1, span) }
    }
  }
}

private func magnitude(_ value: Step, _ type: Type, _ span: Span) -> Step {
  unaryStep(value, cost: 1) { scope, x in
    switch x.column.storage {
    case .float64(let values):
      return x.extent.datum(.float64(mapRows(values, x.column.count) { $0.magnitude }))
    case .int128(let values):
      return x.extent.datum(.int128(mapRows(values, x.column.count) { $0 < 0 ? 0 &- $0 : $0 }))
    default:
      faultWhereLeast(scope, x, span) { "the magnitude of \($0) overflows `Int`" }
      return x.extent.datum(.int64(mapRows(x.column.int64s, x.column.count) { $0 < 0 ? 0 &- $0 : $0 }))
    }
  }
}

/// The lesser or greater of two numbers; of equals the first.
private func chosen(_ scope: Scope, _ left: Datum, _ right: Datum, wantsLess: Bool) -> Datum {
  let extent = scope.extent(left, right)
  switch (left.column.storage, right.column.storage) {
  case (.float64(let a), .float64(let b)):
    return extent.datum(
      .float64(
        zipRows(extent, left, a, right, b) { x, y in
          let order = orderOfFloats(y, x)
          return (wantsLess ? order < 0 : order > 0) ? y : x
        }))
  case (.int128(let a), .int128(let b)):
    return extent.datum(.int128(zipRows(extent, left, a, right, b) { wantsLess ? min($0, $1) : max($0, $1) }))
  default:
    return extent.datum(
      .int64(
        zipRows(extent, left, left.column.int64s, right, right.column.int64s) {
          wantsLess ? min($0, $1) : max($0, $1)
        }))
  }
}

private func failWhere(
  _ scope: Scope, _ x: Datum, _ span: Span, _ isOutside: (Double) -> Bool, _ message: (String) -> String
) {
  let values = x.column.floats
  for row in 0..<x.column.count where isOutside(values.base[row]) {
    scope.fail(x.extent, row, at: span, message(textOf(values[row])))
  }
}

/// To so many digits after the point, halves to even.
private func rounded(_ scope: Scope, _ x: Datum, _ digits: Datum, _ span: Span) -> Datum {
  let extent = scope.extent(x, digits)
  let counts = digits.column.int64s
  if case .float64(let values) = x.column.storage {
    return extent.datum(.float64(zipRows(extent, x, values, digits, counts) { roundedFloat($0, $1) }))
  }
  let values = x.column.int128s
  let result: Buffer<Int128> = zipRows(extent, x, values, digits, counts) {
    decimalRounded($0, digits: $1) ?? 0
  }
  for row in 0..<extent.count {
    let value = values[x.place(row)]
    if value != 0, result[row] == 0, decimalRounded(value, digits: counts[digits.place(row)]) == nil {
      scope.fault(extent, row, at: span, "rounding \(textOf(decimal: value)) overflows `Decimal`")
    }
  }
  return extent.datum(.int128(result))
}

/// The decimal text of a float is what people see of it, but its bits are what is rounded: 2.675 lies below
/// the half.
private func roundedFloat(_ value: Double, _ digits: Int64) -> Double {
  if digits == 0 || !value.isFinite { return value.rounded(.toNearestOrEven) }
  if digits > 0 {
    // Every float of this size is whole at that place already.
    guard digits <= 22 else { return value }
    let scale = powersOfTen[Int(digits)]
    let scaled = value * scale
    guard scaled.magnitude < 0x1p52 else { return value }
    let nearest = scaled.rounded(.toNearestOrEven)
    // The product was rounded, too: where it looks like a half, what it lost decides.
    if (scaled - nearest).magnitude == 0.5 {
      let lost = (-scaled).addingProduct(value, scale)
      if lost > 0 { return scaled.rounded(.up) / scale }
      if lost < 0 { return scaled.rounded(.down) / scale }
    }
    return nearest / scale
  }
  guard digits >= -308 else { return value * 0 }
  let scale = pow(10, Double(-digits))
  return (value / scale).rounded(.toNearestOrEven) * scale
}

private let powersOfTen: [Double] = (0...22).map { exponent in
  (0..<exponent).reduce(1) { power, _ in power * 10 }
}

private func whole(
  _ scope: Scope, _ x: Datum, _ span: Span, _ float: (Double) -> Double, _ decimal: (Int128) -> Int128?
) -> Datum {
  if case .float64(let values) = x.column.storage {
    return x.extent.datum(.float64(mapRows(values, x.column.count, float)))
  }
  let values = x.column.int128s
  let result = Buffer<Int128>(repeating: 0, count: x.column.count)
  for row in 0..<x.column.count {
    if let value = decimal(values[row]) {
      result.base[row] = value
    } else {
      scope.fault(x.extent, row, at: span, "rounding \(textOf(decimal: values[row])) overflows `Decimal`")
    }
  }
  return x.extent.datum(.int128(result))
}

private func power(_ scope: Scope, _ x: Datum, _ exponent: Datum, _ span: Span) -> Datum {
  let extent = scope.extent(x, exponent)
  let a = x.column.floats
  let b = exponent.column.floats
  let result = zipRows(extent, x, a, exponent, b) { pow($0, $1) }
  for row in 0..<extent.count where result.base[row].isNaN {
    let base = a[x.place(row)]
    let power = b[exponent.place(row)]
    // What is not a number before is not one afterwards: no failure.
    if base.isNaN || power.isNaN { continue }
    scope.fail(extent, row, at: span, "\(textOf(base)) to the power of \(textOf(power)) is not a number")
  }
  return extent.datum(.float64(result))
}

private func toDecimal(_ scope: Scope, _ x: Datum, _ span: Span) -> Datum {
  guard case .float64(let values) = x.column.storage else {
    return x.extent.datum(
      .int128(mapRows(x.column.int64s, x.column.count) { Int128($0) &* ScalarText.decimalScale }))
  }
  let result = Buffer<Int128>(repeating: 0, count: x.column.count)
  for row in 0..<x.column.count {
    if let value = decimal(ofFloat: values[row]) {
      result.base[row] = value
    } else {
      scope.fault(x.extent, row, at: span, "\(textOf(values[row])) does not fit a `Decimal`")
    }
  }
  return x.extent.datum(.int128(result))
}

private func toInt(_ scope: Scope, _ x: Datum, _ span: Span) -> Datum {
  let result = Buffer<Int64>(repeating: 0, count: x.column.count)
  if case .float64(let values) = x.column.storage {
    for row in 0..<x.column.count {
      // NaN compares false; both bounds are exact.
      if values.base[row] >= -0x1p63, values.base[row] < 0x1p63 {
        result.base[row] = Int64(values.base[row])
      } else {
        scope.fail(x.extent, row, at: span, "\(textOf(values[row])) does not fit an `Int`")
      }
    }
  } else {
    let values = x.column.int128s
    for row in 0..<x.column.count {
      if let value = Int64(exactly: values.base[row] / ScalarText.decimalScale) {
        result.base[row] = value
      } else {
        scope.fail(x.extent, row, at: span, "\(textOf(decimal: values[row])) does not fit an `Int`")
      }
    }
  }
  return x.extent.datum(.int64(result))
}
