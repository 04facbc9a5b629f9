import Artifacts
import Foundation

/// Where the files that tasks write are kept.
public struct ArtifactPlace: Sendable {
  /// The variable that names it.
  public static let variable = "THALWEG_ARTIFACTS"
  /// Where a folder keeps its own.
  static let path = ".thalweg/artifacts"

  private let place: String
  private let folder: String
  private let environment: [String: String]

  /// What the environment says; else a folder of `folder`, the current one unless it is given.
  public init(
    in folder: String = FileManager.default.currentDirectoryPath,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    place = environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 } ?? Self.path
    self.folder = folder
    self.environment = environment
  }

  /// The store; nothing is asked of it yet.
  func store() throws(ArtifactError) -> any ArtifactStore {
    try ArtifactStores(place: place, in: folder, environment: environment).store
  }
}
