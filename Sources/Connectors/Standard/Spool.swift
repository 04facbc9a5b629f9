import Columns

/// Bytes that wait: a few in memory, more in a file without a name.
final class Spool {
  private let limit: Int
  private var memory: [UInt8] = []
  private var file: Descriptor?
  /// Sizes of what was added, in order: read back in the same pieces.
  private var pieces: [Int] = []

  /// Keeps up to `limit` bytes in memory.
  init(limit: Int = 4 << 20) { self.limit = limit }

  func append(_ bytes: [UInt8], _ location: Location) throws {
    if bytes.isEmpty { return }
    pieces.append(bytes.count)
    if file == nil, memory.count + bytes.count <= limit {
      memory += bytes
      return
    }
    if file == nil {
      let folder = SystemCalls.environment("TMPDIR") ?? "/tmp"
      file = SystemCalls.temporary(in: folder)
      guard file != nil else {
        throw location.systemFault(doing: "cannot keep the rows in `\(folder)` until they are published")
      }
      try write(memory, location)
      memory = []
    }
    try write(bytes, location)
  }

  private func write(_ bytes: [UInt8], _ location: Location) throws {
    guard let file, bytes.withUnsafeBytes({ SystemCalls.write(file, $0) }) else {
      throw location.systemFault(doing: "cannot keep the rows until they are published")
    }
  }

  /// Gives back each piece, in order.
  func forEachPiece(_ location: Location, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if let file, !SystemCalls.seek(file, 0) { throw location.systemFault(doing: "cannot read the rows back") }
    var start = 0
    for size in pieces {
      if let file {
        try readBack(file, size, location, body)
      } else {
        try memory.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<(start + size)])) }
      }
      start += size
    }
  }

  private func readBack(
    _ file: Descriptor, _ size: Int, _ location: Location, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { room.deallocate() }
    var filled = 0
    while filled < size {
      let count = SystemCalls.read(file, UnsafeMutableRawBufferPointer(rebasing: room[filled...]))
      guard count > 0 else { throw location.systemFault(doing: "cannot read the rows back") }
      filled += count
    }
    try body(UnsafeRawBufferPointer(room))
  }
}
