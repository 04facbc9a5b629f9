/// The first bytes that no YAML text may hold. libyaml would find them, too, but counts otherwise and says less.
enum TextProblem: Equatable {
  /// Bytes that are no UTF-8.
  case encoding(Range<Int>)
  /// A character that YAML does not allow.
  case control(Range<Int>, Unicode.Scalar)

  static func first(in bytes: [UInt8]) -> TextProblem? {
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte < 0x80 {
        if byte < 0x20 && ![0x09, 0x0A, 0x0D].contains(byte) || byte == 0x7F {
          return .control(offset..<offset + 1, Unicode.Scalar(byte))
        }
        offset += 1
        continue
      }
      guard let (scalar, length) = decoded(bytes, at: offset) else { return .encoding(offset..<offset + 1) }
      let isAllowed =
        switch scalar.value {
        case 0x85, 0xA0...0xFFFD: scalar.value != 0xFEFF || offset == 0
        case 0x10000...: true
        default: false
        }
      if !isAllowed { return .control(offset..<offset + length, scalar) }
      offset += length
    }
    return nil
  }

  /// The scalar of two to four bytes at `offset`, where they are its shortest form.
  private static func decoded(_ bytes: [UInt8], at offset: Int) -> (Unicode.Scalar, Int)? {
    let length: Int
    var value: UInt32
    switch bytes[offset] {
    case 0xC2...0xDF: (length, value) = (2, UInt32(bytes[offset]) & 0x1F)
    case 0xE0...0xEF: (length, value) = (3, UInt32(bytes[offset]) & 0x0F)
    case 0xF0...0xF4: (length, value) = (4, UInt32(bytes[offset]) & 0x07)
    default: return nil
    }
    guard offset + length <= bytes.count else { return nil }
    for byte in bytes[offset + 1..<offset + length] {
      guard byte & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    let shortest: [UInt32] = [0x80, 0x800, 0x10000]
    guard value >= shortest[length - 2], let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
  }
}
