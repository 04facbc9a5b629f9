import Foundation

/// Where artifacts are kept: a folder, or a bucket of an S3-compatible store.
public struct ArtifactStores: Sendable {
  /// The store.
  public let store: any ArtifactStore

  /// Makes what `place` names; nothing is asked of it yet.
  ///
  /// - Parameters:
  ///   - place: The path of a folder, or `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`.
  ///   - folder: Where relative paths start from.
  public init(
    place: String, in folder: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ArtifactError) {
    guard place.contains("://") else {
      guard !place.isEmpty else {
        throw ArtifactError(
          .place, "the place of the artifacts is empty", help: "give a folder, or `s3://BUCKET`")
      }
      let path = place.hasPrefix("/") || folder.isEmpty ? place : "\(folder)/\(place)"
      store = ContentStore(objects: FolderObjects(place: place, folder: path))
      return
    }
    guard !place.hasPrefix(S3Place.scheme) else {
      let bucket = try S3Place(place, environment: environment)
      let credentials = try S3Credentials(environment: environment, for: place)
      store = ContentStore(objects: S3Objects(S3Client(bucket, name: place, credentials: credentials)))
      return
    }
    throw ArtifactError(
      .place, "`\(place)` is no place for artifacts",
      help: "give the path of a folder, or `s3://BUCKET/PREFIX`")
  }
}
