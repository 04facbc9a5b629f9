extension ScalarText {
  /// 10^18: a decimal is kept as its value times this.
  public static let decimalScale: Int128 = 1_000_000_000_000_000_000
  /// 38 digits, 18 of them after the point: magnitudes stay below 10^38.
  public static let decimalLimit: Int128 = 100_000_000_000_000_000_000_000_000_000_000_000_000

  /// Digits with an optional sign, point and exponent; nil also where the value is not exact with 18 digits
  /// after the point, or has more than 20 before it.
  public static func parseDecimal(_ text: UnsafeBufferPointer<UInt8>) -> Int128? {
    guard var place = text.baseAddress else { return nil }
    let end = place + text.count
    guard place < end else { return nil }
    let isNegative = place[0] == asciiMinus
    if isNegative || place[0] == asciiPlus { place += 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    var point: UnsafePointer<UInt8>?
    let start = place
    while place < end {
      let digit = place[0] &- asciiZero
      if digit <= 9 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        digits += 1
      } else if place[0] == UInt8(ascii: "."), point == nil {
        point = place
      } else {
        return parseLongDecimal(start, end, isNegative: isNegative)
      }
      place += 1
    }
    guard digits > 0 else { return nil }
    let fraction = point.map { end - $0 - 1 } ?? 0
    guard digits <= 18 else { return parseLongDecimal(start, end, isNegative: isNegative) }
    let value = Int128(mantissa) * Int128(powersOfTen[18 - fraction])
    return isNegative ? -value : value
  }

  /// Any number of digits, exponents. Zeros are multiplied in only when another digit follows, so that
  /// those at the end cost nothing.
  private static func parseLongDecimal(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, isNegative: Bool
  ) -> Int128? {
    var place = start
    var mantissa: UInt128 = 0
    var zeros = 0
    var fraction = 0
    var digits = 0
    var isAfterPoint = false
    loop: while place < end {
      let byte = place[0]
      let digit = byte &- asciiZero
      if digit <= 9 {
        digits += 1
        if isAfterPoint { fraction += 1 }
        if digit == 0 {
          if mantissa != 0 { zeros += 1 }
        } else {
          guard let shifted = multiply(mantissa, byTenTo: zeros + 1) else { return nil }
          mantissa = shifted + UInt128(digit)
          zeros = 0
        }
      } else if byte == UInt8(ascii: "."), !isAfterPoint {
        isAfterPoint = true
      } else {
        break loop
      }
      place += 1
    }
    guard digits > 0 else { return nil }
    var exponent = 0
    if place < end {
      guard let written = parseExponent(place, end) else { return nil }
      exponent = written
    }
    if mantissa == 0 { return 0 }
    exponent += 18 + zeros - fraction
    guard exponent >= 0, let scaled = multiply(mantissa, byTenTo: exponent) else { return nil }
    return isNegative ? -Int128(scaled) : Int128(scaled)
  }

  /// `e` or `E`, an optional sign and digits, up to the end; kept within ±100,000.
  static func parseExponent(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int? {
    guard start[0] | 0x20 == UInt8(ascii: "e") else { return nil }
    var place = start + 1
    guard place < end else { return nil }
    let isNegative = place[0] == asciiMinus
    if isNegative || place[0] == asciiPlus { place += 1 }
    guard place < end else { return nil }
    var value = 0
    while place < end {
      let digit = place[0] &- asciiZero
      if digit > 9 { return nil }
      value = min(value * 10 + Int(digit), 100_000)
      place += 1
    }
    return isNegative ? -value : value
  }

  /// nil at 10^38 and above.
  private static func multiply(_ value: UInt128, byTenTo exponent: Int) -> UInt128? {
    if value == 0 { return 0 }
    guard exponent < 38 else { return nil }
    let (low, overflow) = value.multipliedReportingOverflow(by: powerOfTen(exponent))
    return overflow || low >= UInt128(decimalLimit) ? nil : low
  }

  /// 10 to the power of 0...38.
  static func powerOfTen(_ exponent: Int) -> UInt128 {
    exponent <= 19
      ? UInt128(powersOfTen[exponent]) : UInt128(powersOfTen[19]) * UInt128(powersOfTen[exponent - 19])
  }

  /// Without an exponent or zeros at the end: `12.5`, `-0.001`, `3`.
  public static func writeDecimal(_ value: Int128, to place: UnsafeMutablePointer<UInt8>) -> Int {
    var next = place
    if value < 0 {
      next[0] = asciiMinus
      next += 1
    }
    let magnitude = value.magnitude
    let scale = UInt64(decimalScale)
    var whole: UInt64
    var fraction: UInt64
    let high = UInt64(truncatingIfNeeded: magnitude >> 64)
    if high < scale {
      (whole, fraction) = scale.dividingFullWidth((high, UInt64(truncatingIfNeeded: magnitude)))
      next += writeDigits(whole, to: next)
    } else {
      let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: UInt128(scale))
      let (top, bottom) = quotient.quotientAndRemainder(dividingBy: UInt128(scale))
      next += writeDigits(UInt64(top), to: next)
      writeDigits(UInt64(bottom), count: 18, to: next)
      next += 18
      fraction = UInt64(remainder)
    }
    if fraction != 0 {
      next[0] = UInt8(ascii: ".")
      var count = 18
      while fraction % 10 == 0 {
        fraction /= 10
        count -= 1
      }
      writeDigits(fraction, count: count, to: next + 1)
      next += 1 + count
    }
    return next - place
  }
}

/// 10 to the power of 0...19.
let powersOfTen: [UInt64] = (0...19).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 } }
