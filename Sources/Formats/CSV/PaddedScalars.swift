import Columns

/// The date of the row before.
struct DayMemo {
  var high: UInt64 = 0
  var low: UInt64 = 0
  /// Microseconds.
  var start: Int64 = 0
}

/// Reads the common texts of numbers and times a word at a time; 64 bytes can be read at each address.
enum PaddedScalars {
  private static let zeros: UInt64 = 0x3030_3030_3030_3030

  /// Whether all eight bytes are at most 9.
  @inline(__always)
  private static func areDigits(_ bytes: UInt64) -> Bool {
    ((bytes &+ 0x7676_7676_7676_7676) | bytes) & 0x8080_8080_8080_8080 == 0
  }

  /// Digits with an optional sign.
  @inline(__always)
  static func int(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    let isNegative = start[0] == UInt8(ascii: "-")
    let first = UnsafeRawPointer(isNegative ? start + 1 : start)
    let digits = isNegative ? count - 1 : count
    if digits >= 1, digits <= 8 {
      // The digits move to the high end; what comes in below counts as leading zeros.
      let word = UInt64(littleEndian: first.loadUnaligned(as: UInt64.self))
      var value = (word ^ zeros) &<< UInt64(64 &- 8 &* digits)
      if areDigits(value) {
        value = (value &* 2561) >> 8
        value = ((value & 0x00FF_00FF_00FF_00FF) &* 6_553_601) >> 16
        value = ((value & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) >> 32
        let magnitude = Int64(truncatingIfNeeded: value)
        return isNegative ? 0 &- magnitude : magnitude
      }
      if start[0] != UInt8(ascii: "+") { return nil }
    }
    return ScalarText.parseInt(UnsafeBufferPointer(start: start, count: count))
  }

  /// `2013-01-01T05:00:00Z`, and by a longer way all that a timestamp may be.
  @inline(__always)
  static func timestamp(_ start: UnsafePointer<UInt8>, _ count: Int, _ memo: inout DayMemo) -> Int64? {
    guard count == 20 else { return slowTimestamp(start, count) }
    let raw = UnsafeRawPointer(start)
    // Digits become their values, separators 0.
    let date = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)) ^ 0x2D30_302D_3030_3030
    let time =
      UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) ^ 0x3030_3A30_3054_3030
    let rest = UInt64(
      UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt32.self)) ^ 0x5A30_303A)
    let separators = (date & 0xFF00_00FF_0000_0000) | (time & 0x0000_FF00_00FF_0000) | (rest & 0xFF00_00FF)
    guard separators == 0, areDigits(time), areDigits(date), areDigits(rest) else {
      return slowTimestamp(start, count)
    }
    // Byte k has the number of digits k and k + 1.
    let clock = time &* 10 &+ time >> 8
    let hour = Int64(clock >> 24 & 0xFF)
    let minute = Int64(clock >> 48 & 0xFF)
    let second = Int64((rest &* 10 &+ rest >> 8) >> 8 & 0xFF)
    guard hour < 24, minute < 60, second < 60 else { return nil }
    if date != memo.high || time & 0xFFFF != memo.low || date == 0 {
      let pairs = date &* 10 &+ date >> 8
      let year = Int(pairs & 0xFF) * 100 + Int(pairs >> 16 & 0xFF)
      let month = Int(pairs >> 40 & 0xFF)
      let day = Int(clock & 0xFF)
      guard CivilCalendar.isValid(year: year, month: month, day: day) else { return nil }
      let days = CivilCalendar.days(year: year, month: month, day: day)
      memo = DayMemo(high: date, low: time & 0xFFFF, start: Int64(days) * CivilCalendar.microsecondsPerDay)
    }
    return memo.start + (hour * 3600 + minute * 60 + second) * 1_000_000
  }

  @inline(never)
  private static func slowTimestamp(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
    ScalarText.parseTimestamp(UnsafeBufferPointer(start: start, count: count))
  }
}
