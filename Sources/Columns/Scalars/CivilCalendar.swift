/// The proleptic Gregorian calendar: days since 1970-01-01 and back, by arithmetic alone.
public enum CivilCalendar {
  /// Days since 1970-01-01 of a date, for any year; month and day must be real ones.
  @inlinable public static func days(year: Int, month: Int, day: Int) -> Int {
    // Years begin in March, so that the leap day is the last; eras have 400 years.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Year, month and day of a number of days since 1970-01-01.
  @inlinable public static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// Whether February has 29 days.
  @inlinable public static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// 28 to 31.
  @inlinable public static func daysInMonth(_ month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Whether there is such a date.
  @inlinable public static func isValid(year: Int, month: Int, day: Int) -> Bool {
    month >= 1 && month <= 12 && day >= 1 && (day <= 28 || day <= daysInMonth(month, year: year))
  }

  /// 1 for Monday to 7 for Sunday.
  @inlinable public static func weekday(days: Int) -> Int {
    let remainder = (days + 3) % 7
    return (remainder < 0 ? remainder + 7 : remainder) + 1
  }

  /// 1 for the first of January.
  @inlinable public static func dayOfYear(days: Int) -> Int {
    days - Self.days(year: civil(days: days).year, month: 1, day: 1) + 1
  }

  /// Microseconds of a day.
  public static let microsecondsPerDay: Int64 = 86_400_000_000

  /// The day of a number of microseconds since 1970-01-01T00:00:00Z, and the microseconds within it.
  @inlinable public static func split(_ microseconds: Int64) -> (days: Int, rest: Int64) {
    var (days, rest) = microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
    if rest < 0 {
      rest += 86_400_000_000
      days -= 1
    }
    return (Int(days), rest)
  }

  /// Microseconds since 1970-01-01T00:00:00Z; nil when they do not fit 64 bits.
  @inlinable public static func microseconds(days: Int, rest: Int64) -> Int64? {
    // Far from the limits nothing can overflow; near them the day's start may, though the time does not.
    if days.magnitude < 100_000_000 { return Int64(days) * 86_400_000_000 + rest }
    return Int64(exactly: Int128(days) * 86_400_000_000 + Int128(rest))
  }
}
