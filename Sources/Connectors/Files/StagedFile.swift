/// A file beside its target, which it replaces when it is published.
///
/// Unchecked: called by one worker at a time.
final class StagedFile: @unchecked Sendable {
  private let location: Location
  /// The target without symbolic links: a link stays one, and what it leads to is replaced.
  private let target: String
  private let staged: String
  private var descriptor: Descriptor?
  private var madeFolders: [String] = []
  private var isPending = true

  init(_ location: Location) throws {
    self.location = location
    target = SystemCalls.resolved(location.path) ?? location.path
    let slash = target.lastIndex(of: "/")
    let (folder, name) =
      slash.map { [path = target] in
        (String(path[...$0]), String(path[path.index(after: $0)...]))
      } ?? ("", target)
    let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    staged = "\(folder).\(name).\(SystemCalls.processIdentifier)-\(random).part"
    madeFolders = try Self.makeFolders(folder, location)
    guard let descriptor = SystemCalls.create(staged) else {
      let fault = location.systemFault(doing: "cannot write it")
      discard()
      throw fault
    }
    self.descriptor = descriptor
    if case .regular(_, let mode)? = SystemCalls.kind(target) { SystemCalls.setMode(descriptor, mode) }
  }

  /// Puts what `body` appends in place of a file, all at once.
  static func replace(_ location: Location, _ body: (_ append: ([UInt8]) throws -> Void) throws -> Void)
    throws
  {
    let file = try StagedFile(location)
    try body(file.append)
    try file.finish()
    try file.publish()
  }

  deinit { if isPending { discard() } }

  /// Makes the folders that are missing, outermost first, and says which.
  @discardableResult
  static func makeFolders(_ folder: String, _ location: Location) throws -> [String] {
    var missing: [String] = []
    var path = folder
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    while !path.isEmpty, SystemCalls.kind(path) == nil {
      missing.append(path)
      guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { break }
      path = String(path[..<slash])
    }
    var made: [String] = []
    for path in missing.reversed() {
      if SystemCalls.createFolder(path) {
        made.append(path)
      } else if !SystemCalls.isExisting {
        let fault = location.systemFault(doing: "cannot make the folder `\(path)`")
        for path in made.reversed() { SystemCalls.removeFolder(path) }
        throw fault
      }
    }
    return made
  }

  func append(_ bytes: [UInt8]) throws {
    guard let descriptor, bytes.withUnsafeBytes({ SystemCalls.write(descriptor, $0) }) else {
      throw location.systemFault(doing: "cannot write it")
    }
  }

  func finish() throws {
    guard let descriptor, SystemCalls.synchronize(descriptor) else {
      throw location.systemFault(doing: "cannot write it")
    }
    self.descriptor = nil
  }

  func publish() throws {
    guard SystemCalls.rename(staged, to: target) else {
      throw location.systemFault(doing: "cannot replace it")
    }
    isPending = false
    SystemCalls.synchronizeFolder(location.folder)
  }

  func discard() {
    isPending = false
    descriptor = nil
    SystemCalls.remove(staged)
    // Only what is empty goes: another output may have put something there.
    for folder in madeFolders.reversed() { SystemCalls.removeFolder(folder) }
  }
}
