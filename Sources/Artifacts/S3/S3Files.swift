import Foundation
import Hashing
import NIOCore

/// A file that is to be sent: hashed in whole, and in parts where it is large.
struct SourceFile: Sendable {
  let name: ObjectName
  let whole: FilePart
  /// Of a large file.
  let parts: [FilePart]

  /// - Parameters:
  ///   - size: Of a part, which is larger where there were more than `most` of them.
  init(_ path: String, parts size: Int64, most: Int64) async throws(ArtifactError) {
    self = try await BlockingWork.run { cancellation throws(ArtifactError) in
      let file = try OpenFile.reading(path)
      let all = Int64(try file.status().st_size)
      let piece = Int64(Files.pieceSize)
      let size = (max(size, (all + most - 1) / most) + piece - 1) / piece * piece
      var whole = SHA256Hash()
      var bytes: Int64 = 0
      var part = SHA256Hash()
      var parts: [FilePart] = []
      var start: Int64 = 0
      func finishPart() {
        let name = ObjectName(hash: part.hex(), bytes: bytes - start)
        parts.append(FilePart(file: file, offset: start, name: name))
        part = SHA256Hash()
        start = bytes
      }
      let isSplit = all > size
      try file.forEachPiece(cancellation) { piece in
        if isSplit, bytes - start == size { finishPart() }
        whole.update(piece)
        if isSplit { part.update(piece) }
        bytes += Int64(piece.count)
      }
      if isSplit { finishPart() }
      let name = ObjectName(hash: whole.hex(), bytes: bytes)
      return SourceFile(name: name, whole: FilePart(file: file, offset: 0, name: name), parts: parts)
    }
  }

  private init(name: ObjectName, whole: FilePart, parts: [FilePart]) {
    self.name = name
    self.whole = whole
    self.parts = parts
  }
}

/// A file that is being received, and what its bytes hash to so far.
///
/// Unchecked: used by one task at a time.
final class ReceivedFile: @unchecked Sendable {
  let file: OpenFile
  private(set) var hash = SHA256Hash()
  private(set) var count: Int64 = 0
  private var waiting = ByteBuffer()

  init(_ file: OpenFile) { self.file = file }

  /// Begins anew.
  func restart() {
    hash = SHA256Hash()
    count = 0
  }

  func append(_ bytes: ByteBuffer) async throws(ArtifactError) {
    waiting.writeImmutableBuffer(bytes)
    if waiting.readableBytes >= Files.pieceSize { try await flush() }
  }

  /// Writes what has come.
  func flush() async throws(ArtifactError) {
    try await BlockingWork.run { [self] _ throws(ArtifactError) in
      let result = waiting.withUnsafeReadableBytes { bytes -> Result<Void, ArtifactError> in
        hash.update(bytes)
        do throws(ArtifactError) { return .success(try file.write(bytes, at: count)) } catch {
          return .failure(error)
        }
      }
      try result.get()
      count += Int64(waiting.readableBytes)
      waiting.clear()
    }
  }

  /// Ends the file where its bytes do: a former try may have brought more.
  func finish(isExecutable: Bool) async throws(ArtifactError) {
    try await BlockingWork.run { [self] _ throws(ArtifactError) in
      try file.cut(at: count)
      if isExecutable { try file.makeExecutable() }
    }
  }
}
