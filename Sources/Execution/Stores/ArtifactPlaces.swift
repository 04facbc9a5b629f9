import Artifacts
import Compiler
import Diagnosing
import Foundation
import Settings

/// Where files and folders that tasks make are kept: in the folder or the bucket that the profile or a variable of the
/// environment names, which many machines may share; else in the current folder.
public struct ArtifactPlaces: Sendable {
  /// The variable that holds the place.
  public static let variable = "THALWEG_ARTIFACTS"
  /// Where a folder keeps its artifacts.
  static let path = ".thalweg/artifacts"

  /// The store; nothing has been asked of it yet.
  public let store: any ArtifactStore

  /// What the environment says; else a folder of `home`, the current one unless it is given.
  public init(
    in home: String = "", environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ArtifactError) {
    let place = environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
    try self.init(place ?? Self.path, in: place == nil ? home : "", environment)
  }

  private init(_ place: String, in folder: String, _ environment: [String: String]) throws(ArtifactError) {
    store = try ArtifactStores(place: place, in: folder, environment: environment).store
  }

  /// What the project's profile says, or the environment; else a folder of `home`.
  init(
    of project: Project?, in folder: String, home: String = "", _ sources: SourceMap,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    guard let place = project?.profile?.artifacts else {
      try self.init(in: home, environment: environment)
      return
    }
    do throws(ArtifactError) {
      try self.init(place.value, in: folder, environment)
    } catch {
      throw Refusal(
        [
          Diagnostic(
            .unusableArtifacts, error.message, at: place.span, label: "are to be here", help: error.help)
        ], sources)
    }
  }
}

extension RunnablePipeline {
  /// Where its artifacts are kept.
  public func artifacts() throws -> ArtifactPlaces { try ArtifactPlaces(of: project, in: folder, sources) }
}

extension ArtifactError {
  /// The finding that a command shows, pointing at the whole of `invocation`.
  public func refusal(_ invocation: Invocation) -> Refusal {
    Refusal(.unusableArtifacts, message, at: "", of: invocation, label: "needs it", help: help)
  }
}
