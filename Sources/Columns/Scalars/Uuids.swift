extension ScalarText {
  /// 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12; gives the bytes as a big-endian pattern.
  public static func parseUuid(_ text: UnsafeBufferPointer<UInt8>) -> Int128? {
    guard let start = text.baseAddress, text.count == 36 else { return nil }
    var value: UInt128 = 0
    for index in 0..<36 {
      let byte = start[index]
      if index == 8 || index == 13 || index == 18 || index == 23 {
        if byte != asciiMinus { return nil }
        continue
      }
      guard let digit = hexDigit(byte) else { return nil }
      value = value << 4 | UInt128(digit)
    }
    return Int128(truncatingIfNeeded: value)
  }

  static func hexDigit(_ byte: UInt8) -> UInt8? {
    let digit = byte &- asciiZero
    if digit <= 9 { return digit }
    let letter = (byte | 0x20) &- UInt8(ascii: "a")
    return letter < 6 ? letter + 10 : nil
  }

  /// 36 bytes, in lower case.
  public static func writeUuid(_ value: Int128, to place: UnsafeMutablePointer<UInt8>) -> Int {
    let digits: StaticString = "0123456789abcdef"
    let high = UInt64(truncatingIfNeeded: value >> 64)
    let low = UInt64(truncatingIfNeeded: value)
    var next = 0
    for nibble in 0..<32 {
      if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
        place[next] = asciiMinus
        next += 1
      }
      let half = nibble < 16 ? high : low
      place[next] = digits.utf8Start[Int(half >> UInt64((15 - nibble % 16) * 4) & 15)]
      next += 1
    }
    return next
  }
}
