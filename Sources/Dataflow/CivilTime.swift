/// Dates and times as text, in UTC, by the proleptic Gregorian calendar.
enum CivilTime {
  /// `2013-01-31` of days since 1970-01-01.
  static func date(_ days: Int64) -> String {
    // Days are counted in eras of 400 years that begin on March 1.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// `2013-01-31T08:00:00Z` of microseconds since 1970.
  static func timestamp(_ microseconds: Int64) -> String {
    let perDay: Int64 = 86_400_000_000
    var days = microseconds / perDay
    var rest = microseconds % perDay
    if rest < 0 {
      rest += perDay
      days -= 1
    }
    let seconds = rest / 1_000_000
    var text =
      "\(date(days))T\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    let fraction = rest % 1_000_000
    if fraction != 0 { text += ".\(padded(fraction, 6))" }
    return text + "Z"
  }

  /// `90s` in the largest unit that is whole.
  static func duration(_ microseconds: Int64) -> String {
    let units: [(String, Int64)] = [
      ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000),
      ("s", 1_000_000),
      ("ms", 1000),
    ]
    for (unit, size) in units where microseconds != 0 && microseconds % size == 0 {
      return "\(microseconds / size)\(unit)"
    }
    return microseconds == 0 ? "0s" : "\(microseconds)us"
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number.magnitude)
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(width - digits.count, 0)) + digits
  }
}
