import CXXHash

/// The hash that users can see the effect of (`sample`, `split`, shards): XXH3, 64 bits, seed 0, over the
/// canonical bytes of a value. Frozen: it never changes between versions.
public enum FrozenHash {
  /// The hash of raw bytes.
  public static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    cxxhash_xxh3(bytes.baseAddress, bytes.count)
  }

  /// The hash of raw bytes.
  public static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    cxxhash_xxh3(bytes.baseAddress, bytes.count)
  }

  /// The hash of a fixed-width value's 8 bytes, least significant first.
  public static func hash(_ value: UInt64) -> UInt64 {
    withUnsafeBytes(of: value.littleEndian) { cxxhash_xxh3($0.baseAddress, 8) }
  }

  /// The hash of the 16 bytes of a wide value, least significant first.
  public static func hash(_ value: UInt128) -> UInt64 {
    withUnsafeBytes(of: value.littleEndian) { cxxhash_xxh3($0.baseAddress, 16) }
  }

  /// The hash of a key of several parts, from the hashes of its parts, in order: the hash of their 16 bytes.
  public static func combine(_ first: UInt64, _ second: UInt64) -> UInt64 {
    withUnsafeBytes(of: (first.littleEndian, second.littleEndian)) { cxxhash_xxh3($0.baseAddress, 16) }
  }

  /// The shard of a hash among `count`: the high bits scaled, so that any count works.
  public static func shard(of hash: UInt64, among count: Int) -> Int {
    Int(hash.multipliedFullWidth(by: UInt64(count)).high)
  }

  /// Whether a hash lies in the first `fraction` of the 2^64 values: nothing for 0, everything for 1.
  public static func isWithin(_ hash: UInt64, fraction: Double) -> Bool {
    // 53 bits are exact in a Double, so no rounding can move the border.
    Double(hash >> 11) < fraction * 0x1p53
  }
}
