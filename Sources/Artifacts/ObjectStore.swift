/// Keeps the bytes of files under their hash.
protocol ObjectStore: Sendable {
  var place: String { get }

  /// Keeps the bytes of a file, which is no symbolic link.
  func put(_ path: String) async throws(ArtifactError) -> ObjectName

  /// Makes a file of the object's bytes, after which it has been held against its name.
  func get(_ hash: String, to path: String, isExecutable: Bool) async throws(ArtifactError)

  /// The object's size; nil where there is none.
  func size(_ hash: String) async throws(ArtifactError) -> Int64?

  func forEachPage(_ page: ([StoredObject]) async throws(ArtifactError) -> Void) async throws(ArtifactError)

  func remove(_ hash: String, olderThan age: Duration) async throws(ArtifactError) -> Bool
}

/// What an object is called, and how many bytes it has.
struct ObjectName: Hashable, Sendable {
  let hash: String
  let bytes: Int64
}

extension ObjectStore {
  func missing(_ hash: String) -> ArtifactError {
    ArtifactError(
      .missing, "`\(place)` has no object \(hash)",
      help: "run again what makes it, or name the store that it was put in")
  }

  func damaged(_ hash: String) -> ArtifactError {
    ArtifactError(
      .damaged, "the object \(hash) of `\(place)` is damaged: its bytes have another hash",
      help: "remove it there, and run again what makes it")
  }
}
