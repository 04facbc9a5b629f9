import Artifacts
import Diagnosing
import Foundation
import Testing

@testable import Execution

/// Who says where artifacts are kept.
@Suite struct ArtifactPlacesTests {
  private static let credentials = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]

  @Test(arguments: [
    ([:], ".thalweg/artifacts"), (["THALWEG_ARTIFACTS": ""], ".thalweg/artifacts"),
    (["THALWEG_ARTIFACTS": "/shared"], "/shared"),
    (["THALWEG_ARTIFACTS": "s3://data/x"].merging(credentials) { $1 }, "s3://data/x"),
  ])
  func theEnvironmentSays(_ environment: [String: String], _ place: String) throws {
    #expect(try ArtifactPlaces(environment: environment).store.place == place)
  }

  /// The pipeline of a project whose profile says this.
  private func pipeline(_ profile: String, in folder: URL) async throws -> RunnablePipeline {
    let program =
      "record R { n: Int }\npipeline p { into out = csv(\"out.csv\") <- [1].map(n -> R { n: n }) }"
    try Data(program.utf8).write(to: folder.appending(path: "p.thal"))
    try Data("version: 1\ndefault_profile: dev\nprofiles:\n  dev: \(profile)\n".utf8)
      .write(to: folder.appending(path: "thalweg.yaml"))
    return try await Programs.pipeline(
      nil, of: "\(folder.path)/p.thal", under: nil, given: [], isPartial: false, Invocation([]))
  }

  private func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  @Test func theProfileSaysBeforeTheEnvironment() async throws {
    try await withFolder { folder in
      let pipeline = try await pipeline("{ artifacts: kept }", in: folder)
      let places = try ArtifactPlaces(
        of: pipeline.project, in: pipeline.folder, pipeline.sources,
        environment: ["THALWEG_ARTIFACTS": "/shared"])
      #expect(places.store.place == "kept")
      _ = try await places.store.put("\(folder.path)/p.thal")
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/kept/objects"))
    }
  }

  @Test func aPlaceThatIsNoneIsShownWhereItStands() async throws {
    try await withFolder { folder in
      let pipeline = try await pipeline("{ artifacts: \"s3://Data\" }", in: folder)
      do {
        _ = try ArtifactPlaces(
          of: pipeline.project, in: pipeline.folder, pipeline.sources, environment: Self.credentials)
        Issue.record("it is one")
      } catch let refusal as Refusal {
        let finding = try #require(refusal.diagnostics.first)
        #expect(finding.code == .unusableArtifacts)
        #expect(finding.message.contains("`Data` is no name of a bucket"))
        #expect(refusal.sources[finding.span.file].text(finding.span) == "\"s3://Data\"")
        #expect(ExitStatus(refusal.diagnostics) == .environment)
      }
    }
  }
}
