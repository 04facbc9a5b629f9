import Columns

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open file descriptor, closed with its owner.
final class Descriptor: Sendable {
  let number: Int32
  private let isOwn: Bool

  init(_ number: Int32) {
    self.number = number
    isOwn = true
  }

  /// A descriptor that somebody else closes, or nobody.
  init(borrowing number: Int32) {
    self.number = number
    isOwn = false
  }

  deinit { if isOwn { _ = close(number) } }

  /// The standard streams stay open.
  static let standardInput = Descriptor(borrowing: 0)
  static let standardOutput = Descriptor(borrowing: 1)
}

/// What a path leads to.
enum FileKind {
  case regular(size: Int, mode: UInt32)
  case directory
  /// A pipe, a terminal, a device.
  case other
}

/// The few system calls that files need, with errors in words.
enum SystemCalls {
  static func kind(_ path: String) -> FileKind? {
    var status = stat()
    return stat(path, &status) == 0 ? kind(status) : nil
  }

  static func kind(of descriptor: Descriptor) -> FileKind? {
    var status = stat()
    return fstat(descriptor.number, &status) == 0 ? kind(status) : nil
  }

  private static func kind(_ status: stat) -> FileKind {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .regular(size: Int(status.st_size), mode: UInt32(status.st_mode) & 0o7777)
    case S_IFDIR: .directory
    default: .other
    }
  }

  static func openForReading(_ path: String) -> Descriptor? { opened(open(path, O_RDONLY | O_CLOEXEC)) }

  /// nil with `EEXIST` when there is a file of that name.
  static func create(_ path: String) -> Descriptor? {
    opened(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666))
  }

  static func openForWriting(_ path: String) -> Descriptor? { opened(open(path, O_WRONLY | O_CLOEXEC)) }

  /// A file without a name that goes with its descriptor.
  static func temporary(in folder: String) -> Descriptor? {
    var template = Array("\(folder)/thalweg-XXXXXX".utf8CString)
    let number = mkstemp(&template)
    if number >= 0 { _ = unlink(template) }
    return opened(number)
  }

  private static func opened(_ number: Int32) -> Descriptor? { number < 0 ? nil : Descriptor(number) }

  /// Bytes read; 0 at the end, -1 on failure.
  static func read(_ descriptor: Descriptor, _ room: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = systemRead(descriptor.number, room.baseAddress, room.count)
      if count >= 0 || errno != EINTR { return count }
    }
  }

  /// Writes all bytes; false on failure.
  static func write(_ descriptor: Descriptor, _ bytes: UnsafeRawBufferPointer) -> Bool {
    var left = bytes[...]
    while !left.isEmpty {
      let slice = UnsafeRawBufferPointer(rebasing: left)
      let count = systemWrite(descriptor.number, slice.baseAddress, slice.count)
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      left = left.dropFirst(count)
    }
    return true
  }

  static func synchronize(_ descriptor: Descriptor) -> Bool { fsync(descriptor.number) == 0 }

  static func seek(_ descriptor: Descriptor, _ offset: Int) -> Bool {
    lseek(descriptor.number, off_t(offset), SEEK_SET) == offset
  }

  /// Makes the directory's entries durable, as far as the file system does.
  static func synchronizeFolder(_ path: String) {
    if let folder = openForReading(path) { _ = fsync(folder.number) }
  }

  static func rename(_ path: String, to target: String) -> Bool { systemRename(path, target) == 0 }

  static func setMode(_ descriptor: Descriptor, _ mode: UInt32) {
    _ = fchmod(descriptor.number, mode_t(mode))
  }

  static func remove(_ path: String) { _ = unlink(path) }

  static func removeFolder(_ path: String) { _ = rmdir(path) }

  /// false with `EEXIST` when there is something of that name.
  static func createFolder(_ path: String) -> Bool { mkdir(path, 0o777) == 0 }

  /// The path without symbolic links; nil when nothing is there.
  static func resolved(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  /// The names in a folder; nothing when it can't be read.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether a name fits a pattern of `*`, `?` and `[...]`.
  static func matches(_ name: String, _ pattern: String) -> Bool { fnmatch(pattern, name, FNM_PERIOD) == 0 }

  static var processIdentifier: Int32 { getpid() }

  static var lastError: Int32 { errno }

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// An error of the system in words.
  static func words(_ error: Int32) -> String {
    switch error {
    case ENOENT: "there is no such file"
    case EACCES, EPERM: "permission denied"
    case EISDIR: "it is a folder, not a file"
    case ENOTDIR: "a part of the path is no folder"
    case ENOSPC, EDQUOT: "no space is left on the disk"
    case EFBIG: "the file grows too large"
    case EROFS: "the disk cannot be written"
    case ENAMETOOLONG: "the name is too long"
    case EMFILE, ENFILE: "too many files are open"
    case EIO: "the disk or the device failed"
    default: String(cString: strerror(error))
    }
  }

  static var isBrokenPipe: Bool { errno == EPIPE }
  static var isMissing: Bool { errno == ENOENT || errno == ENOTDIR }
  static var isExisting: Bool { errno == EEXIST }
}

private func systemRead(_ number: Int32, _ place: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(number, place, count)
}

private func systemWrite(_ number: Int32, _ place: UnsafeRawPointer?, _ count: Int) -> Int {
  write(number, place, count)
}

private func systemRename(_ path: String, _ target: String) -> Int32 { rename(path, target) }
