extension ScalarText {
  /// Digits with an optional sign; nil also for what does not fit 64 bits.
  @inlinable public static func parseInt(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard var place = text.baseAddress else { return nil }
    let end = place + text.count
    guard place < end else { return nil }
    let isNegative = place[0] == 0x2D
    if isNegative || place[0] == 0x2B { place += 1 }
    guard place < end else { return nil }
    if end - place > 18 { return parseLongInt(place, end, isNegative: isNegative) }
    var magnitude: Int64 = 0
    while place < end {
      let digit = place[0] &- 0x30
      if digit > 9 { return nil }
      magnitude = magnitude &* 10 &+ Int64(digit)
      place += 1
    }
    return isNegative ? 0 &- magnitude : magnitude
  }

  /// More than 18 digits: each step may overflow.
  @usableFromInline static func parseLongInt(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, isNegative: Bool
  ) -> Int64? {
    var place = start
    var value: Int64 = 0
    while place < end {
      let digit = place[0] &- 0x30
      if digit > 9 { return nil }
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
      let step = isNegative ? 0 &- Int64(digit) : Int64(digit)
      let (next, carry) = shifted.addingReportingOverflow(step)
      if overflow || carry { return nil }
      value = next
      place += 1
    }
    return value
  }

  /// Decimal digits, with `-` before negative ones.
  public static func writeInt(_ value: Int64, to place: UnsafeMutablePointer<UInt8>) -> Int {
    if value >= 0 { return writeDigits(UInt64(value), to: place) }
    place[0] = asciiMinus
    return 1 + writeDigits(value.magnitude, to: place + 1)
  }

  /// Decimal digits without leading zeros.
  static func writeDigits(_ value: UInt64, to place: UnsafeMutablePointer<UInt8>) -> Int {
    let count = digitCount(value)
    writeDigits(value, count: count, to: place)
    return count
  }

  /// Exactly `count` digits, with leading zeros.
  static func writeDigits(_ value: UInt64, count: Int, to place: UnsafeMutablePointer<UInt8>) {
    let pairs = digitPairs.utf8Start
    var rest = value
    var next = count
    while next >= 2 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      next -= 2
      place[next] = pairs[Int(pair) * 2]
      place[next + 1] = pairs[Int(pair) * 2 + 1]
      rest = quotient
    }
    if next == 1 { place[0] = asciiZero + UInt8(truncatingIfNeeded: rest % 10) }
  }

  static func digitCount(_ value: UInt64) -> Int {
    if value < 10 { return 1 }
    if value < 100 { return 2 }
    if value < 1000 { return 3 }
    if value < 10_000 { return 4 }
    var count = 4
    var rest = value / 10_000
    while rest >= 10_000 {
      rest /= 10_000
      count += 4
    }
    return count + (rest < 10 ? 1 : rest < 100 ? 2 : rest < 1000 ? 3 : 4)
  }
}

private let digitPairs: StaticString = """
  0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
  5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
  """
