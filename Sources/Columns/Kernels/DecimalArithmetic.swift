// Decimals are values times 10^18, of magnitudes below 10^38. Products and quotients are exact in up to 256 bits
// and rounded once, half to even; nil means that the result has more than 38 digits.

/// The sum; nil where it overflows.
@inlinable public func decimalSum(_ a: Int128, _ b: Int128) -> Int128? {
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow || sum.magnitude >= DecimalSum.bound ? nil : sum
}

/// The difference; nil where it overflows.
@inlinable public func decimalDifference(_ a: Int128, _ b: Int128) -> Int128? {
  let (difference, overflow) = a.subtractingReportingOverflow(b)
  return overflow || difference.magnitude >= DecimalSum.bound ? nil : difference
}

/// The product; nil where it overflows.
public func decimalProduct(_ a: Int128, _ b: Int128) -> Int128? {
  let x = a.magnitude
  let y = b.magnitude
  let (x1, x0) = halves(x)
  let (y1, y0) = halves(y)
  let low = x0.multipliedFullWidth(by: y0)
  var limbs: (UInt64, UInt64, UInt64, UInt64) = (low.low, low.high, 0, 0)
  if x1 != 0 || y1 != 0 {
    let product = x.multipliedFullWidth(by: y)
    limbs = (
      UInt64(truncatingIfNeeded: product.low), UInt64(truncatingIfNeeded: product.low >> 64),
      UInt64(truncatingIfNeeded: product.high), UInt64(truncatingIfNeeded: product.high >> 64)
    )
  }
  guard let (quotient, remainder) = divide(limbs, by: decimalScale) else { return nil }
  return rounded(quotient, remainder, decimalScale, isNegative: (a < 0) != (b < 0))
}

/// The quotient; nil where it overflows. `b` is not 0.
public func decimalQuotient(_ a: Int128, _ b: Int128) -> Int128? {
  let isNegative = (a < 0) != (b < 0)
  let (a1, a0) = halves(a.magnitude)
  let low = a0.multipliedFullWidth(by: decimalScale)
  let high = a1.multipliedFullWidth(by: decimalScale)
  let (middle, carry) = high.low.addingReportingOverflow(low.high)
  let top = high.high + (carry ? 1 : 0)
  let divisor = b.magnitude
  let (b1, b0) = halves(divisor)
  if b1 == 0 {
    guard let (quotient, remainder) = divide((low.low, middle, top, 0), by: b0) else { return nil }
    return rounded(quotient, remainder, b0, isNegative: isNegative)
  }
  let (quotient, remainder) = divide((low.low, middle, top), by: (b0, b1))
  return rounded(quotient, remainder, divisor, isNegative: isNegative)
}

/// What division, truncated, leaves: it has the sign of `a`. `b` is not 0.
public func decimalRemainder(_ a: Int128, _ b: Int128) -> Int128 { a % b }

/// Rounded to `digits` (of any size) after the point, halves to even; nil where it overflows.
public func decimalRounded(_ value: Int128, digits: Int64) -> Int128? {
  if digits >= 18 { return value }
  // A unit of 10^39 or more is over twice any decimal.
  if digits < -20 { return 0 }
  let unit = powerOfTen(18 - Int(digits))
  let (quotient, remainder) = value.magnitude.quotientAndRemainder(dividingBy: unit)
  let rest = unit - remainder
  let isUp = remainder > rest || (remainder == rest && quotient & 1 == 1)
  return signed((quotient + (isUp ? 1 : 0)) * unit, isNegative: value < 0)
}

/// The greatest whole number that is not greater; nil where it overflows.
public func decimalFloor(_ value: Int128) -> Int128? {
  let scale = Int128(decimalScale)
  let remainder = value % scale
  return decimalDifference(value, remainder < 0 ? remainder + scale : remainder)
}

/// The least whole number that is not less; nil where it overflows.
public func decimalCeiling(_ value: Int128) -> Int128? { decimalFloor(-value).map { -$0 } }

/// The float nearest to a decimal.
public func float(ofDecimal value: Int128) -> Double {
  let unit: Int128 = 1_000_000_000_000
  let (millionths, rest) = value.quotientAndRemainder(dividingBy: unit)
  // Both parts are exact, so the one division rounds right.
  if rest == 0, millionths.magnitude < 1 << 53 { return Double(Int64(millionths)) / 1e6 }
  return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: ScalarText.room) { room in
    let start = room.baseAddress.unsafelyUnwrapped
    let length = ScalarText.writeDecimal(value, to: start)
    return ScalarText.parseFloat(UnsafeBufferPointer(start: start, count: length)) ?? 0
  }
}

