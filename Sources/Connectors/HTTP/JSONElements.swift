/// Finds where the elements of a JSON array lie, or of a sequence of values with white space between. What they
/// hold is not looked at.
struct JSONElements {
  private let bytes: [UInt8]
  private var place = 0
  private let isArray: Bool
  private var isDone = false
  /// Why there is no next element, where that is not the end.
  private(set) var problem: String?

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    place = bytes.firstIndex { !Self.isSpace($0) } ?? bytes.count
    isArray = place < bytes.count && bytes[place] == UInt8(ascii: "[")
    if isArray { enter() }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  /// The next element.
  mutating func next() -> Range<Int>? {
    guard problem == nil else { return nil }
    skipSpaces()
    guard !isDone else {
      if place < bytes.count { problem = "something stands behind the array" }
      return nil
    }
    guard place < bytes.count else {
      if isArray { problem = "the array has no end" }
      return nil
    }
    let start = place
    skipValue()
    let element = start..<place
    if isArray { separate() }
    return element
  }

  /// Goes into the array.
  private mutating func enter() {
    place += 1
    skipSpaces()
    if place < bytes.count, bytes[place] == UInt8(ascii: "]") { leave() }
  }

  private mutating func leave() {
    place += 1
    isDone = true
  }

  /// Takes what stands behind an element.
  private mutating func separate() {
    skipSpaces()
    guard place < bytes.count else { return }
    switch bytes[place] {
    case UInt8(ascii: "]"): leave()
    case UInt8(ascii: ","): place += 1
    default: problem = "no comma stands between two elements of the array"
    }
  }

  private mutating func skipSpaces() { while place < bytes.count, Self.isSpace(bytes[place]) { place += 1 } }

  /// Goes behind a value, or at least one byte further.
  private mutating func skipValue() {
    var depth = 0
    repeat {
      switch bytes[place] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""): skipString()
      default:
        if depth == 0 { skipScalar() }
      }
      place += 1
    } while depth > 0 && place < bytes.count
  }

  /// Stops at the closing quote.
  private mutating func skipString() {
    place += 1
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    place = min(place, bytes.count - 1)
  }

  /// Stops at the last byte of a number or word.
  private mutating func skipScalar() {
    while place + 1 < bytes.count {
      let next = bytes[place + 1]
      if Self.isSpace(next) || next == UInt8(ascii: ",") || next == UInt8(ascii: "]") { return }
      place += 1
    }
  }
}
