import Columns
import Formats

/// Reads a file or pipe from its beginning, by `read`: a file that shrinks meanwhile ends early, where a
/// mapped one would end the process.
struct FileInput: ByteInput {
  let location: Location
  private let descriptor: Descriptor

  /// - Parameter offset: Where reading begins.
  init(_ location: Location, from offset: Int = 0) throws {
    try location.checkScheme()
    guard let kind = SystemCalls.kind(location.path) else {
      throw SystemCalls.isMissing ? location.missing() : location.systemFault(doing: "cannot read it")
    }
    if case .directory = kind {
      throw location.fault(
        "it is a folder, not a file", help: "`\(location.written)/*` reads all files in it")
    }
    guard let descriptor = SystemCalls.openForReading(location.path) else {
      throw location.systemFault(doing: "cannot read it")
    }
    if offset > 0, !SystemCalls.seek(descriptor, offset) {
      throw location.systemFault(doing: "cannot read it")
    }
    self.location = location
    self.descriptor = descriptor
  }

  /// Standard input, or another pipe that stays open.
  init(pipe number: Int32) {
    location = Location("stdin", base: "")
    descriptor = Descriptor(borrowing: number)
  }

  func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = SystemCalls.read(descriptor, room)
    if count < 0 { throw location.systemFault(doing: "reading stopped") }
    return count
  }

  /// The lines of a small file.
  func lines() throws -> [String] {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    defer { room.deallocate() }
    var bytes: [UInt8] = []
    while true {
      let count = try read(into: room)
      if count == 0 { break }
      bytes += room[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
