import Foundation
import Hashing
import SystemPackage

/// An open file, closed with its owner.
final class OpenFile: Sendable {
  let number: Int32
  let path: String

  private init(_ number: Int32, _ path: String) {
    self.number = number
    self.path = path
  }

  deinit { close(number) }

  /// A regular file, and no symbolic link: what was found may have been replaced since.
  static func reading(_ path: String) throws(ArtifactError) -> OpenFile {
    let file = try opened(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, "read")
    guard try file.status().st_mode & S_IFMT == S_IFREG else {
      throw ArtifactError(.content, "cannot keep `\(path)`: it is no file any more")
    }
    return file
  }

  /// A file that was not there.
  static func making(_ path: String, _ kind: ArtifactError.Kind = .content) throws(ArtifactError) -> OpenFile
  {
    try opened(path, O_RDWR | O_CREAT | O_EXCL, "make", kind)
  }

  static func opened(
    _ path: String, _ flags: Int32, _ doing: String, _ kind: ArtifactError.Kind = .content
  ) throws(ArtifactError) -> OpenFile {
    let number = open(path, flags | O_CLOEXEC, 0o666)
    guard number >= 0 else { throw .system(kind, doing, path) }
    return OpenFile(number, path)
  }

  func status() throws(ArtifactError) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw .system(.content, "look at", path) }
    return status
  }

  /// Bytes read from an offset; fewer than there is room for only at the end.
  func read(into room: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ArtifactError) -> Int {
    var count = 0
    while count < room.count {
      let more = pread(number, room.baseAddress! + count, room.count - count, off_t(offset) + off_t(count))
      if more == 0 { break }
      if more > 0 {
        count += more
      } else if errno != EINTR {
        throw .system(.content, "read", path)
      }
    }
    return count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(ArtifactError) {
    var count = 0
    while count < bytes.count {
      let more = pwrite(number, bytes.baseAddress! + count, bytes.count - count, off_t(offset) + off_t(count))
      if more >= 0 {
        count += more
      } else if errno != EINTR {
        throw .system(.content, "write", path)
      }
    }
  }

  func cut(at bytes: Int64) throws(ArtifactError) {
    guard ftruncate(number, off_t(bytes)) == 0 else { throw .system(.content, "write", path) }
  }

  /// Gives its bytes to `piece`, some at a time.
  func forEachPiece(
    _ cancellation: BlockingWork.Cancellation,
    _ piece: (UnsafeRawBufferPointer) throws(ArtifactError) -> Void
  ) throws(ArtifactError) {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Files.pieceSize, alignment: 4096)
    defer { room.deallocate() }
    var offset: Int64 = 0
    while true {
      try cancellation.check()
      let count = try read(into: room, at: offset)
      if count > 0 { try piece(UnsafeRawBufferPointer(rebasing: room[..<count])) }
      offset += Int64(count)
      if count < room.count { return }
    }
  }

  func synchronize() throws(ArtifactError) {
    guard fsync(number) == 0 else { throw .system(.content, "write", path) }
  }

  func setMode(_ mode: mode_t) throws(ArtifactError) {
    guard fchmod(number, mode) == 0 else { throw .system(.content, "write", path) }
  }

  /// For everybody who may read it.
  func makeExecutable() throws(ArtifactError) {
    let mode = try status().st_mode & 0o777
    try setMode(mode | (mode & 0o444) >> 2)
  }

  /// Takes a lock that goes with the open file, at the latest when the process ends; false where another has it and
  /// `waits` is false.
  func lock(_ kind: Int32, waits: Bool = true) throws(ArtifactError) -> Bool {
    while flock(number, kind | (waits ? 0 : LOCK_NB)) != 0 {
      if errno == EWOULDBLOCK { return false }
      if errno != EINTR { throw .system(.place, "lock", path) }
    }
    return true
  }
}

/// The few other system calls that content needs.
enum Files {
  /// How much is read, hashed and written at a time.
  static let pieceSize = 1 << 20

  /// A name that nobody else has.
  static func randomName() -> String {
    String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
  }

  /// Where to make what is to be at `path`; nothing may be there.
  static func beside(_ path: String) throws(ArtifactError) -> String {
    try requireNothing(at: path)
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return (parts + [".thalweg-\(randomName()).part"]).joined(separator: "/")
  }

  static func publish(_ staged: String, as path: String) throws(ArtifactError) {
    try requireNothing(at: path)
    guard rename(staged, path) == 0 else { throw .system(.content, "make", path) }
  }

  private static func requireNothing(at path: String) throws(ArtifactError) {
    var status = stat()
    if lstat(path, &status) == 0 { throw .system(.content, "make", path, EEXIST) }
  }

  static func makeFolder(_ path: String) throws(ArtifactError) {
    guard mkdir(path, 0o777) == 0 else { throw .system(.content, "make the folder", path) }
  }

  /// Makes a folder and those it is in, where they are missing.
  static func makeFolders(_ path: String) throws(ArtifactError) {
    if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard errno == ENOENT, parts.count > 1 else { throw .system(.place, "make the folder", path) }
    try makeFolders(parts.dropLast().joined(separator: "/"))
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .system(.place, "make the folder", path) }
  }

  static func makeLink(_ path: String, to target: String) throws(ArtifactError) {
    guard symlink(target, path) == 0 else { throw .system(.content, "make the link", path) }
  }

  /// Makes what was renamed in a folder durable.
  static func synchronizeFolder(_ path: String) throws(ArtifactError) {
    try OpenFile.opened(path, O_RDONLY | O_DIRECTORY, "write", .place).synchronize()
  }

  static func names(in folder: String) throws(ArtifactError) -> [String] {
    do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
      throw ArtifactError(.place, "cannot read the folder `\(folder)`: \(error.localizedDescription)")
    }
  }

  static func remove(_ path: String) { _ = unlink(path) }

  static func removeAll(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  static func write(_ bytes: [UInt8], to path: String) throws(ArtifactError) {
    let file = try OpenFile.making(path)
    // `withUnsafeBytes` can't throw a type of its own yet.
    let result = bytes.withUnsafeBytes { bytes -> Result<Void, ArtifactError> in
      do throws(ArtifactError) { return .success(try file.write(bytes, at: 0)) } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  static func contents(_ path: String) throws(ArtifactError) -> [UInt8] {
    var bytes: [UInt8] = []
    try OpenFile.reading(path).forEachPiece(BlockingWork.Cancellation()) { piece in bytes += piece }
    return bytes
  }

  /// Copies a file's bytes, and says their name.
  static func copy(_ source: OpenFile, to target: OpenFile, _ cancellation: BlockingWork.Cancellation)
    throws(ArtifactError) -> ObjectName
  {
    try name(source, cancellation) { piece, offset throws(ArtifactError) in
      try target.write(piece, at: offset)
    }
  }

  /// Names the bytes of a file, which `body` is given piece by piece, each with its offset.
  static func name(
    _ source: OpenFile, _ cancellation: BlockingWork.Cancellation,
    _ body: (UnsafeRawBufferPointer, Int64) throws(ArtifactError) -> Void = { _, _ in }
  ) throws(ArtifactError) -> ObjectName {
    var hash = SHA256Hash()
    var bytes: Int64 = 0
    try source.forEachPiece(cancellation) { piece throws(ArtifactError) in
      hash.update(piece)
      try body(piece, bytes)
      bytes += Int64(piece.count)
    }
    return ObjectName(hash: hash.hex(), bytes: bytes)
  }
}
