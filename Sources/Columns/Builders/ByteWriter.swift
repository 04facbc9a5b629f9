/// A growing run of bytes to write text into.
public struct ByteWriter: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<UInt8>
  @usableFromInline var capacity: Int
  /// Number of bytes written.
  public private(set) var count = 0

  /// Makes an empty writer.
  public init(capacity: Int = 256) {
    self.capacity = max(capacity, 64)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// Room for `extra` more bytes, which the caller fills and then claims with `advance`.
  public mutating func reserve(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
    if count + extra > capacity { grow(to: count + extra) }
    return base + count
  }

  private mutating func grow(to least: Int) {
    let larger = max(least, capacity * 2)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    moved.update(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = larger
  }

  /// Claims bytes that were filled after `reserve`.
  public mutating func advance(_ extra: Int) { count += extra }

  /// Adds a byte.
  public mutating func append(_ byte: UInt8) {
    reserve(1)[0] = byte
    count += 1
  }

  /// Adds bytes.
  public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes.count).update(from: start, count: bytes.count)
    count += bytes.count
  }

  /// Adds the UTF-8 of text known when compiling.
  public mutating func append(_ text: StaticString) { text.withUTF8Buffer { append($0) } }

  /// Adds the UTF-8 of `text`.
  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// Adds the bytes behind a view.
  public mutating func append(_ view: TextView) { view.withBytes { append($0) } }

  /// Adds the text of a scalar, by one of the `write…` functions of `ScalarText`.
  public mutating func append(_ write: (UnsafeMutablePointer<UInt8>) -> Int) {
    count += write(reserve(ScalarText.room))
  }

  /// Forgets the bytes, keeps the room.
  public mutating func removeAll() { count = 0 }

  /// Forgets all bytes but the first `kept`.
  public mutating func truncate(to kept: Int) { count = min(count, kept) }

  /// Reads what has been written.
  public borrowing func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
    try body(UnsafeBufferPointer(start: base, count: count))
  }

  /// A copy of what has been written.
  public borrowing func array() -> [UInt8] { withBytes { Array($0) } }

  /// What has been written, as text.
  public borrowing func string() -> String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
