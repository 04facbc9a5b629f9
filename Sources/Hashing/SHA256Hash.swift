import Crypto

/// SHA-256, of bytes at once or piece by piece.
public struct SHA256Hash: Sendable {
  private var state = SHA256()

  /// Starts with no bytes.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) { state.update(bufferPointer: bytes) }

  /// Adds the UTF-8 of `text`.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The hash of all bytes so far: 64 lower-case hexadecimal digits.
  public func hex() -> String { lowercaseHex(state.finalize()) }

  /// The hash of `bytes`: 64 lower-case hexadecimal digits.
  public static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256Hash()
    hash.update(bytes)
    return hash.hex()
  }

  /// The hash of `bytes`.
  public static func hex(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { hex($0) } }

  /// The hash of the UTF-8 of `text`.
  public static func hex(_ text: String) -> String {
    var hash = SHA256Hash()
    hash.update(text)
    return hash.hex()
  }
}

/// Two digits a byte.
func lowercaseHex(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
