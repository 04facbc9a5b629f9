/// A bit for each row, least significant first, as in Arrow; the bits past `count` are 0.
public struct Bitmap: Sendable {
  /// 64 bits a word.
  public let words: Buffer<UInt64>
  /// Number of bits.
  public let count: Int

  /// The words of the bits; the caller has cleared those past `count`.
  @inlinable public init(words: Buffer<UInt64>, count: Int) {
    self.words = words
    self.count = count
  }

  /// All bits the same.
  @inlinable public init(repeating bit: Bool, count: Int) {
    let length = (count + 63) / 64
    words = Buffer(repeating: bit ? ~0 : 0, count: length)
    self.count = count
    if bit, count % 64 != 0 { words.base[length - 1] = (1 << UInt64(count % 64)) - 1 }
  }

  /// One bit for each index, as `predicate` says.
  @inlinable public init(count: Int, where predicate: (Int) -> Bool) {
    let length = (count + 63) / 64
    words = Buffer(uninitialized: length)
    self.count = count
    for word in 0..<length {
      let start = word * 64
      let end = min(start + 64, count)
      var bits: UInt64 = 0
      for index in start..<end { bits |= (predicate(index) ? 1 : 0) << UInt64(index - start) }
      words.base[word] = bits
    }
  }

  /// The bit at `index`.
  @inlinable public subscript(index: Int) -> Bool {
    @inline(__always) get { words.base[index >> 6] >> UInt64(index & 63) & 1 != 0 }
  }

  /// Number of set bits.
  @inlinable public var setCount: Int {
    var total = 0
    for word in 0..<words.count { total += words.base[word].nonzeroBitCount }
    return total
  }

  /// The indices of the set bits, in order.
  @inlinable public func setIndices() -> Buffer<Int32> {
    let result = Buffer<Int32>(uninitialized: setCount)
    var next = 0
    for word in 0..<words.count {
      var bits = words.base[word]
      while bits != 0 {
        result.base[next] = Int32(truncatingIfNeeded: word * 64 + bits.trailingZeroBitCount)
        next += 1
        bits &= bits &- 1
      }
    }
    return result
  }

  /// Word by word; both have the same count.
  @inlinable public func combined(_ other: Bitmap, _ operation: (UInt64, UInt64) -> UInt64) -> Bitmap {
    let result = Buffer<UInt64>(uninitialized: words.count)
    for word in 0..<words.count { result.base[word] = operation(words.base[word], other.words.base[word]) }
    return Bitmap(words: result, count: count)
  }

  /// Both bits set.
  @inlinable public func and(_ other: Bitmap) -> Bitmap { combined(other, &) }
  /// At least one bit set.
  @inlinable public func or(_ other: Bitmap) -> Bitmap { combined(other, |) }
  /// This bit set and the other's not.
  @inlinable public func andNot(_ other: Bitmap) -> Bitmap { combined(other) { $0 & ~$1 } }

  /// Each bit flipped.
  @inlinable public var inverted: Bitmap { Bitmap(repeating: true, count: count).andNot(self) }

  /// The bits at `indices`, in that order.
  @inlinable public func gathered(_ indices: UnsafeBufferPointer<Int32>) -> Bitmap {
    Bitmap(count: indices.count) { self[Int(indices[$0])] }
  }
}

extension Optional where Wrapped == Bitmap {
  /// Rows present in both; nil means that all are.
  @inlinable public func and(_ other: Bitmap?) -> Bitmap? {
    guard let self else { return other }
    guard let other else { return self }
    return self.and(other)
  }
}
