/// What the directives of a pattern have read so far.
private struct TimeComponents {
  var year: Int?
  var month: Int?
  var day: Int?
  var dayOfYear: Int?
  var hour = 0
  var hourOfHalf: Int?
  var isAfternoon = false
  var minute = 0
  var second = 0
  var microsecond: Int64 = 0
  var offset: Int64 = 0
  var epochSeconds: Int64?
  var weekday: Int?

  mutating func set(_ component: TimeFormat.Component, _ value: Int) -> Bool {
    switch component {
    case .month: month = value
    case .day: day = value
    case .dayOfYear: dayOfYear = value
    case .hour: hour = value
    case .hourOfHalf: hourOfHalf = value
    case .minute: minute = value
    case .second: second = value
    }
    return switch component {
    case .month: value >= 1 && value <= 12
    case .day: value >= 1 && value <= 31
    case .dayOfYear: value >= 1 && value <= 366
    case .hour: value < 24
    case .hourOfHalf: value >= 1 && value <= 12
    case .minute, .second: value < 60
    }
  }

  /// Days since 1970-01-01; nil when there is no such date, or not on that weekday.
  var date: Int? {
    guard let year else { return nil }
    let days: Int
    if let dayOfYear {
      guard dayOfYear <= (CivilCalendar.isLeap(year) ? 366 : 365) else { return nil }
      days = CivilCalendar.days(year: year, month: 1, day: 1) + dayOfYear - 1
      let civil = CivilCalendar.civil(days: days)
      if let month, month != civil.month { return nil }
      if let day, day != civil.day { return nil }
    } else {
      guard let month, let day, CivilCalendar.isValid(year: year, month: month, day: day) else { return nil }
      days = CivilCalendar.days(year: year, month: month, day: day)
    }
    if let weekday, weekday != CivilCalendar.weekday(days: days) { return nil }
    return days
  }

  /// Microseconds since midnight, local.
  var time: Int64 {
    var hour = hour
    if let hourOfHalf { hour = hourOfHalf % 12 + (isAfternoon ? 12 : 0) }
    return Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + microsecond
  }

  var timestamp: Int64? {
    if let epochSeconds {
      let (value, overflow) = epochSeconds.multipliedReportingOverflow(by: 1_000_000)
      let (sum, carry) = value.addingReportingOverflow(microsecond)
      return overflow || carry ? nil : sum
    }
    guard let date else { return nil }
    return CivilCalendar.microseconds(days: date, rest: time - offset)
  }
}

extension TimeFormat {
  /// Days since 1970-01-01; times in the text must be right, but count for nothing. An epoch must be
  /// midnight.
  public func parseDate(_ text: UnsafeBufferPointer<UInt8>) -> Int32? {
    switch kind {
    case .epoch:
      guard let microseconds = parseTimestamp(text) else { return nil }
      let (days, rest) = CivilCalendar.split(microseconds)
      return rest == 0 ? Int32(exactly: days) : nil
    case .pattern(let pieces):
      guard let components = components(text, pieces) else { return nil }
      if components.epochSeconds != nil {
        return components.timestamp.flatMap { Int32(exactly: CivilCalendar.split($0).days) }
      }
      return components.date.flatMap { Int32(exactly: $0) }
    }
  }

