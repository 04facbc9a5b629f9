import Foundation

/// An object that is being written: under a name of its own, locked as long as its writer lives.
///
/// Unchecked: used by one call at a time.
final class StagedObject: @unchecked Sendable {
  let file: OpenFile
  private var isPending = true

  init(in folder: String) throws(ArtifactError) {
    while true {
      let file = try OpenFile.making("\(folder)/\(Files.randomName())", .place)
      _ = try file.lock(LOCK_EX)
      // Between the two, another process may have taken it for left over.
      if try file.status().st_nlink > 0 {
        self.file = file
        return
      }
    }
  }

  deinit { if isPending { Files.remove(file.path) } }

  func publish(as path: String) throws(ArtifactError) {
    guard rename(file.path, path) == 0 else { throw .system(.place, "make", path) }
    isPending = false
  }

  /// Removes what nobody writes any more.
  static func sweep(_ folder: String) throws(ArtifactError) {
    for name in try Files.names(in: folder) {
      let path = "\(folder)/\(name)"
      // Who can't be asked, or has just ended, leaves nothing to do.
      guard let file = try? OpenFile.opened(path, O_RDONLY | O_NOFOLLOW, "look at") else { continue }
      if try file.lock(LOCK_EX, waits: false) { Files.remove(path) }
    }
  }
}
