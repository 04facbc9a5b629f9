import Columns

/// Strings in JSON.
enum JSONStringText {
  static func append(_ bytes: [UInt8], to writer: inout ByteWriter) {
    bytes.withUnsafeBufferPointer { append($0, to: &writer) }
  }

  /// Quotes and escapes; everything but quotes, backslashes and control characters stays as it is.
  @inline(__always)
  static func append(_ bytes: UnsafeBufferPointer<UInt8>, to writer: inout ByteWriter) {
    // A control character takes up to 6 bytes.
    let start = writer.reserve(bytes.count * 6 + 2)
    var next = start
    next[0] = UInt8(ascii: "\"")
    next += 1
    for byte in bytes {
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        next[0] = byte
        next += 1
      } else {
        next += escape(byte, to: next)
      }
    }
    next[0] = UInt8(ascii: "\"")
    writer.advance(next + 1 - start)
  }

  @inline(never)
  private static func escape(_ byte: UInt8, to place: UnsafeMutablePointer<UInt8>) -> Int {
    place[0] = UInt8(ascii: "\\")
    let short: UInt8? =
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
      case 8: UInt8(ascii: "b")
      case 9: UInt8(ascii: "t")
      case 10: UInt8(ascii: "n")
      case 12: UInt8(ascii: "f")
      case 13: UInt8(ascii: "r")
      default: nil
      }
    if let short {
      place[1] = short
      return 2
    }
    let digits: StaticString = "0123456789abcdef"
    place[1] = UInt8(ascii: "u")
    place[2] = UInt8(ascii: "0")
    place[3] = UInt8(ascii: "0")
    place[4] = digits.utf8Start[Int(byte >> 4)]
    place[5] = digits.utf8Start[Int(byte & 15)]
    return 6
  }
}