  /// Microseconds since 1970-01-01T00:00:00Z.
  public func parseTimestamp(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    switch kind {
    case .epoch(let unit):
      if let count = ScalarText.parseInt(text) {
        let (value, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : value
      }
      // A fraction of the unit is fine as long as it is whole microseconds.
      guard let decimal = ScalarText.parseDecimal(text) else { return nil }
      let (scaled, overflow) = decimal.multipliedReportingOverflow(by: Int128(unit))
      guard !overflow else { return nil }
      let (value, rest) = scaled.quotientAndRemainder(dividingBy: ScalarText.decimalScale)
      return rest == 0 ? Int64(exactly: value) : nil
    case .pattern(let pieces):
      return components(text, pieces)?.timestamp
    }
  }

  private func components(_ text: UnsafeBufferPointer<UInt8>, _ pieces: [Piece]) -> TimeComponents? {
    guard var place = text.baseAddress else { return nil }
    let end = place + text.count
    var components = TimeComponents()
    for piece in pieces where !read(piece, &place, end, &components) { return nil }
    return place == end ? components : nil
  }

  private func read(
    _ piece: Piece, _ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
    _ components: inout TimeComponents
  ) -> Bool {
    switch piece {
    case .literal(let byte):
      guard place < end, place[0] == byte else { return false }
      place += 1
      return true
    case .year:
      return readYear(&place, end, &components)
    case .shortYear:
      guard let value = digits(&place, end, least: 2, most: 2) else { return false }
      components.year = value < 69 ? 2000 + value : 1900 + value
      return true
    case .number(let component, let width, let padding):
      if padding == 0x20, place < end, place[0] == 0x20 { place += 1 }
      guard let value = digits(&place, end, least: 1, most: width) else { return false }
      return components.set(component, value)
    case .monthName(let isLong):
      guard let index = name(&place, end, among: monthNames, isLong: isLong) else { return false }
      components.month = index + 1
      return true
    case .weekdayName(let isLong):
      guard let index = name(&place, end, among: weekdayNames, isLong: isLong) else { return false }
      components.weekday = index + 1
      return true
    case .half:
      guard end - place >= 2, place[1] | 0x20 == UInt8(ascii: "m") else { return false }
      let letter = place[0] | 0x20
      components.isAfternoon = letter == UInt8(ascii: "p")
      place += 2
      return components.isAfternoon || letter == UInt8(ascii: "a")
    case .fraction:
      guard let value = ScalarText.parseFraction(&place, end) else { return false }
      components.microsecond = value
      return true
    case .offset:
      guard let value = readOffset(&place, end) else { return false }
      components.offset = value
      return true
    case .epochSeconds:
      let start = place
      if place < end, place[0] == asciiMinus { place += 1 }
      while place < end, place[0] &- asciiZero <= 9 { place += 1 }
      components.epochSeconds = ScalarText.parseInt(UnsafeBufferPointer(start: start, count: place - start))
      return components.epochSeconds != nil
    }
  }

  /// Four digits, or a sign and four to six.
  private func readYear(
    _ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ components: inout TimeComponents
  ) -> Bool {
    guard place < end else { return false }
    let isNegative = place[0] == asciiMinus
    let isSigned = isNegative || place[0] == asciiPlus
    if isSigned { place += 1 }
    guard let value = digits(&place, end, least: 4, most: isSigned ? 6 : 4) else { return false }
    components.year = isNegative ? -value : value
    return true
  }

  /// Moves only over what belongs to an offset, since other directives may follow.
  private func readOffset(_ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int64? {
    var stop = place
    if stop < end { stop += 1 }
    while stop < end, stop - place < 6, stop[0] &- asciiZero <= 9 || stop[0] == UInt8(ascii: ":") {
      stop += 1
    }
    if let first = place < end ? place[0] : nil, first | 0x20 == UInt8(ascii: "z") { stop = place + 1 }
    guard let value = ScalarText.parseOffset(&place, stop), place == stop else { return nil }
    return value
  }

  private func digits(
    _ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, least: Int, most: Int
  ) -> Int? {
    var value = 0
    var count = 0
    while place < end, count < most, place[0] &- asciiZero <= 9 {
      value = value * 10 + Int(place[0] &- asciiZero)
      place += 1
      count += 1
    }
    return count >= least ? value : nil
  }

  private func name(
    _ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, among names: [String], isLong: Bool
  ) -> Int? {
    for (index, name) in names.enumerated() {
      let wanted = isLong ? name.utf8[...] : name.utf8.prefix(3)
      guard end - place >= wanted.count else { continue }
      let found = UnsafeBufferPointer(start: place, count: wanted.count)
      if found.elementsEqual(wanted, by: { $0 | 0x20 == $1 | 0x20 }) {
        place += wanted.count
        return index
      }
    }
    return nil
  }
}
