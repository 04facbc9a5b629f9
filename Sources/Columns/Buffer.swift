/// Memory for `count` values of a fixed-width type, freed with its last owner.
///
/// Unchecked because the pointer is written only by the code that made the buffer, before it is shared.
public final class Buffer<Value: BitwiseCopyable>: @unchecked Sendable {
  /// The first value; 64-byte aligned.
  public let base: UnsafeMutablePointer<Value>
  /// Number of values.
  public let count: Int

  /// Takes memory for `count` values, which the caller fills before it shares the buffer.
  @inlinable public init(uninitialized count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Value>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: (bytes + 63) & ~63, alignment: 64)
    base = raw.bindMemory(to: Value.self, capacity: max(count, 1))
    self.count = count
  }

  /// Takes memory for `count` values, all `value`.
  @inlinable public convenience init(repeating value: Value, count: Int) {
    self.init(uninitialized: count)
    base.initialize(repeating: value, count: count)
  }

  /// Copies an array.
  @inlinable public convenience init(_ values: [Value]) {
    self.init(uninitialized: values.count)
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.initialize(from: start, count: source.count) }
    }
  }

  @inlinable deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// The value at `index`, unchecked in release builds.
  @inlinable public subscript(index: Int) -> Value {
    @inline(__always) get {
      assert(index >= 0 && index < count)
      return base[index]
    }
  }

  /// All values.
  @inlinable public var values: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: base, count: count) }
}
