import Columns

/// A moment of every year: a day and a time of it.
struct YearlyMoment: Sendable {
  /// How the day is given.
  enum Day: Sendable {
    /// 1 to 365; the 29th of February is never counted.
    case withoutLeapDay(Int)
    /// 0 to 365.
    case ofYear(Int)
    /// The `week`th weekday of the month, the last for 5; 0 is Sunday.
    case weekday(month: Int, week: Int, weekday: Int)
  }
  let day: Day
  /// Seconds since midnight, possibly of another day.
  let time: Int64

  /// Seconds since 1970 of the moment in `year`, on the local clock.
  func seconds(in year: Int) -> Int64 {
    let newYear = CivilCalendar.days(year: year, month: 1, day: 1)
    let days: Int
    switch day {
    case .withoutLeapDay(let number):
      days = newYear + number - 1 + (CivilCalendar.isLeap(year) && number > 59 ? 1 : 0)
    case .ofYear(let number): days = newYear + number
    case .weekday(let month, let week, let weekday):
      let first = CivilCalendar.days(year: year, month: month, day: 1)
      // The calendar counts from Monday as 1, the rule from Sunday as 0.
      var day = 1 + (weekday - CivilCalendar.weekday(days: first) % 7 + 7) % 7 + 7 * (week - 1)
      let length = CivilCalendar.daysInMonth(month, year: year)
      while day > length { day -= 7 }
      days = first + day - 1
    }
    return Int64(days) * 86_400 + time
  }
}

extension TimeZoneRules.Rule {
  /// The offset at a number of seconds since 1970.
  func offset(at time: Int64) -> Int32 {
    if standard == summer { return standard }
    let local = floorDivision(time + Int64(standard), 86_400)
    let year = CivilCalendar.civil(days: Int(local)).year
    let start = begin.seconds(in: year) - Int64(standard)
    let stop = end.seconds(in: year) - Int64(summer)
    let isSummer = start < stop ? time >= start && time < stop : !(time >= stop && time < start)
    return isSummer ? summer : standard
  }
}

/// Reads the last line of a zone's file: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixZone {
  private var rest: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) { rest = text }

  func rule() -> TimeZoneRules.Rule? {
    var copy = self
    return copy.readRule()
  }

  private mutating func readRule() -> TimeZoneRules.Rule? {
    guard skipName(), let west = readTime() else { return nil }
    let standard = Int32(truncatingIfNeeded: -west)
    let midnight = YearlyMoment(day: .ofYear(0), time: 0)
    if rest.isEmpty {
      return TimeZoneRules.Rule(standard: standard, summer: standard, begin: midnight, end: midnight)
    }
    guard skipName() else { return nil }
    var summer = standard + 3600
    if rest.first != UInt8(ascii: ",") {
      guard let offset = readTime() else { return nil }
      summer = Int32(truncatingIfNeeded: -offset)
    }
    guard let begin = readMoment(), let end = readMoment(), rest.isEmpty else { return nil }
    return TimeZoneRules.Rule(standard: standard, summer: summer, begin: begin, end: end)
  }

  private mutating func skipName() -> Bool {
    if rest.first == UInt8(ascii: "<") {
      guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
      rest = rest[(end + 1)...]
      return true
    }
    let count = rest.prefix { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") }.count
    rest = rest.dropFirst(count)
    return count >= 3
  }

  private mutating func readNumber() -> Int? {
    let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    guard !digits.isEmpty, digits.count < 6 else { return nil }
    rest = rest.dropFirst(digits.count)
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  private mutating func readTime() -> Int64? {
    let isNegative = skip(UInt8(ascii: "-"))
    if !isNegative { _ = skip(UInt8(ascii: "+")) }
    guard var seconds = readNumber().map({ $0 * 3600 }) else { return nil }
    for unit in [60, 1] where skip(UInt8(ascii: ":")) {
      guard let number = readNumber() else { return nil }
      seconds += number * unit
    }
    return Int64(isNegative ? -seconds : seconds)
  }

  /// `,Jn`, `,n` or `,Mm.w.d`, and `/time`.
  private mutating func readMoment() -> YearlyMoment? {
    guard skip(UInt8(ascii: ",")) else { return nil }
    let day: YearlyMoment.Day
    if skip(UInt8(ascii: "J")) {
      guard let number = readNumber(), (1...365).contains(number) else { return nil }
      day = .withoutLeapDay(number)
    } else if skip(UInt8(ascii: "M")) {
      guard let month = readNumber(), skip(UInt8(ascii: ".")), let week = readNumber(),
        skip(UInt8(ascii: ".")), let weekday = readNumber(), (1...12).contains(month), (1...5).contains(week),
        (0...6).contains(weekday)
      else { return nil }
      day = .weekday(month: month, week: week, weekday: weekday)
    } else {
      guard let number = readNumber(), number <= 365 else { return nil }
      day = .ofYear(number)
    }
    guard skip(UInt8(ascii: "/")) else { return YearlyMoment(day: day, time: 7200) }
    return readTime().map { YearlyMoment(day: day, time: $0) }
  }
}
