import Columns
import Engine
import Formats
import Synchronization

/// Rows of a stream to standard output, or to a device or pipe, epoch by epoch. What is written can't be taken back:
/// after a crash the last epoch may come again.
///
/// Unchecked: `encode` touches only constants, and everything else is called by one thread at a time, as the
/// protocol says.
final class EpochStream: EpochOutput, @unchecked Sendable {
  private let encoder: RowEncoder
  private let target: StagedStream.Target
  private let location: Location
  private var descriptor: Descriptor?

  init(_ encoder: RowEncoder, to target: StagedStream.Target) {
    self.encoder = encoder
    self.target = target
    location = target.location
  }

  func encode(_ batch: Batch) throws -> [UInt8] { try encoder.encode(batch) }

  func apply(_ epoch: Int, _ chunks: any SpooledChunks) throws {
    guard chunks.size > 0 else { return }
    let isFirst = self.descriptor == nil
    // A pipe is opened when there is something to say: it waits for its reader.
    guard let descriptor = self.descriptor ?? target.open() else {
      throw location.systemFault(doing: "cannot write it")
    }
    self.descriptor = descriptor
    guard case .table(let writer) = encoder else {
      if isFirst { try write(encoder.preamble, descriptor) }
      return try chunks.forEach { try write($0, descriptor) }
    }
    var layout = TableLayout(writer)
    try chunks.forEach { chunk in chunk.withUnsafeBytes { layout.add($0) } }
    try write(layout.header(), descriptor)
    try chunks.forEach { chunk in try write(chunk.withUnsafeBytes { layout.lines($0) }, descriptor) }
  }

  private func write(_ bytes: [UInt8], _ descriptor: Descriptor) throws {
    if bytes.withUnsafeBytes({ SystemCalls.write(descriptor, $0) }) { return }
    throw location.systemFault(
      doing: SystemCalls.isBrokenPipe ? "nobody reads it any more" : "cannot write it")
  }

  func close(isComplete: Bool) { descriptor = nil }
}
