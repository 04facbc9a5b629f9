import Artifacts
import Columns
import Foundation
import JobStore

/// How long ago something was: `30d`.
public struct Age: Hashable, Sendable {
  /// Whole seconds, more than 0.
  public let seconds: Int64

  /// Nil where the text is no such time.
  public init?(_ text: String) {
    var text = text
    guard let microseconds = text.withUTF8({ ScalarText.parseDuration($0) }), microseconds >= 1_000_000 else {
      return nil
    }
    seconds = microseconds / 1_000_000
  }
}

/// Removes what has ended long ago: runs with what belongs to them and, where that is wanted, files that none of the
/// runs that are kept refers to.
public struct Pruning: Sendable {
  private let store: any RunPruner
  private let artifacts: (any ArtifactStore)?
  private let age: Int64

  /// What objects are at least: who has put one just now may be about to refer to it.
  private static let leastAge = Duration.seconds(86_400)

  /// - Parameters:
  ///   - age: Seconds since the end of a run.
  ///   - artifacts: Where files are that belong to runs of `store` alone; nil leaves all files where they are.
  public init(_ store: any RunPruner, olderThan age: Int64, artifacts: (any ArtifactStore)?) {
    self.store = store
    self.age = age
    self.artifacts = artifacts
  }

  /// What was removed, or would be.
  public struct Result: Sendable {
    let runs: PrunedRuns
    let files: Files?
    let isTrial: Bool

    /// Where there are no runs.
    public static let nothing = Result(runs: PrunedRuns(), files: nil, isTrial: false)
  }

  struct Files: Sendable {
    var count = 0
    var bytes: Int64 = 0
  }

  /// Removes it.
  /// - Parameter isTrial: Only tells what would be removed.
  /// - Throws: A `StoreError`, an `ArtifactError`.
  public func run(isTrial: Bool) async throws -> Result {
    let runs = try await store.prune(olderThan: age, isTrial: isTrial) { removed in
      for run in removed { Self.removeFolders(of: run) }
    }
    return Result(runs: runs, files: try await removeFiles(isTrial), isTrial: isTrial)
  }

  /// What a run has left in the current folder.
  private static func removeFolders(of run: RunID) {
    for folder in [WorkPlaces.logs, WorkPlaces.works, RunCatalog.states] {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(run)")
    }
  }

  private func removeFiles(_ isTrial: Bool) async throws -> Files? {
    guard let artifacts else { return nil }
    var files = Files()
    let needed = try await neededObjects(artifacts)
    let least = max(.seconds(age), Self.leastAge)
    try await artifacts.forEachPage { (page) throws(ArtifactError) in
      for object in page where object.age >= least && !needed.contains(object.hash) {
        guard isTrial ? true : try await artifacts.remove(object.hash, olderThan: least) else { continue }
        files.count += 1
        files.bytes += object.bytes
      }
    }
    return files
  }

  /// The objects of all that runs that are kept refer to.
  private func neededObjects(_ artifacts: any ArtifactStore) async throws -> Set<String> {
    var (needed, seen): (Set<String>, Set<Artifact>) = ([], [])
    try await store.forEachKeptValue(olderThan: age) { values in
      for artifact in values.flatMap(Self.names) where seen.insert(artifact).inserted {
        needed.insert(artifact.hash)
        do throws(ArtifactError) { needed.formUnion(try await artifacts.objects(of: artifact)) } catch {
          // What is lost needs nothing.
          guard error.kind == .missing else { throw error }
        }
      }
    }
    return needed
  }

  /// The names of content in a JSON text.
  private static func names(in json: String) -> [Artifact] {
    json.matches(of: /(?:file|folder):sha256:[0-9a-f]{64}:[0-9]+/).compactMap { Artifact(String($0.output)) }
  }
}
