extension Bitmap {
  /// One bit for each index, as `predicate` says: 64 answers as bytes, which vectorises, then packed.
  @inlinable @inline(__always)
  public init(packing count: Int, where predicate: (Int) -> Bool) {
    let length = (count + 63) / 64
    let words = Buffer<UInt64>(uninitialized: length)
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 64) { room in
      let bytes = room.bindMemory(to: UInt8.self).baseAddress.unsafelyUnwrapped
      let full = count / 64
      for word in 0..<full {
        let start = word * 64
        for index in 0..<64 { bytes[index] = predicate(start + index) ? 1 : 0 }
        words.base[word] = Self.pack(bytes)
      }
      if full < length {
        for index in 0..<64 { bytes[index] = 0 }
        for index in full * 64..<count { bytes[index - full * 64] = predicate(index) ? 1 : 0 }
        words.base[full] = Self.pack(bytes)
      }
    }
    self.init(words: words, count: count)
  }

  /// The lowest bit of each of 64 bytes.
  @inlinable @inline(__always)
  static func pack(_ bytes: UnsafeMutablePointer<UInt8>) -> UInt64 {
    let groups = UnsafeRawPointer(bytes)
    var result: UInt64 = 0
    for group in 0..<8 {
      let eight = UInt64(littleEndian: groups.loadUnaligned(fromByteOffset: group * 8, as: UInt64.self))
      // The product collects bit 0 of byte i as bit 56 + i.
      result |= ((eight &* 0x0102_0408_1020_4080) >> 56) << UInt64(group * 8)
    }
    return result
  }
}
