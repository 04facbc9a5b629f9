import Columns
import Testing

@Suite struct ScalarTextTests {
  private func parse<Value>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Value?) -> Value? {
    var text = text
    return text.withUTF8 { body($0) }
  }

  @Test(arguments: [
    ("0", 0 as Int64?), ("-0", 0), ("+7", 7), ("007", 7), ("9223372036854775807", .max),
    ("-9223372036854775808", .min),
    ("9223372036854775808", nil), ("", nil), ("-", nil), ("1 ", nil), ("1_000", nil), ("12a", nil),
    ("--1", nil),
  ])
  func `integers`(_ text: String, _ expected: Int64?) {
    #expect(parse(text, ScalarText.parseInt) == expected)
  }

  @Test(
    arguments: [
      ("1", 1), ("1.5", 1.5), (".5", 0.5), ("5.", 5), ("-1e-3", -0.001), ("1E+2", 100), ("inf", .infinity),
      ("-Infinity", -.infinity), ("1e400", nil), ("", nil), (".", nil), ("e5", nil), ("1e", nil),
      ("0x10", nil), ("1..2", nil),
      ("9007199254740993", 9_007_199_254_740_992), ("10.357019999999999", 10.357019999999999),
      ("2.2250738585072011e-308", Double.leastNormalMagnitude.nextDown),
      ("123456789012345678901234567890", 1.2345678901234568e29),
    ] as [(String, Double?)])
  func `floats`(_ text: String, _ expected: Double?) {
    #expect(parse(text, ScalarText.parseFloat) == expected)
  }

  @Test func `floats are rounded exactly and written shortest`() {
    var random = Seeded(7)
    for round in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      let text =
        switch round % 3 {
        case 0: value.description
        case 1: "\(random.next())e\(Int.random(in: -60...60, using: &random))"
        default: "\(Int.random(in: -100_000...100_000, using: &random)).\(random.next() % 1_000_000)"
        }
      guard let expected = Double(text), expected.isFinite else { continue }
      #expect(parse(text, ScalarText.parseFloat)?.bitPattern == expected.bitPattern)
      #expect(ScalarText.string { ScalarText.writeFloat(expected, to: $0) } == expected.description)
    }
  }

  @Test(
    arguments: [
      ("12.50", 12_500_000_000_000_000_000), ("-0.000000000000000001", -1), ("1e-18", 1), ("1e-19", nil),
      ("0e99", 0),
      ("1.0000000000000000000", 1_000_000_000_000_000_000), ("100000000000000000000", nil),
      ("5", 5_000_000_000_000_000_000),
      ("99999999999999999999.999999999999999999", ScalarText.decimalLimit - 1), ("1.2.3", nil), ("", nil),
      ("-", nil),
      ("0.1234567890123456789", nil), ("2.5E2", 250_000_000_000_000_000_000),
    ] as [(String, Int128?)])
  func `decimals`(_ text: String, _ expected: Int128?) {
    #expect(parse(text, ScalarText.parseDecimal) == expected)
  }

  @Test func `decimals are written without idle zeros`() {
    func text(_ value: Int128) -> String { ScalarText.string { ScalarText.writeDecimal(value, to: $0) } }
    #expect(text(0) == "0")
    #expect(text(-1) == "-0.000000000000000001")
    #expect(text(1_500_000_000_000_000_000) == "1.5")
    #expect(text(1 - ScalarText.decimalLimit) == "-99999999999999999999.999999999999999999")
    #expect(text(ScalarText.decimalScale * 100) == "100")
  }

  @Test(
    arguments: [
      ("1970-01-01", 0), ("1969-12-31", -1), ("2013-01-01", 15706), ("2000-02-29", 11016),
      ("1900-02-29", nil), ("2013-13-01", nil),
      ("2013-1-1", nil), ("+12345-06-07", 3_789_548), ("-0001-01-01", -719_893), ("0000-03-01", -719_468),
      ("20130101", nil),
    ] as [(String, Int32?)])
  func `dates`(_ text: String, _ expected: Int32?) { #expect(parse(text, ScalarText.parseDate) == expected) }

  @Test(
    arguments: [
      ("2013-01-01T05:00:00Z", 1_357_016_400_000_000), ("2013-01-01 05:00:00.25Z", 1_357_016_400_250_000),
      ("2013-01-01T07:00:00+02:00", 1_357_016_400_000_000), ("2013-01-01T05:00Z", 1_357_016_400_000_000),
      ("2013-01-01t05:00:00.123456000z", 1_357_016_400_123_456), ("2013-01-01T05:00:00.1234567Z", nil),
      ("2013-01-01T05:00:00", nil), ("2013-01-01T24:00:00Z", nil), ("2013-01-01T05:60:00Z", nil),
      ("2013-01-01T05:00:60Z", nil),
      ("2012-12-31T23:30:00-0530", 1_357_016_400_000_000), ("1969-12-31T23:59:59.999999Z", -1),
      ("2013-01-01T05:00:00Zx", nil),
    ] as [(String, Int64?)])
  func `timestamps`(_ text: String, _ expected: Int64?) {
    #expect(parse(text, ScalarText.parseTimestamp) == expected)
  }

  @Test(
    arguments: [
      ("90s", 90_000_000), ("1h30m", 5_400_000_000), ("-250ms", -250_000), ("2w1d", 1_296_000_000_000),
      ("P1DT2H", 93_600_000_000),
      ("PT0.5S", 500_000), ("-PT1M", -60_000_000), ("1m1h", nil), ("5", nil), ("1.5h", nil), ("", nil),
      ("P", nil), ("PT", nil), ("P1Y", nil),
      ("0s", 0), ("7us", 7),
    ] as [(String, Int64?)])
  func `durations`(_ text: String, _ expected: Int64?) {
    #expect(parse(text, ScalarText.parseDuration) == expected)
  }

  @Test func `times and wide numbers survive writing and reading`() {
    var random = Seeded(11)
    for _ in 0..<5000 {
      let wide = Int64(truncatingIfNeeded: random.next()) >> Int64(random.next() % 40)
      let uuid = Int128(truncatingIfNeeded: Int128(random.next()) << 64 | Int128(random.next()))
      #expect(parse(ScalarText.string { ScalarText.writeInt(wide, to: $0) }, ScalarText.parseInt) == wide)
      #expect(
        parse(ScalarText.string { ScalarText.writeTimestamp(wide, to: $0) }, ScalarText.parseTimestamp)
          == wide)
      #expect(
        parse(ScalarText.string { ScalarText.writeDuration(wide, to: $0) }, ScalarText.parseDuration) == wide)
      #expect(parse(ScalarText.string { ScalarText.writeUuid(uuid, to: $0) }, ScalarText.parseUuid) == uuid)
      let day = Int32(truncatingIfNeeded: wide % 3_000_000)
      #expect(parse(ScalarText.string { ScalarText.writeDate(day, to: $0) }, ScalarText.parseDate) == day)
    }
    for extreme in [Int64.min, .max, 0] {
      #expect(
        parse(ScalarText.string { ScalarText.writeDuration(extreme, to: $0) }, ScalarText.parseDuration)
          == extreme)
      #expect(
        parse(ScalarText.string { ScalarText.writeTimestamp(extreme, to: $0) }, ScalarText.parseTimestamp)
          == extreme)
    }
  }

  @Test func `the calendar agrees with counting days`() {
    var (year, month, day) = (1896, 1, 1)
    let start = CivilCalendar.days(year: year, month: month, day: day)
    for days in start..<(start + 80_000) {
      let civil = CivilCalendar.civil(days: days)
      guard civil == (year, month, day), CivilCalendar.days(year: year, month: month, day: day) == days else {
        Issue.record("day \(days) is not \(year)-\(month)-\(day)")
        return
      }
      day += 1
      if day > CivilCalendar.daysInMonth(month, year: year) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(CivilCalendar.weekday(days: 0) == 4)
    #expect(CivilCalendar.weekday(days: -4) == 7)
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
  func `bytes in Base64`(_ plain: String, _ text: String) {
    let bytes = Array(plain.utf8)
    let encoded = [UInt8](unsafeUninitializedCapacity: 16) { room, count in
      bytes.withUnsafeBufferPointer { Base64.encode($0, to: room.baseAddress!) }
      count = Base64.encodedCount(bytes.count)
    }
    #expect(String(decoding: encoded, as: UTF8.self) == text)
    var decoded = Array(repeating: UInt8(0), count: 16)
    #expect(parse(text) { Base64.decode($0, to: &decoded) } == bytes.count)
    #expect(Array(decoded.prefix(bytes.count)) == bytes)
    for bad in ["Zg=", "Zh==", "Z===", "Zm9v!A==", "Zg==Zg=="] {
      #expect(parse(bad) { Base64.decode($0, to: &decoded) } == nil)
    }
  }
}

@Suite struct TimeFormatTests {
  private func parse(_ format: String, _ text: String) throws -> Int64? {
    var text = text
    return try TimeFormat(format).parseTimestampText(&text)
  }

  @Test(
    arguments: [
      ("%d.%m.%Y %H:%M", "1.1.2013 05:00", 1_357_016_400_000_000),
      ("%D %I:%M %p", "01/01/13 5:00 AM", 1_357_016_400_000_000),
      ("%Y-%jT%T%z", "2013-001T06:00:00+0100", 1_357_016_400_000_000),
      ("%b %e %Y %R", "Jan  1 2013 05:00", 1_357_016_400_000_000),
      ("%s.%f", "1357016400.5", 1_357_016_400_500_000), ("epoch_ms", "1357016400000", 1_357_016_400_000_000),
      ("epoch_s", "1357016400.25", 1_357_016_400_250_000), ("epoch_us", "0.5", nil),
      ("%F", "2013-02-29", nil),
      ("%a %F", "Mon 2013-01-01", nil), ("%F %H", "2013-01-01 24", nil), ("%F", "2013-01-01x", nil),
      ("%F%%", "2013-01-01%", 1_356_998_400_000_000),
    ] as [(String, String, Int64?)])
  func `patterns are read`(_ format: String, _ text: String, _ expected: Int64?) throws {
    #expect(try parse(format, text) == expected)
  }

  @Test(arguments: [
    ("%d.%m", "the pattern names no full date: it needs a year (%Y), a month (%m) and a day (%d)"),
    ("%Y-%m-%d %", "the pattern ends after `%`; write `%%` for the sign"),
    ("%F %I:%M", "`%I` needs `%p`, else morning and evening are the same; or write `%H`"),
    (
      "%Q",
      "`%Q` is not a directive; there are %Y %y %m %d %e %j %b %B %a %A %H %I %p %M %S %f %z %s %F %T %R %D %%"
    ),
  ])
  func `a pattern that cannot be used says why`(_ format: String, _ expected: String) {
    #expect(TimeFormat.problem(in: format) == expected)
    #expect(TimeFormat.problem(in: "%F") == nil)
  }

  @Test func `what is written is read back`() throws {
    var random = Seeded(3)
    for pattern in [
      "%F %T.%f", "%A %B %-d %Y %I:%M:%S.%f %p", "%Y%j %H%M%S%f", "%s.%f", "epoch_us", "epoch_s",
      "%d/%m/%Y %T.%f%z",
    ] {
      let format = try TimeFormat(pattern)
      for _ in 0..<300 {
        let value = Int64(random.next() % 4_000_000_000_000_000)
        var writer = ByteWriter()
        format.writeTimestamp(value, to: &writer)
        var text = writer.string()
        #expect(format.parseTimestampText(&text) == value)
      }
    }
  }
}

extension TimeFormat {
  fileprivate func parseTimestampText(_ text: inout String) -> Int64? { text.withUTF8 { parseTimestamp($0) } }
}
