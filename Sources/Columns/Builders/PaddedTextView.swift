extension TextView {
  /// Stands for `count` bytes at `start`, of which 16 can be read whatever the count: no loop is needed.
  @inlinable @inline(__always) public init(padded start: UnsafePointer<UInt8>, count: Int) {
    let raw = UnsafeRawPointer(start)
    var near = UInt64(raw.loadUnaligned(as: UInt32.self))
    if count <= 12 {
      var far = raw.loadUnaligned(fromByteOffset: 4, as: UInt64.self)
      near &= ~(~0 << UInt64(8 * count))
      far &= ~(~0 << UInt64(max(8 * (count - 4), 0)))
      self.init(head: UInt64(truncatingIfNeeded: count) | near << 32, tail: far)
    } else {
      self.init(
        head: UInt64(truncatingIfNeeded: count) | near << 32, tail: UInt64(UInt(bitPattern: start)))
    }
  }
}
