import Columns
import Engine
import Foundation
import Hashing
import Planning

/// The file of an epoch while it is written: the sections of state that are new in it, one after the other,
/// then the manifest, its length and a mark. It counts once the store of runs knows the manifest's hash.
final class EpochFile {
  /// What the file ends with: `TWEPOCH1`.
  private static let mark: UInt64 = 0x3148_434F_5045_5754
  private static let tailSize = 16

  private let epoch: Int
  private let file: DurableFile
  private var section = ByteWriter()

  init(creating path: String, epoch: Int) throws {
    self.epoch = epoch
    file = try DurableFile(creating: path)
  }

  /// Bytes so far.
  var size: Int { file.size }

  /// Adds a section of an operator's state.
  func append(_ section: OperatorState.Section, of name: String) throws -> Manifest.StoredSection {
    self.section.removeAll()
    section.rows.encode(to: &self.section)
    let offset = file.size
    let hash = try self.section.withBytes { bytes in
      try file.append(UnsafeRawBufferPointer(bytes))
      return FrozenHash.hash(bytes)
    }
    let (holding, from) = Manifest.StoredSection.holding(section.contents)
    return Manifest.StoredSection(
      operator: name, name: section.name, version: section.version, holding: holding, from: from, file: epoch,
      offset: offset, length: file.size - offset, hash: hash)
  }

  /// Adds the manifest, and makes all of it durable.
  /// - Returns: The manifest's hash.
  func finish(_ manifest: Manifest) throws -> String {
    let bytes = try manifest.encoded()
    try file.append(bytes)
    try file.append(UInt64(bytes.count))
    try file.append(Self.mark)
    try file.synchronize()
    return SHA256Hash.hex(bytes)
  }

  /// The manifest of a hash at the end of a file.
  static func manifest(of path: String, hash: String) throws -> Manifest {
    let file = try WrittenFile(path)
    let end = file.size - tailSize
    guard end >= 0, try file.number(at: end + 8) == mark, let length = Int(exactly: try file.number(at: end)),
      length <= end
    else { throw CheckpointError.damaged(path: path, "its end is missing") }
    let bytes = try file.read(end - length..<end)
    guard SHA256Hash.hex(bytes) == hash else {
      throw CheckpointError.damaged(path: path, "its manifest is not the one that was written")
    }
    do {
      return try JSONDecoder().decode(Manifest.self, from: Data(bytes))
    } catch {
      throw CheckpointError.damaged(path: path, "its manifest is of another version")
    }
  }

  /// A section of a file.
  static func rows(of section: Manifest.StoredSection, in file: WrittenFile) throws -> Batch {
    let (end, isTooMuch) = section.offset.addingReportingOverflow(section.length)
    guard section.length >= 0, !isTooMuch else {
      throw CheckpointError.damaged(path: file.path, "it ends too soon")
    }
    let bytes = try file.read(section.offset..<end)
    guard bytes.withUnsafeBytes({ FrozenHash.hash($0) }) == section.hash else {
      throw CheckpointError.damaged(
        path: file.path, "the section `\(section.name)` is not the one that was written")
    }
    do {
      return try Batch.decode(bytes)
    } catch {
      throw CheckpointError.damaged(path: file.path, "the section `\(section.name)`: \(error.reason)")
    }
  }
}
