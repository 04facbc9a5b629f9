/// Walks over a JSON text. A byte that no value can hold stands behind the text (a line feed or 0), and 64
/// bytes past it can be read: so nothing here looks for the end.
struct JSONScanner {
  /// What is read next.
  var place: UnsafePointer<UInt8>
  /// Whether line feeds are spaces; in JSON Lines they end the row.
  let spansLines: Bool

  /// Objects and arrays within each other.
  static let deepest = 256

  init(_ start: UnsafePointer<UInt8>, spansLines: Bool) {
    place = start
    self.spansLines = spansLines
  }

  @inline(__always)
  mutating func skipSpaces() {
    while place[0] <= 0x20 {
      switch place[0] {
      case 0x20, 0x09, carriageReturn: place += 1
      case lineFeed where spansLines: place += 1
      default: return
      }
    }
  }

  /// Reads one byte if it is next.
  @inline(__always)
  mutating func take(_ byte: UInt8) -> Bool {
    if place[0] != byte { return false }
    place += 1
    return true
  }

  /// What follows an element: the next one (true), or the end. `issue` says what was expected.
  @inline(__always)
  mutating func continues(until close: UInt8, else issue: JSONIssue) throws(JSONIssue) -> Bool {
    skipSpaces()
    if take(UInt8(ascii: ",")) {
      skipSpaces()
      return true
    }
    if take(close) { return false }
    throw isAtEnd ? .end : issue
  }

  var isAtEnd: Bool { place[0] == lineFeed || place[0] == 0 }

  // MARK: Strings

  /// Moves behind the string whose opening quote is next; gives its content and whether it has escapes.
  @inline(__always)
  mutating func string() throws(JSONIssue) -> (content: UnsafeBufferPointer<UInt8>, isEscaped: Bool) {
    let start = place + 1
    var next = start
    var isEscaped = false
    while true {
      next = Self.nextStringMark(next)
      if next[0] == UInt8(ascii: "\"") {
        place = next + 1
        return (UnsafeBufferPointer(start: start, count: next - start), isEscaped)
      }
      guard next[0] == UInt8(ascii: "\\") else {
        place = next
        throw next[0] == lineFeed || next[0] == 0 ? .unterminatedString : .controlCharacter
      }
      isEscaped = true
      next += 1
      // The escaped byte itself may be a quote; a control character is found by the next round.
      if next[0] >= 0x20 { next += 1 }
    }
  }

  /// The next quote, backslash or control character.
  @inline(__always)
  private static func nextStringMark(_ start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var place = start
    while true {
      let word = UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
      let quotes = word ^ 0x2222_2222_2222_2222
      let slashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
      let low = (word &- 0x2020_2020_2020_2020) & ~word
      let found =
        ((quotes &- 0x0101_0101_0101_0101) & ~quotes | (slashes &- 0x0101_0101_0101_0101) & ~slashes | low)
        & 0x8080_8080_8080_8080
      // A borrow can only mark bytes behind a real mark: the lowest is right.
      if found != 0 { return place + found.trailingZeroBitCount / 8 }
      place += 8
    }
  }

