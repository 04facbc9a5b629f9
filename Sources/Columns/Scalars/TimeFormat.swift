/// How dates and timestamps are written where it is not ISO 8601: `epoch_s`, `epoch_ms`, `epoch_us`, or a
/// pattern of strftime.
///
/// Directives: `%Y %y %m %d %e %j %b %B %a %A %H %I %p %M %S %f %z %s %F %T %R %D %%`, with `%-` for numbers
/// without padding. `%f` is the fraction of a second, up to 6 digits; a time without `%z` or `%s` is UTC.
public struct TimeFormat: Hashable, Sendable {
  /// A part of a pattern.
  enum Piece: Hashable, Sendable {
    case literal(UInt8)
    case year, shortYear
    case number(Component, width: Int, padding: UInt8?)
    case monthName(isLong: Bool)
    case weekdayName(isLong: Bool)
    case half
    case fraction
    case offset
    case epochSeconds
  }

  /// What is written as a plain number.
  enum Component: Hashable, Sendable {
    case month, day, dayOfYear, hour, hourOfHalf, minute, second
  }

  enum Kind: Hashable, Sendable {
    /// Microseconds of one unit.
    case epoch(Int64)
    case pattern([Piece])
  }

  /// As it stands in the program.
  public let source: String
  let kind: Kind

  /// Reads a format.
  public init(_ source: String) throws(TimeFormatProblem) {
    self.source = source
    switch source {
    case "epoch_s": kind = .epoch(1_000_000)
    case "epoch_ms": kind = .epoch(1000)
    case "epoch_us": kind = .epoch(1)
    default: kind = .pattern(try Self.pieces(of: source))
    }
  }

  /// What is wrong with a format, in one line; nil when it can be used.
  public static func problem(in source: String) -> String? {
    do throws(TimeFormatProblem) {
      _ = try TimeFormat(source)
      return nil
    } catch {
      return error.message
    }
  }

  /// Whether values are numbers: JSON then has no quotes around them.
  public var isNumeric: Bool {
    if case .epoch = kind { true } else { false }
  }

  private static func pieces(of source: String) throws(TimeFormatProblem) -> [Piece] {
    var pieces: [Piece] = []
    var bytes = Array(source.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        pieces.append(.literal(byte))
        continue
      }
      var directive = bytes.popFirst()
      let isPlain = directive == asciiMinus
      if isPlain { directive = bytes.popFirst() }
      guard let directive else {
        throw TimeFormatProblem(message: "the pattern ends after `%`; write `%%` for the sign")
      }
      guard let found = piece(directive, isPlain: isPlain) else {
        let name = String(decoding: isPlain ? [asciiMinus, directive] : [directive], as: UTF8.self)
        throw TimeFormatProblem(
          message:
            "`%\(name)` is not a directive; there are %Y %y %m %d %e %j %b %B %a %A %H %I %p %M %S %f %z %s"
            + " %F %T %R %D %%")
      }
      pieces += found
    }
    try check(pieces)
    return pieces
  }

  private static func piece(_ directive: UInt8, isPlain: Bool) -> [Piece]? {
    func number(_ component: Component, _ width: Int = 2, _ padding: UInt8 = asciiZero) -> [Piece] {
      [.number(component, width: width, padding: isPlain ? nil : padding)]
    }
    func literal(_ character: Unicode.Scalar) -> [Piece] { [.literal(UInt8(ascii: character))] }
    switch Unicode.Scalar(directive) {
    case "m": return number(.month)
    case "d": return number(.day)
    case "e": return number(.day, 2, 0x20)
    case "j": return number(.dayOfYear, 3)
    case "H": return number(.hour)
    case "I": return number(.hourOfHalf)
    case "M": return number(.minute)
    case "S": return number(.second)
    case _ where isPlain: return nil
    case "Y": return [.year]
    case "y": return [.shortYear]
    case "b": return [.monthName(isLong: false)]
    case "B": return [.monthName(isLong: true)]
    case "a": return [.weekdayName(isLong: false)]
    case "A": return [.weekdayName(isLong: true)]
    case "p": return [.half]
    case "f": return [.fraction]
    case "z": return [.offset]
    case "s": return [.epochSeconds]
    case "F": return [.year] + literal("-") + number(.month) + literal("-") + number(.day)
    case "T": return number(.hour) + literal(":") + number(.minute) + literal(":") + number(.second)
    case "R": return number(.hour) + literal(":") + number(.minute)
    case "D": return number(.month) + literal("/") + number(.day) + literal("/") + [.shortYear]
    case "%": return literal("%")
    default: return nil
    }
  }

  private static func check(_ pieces: [Piece]) throws(TimeFormatProblem) {
    func has(_ component: Component) -> Bool {
      pieces.contains { if case .number(component, _, _) = $0 { true } else { false } }
    }
    if pieces.contains(.epochSeconds) { return }
    let hasYear = pieces.contains(.year) || pieces.contains(.shortYear)
    let hasMonth =
      has(.month) || pieces.contains(.monthName(isLong: false)) || pieces.contains(.monthName(isLong: true))
    guard hasYear, has(.dayOfYear) || (hasMonth && has(.day)) else {
      throw TimeFormatProblem(
        message: "the pattern names no full date: it needs a year (%Y), a month (%m) and a day (%d)")
    }
    if has(.hourOfHalf), !pieces.contains(.half) {
      throw TimeFormatProblem(
        message: "`%I` needs `%p`, else morning and evening are the same; or write `%H`")
    }
  }
}

/// A format that cannot be used.
public struct TimeFormatProblem: Error, Sendable {
  /// What is wrong, in one line.
  public let message: String
}

let monthNames = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November",
  "December",
]
let weekdayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
