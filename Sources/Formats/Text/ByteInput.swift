/// Bytes in order, from a file, a pipe or memory. Used by one thread at a time.
public protocol ByteInput: Sendable {
  /// Fills the front of `room` and says how much of it; 0 only at the end.
  func read(into room: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Bytes in memory.
///
/// Unchecked: used by one thread at a time, as the protocol says.
public final class MemoryInput: ByteInput, @unchecked Sendable {
  private let bytes: [UInt8]
  private var position = 0
  private let step: Int

  /// Gives out at most `step` bytes at a time.
  public init(_ bytes: [UInt8], step: Int = .max) {
    self.bytes = bytes
    self.step = step
  }

  /// Copies the next bytes.
  public func read(into room: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(bytes.count - position, room.count, step)
    room.copyBytes(from: bytes[position..<(position + count)])
    position += count
    return count
  }
}
