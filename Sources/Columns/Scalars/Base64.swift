/// Base64 with the alphabet `A-Z a-z 0-9 + /` and padding (RFC 4648).
public enum Base64 {
  /// Bytes of the text of `count` bytes.
  public static func encodedCount(_ count: Int) -> Int { (count + 2) / 3 * 4 }

  /// Writes the text of `bytes`; `place` has `encodedCount` free bytes.
  public static func encode(_ bytes: UnsafeBufferPointer<UInt8>, to place: UnsafeMutablePointer<UInt8>) {
    let digits = alphabet.utf8Start
    var next = place
    var index = 0
    while index < bytes.count {
      let left = bytes.count - index
      var group = UInt32(bytes[index]) << 16
      if left > 1 { group |= UInt32(bytes[index + 1]) << 8 }
      if left > 2 { group |= UInt32(bytes[index + 2]) }
      next[0] = digits[Int(group >> 18)]
      next[1] = digits[Int(group >> 12 & 63)]
      next[2] = left > 1 ? digits[Int(group >> 6 & 63)] : UInt8(ascii: "=")
      next[3] = left > 2 ? digits[Int(group & 63)] : UInt8(ascii: "=")
      next += 4
      index += 3
    }
  }

  /// An upper bound of the bytes that a text of `count` bytes stands for.
  public static func decodedCount(_ count: Int) -> Int { count / 4 * 3 }

  /// Writes the bytes that `text` stands for and gives their number; nil when it is not Base64. `place` has
  /// `decodedCount` free bytes.
  public static func decode(_ text: UnsafeBufferPointer<UInt8>, to place: UnsafeMutablePointer<UInt8>) -> Int?
  {
    guard text.count % 4 == 0 else { return nil }
    var next = place
    var index = 0
    while index < text.count {
      let isLast = index + 4 == text.count
      var group: UInt32 = 0
      var padding = 0
      for offset in 0..<4 {
        let byte = text[index + offset]
        if byte == UInt8(ascii: "="), isLast, offset >= 2 {
          padding += 1
          group <<= 6
          continue
        }
        guard padding == 0, let digit = value(byte) else { return nil }
        group = group << 6 | digit
      }
      // The bits that padding leaves over are 0 in the one text that a byte string has.
      if padding == 1, group & 0xFF != 0 { return nil }
      if padding == 2, group & 0xFFFF != 0 { return nil }
      next[0] = UInt8(truncatingIfNeeded: group >> 16)
      if padding < 2 { next[1] = UInt8(truncatingIfNeeded: group >> 8) }
      if padding < 1 { next[2] = UInt8(truncatingIfNeeded: group) }
      next += 3 - padding
      index += 4
    }
    return next - place
  }

  private static func value(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

private let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
