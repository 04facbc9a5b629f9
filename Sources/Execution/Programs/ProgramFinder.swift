import Diagnosing
import Foundation

/// Finds and reads programs in the file system.
public struct ProgramFinder {
  let invocation: Invocation

  /// Findings point at the arguments of `invocation`.
  public init(_ invocation: Invocation) { self.invocation = invocation }

  /// The name that stands for standard input.
  public static let standardInput = "-"

  /// The programs that `paths` name, in order, none twice: a file as it is, a folder searched for `.thal` files.
  /// What is hidden and `.build` are not searched.
  public func programs(at paths: [String]) throws(Refusal) -> [String] {
    var found: [String] = []
    var seen: Set<String> = []
    for path in paths {
      let isFolder = try Self.isFolder(path, self)
      let files = isFolder ? Self.search(path) : [path]
      guard !files.isEmpty else {
        throw Refusal(
          .noPrograms, "there is no `.thal` file in `\(path)`", at: path, of: invocation,
          label: "searched here")
      }
      for file in files where seen.insert(Self.canonical(file)).inserted { found.append(file) }
    }
    return found
  }

  private static func isFolder(_ path: String, _ finder: ProgramFinder) throws(Refusal) -> Bool {
    guard path != standardInput else { return false }
    var status = stat()
    guard stat(path, &status) == 0 else { throw finder.unreadable(path, errno) }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  private static func canonical(_ path: String) -> String {
    path == standardInput
      ? path : URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }

  /// The `.thal` files below `folder`, in the order of their paths.
  static func search(_ folder: String) -> [String] {
    var files: [String] = []
    var folders = [folder]
    while let next = folders.popLast() {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: next)) ?? []
      for name in names where !name.hasPrefix(".") {
        let path = next == "." ? name : next.hasSuffix("/") ? next + name : "\(next)/\(name)"
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        // Links are not followed into folders: they may lead back.
        switch status.st_mode & S_IFMT {
        case S_IFDIR: folders.append(path)
        case S_IFREG, S_IFLNK: if name.hasSuffix(".thal") { files.append(path) }
        default: break
        }
      }
    }
    return files.sorted()
  }

  /// The bytes of the file at `path`, or of standard input for `-`.
  public func read(_ path: String) throws(Refusal) -> [UInt8] {
    switch Self.bytes(path) {
    case .success(let bytes): return bytes
    case .failure(let error): throw unreadable(path, error.number)
    }
  }

  /// A system call failed.
  struct SystemError: Error {
    let number: Int32
  }

  /// The bytes of a file of at most 4 GiB.
  static func bytes(_ path: String) -> Result<[UInt8], SystemError> {
    let descriptor = path == standardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return .failure(SystemError(number: errno)) }
    defer { if path != standardInput { close(descriptor) } }
    var status = stat()
    let size = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + 1)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= Int(UInt32.max) {
      let count = Foundation.read(descriptor, &buffer, buffer.count)
      if count == 0 { return .success(bytes) }
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(SystemError(number: errno))
      }
      bytes += buffer[..<count]
    }
    return .failure(SystemError(number: EFBIG))
  }

  private func unreadable(_ path: String, _ number: Int32) -> Refusal {
    let isMissing = number == ENOENT
    let message =
      isMissing
      ? "there is no file `\(path)`" : "`\(path)` can't be read: \(String(cString: strerror(number)))"
    let near = isMissing ? sibling(of: path) : nil
    return Refusal(
      .unreadableFile, message, at: path, of: invocation, label: isMissing ? "not there" : "can't be read",
      fixes: near.map { [Fix("did you mean `\($0)`?")] } ?? [])
  }

  /// The file in the same folder whose name is nearest.
  private func sibling(of path: String) -> String? {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let programs = names.filter { $0.hasSuffix(".thal") }
    guard let name = Suggestion.nearest(to: url.lastPathComponent, among: programs) else { return nil }
    return path.contains("/") ? String(path[...(path.lastIndex(of: "/") ?? path.startIndex)]) + name : name
  }
}
