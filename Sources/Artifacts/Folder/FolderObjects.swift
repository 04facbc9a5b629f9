import Foundation
import Synchronization
import SystemPackage

/// Objects as files of a folder, which many processes may use at once: `objects/ab/HASH`, read-only.
///
/// An object is written under another name, made durable, and renamed: whoever finds it finds all of it. Content is
/// copied out of the store, never linked: whoever owns a file may write to it whatever its mode says, and would change
/// the object for everybody.
final class FolderObjects: ObjectStore {
  let place: String
  private let folder: String
  private let isSwept = Mutex(false)
  /// The folders of objects that are there for good.
  private let shards = Mutex<Set<String>>([])

  /// - Parameter place: The folder as it was named.
  init(place: String, folder: String) {
    self.place = place
    self.folder = folder
  }

  // MARK: Objects

  func put(_ path: String) async throws(ArtifactError) -> ObjectName {
    try await BlockingWork.run { [self] cancellation throws(ArtifactError) in
      let source = try OpenFile.reading(path)
      try makeReady()
      let staged = try StagedObject(in: staging)
      let object = try Files.copy(source, to: staged.file, cancellation)
      let shard = shard(object.hash)
      try makeShard(shard)
      if try !renew(object) {
        try staged.file.setMode(try staged.file.status().st_mode & 0o444)
        try staged.file.synchronize()
        try locked(LOCK_SH) { () throws(ArtifactError) in try staged.publish(as: self.path(object.hash)) }
      }
      try Files.synchronizeFolder(shard)
      return object
    }
  }

  func get(_ hash: String, to path: String, isExecutable: Bool) async throws(ArtifactError) {
    try await BlockingWork.run { [self] cancellation throws(ArtifactError) in
      guard try size(of: hash) != nil else { throw missing(hash) }
      let source = try OpenFile.reading(self.path(hash))
      let target = try OpenFile.making(path)
      guard try Files.copy(source, to: target, cancellation).hash == hash else { throw damaged(hash) }
      if isExecutable { try target.makeExecutable() }
    }
  }

  func size(_ hash: String) async throws(ArtifactError) -> Int64? {
    try await BlockingWork.run { [self] _ throws(ArtifactError) in try size(of: hash) }
  }

  func forEachPage(_ page: ([StoredObject]) async throws(ArtifactError) -> Void) async throws(ArtifactError) {
    let shards = try await BlockingWork.run { [self] _ throws(ArtifactError) in
      access(objects, F_OK) == 0 ? try Files.names(in: objects).sorted() : []
    }
    for shard in shards {
      try await page(try await BlockingWork.run { [self] _ throws(ArtifactError) in try list(shard) })
    }
  }

  func remove(_ hash: String, olderThan age: Duration) async throws(ArtifactError) -> Bool {
    try await BlockingWork.run { [self] _ throws(ArtifactError) in
      guard try status(hash) != nil else { return true }
      return try locked(LOCK_EX) { () throws(ArtifactError) in
        guard let status = try status(hash) else { return true }
        guard try now() - Self.time(status) >= age else { return false }
        guard unlink(path(hash)) == 0 || errno == ENOENT else { throw .system(.place, "remove", path(hash)) }
        return true
      }
    }
  }

  // MARK: Parts

  private var objects: String { "\(folder)/objects" }
  private var staging: String { "\(folder)/staging" }
  private func shard(_ hash: String) -> String { "\(objects)/\(hash.prefix(2))" }
  private func path(_ hash: String) -> String { "\(shard(hash))/\(hash)" }

  /// Makes the folders, and removes what writers have left that died.
  private func makeReady() throws(ArtifactError) {
    // Once is enough, but twice does no harm.
    if isSwept.withLock({ $0 }) { return }
    try Files.makeFolders(staging)
    try Files.makeFolders(objects)
    try Files.synchronizeFolder(folder)
    try StagedObject.sweep(staging)
    isSwept.withLock { $0 = true }
  }

  /// Makes the folder of an object, durably: another process that made it may not have come to that.
  private func makeShard(_ shard: String) throws(ArtifactError) {
    if shards.withLock({ $0.contains(shard) }) { return }
    try Files.makeFolders(shard)
    try Files.synchronizeFolder(objects)
    shards.withLock { _ = $0.insert(shard) }
  }

  private func status(_ hash: String) throws(ArtifactError) -> stat? {
    var status = stat()
    if stat(path(hash), &status) == 0 { return status }
    guard errno == ENOENT else { throw .system(.place, "look at", path(hash)) }
    return nil
  }

  private func size(of hash: String) throws(ArtifactError) -> Int64? {
    try status(hash).map { Int64($0.st_size) }
  }

  private func list(_ shard: String) throws(ArtifactError) -> [StoredObject] {
    let now = try now()
    var found: [StoredObject] = []
    for name in try Files.names(in: "\(objects)/\(shard)").sorted() where Artifact.isHash(name) {
      guard let status = try status(name) else { continue }
      found.append(
        StoredObject(hash: name, bytes: Int64(status.st_size), age: now - Self.time(status)))
    }
    return found
  }

  // MARK: Age

  /// Lets an object that is there count as new; false where it is not there, or is not whole.
  private func renew(_ object: ObjectName) throws(ArtifactError) -> Bool {
    try locked(LOCK_SH) { () throws(ArtifactError) in
      guard try size(of: object.hash) == object.bytes else { return false }
      // Only its owner may renew it; who may not, can put it anew.
      return utimes(path(object.hash), nil) == 0
    }
  }

  /// Runs `body` while nothing is removed, or alone.
  private func locked<Value>(_ kind: Int32, _ body: () throws(ArtifactError) -> Value) throws(ArtifactError)
    -> Value
  {
    let file = try OpenFile.opened("\(folder)/lock", O_RDONLY | O_CREAT, "lock", .place)
    _ = try file.lock(kind)
    defer { extendLifetime(file) }
    return try body()
  }

  /// The clock of the disk, which may be another machine's.
  private func now() throws(ArtifactError) -> Duration {
    Self.time(try StagedObject(in: staging).file.status())
  }

  private static func time(_ status: stat) -> Duration {
    .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
  }
}
