extension ScalarText {
  /// `YYYY-MM-DD`; years of more digits need a sign.
  @inlinable public static func parseDate(_ text: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard let start = text.baseAddress else { return nil }
    if text.count != 10 { return parseLongDate(text) }
    guard start[4] == 0x2D, start[7] == 0x2D,
      let century = twoDigits(start), let years = twoDigits(start + 2), let month = twoDigits(start + 5),
      let day = twoDigits(start + 8)
    else { return nil }
    let year = century * 100 + years
    guard CivilCalendar.isValid(year: year, month: month, day: day) else { return nil }
    return Int32(truncatingIfNeeded: CivilCalendar.days(year: year, month: month, day: day))
  }

  /// A sign and 4 to 6 digits of the year.
  @usableFromInline static func parseLongDate(_ text: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard let start = text.baseAddress, text.count >= 11, text.count <= 13,
      start[0] == asciiMinus || start[0] == asciiPlus
    else { return nil }
    let length = text.count - 6
    guard var year = parseInt(UnsafeBufferPointer(start: start + 1, count: length - 1)),
      (start[1] &- asciiZero) <= 9, start[length] == asciiMinus, start[length + 3] == asciiMinus,
      let month = twoDigits(start + length + 1), let day = twoDigits(start + length + 4)
    else { return nil }
    if start[0] == asciiMinus { year = -year }
    guard CivilCalendar.isValid(year: Int(year), month: month, day: day) else { return nil }
    return Int32(truncatingIfNeeded: CivilCalendar.days(year: Int(year), month: month, day: day))
  }

  /// 0 to 99.
  @inlinable @inline(__always) static func twoDigits(_ place: UnsafePointer<UInt8>) -> Int? {
    let tens = place[0] &- 0x30
    let ones = place[1] &- 0x30
    return tens > 9 || ones > 9 ? nil : Int(tens) &* 10 &+ Int(ones)
  }

  /// A date, `T` or a space, `HH:MM[:SS[.fraction]]`, and `Z` or an offset: `+01:00`, `+0100`, `+01`.
  public static func parseTimestamp(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let start = text.baseAddress, text.count >= 17 else { return nil }
    let end = start + text.count
    var dateLength = 10
    if start[0] == asciiMinus || start[0] == asciiPlus {
      guard let letter = text.firstIndex(where: { isDateEnd($0) }) else { return nil }
      dateLength = letter
    }
    guard dateLength + 7 <= text.count, isDateEnd(start[dateLength]),
      let date = parseDate(UnsafeBufferPointer(start: start, count: dateLength))
    else { return nil }
    var place = start + dateLength + 1
    guard let time = parseTimeOfDay(&place, end), let offset = parseOffset(&place, end), place == end else {
      return nil
    }
    return CivilCalendar.microseconds(days: Int(date), rest: time - offset)
  }

  private static func isDateEnd(_ byte: UInt8) -> Bool { byte | 0x20 == UInt8(ascii: "t") || byte == 0x20 }

  /// Microseconds since midnight of `HH:MM[:SS[.fraction]]`; moves `place` behind it.
  static func parseTimeOfDay(_ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
    guard end - place >= 5, place[2] == UInt8(ascii: ":"), let hour = twoDigits(place),
      let minute = twoDigits(place + 3), hour < 24, minute < 60
    else { return nil }
    place += 5
    var seconds = hour * 3600 + minute * 60
    guard place < end, place[0] == UInt8(ascii: ":") else { return Int64(seconds) * 1_000_000 }
    guard end - place >= 3, let second = twoDigits(place + 1), second < 60 else { return nil }
    seconds += second
    place += 3
    var microseconds = Int64(seconds) * 1_000_000
    if place < end, place[0] == UInt8(ascii: ".") || place[0] == UInt8(ascii: ",") {
      place += 1
      guard let fraction = parseFraction(&place, end) else { return nil }
      microseconds += fraction
    }
    return microseconds
  }

  /// Microseconds of the digits after a point; what is finer must be 0.
  static func parseFraction(_ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
    var value: Int64 = 0
    var count = 0
    while place < end, place[0] &- asciiZero <= 9 {
      let digit = place[0] &- asciiZero
      if count < 6 {
        value = value * 10 + Int64(digit)
      } else if digit != 0 {
        return nil
      }
      count += 1
      place += 1
    }
    guard count > 0 else { return nil }
    while count < 6 {
      value *= 10
      count += 1
    }
    return value
  }

  /// Microseconds east of UTC; moves `place` behind it.
  static func parseOffset(_ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
    guard place < end else { return nil }
    let sign = place[0]
    place += 1
    if sign | 0x20 == UInt8(ascii: "z") { return 0 }
    guard sign == asciiPlus || sign == asciiMinus, end - place >= 2, let hours = twoDigits(place) else {
      return nil
    }
    place += 2
    var minutes = 0
    if place < end {
      if place[0] == UInt8(ascii: ":") { place += 1 }
      guard end - place >= 2, let written = twoDigits(place) else { return nil }
      minutes = written
      place += 2
    }
    guard hours < 24, minutes < 60 else { return nil }
    let offset = Int64(hours * 60 + minutes) * 60_000_000
    return sign == asciiMinus ? -offset : offset
  }

  /// `YYYY-MM-DD`; years outside of 0...9999 with a sign.
  public static func writeDate(_ days: Int32, to place: UnsafeMutablePointer<UInt8>) -> Int {
    writeDate(days: Int(days), to: place)
  }

  private static func writeDate(days: Int, to place: UnsafeMutablePointer<UInt8>) -> Int {
    let (year, month, day) = CivilCalendar.civil(days: days)
    let length = writeYear(year, to: place)
    let next = place + length
    next[0] = asciiMinus
    writeDigits(UInt64(month), count: 2, to: next + 1)
    next[3] = asciiMinus
    writeDigits(UInt64(day), count: 2, to: next + 4)
    return length + 6
  }

  static func writeYear(_ year: Int, to place: UnsafeMutablePointer<UInt8>) -> Int {
    if year >= 0, year <= 9999 {
      writeDigits(UInt64(year), count: 4, to: place)
      return 4
    }
    place[0] = year < 0 ? asciiMinus : asciiPlus
    let magnitude = UInt64(year.magnitude)
    let count = max(4, digitCount(magnitude))
    writeDigits(magnitude, count: count, to: place + 1)
    return count + 1
  }

  /// ISO 8601 in UTC: `2013-01-01T05:00:00Z`, with 3 or 6 digits of a fraction where there is one.
  public static func writeTimestamp(_ microseconds: Int64, to place: UnsafeMutablePointer<UInt8>) -> Int {
    let (days, rest) = CivilCalendar.split(microseconds)
    var next = place + writeDate(days: days, to: place)
    next[0] = UInt8(ascii: "T")
    next += 1
    let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000)
    writeDigits(UInt64(seconds / 3600), count: 2, to: next)
    next[2] = UInt8(ascii: ":")
    writeDigits(UInt64(seconds / 60 % 60), count: 2, to: next + 3)
    next[5] = UInt8(ascii: ":")
    writeDigits(UInt64(seconds % 60), count: 2, to: next + 6)
    next += 8
    if fraction != 0 {
      next[0] = UInt8(ascii: ".")
      let isWhole = fraction % 1000 == 0
      let count = isWhole ? 3 : 6
      writeDigits(UInt64(isWhole ? fraction / 1000 : fraction), count: count, to: next + 1)
      next += 1 + count
    }
    next[0] = UInt8(ascii: "Z")
    return next + 1 - place
  }
}
