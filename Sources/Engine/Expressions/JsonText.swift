import Columns

/// Walks over a JSON text that is known to be valid, or finds out that it is not.
struct JsonText {
  let bytes: UnsafeBufferPointer<UInt8>
  var index = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The next byte that is no white space, or 0 at the end.
  mutating func peek() -> UInt8 {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return bytes[index]
      }
    }
    return 0
  }

  /// Whether the next byte is this one; moves behind it.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard peek() == byte, index < bytes.count else { return false }
    index += 1
    return true
  }

  /// The bytes of a string between its quotes, escapes as written; nil when there is none.
  mutating func string() -> Range<Int>? {
    guard skip(UInt8(ascii: "\"")) else { return nil }
    let start = index
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index += 1
        return start..<index - 1
      case UInt8(ascii: "\\"): index += 2
      default: index += 1
      }
    }
    index = min(index, bytes.count)
    return nil
  }

  /// The bytes of a value; nil when there is none. Depth costs no stack.
  mutating func value() -> Range<Int>? {
    _ = peek()
    let start = index
    var depth = 0
    repeat {
      switch peek() {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        index += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { return nil }
        depth -= 1
        index += 1
      case UInt8(ascii: "\""): if string() == nil { return nil }
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard depth > 0 else { return nil }
        index += 1
      case 0: return nil
      default:
        while index < bytes.count, !Self.endsWord(bytes[index]) { index += 1 }
      }
    } while depth > 0
    return start..<index
  }

  private static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"),
      UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "{"):
      true
    default: false
    }
  }

  /// Goes to each member of an object, or to nothing where the text is no object.
  mutating func members(_ body: (_ key: Range<Int>, _ value: Range<Int>) -> Void) -> Bool {
    guard skip(UInt8(ascii: "{")) else { return false }
    while let key = string(), skip(UInt8(ascii: ":")), let value = value() {
      body(key, value)
      if !skip(UInt8(ascii: ",")) { break }
    }
    return true
  }

  /// Goes to each element of an array, or to nothing where the text is no array.
  mutating func elements(_ body: (Range<Int>) -> Void) -> Bool {
    guard skip(UInt8(ascii: "[")) else { return false }
    if skip(UInt8(ascii: "]")) { return true }
    while let value = value() {
      body(value)
      if !skip(UInt8(ascii: ",")) { break }
    }
    return true
  }

  /// Whether the string at `range` holds no escape.
  func isPlain(_ range: Range<Int>) -> Bool { !bytes[range].contains(UInt8(ascii: "\\")) }

  /// The text that the string at `range` stands for.
  func unescaped(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    var place = range.lowerBound
    while place < range.upperBound {
      guard bytes[place] == UInt8(ascii: "\\"), place + 1 < range.upperBound else {
        result.append(bytes[place])
        place += 1
        continue
      }
      let escape = bytes[place + 1]
      place += 2
      switch escape {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "u"):
        var scalar = hexadecimal(place, range.upperBound)
        place += 4
        if scalar & 0xFC00 == 0xD800, place + 6 <= range.upperBound, bytes[place] == UInt8(ascii: "\\"),
          bytes[place + 1] == UInt8(ascii: "u")
        {
          let low = hexadecimal(place + 2, range.upperBound)
          if low & 0xFC00 == 0xDC00 {
            scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
            place += 6
          }
        }
        // Half of a pair stands for no character.
        result.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
      default: result.append(escape)
      }
    }
    return result
  }

  private func hexadecimal(_ start: Int, _ end: Int) -> UInt32 {
    var value: UInt32 = 0
    for place in start..<min(start + 4, end) {
      let byte = bytes[place]
      let digit = byte <= UInt8(ascii: "9") ? byte &- 0x30 : (byte | 0x20) &- UInt8(ascii: "a") &+ 10
      value = value << 4 | UInt32(digit & 15)
    }
    return value
  }
}
