import Foundation
import Hashing
import Testing

@testable import Artifacts

/// The stores that the conformance suite runs on.
enum Driver: String, CaseIterable, Sendable {
  case folder, s3

  /// Gives `body` an empty store, and a folder to work in.
  func withStore(_ body: (TestStore) async throws -> Void) async throws {
    switch self {
    case .folder:
      try await withFolder { folder in
        let stores = try ArtifactStores(place: "store", in: folder)
        try await body(
          TestStore(folder: folder, prefix: "", store: stores.store) { hash in
            try overwrite("\(folder)/store/objects/\(hash.prefix(2))/\(hash)")
          })
      }
    case .s3: try await Bucket.shared.get().withStore(body)
    }
  }
}

struct TestStore: Sendable {
  let folder: String
  /// In a bucket.
  let prefix: String
  let store: any ArtifactStore
  /// Lets an object have other bytes.
  let damage: @Sendable (_ hash: String) async throws -> Void

  /// The hashes of all objects.
  func objects() async throws -> [String] {
    let found = Found()
    try await store.forEachPage { page in found.hashes += page.map(\.hash) }
    return found.hashes.sorted()
  }

  /// Unchecked: pages come one after another.
  private final class Found: @unchecked Sendable {
    var hashes: [String] = []
  }

  /// Writes a file, and those folders that it needs.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let url = URL(filePath: "\(folder)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: target)
  }

  /// What is in the folder, hidden files included.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "store" }.sorted()
  }
}

/// Gives `body` a folder that is removed afterwards.
func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  let folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path)
}

private func overwrite(_ path: String) throws {
  try FileManager.default.removeItem(atPath: path)
  try Data("something else".utf8).write(to: URL(filePath: path))
}

/// Bytes that look random, the same for the same seed.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(state >> 56)
  }
}

/// What kind of error `body` ends with; nil where it does not.
func failure(_ body: () async throws(ArtifactError) -> Void) async -> ArtifactError? {
  do throws(ArtifactError) { try await body() } catch { return error }
  return nil
}

func sha256(_ bytes: [UInt8]) -> String { SHA256Hash.hex(bytes) }
