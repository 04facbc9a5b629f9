import Foundation

/// Keeps files and folders as objects.
struct ContentStore<Objects: ObjectStore>: ArtifactStore {
  let objects: Objects

  var place: String { objects.place }

  func put(_ path: String) async throws(ArtifactError) -> Artifact {
    let found = try await BlockingWork.run { _ throws(ArtifactError) in try FoundContent(path) }
    switch found {
    case .file(let path):
      let object = try await objects.put(path)
      return Artifact(kind: .file, hash: object.hash, bytes: object.bytes)
    case .folder(let path, let found):
      let manifest = try await put(found, in: path)
      let object = try await withScratch { scratch throws(ArtifactError) in
        try await BlockingWork.run { _ throws(ArtifactError) in try Files.write(manifest.text, to: scratch) }
        return try await objects.put(scratch)
      }
      return Artifact(kind: .folder, hash: object.hash, bytes: manifest.bytes)
    }
  }

  /// Puts the files first: where a manifest is, all is.
  private func put(_ found: [FoundContent.Entry], in folder: String) async throws(ArtifactError)
    -> FolderManifest
  {
    let entries = try await concurrently(found) { entry throws(ArtifactError) in
      switch entry {
      case .folder(let path): return FolderManifest.Entry(path: path, content: .folder)
      case .link(let path, let target): return FolderManifest.Entry(path: path, content: .link(target))
      case .file(let path, let isExecutable):
        let object = try await objects.put("\(folder)/\(path)")
        return FolderManifest.Entry(path: path, content: .file(object, isExecutable: isExecutable))
      }
    }
    return FolderManifest(entries: entries)
  }

  func get(_ artifact: Artifact, to path: String) async throws(ArtifactError) {
    let staged = try await BlockingWork.run { _ throws(ArtifactError) in try Files.beside(path) }
    do throws(ArtifactError) {
      switch artifact.kind {
      case .file:
        try await objects.get(artifact.hash, to: staged, isExecutable: false)
      case .folder:
        let manifest = try await manifest(artifact)
        try await BlockingWork.run { _ throws(ArtifactError) in
          try Files.makeFolder(staged)
          for entry in manifest.entries where entry.content == .folder {
            try Files.makeFolder("\(staged)/\(entry.path)")
          }
        }
        _ = try await concurrently(manifest.entries) { entry throws(ArtifactError) in
          guard case .file(let object, let isExecutable) = entry.content else { return }
          try await objects.get(object.hash, to: "\(staged)/\(entry.path)", isExecutable: isExecutable)
        }
        try await BlockingWork.run { _ throws(ArtifactError) in
          for entry in manifest.entries {
            if case .link(let target) = entry.content {
              try Files.makeLink("\(staged)/\(entry.path)", to: target)
            }
          }
        }
      }
      try await BlockingWork.run { _ throws(ArtifactError) in try Files.publish(staged, as: path) }
    } catch {
      await BlockingWork.cleanUp { Files.removeAll(staged) }
      throw error
    }
  }

  func contains(_ artifact: Artifact) async throws(ArtifactError) -> Bool {
    guard try await objects.size(artifact.hash) != nil else { return false }
    guard artifact.kind == .folder else { return true }
    let sizes = try await concurrently(Array(self.objects(of: artifact))) { hash throws(ArtifactError) in
      try await objects.size(hash)
    }
    return sizes.allSatisfy { $0 != nil }
  }

  func objects(of artifact: Artifact) async throws(ArtifactError) -> Set<String> {
    guard artifact.kind == .folder else { return [artifact.hash] }
    return Set(try await manifest(artifact).files.map(\.hash) + [artifact.hash])
  }

  func forEachPage(_ page: ([StoredObject]) async throws(ArtifactError) -> Void) async throws(ArtifactError) {
    try await objects.forEachPage(page)
  }

  func remove(_ object: String, olderThan age: Duration) async throws(ArtifactError) -> Bool {
    try await objects.remove(object, olderThan: age)
  }

  private func manifest(_ artifact: Artifact) async throws(ArtifactError) -> FolderManifest {
    let text = try await withScratch { scratch throws(ArtifactError) in
      try await objects.get(artifact.hash, to: scratch, isExecutable: false)
      return try await BlockingWork.run { _ throws(ArtifactError) in try Files.contents(scratch) }
    }
    guard let manifest = FolderManifest(text), manifest.bytes == artifact.bytes else {
      throw ArtifactError(
        .damaged,
        "the object \(artifact.hash) of `\(place)` does not list a folder of \(artifact.bytes) bytes",
        help: "was it put as a file, or by a newer version of Thalweg?")
    }
    return manifest
  }

  /// Gives `body` the path of a file that may be made, and removes it.
  private func withScratch<Value: Sendable>(
    _ body: (String) async throws(ArtifactError) -> Value
  ) async throws(ArtifactError) -> Value {
    let path = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(Files.randomName())").path
    let result: Result<Value, ArtifactError>
    do throws(ArtifactError) { result = .success(try await body(path)) } catch { result = .failure(error) }
    await BlockingWork.cleanUp { Files.remove(path) }
    return try result.get()
  }
}
