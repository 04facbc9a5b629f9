/// One field of a schedule: what it counts, and how its values are written.
struct CronField: Sendable {
  let name: String
  let range: ClosedRange<Int>
  var words: [String] = []

  static let minute = CronField(name: "the minute", range: 0...59)
  static let hour = CronField(name: "the hour", range: 0...23)
  static let day = CronField(name: "the day of the month", range: 1...31)
  static let month = CronField(
    name: "the month", range: 1...12,
    words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
  /// Sunday is 0 and 7.
  static let weekday = CronField(
    name: "the day of the week", range: 0...7, words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

  /// The values that a list of parts gives, in order.
  func read(_ bytes: [UInt8], _ range: Range<Int>) throws(CronExpression.Problem) -> [Int] {
    var values: Set<Int> = []
    var start = range.lowerBound
    for index in range.lowerBound...range.upperBound
    where index == range.upperBound || bytes[index] == UInt8(ascii: ",") {
      values.formUnion(try part(bytes, start..<index, in: range))
      start = index + 1
    }
    return values.sorted()
  }

  /// `*`, `a`, `a-b`, and each with a step `/n` behind.
  private func part(
    _ bytes: [UInt8], _ place: Range<Int>, in field: Range<Int>
  ) throws(CronExpression.Problem) -> [Int] {
    if place.isEmpty { throw problem("a value is missing in \(name)", nil, field) }
    var rest = place
    var step = 1
    if let slash = bytes[place].firstIndex(of: UInt8(ascii: "/")) {
      rest = place.lowerBound..<slash
      let after = slash + 1..<place.upperBound
      guard let number = Self.number(bytes[after]), number > 0 else {
        throw problem("a step of \(name) is a number from 1", "as in `*/15`", place)
      }
      guard number <= range.upperBound - range.lowerBound else {
        throw problem(
          "a step of \(number) is longer than \(name) runs", "it would take only the first value: name that",
          place)
      }
      step = number
    }
    let text = String(decoding: bytes[rest], as: UTF8.self)
    if text == "*" { return Array(stride(from: range.lowerBound, through: range.upperBound, by: step)) }
    if let dash = bytes[rest].firstIndex(of: UInt8(ascii: "-")), dash > rest.lowerBound {
      let low = try value(bytes, rest.lowerBound..<dash, in: place)
      let high = try value(bytes, dash + 1..<rest.upperBound, in: place)
      guard low <= high else {
        throw problem(
          "`\(text)` runs backwards",
          "write two ranges: `\(low)-\(range.upperBound),\(range.lowerBound)-\(high)`",
          rest)
      }
      return Array(stride(from: low, through: high, by: step))
    }
    let one = try value(bytes, rest, in: place)
    if rest.upperBound < place.upperBound {
      throw problem(
        "a step needs a range to run over", "write `\(one)-\(range.upperBound)/\(step)` or `*/\(step)`", place
      )
    }
    return [one]
  }

  private func value(
    _ bytes: [UInt8], _ place: Range<Int>, in part: Range<Int>
  ) throws(CronExpression.Problem) -> Int {
    let text = String(decoding: bytes[place], as: UTF8.self)
    if let number = Self.number(bytes[place]) {
      guard range.contains(number) else {
        throw problem("\(name) is from \(range.lowerBound) to \(range.upperBound)", nil, place)
      }
      return number
    }
    if let index = words.firstIndex(of: text.lowercased()) { return index + (range.lowerBound == 1 ? 1 : 0) }
    let whole = place.isEmpty ? part : place
    if text.contains(where: { "LW#?".contains($0) }) {
      throw problem("`\(text)` is of another notation", "write numbers, ranges and `*`", whole)
    }
    throw problem(
      "\(name) can't be `\(text)`",
      words.isEmpty
        ? "it is a number, a range or `*`"
        : "it is a number, a range, `*`, or \(words.joined(separator: " "))",
      whole)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count <= 4, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private func problem(_ message: String, _ help: String?, _ range: Range<Int>) -> CronExpression.Problem {
    CronExpression.Problem(kind: .notation, message: message, help: help, range: range)
  }
}
