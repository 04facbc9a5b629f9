import Columns

/// Dates and times count from 2000-01-01 on a server.
enum ServerTime {
  static let days: Int32 = 10957
  static let microseconds: Int64 = Int64(days) * CivilCalendar.microsecondsPerDay
  /// The years 1 to 9999.
  private static let range: ClosedRange<Int32> = {
    let first = CivilCalendar.days(year: 1, month: 1, day: 1)
    let last = CivilCalendar.days(year: 9999, month: 12, day: 31)
    return Int32(first)...Int32(last)
  }()

  /// Days since 1970; nil for infinity and for years that a `Date` has not.
  static func days(sinceServerEpoch value: Int32) -> Int32? {
    let (days, isOver) = Int32(bigEndian: value).addingReportingOverflow(days)
    return isOver || !range.contains(days) ? nil : days
  }

  /// Microseconds since 1970; nil for infinity and for years that a `Timestamp` has not.
  static func microseconds(sinceServerEpoch value: Int64) -> Int64? {
    let (time, isOver) = Int64(bigEndian: value).addingReportingOverflow(microseconds)
    return isOver || !range.contains(Int32(clamping: CivilCalendar.split(time).days)) ? nil : time
  }
}

/// The server's `numeric`: digits of base 10,000, the first of which counts 10,000 to the power of the weight.
enum ServerNumeric {
  private static let positive: UInt16 = 0
  private static let negative: UInt16 = 0x4000
  /// Digits before the point of a decimal that has 18 after it.
  private static let powers: [Int128] = (0..<10).map { power in
    (0..<power).reduce(into: Int128(1)) { value, _ in value *= 10_000 }
  }

  /// Times 10^18; nil where a decimal has not the digits, or it is not a number.
  static func decimal(_ bytes: UnsafeRawBufferPointer) -> Int128? {
    guard bytes.count >= 8 else { return nil }
    func word(_ index: Int) -> Int16 {
      Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
    }
    let count = Int(word(0))
    let weight = Int(word(1))
    let sign = UInt16(bitPattern: word(2))
    guard bytes.count == 8 + 2 * count, sign == positive || sign == negative else { return nil }
    var value: Int128 = 0
    for index in 0..<count {
      let digit = Int128(word(4 + index))
      // 10^18 is 10,000^4 times 100: the digit of weight -5 has two places of its four.
      let power = weight - index
      switch power {
      case 5...:
        guard digit == 0 else { return nil }
      case -4...4: value += digit * powers[power + 4] * 100
      case -5:
        guard digit % 100 == 0 else { return nil }
        value += digit / 100
      default:
        guard digit == 0 else { return nil }
      }
    }
    guard value < ScalarText.decimalLimit else { return nil }
    return sign == negative ? -value : value
  }

  /// Digits after the point.
  static func scale(_ value: Int128) -> Int {
    var fraction = (value % ScalarText.decimalScale).magnitude
    if fraction == 0 { return 0 }
    var scale = 18
    while fraction % 10 == 0 {
      fraction /= 10
      scale -= 1
    }
    return scale
  }

  /// Appends a decimal, times 10^18.
  static func append(_ value: Int128, to writer: inout ByteWriter) {
    var digits: (UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16) =
      (0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { raw in
      let digits = raw.assumingMemoryBound(to: UInt16.self)
      let (whole, fraction) = value.magnitude.quotientAndRemainder(
        dividingBy: ScalarText.decimalScale.magnitude)
      var rest = whole
      for index in (0..<5).reversed() {
        digits[index] = UInt16(truncatingIfNeeded: rest % 10_000)
        rest /= 10_000
      }
      rest = fraction * 100
      for index in (5..<10).reversed() {
        digits[index] = UInt16(truncatingIfNeeded: rest % 10_000)
        rest /= 10_000
      }
      var first = 0
      while first < 10, digits[first] == 0 { first += 1 }
      var end = 10
      while end > first, digits[end - 1] == 0 { end -= 1 }
      writer.appendBigEndian(Int16(end - first))
      writer.appendBigEndian(Int16(first == 10 ? 0 : 4 - first))
      writer.appendBigEndian(value < 0 ? negative : positive)
      writer.appendBigEndian(Int16(scale(value)))
      for index in first..<max(first, end) { writer.appendBigEndian(digits[index]) }
    }
  }
}

extension ByteWriter {
  /// Adds an integer as servers send it.
  @inline(__always)
  mutating func appendBigEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    UnsafeMutableRawPointer(reserve(MemoryLayout<Value>.size)).storeBytes(of: value.bigEndian, as: Value.self)
    advance(MemoryLayout<Value>.size)
  }
}
