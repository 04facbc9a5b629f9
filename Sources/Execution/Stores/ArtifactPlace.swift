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

  /// What the environment says; else a folder of the current one.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    place = environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 } ?? Self.path
    folder = FileManager.default.currentDirectoryPath
    self.environment = environment
  }

  /// The store; nothing is asked of it yet.
  func store() throws(ArtifactError) -> any ArtifactStore {
    try ArtifactStores(place: place, in: folder, environment: environment).store
  }
}
