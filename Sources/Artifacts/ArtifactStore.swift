/// Keeps content under the hash of its bytes: what has the same bytes is kept once, and nothing ever changes.
///
/// Content is kept as *objects*: a file is one; a folder is one for its manifest and one for each different file.
public protocol ArtifactStore: Sendable {
  /// Where it is, for messages: without credentials.
  var place: String { get }

  /// Keeps what is at `path`, a file or a folder; does nothing where it is kept already, except that its objects
  /// count as new again.
  func put(_ path: String) async throws(ArtifactError) -> Artifact

  /// Makes the content at `path`, where nothing is; whole or not at all, and only if it hashes to its name. It may
  /// be changed there. It is not made durable: a crash of the machine may lose it.
  func get(_ artifact: Artifact, to path: String) async throws(ArtifactError)

  /// Whether all objects of the content are there.
  func contains(_ artifact: Artifact) async throws(ArtifactError) -> Bool

  /// The objects that hold the content: its own, and those of a folder's files.
  func objects(of artifact: Artifact) async throws(ArtifactError) -> Set<String>

  /// Gives all objects to `page`, some at a time.
  func forEachPage(_ page: ([StoredObject]) async throws(ArtifactError) -> Void) async throws(ArtifactError)

  /// Removes an object that nothing refers to, unless it was put within `age`: who has put it just now may be about
  /// to refer to it. Says whether it is gone.
  ///
  /// - Parameter age: At least a day, for `put` does not renew what is younger than half a day everywhere.
  func remove(_ object: String, olderThan age: Duration) async throws(ArtifactError) -> Bool
}

/// An object that a store has.
public struct StoredObject: Hashable, Sendable {
  /// The hash of its bytes.
  public let hash: String
  /// How many bytes it has.
  public let bytes: Int64
  /// How long ago it was put, by the clock of the store.
  public let age: Duration
}
