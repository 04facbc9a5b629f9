import Crypto

/// HMAC-SHA-256: a hash that only who has the key can compute.
public struct KeyedHash: Sendable {
  /// The key is taken up already.
  private let start: HMAC<SHA256>

  /// Hashes under `key`.
  public init(key: UnsafeBufferPointer<UInt8>) { start = HMAC<SHA256>(key: SymmetricKey(data: Array(key))) }

  /// The hash of `bytes`: 64 lower-case hexadecimal digits.
  public func hex(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var state = start
    state.update(data: UnsafeRawBufferPointer(bytes))
    return lowercaseHex(state.finalize())
  }
}
