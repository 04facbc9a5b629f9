/// A schedule of five fields: minute, hour, day of the month, month, day of the week.
public struct CronExpression: Hashable, Sendable {
  /// 0 to 59, in order.
  public let minutes: [Int]
  /// 0 to 23, in order.
  public let hours: [Int]
  /// Days of the month, 1 to 31, in order.
  public let days: [Int]
  /// 1 to 12, in order.
  public let months: [Int]
  /// 0 is Sunday, 6 Saturday; in order.
  public let weekdays: [Int]
  /// Whether the field of the day of the month begins with `*`.
  public let anyDay: Bool
  /// Whether the field of the day of the week begins with `*`. Where neither is any, either may fit.
  public let anyWeekday: Bool

  /// What is wrong with a text, and where in it.
  public struct Problem: Error, Hashable {
    /// What is wrong.
    public enum Kind: Hashable, Sendable {
      /// Not five fields, or words of another notation.
      case notation
      /// No month of the expression has the day.
      case neverComes
    }
    /// What is wrong.
    public let kind: Kind
    /// In one sentence.
    public let message: String
    /// How to mend it.
    public let help: String?
    /// Offsets in the text, in bytes.
    public let range: Range<Int>
  }

  /// Reads the five fields.
  public init(_ text: String) throws(Problem) {
    let bytes = Array(text.utf8)
    let words = Self.words(bytes)
    if let first = words.first, bytes[first.lowerBound] == UInt8(ascii: "@") {
      let name = String(decoding: bytes[first], as: UTF8.self)
      throw Problem(
        kind: .notation, message: "`\(name)` is a name of another notation",
        help: Self.named[name].map { "write `\($0)`" } ?? "five fields say when", range: first)
    }
    guard words.count == 5 else {
      throw Problem(
        kind: .notation,
        message: "a schedule has five fields, and this has \(words.count == 0 ? "none" : "\(words.count)")",
        help: words.count == 6 || words.count == 7
          ? "there are no seconds and no years: minute, hour, day of the month, month, day of the week"
          : "minute, hour, day of the month, month, day of the week: `0 3 * * *` is every day at 03:00",
        range: 0..<bytes.count)
    }
    minutes = try CronField.minute.read(bytes, words[0])
    hours = try CronField.hour.read(bytes, words[1])
    days = try CronField.day.read(bytes, words[2])
    months = try CronField.month.read(bytes, words[3])
    weekdays = Set(try CronField.weekday.read(bytes, words[4]).map { $0 % 7 }).sorted()
    anyDay = bytes[words[2].lowerBound] == UInt8(ascii: "*")
    anyWeekday = bytes[words[4].lowerBound] == UInt8(ascii: "*")
    let longest = months.map { [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][$0 - 1] }.max() ?? 31
    if anyWeekday, let first = days.first, first > longest {
      let named = months.count == 1 ? "month \(months[0]) has" : "these months have"
      throw Problem(
        kind: .neverComes, message: "this day never comes: \(named) at most \(longest) days", help: nil,
        range: words[2].lowerBound..<words[3].upperBound)
    }
  }

  /// Where the words stand that spaces divide.
  private static func words(_ bytes: [UInt8]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start: Int?
    for (index, byte) in bytes.enumerated() {
      if byte == 0x20 || byte == 0x09 {
        if let begin = start { words.append(begin..<index) }
        start = nil
      } else if start == nil {
        start = index
      }
    }
    if let begin = start { words.append(begin..<bytes.count) }
    return words
  }

  private static let named = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
  ]
}
