import Foundation
import SystemPackage

/// What is at a path that is to be kept.
enum FoundContent: Sendable {
  /// A file.
  case file(String)
  /// A folder, and all that is in it.
  case folder(String, [Entry])

  /// Something in a folder, by its path from there.
  enum Entry: Sendable {
    case folder(String)
    case file(String, isExecutable: Bool)
    case link(String, target: String)
  }

  /// Looks at what is at a path, behind symbolic links.
  init(_ path: String) throws(ArtifactError) {
    guard let resolved = realpath(path, nil) else { throw .system(.content, "keep", path) }
    defer { free(resolved) }
    let place = String(cString: resolved)
    switch try Self.kind(place) {
    case S_IFREG: self = .file(place)
    case S_IFDIR:
      var entries: [Entry] = []
      try Self.walk(place, "", &entries)
      self = .folder(place, entries)
    default: throw Self.unkeepable(place)
    }
  }

  private static func walk(_ root: String, _ folder: String, _ entries: inout [Entry]) throws(ArtifactError) {
    for name in try names(folder.isEmpty ? root : "\(root)/\(folder)") {
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      let place = "\(root)/\(path)"
      var status = stat()
      guard lstat(place, &status) == 0 else { throw .system(.content, "keep", place) }
      switch status.st_mode & S_IFMT {
      case S_IFREG: entries.append(.file(path, isExecutable: status.st_mode & S_IXUSR != 0))
      case S_IFDIR:
        entries.append(.folder(path))
        try walk(root, path, &entries)
      case S_IFLNK: entries.append(.link(path, target: try target(place, at: path)))
      default: throw unkeepable(place)
      }
    }
  }

  private static func kind(_ path: String) throws(ArtifactError) -> mode_t {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(.content, "keep", path) }
    return status.st_mode & S_IFMT
  }

  private static func names(_ folder: String) throws(ArtifactError) -> [String] {
    guard let stream = opendir(folder) else { throw .system(.content, "read the folder", folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw ArtifactError(
          .content,
          "cannot keep the folder `\(folder)`: a name in it, "
            + "`\(String(decoding: bytes, as: UTF8.self))`, is not UTF-8", help: "rename it")
      }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw .system(.content, "read the folder", folder) }
    return names
  }

  private static func target(_ place: String, at path: String) throws(ArtifactError) -> String {
    var room = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = room.withUnsafeMutableBytes { room in
      readlink(place, room.baseAddress!.assumingMemoryBound(to: CChar.self), room.count)
    }
    guard count >= 0 else { throw .system(.content, "read the link", place) }
    guard let target = String(validating: room[..<count], as: UTF8.self),
      FolderManifest.staysInside(target, at: path)
    else {
      throw ArtifactError(
        .content,
        "cannot keep the symbolic link `\(place)`: "
          + "`\(String(decoding: room[..<count], as: UTF8.self))` leads out of the folder, or may do so elsewhere",
        help: "copy what it leads to, or link to a path within the folder, relative, with `..` only in front")
    }
    return target
  }

  private static func unkeepable(_ place: String) -> ArtifactError {
    ArtifactError(
      .content, "cannot keep `\(place)`: it is neither a file nor a folder, but a socket, a pipe or a device",
      help: "remove it, or write what it gives to a file")
  }
}
