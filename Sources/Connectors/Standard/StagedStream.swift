import Columns
import Engine
import Formats

/// An output that cannot be replaced at once, such as standard output: its rows wait until they are
/// published, and are written then.
///
/// Unchecked: `encode` touches only constants, and everything else is called by one worker at a time, as
/// the protocol says.
final class StagedStream: StagedOutput, @unchecked Sendable {
  /// Where the rows go.
  enum Target {
    case standardOutput
    case path(Location)

    /// What messages call it.
    var location: Location {
      switch self {
      case .standardOutput: Location("stdout", base: "")
      case .path(let location): location
      }
    }

    func open() -> Descriptor? {
      switch self {
      case .standardOutput: .standardOutput
      case .path(let location): SystemCalls.openForWriting(location.path)
      }
    }
  }

  private let encoder: RowEncoder
  private let target: Target
  private let location: Location
  private var spool = Spool()
  /// Of a table: grows with the rows.
  private var layout: TableLayout?

  init(_ encoder: RowEncoder, to target: Target) {
    self.encoder = encoder
    self.target = target
    location = target.location
    if case .table(let writer) = encoder { layout = TableLayout(writer) }
  }

  func encode(_ batch: Batch) throws -> [UInt8] { try encoder.encode(batch) }

  func append(_ bytes: [UInt8]) throws {
    bytes.withUnsafeBytes { layout?.add($0) }
    try spool.append(bytes, location)
  }

  func finish() throws {}

  func publish() throws {
    guard let descriptor = target.open() else { throw location.systemFault(doing: "cannot write it") }
    do {
      try write(layout?.header() ?? encoder.preamble, descriptor)
      try spool.forEachPiece(location) { piece in
        if let layout {
          try write(layout.lines(piece), descriptor)
        } else {
          try write(piece, descriptor)
        }
      }
    } catch is ReaderLeft {
      // As with every filter: who reads no more wants no more.
    }
    discard()
  }

  /// The other end of the pipe is closed.
  private struct ReaderLeft: Error {}

  private func write(_ bytes: [UInt8], _ descriptor: Descriptor) throws {
    try bytes.withUnsafeBytes { try write($0, descriptor) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, _ descriptor: Descriptor) throws {
    if SystemCalls.write(descriptor, bytes) { return }
    if SystemCalls.isBrokenPipe { throw ReaderLeft() }
    throw location.systemFault(doing: "cannot write it")
  }

  func discard() { spool = Spool() }
}
