import Columns
import Foundation

/// A file that is written once, from its beginning to its end, and outlives a crash of the machine.
///
/// Unchecked: written by one thread at a time, which its owners see to.
final class DurableFile: @unchecked Sendable {
  let path: String
  private let descriptor: Int32
  private var buffer = ByteWriter(capacity: DurableFile.bufferSize)
  /// Bytes so far.
  private(set) var size = 0

  private static let bufferSize = 256 << 10

  /// Makes the file, or empties the one that is there.
  init(creating path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CheckpointError.system(path, "can't be made") }
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    size += bytes.count
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count > Self.bufferSize {
      try write(bytes)
    } else {
      buffer.append(bytes.bindMemory(to: UInt8.self))
    }
  }

  func append(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try append($0) } }

  func append(_ number: UInt64) throws { try withUnsafeBytes(of: number.littleEndian) { try append($0) } }

  /// Everything is with the system, and can be read.
  func flush() throws {
    try buffer.withBytes { try write(UnsafeRawBufferPointer($0)) }
    buffer.removeAll()
  }

  /// Everything is on the disk.
  func synchronize() throws {
    try flush()
    guard fsync(descriptor) == 0 else { throw CheckpointError.system(path, "can't be written to the disk") }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    var left = bytes[...]
    while !left.isEmpty {
      let slice = UnsafeRawBufferPointer(rebasing: left)
      let count = Foundation.write(descriptor, slice.baseAddress, slice.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw CheckpointError.system(path, "can't be written")
      }
      left = left.dropFirst(count)
    }
  }
}

/// A file that a `DurableFile` has written. Whatever it holds, reading gives bytes or an error.
final class WrittenFile {
  let path: String
  private let descriptor: Int32
  let size: Int

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CheckpointError.system(path, "can't be read") }
    size = Int(lseek(descriptor, 0, SEEK_END))
  }

  deinit { close(descriptor) }

  func read(_ range: Range<Int>) throws -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= size else {
      throw CheckpointError.damaged(path: path, "it ends too soon")
    }
    return try [UInt8](unsafeUninitializedCapacity: range.count) { room, filled in
      while filled < range.count {
        let place = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[filled...])
        let count = pread(
          descriptor, place.baseAddress, range.count - filled, off_t(range.lowerBound + filled))
        if count < 0 {
          if errno == EINTR { continue }
          throw CheckpointError.system(path, "can't be read")
        }
        guard count > 0 else { throw CheckpointError.damaged(path: path, "it ends too soon") }
        filled += count
      }
    }
  }

  func number(at offset: Int) throws -> UInt64 {
    let bytes = try read(offset..<offset + 8)
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
