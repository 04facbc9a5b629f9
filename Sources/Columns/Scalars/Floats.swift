extension ScalarText {
  /// A number in decimal notation, exactly rounded, or `nan`, `inf`, `infinity` in any case; nil also for
  /// what is too large for a Float.
  public static func parseFloat(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    guard let start = text.baseAddress else { return nil }
    let end = start + text.count
    var place = start
    guard place < end else { return nil }
    let isNegative = place[0] == asciiMinus
    if isNegative || place[0] == asciiPlus { place += 1 }
    var mantissa: UInt64 = 0
    var significant = 0
    var exponent = 0
    var digits = 0
    while place < end {
      let digit = place[0] &- asciiZero
      if digit > 9 { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      if mantissa != 0 { significant += 1 }
      digits += 1
      place += 1
    }
    if place < end, place[0] == UInt8(ascii: ".") {
      place += 1
      let first = place
      while place < end {
        let digit = place[0] &- asciiZero
        if digit > 9 { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        if mantissa != 0 { significant += 1 }
        place += 1
      }
      exponent = first - place
      digits += place - first
    }
    if digits == 0 { return parseSpecial(start, end) }
    if place < end {
      guard let written = parseExponent(place, end) else { return nil }
      exponent += written
    }
    let magnitude: Double
    if significant > 19 {
      magnitude = parseSlowly(text).magnitude
    } else if mantissa < 1 << 53, exponent >= -22, exponent <= 22 {
      // Both numbers are exact, so that the one operation rounds rightly.
      let power = exactPowers[abs(exponent)]
      magnitude = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
    } else {
      magnitude = scaled(mantissa, exponent) ?? parseSlowly(text).magnitude
    }
    guard magnitude.isFinite else { return nil }
    return isNegative ? -magnitude : magnitude
  }

  private static func parseSlowly(_ text: UnsafeBufferPointer<UInt8>) -> Double {
    Double(String(decoding: text, as: UTF8.self)) ?? .infinity
  }

  private static func parseSpecial(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Double? {
    let isNegative = start[0] == asciiMinus
    let isSigned = isNegative || start[0] == asciiPlus
    let name = UnsafeBufferPointer(start: start, count: end - start).dropFirst(isSigned ? 1 : 0)
    if name.elementsEqual("nan".utf8, by: { $0 | 0x20 == $1 }) { return isSigned ? nil : .nan }
    guard
      name.elementsEqual("inf".utf8, by: { $0 | 0x20 == $1 })
        || name.elementsEqual("infinity".utf8, by: { $0 | 0x20 == $1 })
    else { return nil }
    return isNegative ? -.infinity : .infinity
  }

  /// `mantissa * 10^exponent` by the method of Eisel and Lemire; nil outside of the table, and for results
  /// that are not normal numbers.
  private static func scaled(_ mantissa: UInt64, _ exponent: Int) -> Double? {
    if mantissa == 0 { return 0 }
    guard let power = powersOfFive.entry(exponent) else { return nil }
    let zeros = mantissa.leadingZeroBitCount
    let shifted = mantissa << UInt64(zeros)
    var (high, low) = shifted.multipliedFullWidth(by: power.high)
    if high & 0x1FF == 0x1FF {
      let (sum, carry) = low.addingReportingOverflow(shifted.multipliedFullWidth(by: power.low).high)
      low = sum
      if carry { high += 1 }
    }
    let upper = high >> 63
    let shift = upper + 9
    var significand = high >> shift
    var binaryExponent = (217_706 * exponent) >> 16
    binaryExponent += 63 + Int(upper) - zeros + 1023
    guard binaryExponent > 0 else { return nil }
    if low <= 1, exponent >= -4, exponent <= 23, significand & 3 == 1, significand << shift == high {
      significand &= ~1
    }
    significand += significand & 1
    significand >>= 1
    if significand >= 1 << 53 {
      significand = 1 << 52
      binaryExponent += 1
    }
    guard binaryExponent < 0x7FF else { return nil }
    return Double(bitPattern: significand & ~(1 << 52) | UInt64(binaryExponent) << 52)
  }

  /// The shortest text that reads back as the same number, always with a point or exponent: `0.1`, `5.0`,
  /// `1e+16`, `nan`, `-inf`.
  public static func writeFloat(_ value: Double, to place: UnsafeMutablePointer<UInt8>) -> Int {
    if let count = writeShortFloat(value, to: place) { return count }
    var text = value.description
    return text.withUTF8 { bytes in
      if let start = bytes.baseAddress { place.update(from: start, count: bytes.count) }
      return bytes.count
    }
  }

  /// A number of up to 15 digits, at most 8 of them after the point. No two such numbers are the same
  /// Double, so that the one found, with the fewest digits after the point, is the shortest text.
  private static func writeShortFloat(_ value: Double, to place: UnsafeMutablePointer<UInt8>) -> Int? {
    let magnitude = value.magnitude
    guard magnitude < 1e15, magnitude >= 1e-3 || (magnitude == 0 && value.sign == .plus) else { return nil }
    for fraction in 0...8 {
      let product = magnitude * exactPowers[fraction]
      if product >= 1e15 { return nil }
      let scaled = UInt64(product + 0.5)
      guard Double(scaled) / exactPowers[fraction] == magnitude else { continue }
      var next = place
      if value.sign == .minus {
        next[0] = asciiMinus
        next += 1
      }
      let divisor = powersOfTen[fraction]
      let (whole, rest) = scaled.quotientAndRemainder(dividingBy: divisor)
      next += writeDigits(whole, to: next)
      next[0] = UInt8(ascii: ".")
      let count = max(fraction, 1)
      writeDigits(rest, count: count, to: next + 1)
      return next + 1 + count - place
    }
    return nil
  }
}

/// 10 to the power of 0...22: the ones that a Double holds exactly.
private let exactPowers: [Double] = (0...22).map { exponent in
  (0..<exponent).reduce(1.0) { power, _ in power * 10 }
}

/// The leading 128 bits of powers of five, as the method of Eisel and Lemire wants them: truncated, and for
/// small negative exponents one more, since those are inexact from above.
private struct PowersOfFive {
  static let limit = 55
  private let entries: [UInt128]

  init() {
    var positive: [UInt128] = [1]
    for _ in 1...Self.limit { positive.append(positive[positive.count - 1] * 5) }
    let negative = positive.indices.dropFirst().reversed().map { exponent -> UInt128 in
      let divisor = positive[exponent]
      // 2^(127 + width) / divisor by long division: the quotient has 128 bits.
      let width = 128 - divisor.leadingZeroBitCount
      var remainder: UInt128 = 0
      var quotient: UInt128 = 0
      for bit in stride(from: 127 + width, through: 0, by: -1) {
        let carry = remainder >> 127 != 0
        remainder = remainder << 1 | (bit == 127 + width ? 1 : 0)
        quotient <<= 1
        if carry || remainder >= divisor {
          remainder = remainder &- divisor
          quotient |= 1
        }
      }
      return exponent <= 27 ? quotient + 1 : quotient
    }
    entries = negative + positive.map { $0 << UInt128($0.leadingZeroBitCount) }
  }

  func entry(_ exponent: Int) -> (high: UInt64, low: UInt64)? {
    guard exponent >= -Self.limit, exponent <= Self.limit else { return nil }
    let value = entries[exponent + Self.limit]
    return (UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value))
  }
}

private let powersOfFive = PowersOfFive()
