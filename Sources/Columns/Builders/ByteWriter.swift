/// A growing run of bytes to write text into.
public struct ByteWriter: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<UInt8>
  @usableFromInline var capacity: Int
  @usableFromInline var used = 0

  /// Number of bytes written.
  @inlinable public var count: Int { used }

  /// Makes an empty writer.
  public init(capacity: Int = 256) {
    self.capacity = max(capacity, 64)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// Room for `extra` more bytes, which the caller fills and then claims with `advance`.
  @inlinable @inline(__always)
  public mutating func reserve(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
    if used + extra > capacity { grow(to: used + extra) }
    return base + used
  }

  @usableFromInline @inline(never)
  mutating func grow(to least: Int) {
    let larger = max(least, capacity * 2)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    moved.update(from: base, count: used)
    base.deallocate()
    base = moved
    capacity = larger
  }

  /// Claims bytes that were filled after `reserve`.
  @inlinable public mutating func advance(_ extra: Int) { used += extra }

  /// Adds a byte.
  @inlinable @inline(__always)
  public mutating func append(_ byte: UInt8) {
    reserve(1)[0] = byte
    used += 1
  }

  /// Adds bytes.
  public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes.count).update(from: start, count: bytes.count)
    used += bytes.count
  }

  /// Adds the UTF-8 of text known when compiling.
  public mutating func append(_ text: StaticString) { text.withUTF8Buffer { append($0) } }

  /// Adds the UTF-8 of `text`.
  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Adds the bytes behind a view.
  @inlinable @inline(__always)
  public mutating func append(_ view: TextView) {
    guard view.isInline else { return view.withBytes { append($0) } }
    // All 12 bytes, whatever the count: what is too much is overwritten.
    let place = UnsafeMutableRawPointer(reserve(12))
    place.storeBytes(of: UInt32(truncatingIfNeeded: view.head >> 32), as: UInt32.self)
    place.storeBytes(of: view.tail, toByteOffset: 4, as: UInt64.self)
    used += view.count
  }

  /// Adds the text of a scalar, by one of the `write…` functions of `ScalarText`.
  @inlinable @inline(__always)
  public mutating func append(_ write: (UnsafeMutablePointer<UInt8>) -> Int) {
    used += write(reserve(ScalarText.room))
  }

  /// Forgets the bytes, keeps the room.
  public mutating func removeAll() { used = 0 }

  /// Forgets all bytes but the first `kept`.
  public mutating func truncate(to kept: Int) { used = min(used, kept) }

  /// Reads what has been written.
  @inlinable public borrowing func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows
    -> R
  {
    try body(UnsafeBufferPointer(start: base, count: used))
  }

  /// A copy of what has been written.
  public borrowing func array() -> [UInt8] { withBytes { Array($0) } }

  /// What has been written, as text.
  public borrowing func string() -> String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
