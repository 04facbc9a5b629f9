/// The text of scalar values, both ways: what CSV, JSON, interpolation and the string functions share.
///
/// `parse…` gives nil for what is not the text of a value (`whyNot` says why); `write…` puts the text at an
/// address with at least `room` free bytes and gives its length.
public enum ScalarText {
  /// No scalar of fixed size has a longer text.
  public static let room = 64

  /// `true` or `false`.
  @inlinable public static func parseBool(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
    guard let start = text.baseAddress else { return nil }
    let raw = UnsafeRawPointer(start)
    if text.count == 4 { return raw.loadUnaligned(as: UInt32.self) == 0x6575_7274 ? true : nil }
    guard text.count == 5, start[4] == UInt8(ascii: "e") else { return nil }
    return raw.loadUnaligned(as: UInt32.self) == 0x736C_6166 ? false : nil
  }

  /// `true` or `false`.
  public static func writeBool(_ value: Bool, to place: UnsafeMutablePointer<UInt8>) -> Int {
    copy(value ? "true" : "false", to: place)
  }

  /// Copies ASCII that is known when compiling.
  static func copy(_ text: StaticString, to place: UnsafeMutablePointer<UInt8>) -> Int {
    place.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    return text.utf8CodeUnitCount
  }

  /// The text that a `write…` function gives, as a string.
  public static func string(_ write: (UnsafeMutablePointer<UInt8>) -> Int) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { buffer in
      guard let place = buffer.baseAddress else { return "" }
      let count = write(place)
      return String(decoding: UnsafeBufferPointer(start: place, count: count), as: UTF8.self)
    }
  }
}

@usableFromInline let asciiZero = UInt8(ascii: "0")
@usableFromInline let asciiMinus = UInt8(ascii: "-")
@usableFromInline let asciiPlus = UInt8(ascii: "+")
