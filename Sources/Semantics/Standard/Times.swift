extension StandardFunction {
  /// Functions of `Date`, `Timestamp` and `Duration`.
  static let times: [StandardFunction] = [
    StandardFunction(
      "date", .timestampDate, of: [.timestamp],
      [.labelled("zone", .type(.string), or: .string("UTC"))], gives: .type(.date),
      "The day of the time, in UTC or in a zone by its IANA name.",
      example: #"timestamp("2026-01-31T23:30:00Z").date(zone: "Europe/Berlin")"#, #"date("2026-02-01")"#),
    StandardFunction(
      "year", .year, of: [.date, .timestamp], gives: .type(.int),
      "The year, in UTC.", example: #"date("2026-01-31").year()"#, "2026"),
    StandardFunction(
      "month", .month, of: [.date, .timestamp], gives: .type(.int),
      "The month from 1, in UTC.", example: #"date("2026-01-31").month()"#, "1"),
    StandardFunction(
      "day", .day, of: [.date, .timestamp], gives: .type(.int),
      "The day of the month from 1, in UTC.", example: #"date("2026-01-31").day()"#, "31"),
    StandardFunction(
      "weekday", .weekday, of: [.date, .timestamp], gives: .type(.int),
      "The day of the week in UTC: Monday is 1, Sunday is 7.", example: #"date("2026-01-31").weekday()"#, "6"),
    StandardFunction(
      "hour", .hour, of: [.timestamp], gives: .type(.int),
      "The hour from 0, in UTC.", example: #"timestamp("2026-01-31T23:30:00Z").hour()"#, "23"),
    StandardFunction(
      "minute", .minute, of: [.timestamp], gives: .type(.int),
      "The minute from 0.", example: #"timestamp("2026-01-31T23:30:00Z").minute()"#, "30"),
    StandardFunction(
      "truncate", .truncate, of: [.timestamp], [.value("step", .type(.duration))], gives: .type(.timestamp),
      "The latest multiple of `step` since 1970 that is not after it.",
      example: #"timestamp("2026-01-31T23:34:56Z").truncate(15m)"#, #"timestamp("2026-01-31T23:30:00Z")"#),
    StandardFunction(
      "plus", .plusMonths, of: [.date, .timestamp], [.labelled("months", .type(.int))], gives: .receiver,
      "So many calendar months later, or earlier; the last day of a month that is too short.",
      example: #"date("2026-01-31").plus(months: 1)"#, #"date("2026-02-28")"#),
    StandardFunction(
      "seconds", .seconds, of: [.duration], gives: .type(.float),
      "Its length in seconds.", example: "1500ms.seconds()", "1.5"),
    StandardFunction(
      "days", .days, of: [.duration], gives: .type(.float),
      "Its length in days of 24 hours.", example: "36h.days()", "1.5"),
    StandardFunction(
      special: "date", nil, signature: #"date("...") -> Date"#,
      "A day, `2026-01-31`; only of a literal, which is checked when the file is.",
      example: #"date("2026-01-31").year()"#, "2026"),
    StandardFunction(
      special: "timestamp", nil, signature: #"timestamp("...") -> Timestamp"#,
      "A time, `2026-01-31T23:59:59Z` or with an offset; only of a literal, which is checked when the file is.",
      example: #"timestamp("2026-01-31T01:00:00+02:00").day()"#, "30"),
  ]
}
