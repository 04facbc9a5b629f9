extension Artifact {
  /// Names what is at `path`, a file or a folder, and keeps nothing.
  public init(of path: String) async throws(ArtifactError) {
    self = try await ContentStore(objects: NoObjects()).put(path)
  }
}

/// Only names objects.
private struct NoObjects: ObjectStore {
  let place = "nowhere"

  func put(_ path: String) async throws(ArtifactError) -> ObjectName {
    try await BlockingWork.run { cancellation throws(ArtifactError) in
      try Files.name(try OpenFile.reading(path), cancellation)
    }
  }

  func get(_ hash: String, to path: String, isExecutable: Bool) async throws(ArtifactError) {
    throw missing(hash)
  }

  func size(_ hash: String) async throws(ArtifactError) -> Int64? { nil }

  func forEachPage(_ page: ([StoredObject]) async throws(ArtifactError) -> Void) {}

  func remove(_ hash: String, olderThan age: Duration) async throws(ArtifactError) -> Bool { true }
}