  /// Writes the text that an escaped content stands for; it is never longer than the content.
  static func unescape(
    _ content: UnsafeBufferPointer<UInt8>, to output: UnsafeMutablePointer<UInt8>
  ) throws(JSONIssue) -> Int {
    var next = output
    var index = 0
    while index < content.count {
      let byte = content[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        next[0] = byte
        next += 1
        continue
      }
      let escape = index < content.count ? content[index] : 0
      index += 1
      let plain: UInt8
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = escape
      case UInt8(ascii: "b"): plain = 8
      case UInt8(ascii: "f"): plain = 12
      case UInt8(ascii: "n"): plain = 10
      case UInt8(ascii: "r"): plain = 13
      case UInt8(ascii: "t"): plain = 9
      case UInt8(ascii: "u"):
        next += write(try scalar(content, &index), to: next)
        continue
      default: throw .badEscape
      }
      next[0] = plain
      next += 1
    }
    return next - output
  }

  /// The scalar of `\uXXXX`, whose digits begin at `index`, and of the second half of a pair.
  private static func scalar(_ content: UnsafeBufferPointer<UInt8>, _ index: inout Int) throws(JSONIssue)
    -> UInt32
  {
    let first = try unit(content, &index)
    if first & 0xF800 != 0xD800 { return first }
    guard first < 0xDC00, index + 6 <= content.count, content[index] == UInt8(ascii: "\\"),
      content[index + 1] == UInt8(ascii: "u")
    else { throw .loneSurrogate }
    index += 2
    let second = try unit(content, &index)
    guard second & 0xFC00 == 0xDC00 else { throw .loneSurrogate }
    return 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
  }

  private static func unit(_ content: UnsafeBufferPointer<UInt8>, _ index: inout Int) throws(JSONIssue)
    -> UInt32
  {
    guard index + 4 <= content.count else { throw .badEscape }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = content[index]
      index += 1
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - 0x57)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - 0x37)
      default: throw .badEscape
      }
    }
    return value
  }

  private static func write(_ scalar: UInt32, to place: UnsafeMutablePointer<UInt8>) -> Int {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: 0x80 | scalar >> shift & 0x3F) }
    switch scalar {
    case 0..<0x80:
      place[0] = UInt8(truncatingIfNeeded: scalar)
      return 1
    case 0x80..<0x800:
      place[0] = UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
      place[1] = tail(0)
      return 2
    case 0x800..<0x10000:
      place[0] = UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
      place[1] = tail(6)
      place[2] = tail(0)
      return 3
    default:
      place[0] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
      place[1] = tail(12)
      place[2] = tail(6)
      place[3] = tail(0)
      return 4
    }
  }

  // MARK: Numbers and names

  /// Moves behind the number that is next; gives its text and whether it is written without point and
  /// exponent.
  @inline(__always)
  mutating func number() throws(JSONIssue) -> (text: UnsafeBufferPointer<UInt8>, isInteger: Bool) {
    let start = place
    var next = place
    var isInteger = true
    if next[0] == UInt8(ascii: "-") { next += 1 }
    if next[0] == UInt8(ascii: "0") {
      next += 1
      if next[0] &- 0x30 <= 9 { throw .badNumber }
    } else {
      guard Self.skipDigits(&next) else { throw .badNumber }
    }
    if next[0] == UInt8(ascii: ".") {
      next += 1
      isInteger = false
      guard Self.skipDigits(&next) else { throw .badNumber }
    }
    if next[0] | 0x20 == UInt8(ascii: "e") {
      next += 1
      isInteger = false
      if next[0] == UInt8(ascii: "+") || next[0] == UInt8(ascii: "-") { next += 1 }
      guard Self.skipDigits(&next) else { throw .badNumber }
    }
    guard Self.endsWord(next[0]) else { throw .badNumber }
    place = next
    return (UnsafeBufferPointer(start: start, count: next - start), isInteger)
  }

  @inline(__always)
  private static func skipDigits(_ place: inout UnsafePointer<UInt8>) -> Bool {
    let start = place
    while place[0] &- 0x30 <= 9 { place += 1 }
    return place > start
  }

  /// Whether a number or name ends before this byte.
  @inline(__always)
  static func endsWord(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
  }

  /// Reads `true`, `false` or `null` if it is next.
  @inline(__always)
  mutating func word(_ word: StaticString) -> Bool {
    let bytes = word.utf8Start
    let count = word.utf8CodeUnitCount
    for index in 0..<count where place[index] != bytes[index] { return false }
    guard Self.endsWord(place[count]) else { return false }
    place += count
    return true
  }

  // MARK: Whole values

  /// Moves behind the value that is next.
  mutating func skipValue(depth: Int = 0) throws(JSONIssue) {
    switch place[0] {
    case UInt8(ascii: "\""):
      let (content, isEscaped) = try string()
      if isEscaped { try checkEscapes(content) }
    case UInt8(ascii: "{"):
      guard depth < Self.deepest else { throw .tooDeep }
      place += 1
      skipSpaces()
      if take(UInt8(ascii: "}")) { return }
      repeat {
        guard place[0] == UInt8(ascii: "\"") else { throw isAtEnd ? .end : .expectedKey }
        let (content, isEscaped) = try string()
        if isEscaped { try checkEscapes(content) }
        skipSpaces()
        guard take(UInt8(ascii: ":")) else { throw .expectedColon }
        skipSpaces()
        try skipValue(depth: depth + 1)
      } while try continues(until: UInt8(ascii: "}"), else: .expectedCommaOrBrace)
    case UInt8(ascii: "["):
      guard depth < Self.deepest else { throw .tooDeep }
      place += 1
      skipSpaces()
      if take(UInt8(ascii: "]")) { return }
      repeat {
        try skipValue(depth: depth + 1)
      } while try continues(until: UInt8(ascii: "]"), else: .expectedCommaOrBracket)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): _ = try number()
    default:
      if word("true") || word("false") || word("null") { return }
      throw isAtEnd ? .end : .unexpected
    }
  }

  /// Strings that are skipped must be right, too.
  private func checkEscapes(_ content: UnsafeBufferPointer<UInt8>) throws(JSONIssue) {
    let room = UnsafeMutablePointer<UInt8>.allocate(capacity: max(content.count, 1))
    defer { room.deallocate() }
    _ = try Self.unescape(content, to: room)
  }
}
