import Columns
import Engine
import Hashing

/// The encoded rows of one sink and one epoch, in a file: each chunk behind its length and its hash.
///
/// Unchecked: appended to by one thread at a time, read when it is finished.
final class FolderSpool: Spool, @unchecked Sendable {
  private let path: String
  /// While it is written; made with the first chunk, as most sinks have no rows in most epochs.
  private var file: DurableFile?
  private var chunks = 0
  private(set) var size = 0

  private static let headSize = 16

  /// What a manifest remembers of it.
  struct Extent: Codable, Hashable, Sendable {
    let chunks: Int
    /// Bytes of all chunks.
    let size: Int
  }

  var extent: Extent { Extent(chunks: chunks, size: size) }

  /// An empty spool, to be filled.
  init(filling path: String) { self.path = path }

  /// The spool that was filled so far; what the file holds behind that is not part of it.
  init(filled path: String, _ extent: Extent) {
    self.path = path
    chunks = extent.chunks
    size = extent.size
  }

  func append(_ chunk: [UInt8]) throws {
    let file = try self.file ?? DurableFile(creating: path)
    self.file = file
    try file.append(UInt64(chunk.count))
    try file.append(chunk.withUnsafeBytes { FrozenHash.hash($0) })
    try file.append(chunk)
    chunks += 1
    size += chunk.count
  }

  func finish() throws { try file?.synchronize() }

  func forEach(_ body: ([UInt8]) throws -> Void) throws {
    guard chunks > 0 else { return }
    try file?.flush()
    let file = try WrittenFile(path)
    var offset = 0
    for _ in 0..<chunks {
      let length = try file.number(at: offset)
      let hash = try file.number(at: offset + 8)
      offset += Self.headSize
      guard length <= size else { throw CheckpointError.damaged(path: path, "a chunk is too long") }
      let chunk = try file.read(offset..<offset + Int(length))
      guard chunk.withUnsafeBytes({ FrozenHash.hash($0) }) == hash else {
        throw CheckpointError.damaged(path: path, "a chunk is not the one that was written")
      }
      offset += chunk.count
      try body(chunk)
    }
  }
}
