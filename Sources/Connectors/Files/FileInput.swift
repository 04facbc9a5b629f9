import Columns
import Formats

/// Reads a file or pipe from its beginning, by `read`: a file that shrinks meanwhile ends early, where a
/// mapped one would end the process.
struct FileInput: ByteInput {
  let location: Location
  private let descriptor: Descriptor

  init(_ location: Location) throws {
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
    self.location = location
    self.descriptor = descriptor
  }

  /// Standard input.
  init(standardInput: Void) {
    location = Location("stdin", base: "")
    descriptor = .standardInput
  }

  func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = SystemCalls.read(descriptor, room)
    if count < 0 { throw location.systemFault(doing: "reading stopped") }
    return count
  }
}
