import Foundation
import Synchronization
import SystemPackage

/// The folder of one attempt: what it is given, what it writes, and what it needs for a while. It has no folders in it:
/// a file system may need longer to make and remove these than a small task takes.
struct WorkFolder {
  let path: String
  /// Where standard output and error go; beside the folder, which it outlives.
  let log: String

  /// Makes the folder, and that of the log.
  init(_ path: String, log: String) throws(TaskFailure) {
    self.path = path
    self.log = log
    let logs = FilePath(log).removingLastComponent().string
    if !Self.takeOver(path) { try Self.make(path) }
    try Self.make(logs)
  }

  /// Folders that attempts have left with nothing in them that anybody wants.
  private static let left = Mutex<[String]>([])
  /// So many are kept.
  private static let mostLeft = 64

  /// Leaves the folder to the next attempt beside it, where the process has written nothing there: to make a folder, a
  /// file system may need longer than a small task takes, and so to make the next when many were removed.
  func leave() {
    guard let folder = opendir(path) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard [".", "..", "printed"].contains(name) else { return }
    }
    if truncate(printed, 0) != 0, errno != ENOENT { return }
    Self.left.withLock { left in
      left.append(path)
      if left.count > Self.mostLeft { left.removeFirst() }
    }
  }

  private static func takeOver(_ path: String) -> Bool {
    let parent = FilePath(path).removingLastComponent()
    let found = left.withLock { left in
      left.lastIndex { FilePath($0).removingLastComponent() == parent }.map { left.remove(at: $0) }
    }
    return found.map { rename($0, path) == 0 } ?? false
  }

  /// Makes a folder; most often the one that it is in is there.
  static func make(_ folder: String) throws(TaskFailure) {
    if mkdir(folder, 0o777) == 0 || errno == EEXIST { return }
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw TaskFailure("has no folder to work in: \(error.localizedDescription)")
    }
  }

  /// `{out}`.
  var output: String { path + "/result" }
  /// What is printed, where that is the result.
  var printed: String { path + "/printed" }
  /// What a Python function failed with.
  var problem: String { path + "/problem" }

  /// `{out.field}`.
  func output(_ field: String) -> String { "\(path)/field-\(field)" }
  func input(_ name: String) -> String { "\(path)/given-\(name)" }

  static func write(_ bytes: [UInt8], to path: String) throws(TaskFailure) {
    do {
      // Nobody needs the file after a crash: it need not be made durable.
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
      try file.closeAfter { _ = try file.writeAll(bytes) }
    } catch {
      throw TaskFailure("can't be given what it needs: \(error)")
    }
  }
}