/// A float as a decimal, rounded half to even; nil where it does not fit.
public func decimal(ofFloat value: Double) -> Int128? {
  guard value.isFinite else { return nil }
  if value == 0 { return 0 }
  let exponent = Int(max(value.exponentBitPattern, 1)) - 1075
  let hidden: UInt64 = value.exponentBitPattern == 0 ? 0 : 1 << 52
  let scaled = UInt128(value.significandBitPattern | hidden) * UInt128(decimalScale)
  if exponent >= 0 {
    // 10^38 is less than 2^127, and the significand is at least 2^52 here.
    guard exponent < 16, scaled.leadingZeroBitCount > exponent else { return nil }
    return signed(scaled << UInt128(exponent), isNegative: value < 0)
  }
  let shift = -exponent
  if shift > 127 { return 0 }
  let quotient = scaled >> UInt128(shift)
  let remainder = scaled & ((1 << UInt128(shift)) - 1)
  return rounded(quotient, remainder, 1 << UInt128(shift), isNegative: value < 0)
}

private let decimalScale: UInt64 = 1_000_000_000_000_000_000

@inline(__always) private func halves(_ value: UInt128) -> (high: UInt64, low: UInt64) {
  (UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value))
}

/// Four limbs, lowest first, by one; nil where the quotient has more than 128 bits.
private func divide(
  _ limbs: (UInt64, UInt64, UInt64, UInt64), by divisor: UInt64
) -> (UInt128, UInt64)? {
  guard limbs.3 == 0, limbs.2 < divisor else { return nil }
  var remainder = limbs.2
  var high: UInt64 = 0
  if remainder == 0, limbs.1 < divisor {
    remainder = limbs.1
  } else {
    (high, remainder) = divisor.dividingFullWidth((remainder, limbs.1))
  }
  let low = divisor.dividingFullWidth((remainder, limbs.0))
  return (UInt128(high) << 64 | UInt128(low.quotient), low.remainder)
}

/// Three limbs, lowest first, by two of which the higher is not 0 (Knuth's algorithm D): the quotient has two.
private func divide(
  _ limbs: (UInt64, UInt64, UInt64), by divisor: (low: UInt64, high: UInt64)
) -> (UInt128, UInt128) {
  // Shifted so that the divisor's highest bit is set, estimates are at most 2 too great.
  let shift = UInt64(divisor.high.leadingZeroBitCount)
  func shifted(_ high: UInt64, _ low: UInt64) -> UInt64 {
    shift == 0 ? high : high << shift | low >> (64 - shift)
  }
  let d1 = shifted(divisor.high, divisor.low)
  let d0 = divisor.low << shift
  let d = UInt128(d1) << 64 | UInt128(d0)
  let n3 = shifted(0, limbs.2)
  let n2 = shifted(limbs.2, limbs.1)
  let n1 = shifted(limbs.1, limbs.0)
  let n0 = limbs.0 << shift
  /// One limb of the quotient of `rest` (less than the divisor) and a further limb, and what remains.
  func step(_ rest: UInt128, _ next: UInt64) -> (UInt64, UInt128) {
    let (r1, r0) = halves(rest)
    var estimate: UInt64
    var remainder: UInt64
    var isFar = false
    if r1 >= d1 {
      estimate = .max
      let (sum, overflow) = r0.addingReportingOverflow(d1)
      remainder = sum
      isFar = overflow
    } else {
      (estimate, remainder) = d1.dividingFullWidth((r1, r0))
    }
    var product = UInt128(estimate.multipliedFullWidth(by: d0).high) << 64 | UInt128(estimate &* d0)
    while !isFar, product > UInt128(remainder) << 64 | UInt128(next) {
      estimate -= 1
      product -= UInt128(d0)
      let (sum, overflow) = remainder.addingReportingOverflow(d1)
      remainder = sum
      isFar = overflow
    }
    // What exceeds 128 bits cancels: the result is less than the divisor.
    return (estimate, (rest << 64 | UInt128(next)) &- UInt128(estimate) &* d)
  }
  let (high, rest) = step(UInt128(n3) << 64 | UInt128(n2), n1)
  let (low, remainder) = step(rest, n0)
  return (UInt128(high) << 64 | UInt128(low), remainder >> UInt128(shift))
}

@inline(__always)
private func rounded<Unit: FixedWidthInteger & UnsignedInteger>(
  _ quotient: UInt128, _ remainder: Unit, _ divisor: Unit, isNegative: Bool
) -> Int128? {
  let rest = divisor - remainder
  let isUp = remainder > rest || (remainder == rest && quotient & 1 == 1)
  return signed(isUp ? quotient &+ 1 : quotient, isNegative: isNegative)
}

@inline(__always)
private func signed(_ magnitude: UInt128, isNegative: Bool) -> Int128? {
  guard magnitude < DecimalSum.bound else { return nil }
  let value = Int128(magnitude)
  return isNegative ? -value : value
}

/// 10 to the power of 0...38.
private func powerOfTen(_ exponent: Int) -> UInt128 { ScalarText.powerOfTen(exponent) }
