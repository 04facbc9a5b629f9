/// 16 bytes that stand for a byte string: up to 12 bytes lie inside, longer ones have their first 4 bytes
/// inside and the rest behind a pointer (the layout of Arrow's views, with an address in place of an index).
/// Who holds a view holds the `TextOwner` of its bytes, too.
@frozen public struct TextView: BitwiseCopyable, @unchecked Sendable {
  /// Length in the low 32 bits, the first 4 bytes in the high ones.
  public let head: UInt64
  /// The next 8 bytes, or the address of the whole.
  public let tail: UInt64

  /// A view of these bits; the tail of a long one is an address.
  @inlinable public init(head: UInt64, tail: UInt64) {
    self.head = head
    self.tail = tail
  }

  /// The empty string.
  @inlinable public init() {
    head = 0
    tail = 0
  }

  /// Stands for `count` bytes at `start`, which outlive the view if there are more than 12.
  @inlinable public init(_ start: UnsafePointer<UInt8>, count: Int) {
    var head = UInt64(truncatingIfNeeded: count)
    if count <= 12 {
      var tail: UInt64 = 0
      let near = min(count, 4)
      for index in 0..<near { head |= UInt64(start[index]) << UInt64(32 + 8 * index) }
      if count > 4 { for index in 4..<count { tail |= UInt64(start[index]) << UInt64(8 * (index - 4)) } }
      self.init(head: head, tail: tail)
    } else {
      let prefix = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
      head |= UInt64(prefix) << 32
      self.init(head: head, tail: UInt64(UInt(bitPattern: start)))
    }
  }

  /// Number of bytes.
  @inlinable public var count: Int { Int(head & 0xFFFF_FFFF) }

  /// Whether the bytes lie inside the view.
  @inlinable public var isInline: Bool { count <= 12 }

  /// Reads the bytes.
  @inlinable public func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
    if isInline {
      return try withUnsafeBytes(of: self) { raw in
        try body(UnsafeBufferPointer(rebasing: raw.bindMemory(to: UInt8.self)[4..<(4 + count)]))
      }
    }
    let start = UnsafePointer<UInt8>(bitPattern: UInt(tail))
    return try body(UnsafeBufferPointer(start: start, count: count))
  }

  /// Equality of the bytes.
  @inlinable public static func == (left: TextView, right: TextView) -> Bool {
    if left.head != right.head { return false }
    if left.tail == right.tail { return true }
    if left.isInline { return false }
    return left.withBytes { a in right.withBytes { b in orderOfBytes(a, b) == 0 } }
  }

  /// Order of the bytes; a prefix comes before what it begins.
  @inlinable public static func < (left: TextView, right: TextView) -> Bool {
    order(left, right) < 0
  }

  /// The bytes as text; what is not UTF-8 is replaced.
  public var string: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

/// Keeps the bytes behind views alive: a buffer, a mapped file, or several of them.
public protocol TextOwner: AnyObject, Sendable {}

extension Buffer: TextOwner where Value == UInt8 {}

/// Collects byte strings and hands out views of them; its blocks live as long as it does.
public final class TextArena: TextOwner, @unchecked Sendable {
  // Unchecked: filled by one builder, then only read.
  @usableFromInline var blocks: [Buffer<UInt8>] = []
  @usableFromInline var used = 0

  /// Makes an empty arena.
  public init() {}

  /// Copies `bytes`; short ones need no room.
  @inlinable public func add(_ bytes: UnsafeBufferPointer<UInt8>) -> TextView {
    guard bytes.count > 12, let source = bytes.baseAddress else {
      guard let source = bytes.baseAddress else { return TextView() }
      return TextView(source, count: bytes.count)
    }
    let place = reserve(bytes.count)
    place.initialize(from: source, count: bytes.count)
    return TextView(place, count: bytes.count)
  }

  /// Copies the UTF-8 of `text`.
  public func add(_ text: String) -> TextView {
    var text = text
    return text.withUTF8 { add($0) }
  }

  /// Room for `count` bytes, which the caller fills.
  @inlinable public func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    if blocks.isEmpty || used + count > blocks[blocks.count - 1].count {
      let last = blocks.last?.count ?? 2048
      blocks.append(Buffer(uninitialized: max(count, min(last * 2, 1 << 20))))
      used = 0
    }
    let place = blocks[blocks.count - 1].base + used
    used += count
    return place
  }
}
