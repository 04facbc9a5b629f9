import Foundation
import NIOHTTP1
import Testing

@testable import Artifacts
@testable import TestServers

/// What a bucket on a real server does, beyond what every store does.
@Suite struct S3ServerTests {
  /// Parts of five pieces, the least that S3 allows.
  private static let large = 11 * Files.pieceSize + 5

  @Test func aLargeFileGoesInParts() async throws {
    try await Bucket.shared.get().withStore(partSize: 5 << 20) { test in
      let bytes = noise(Self.large)
      let path = try test.write(bytes, to: "in")
      let artifact = try await test.store.put(path)
      #expect(artifact.hash == sha256(bytes))
      #expect(try await test.store.put(path) == artifact)
      #expect(try await test.objects() == [artifact.hash])
      try await test.store.get(artifact, to: "\(test.folder)/out")
      #expect(try test.read("out") == bytes)
    }
  }

  @Test func manyPutTheSameLargeFileAtOnce() async throws {
    try await Bucket.shared.get().withStore(partSize: 5 << 20) { test in
      let path = try test.write(noise(Self.large), to: "in")
      let artifacts = try await withThrowingTaskGroup { group in
        for _ in 0..<4 { group.addTask { try await test.store.put(path) } }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(artifacts.count == 1)
      for artifact in artifacts { try await test.store.get(artifact, to: "\(test.folder)/out") }
    }
  }

  @Test func listsGoOnWhereAPageEnds() async throws {
    let bucket = try Bucket.shared.get()
    try await bucket.withStore { test in
      for number in 0..<5 { _ = try await test.store.put(try test.write([UInt8(number)], to: "in")) }
      let objects = S3Objects(try bucket.client(test.prefix), pageSize: 2)
      let pages = Pages()
      try await objects.forEachPage { page in pages.sizes.append(page.count) }
      #expect(pages.sizes == [2, 2, 1])
    }
  }

  /// Unchecked: pages come one after another.
  private final class Pages: @unchecked Sendable {
    var sizes: [Int] = []
  }

  @Test func aBucketThatIsNotThereIsNamed() async throws {
    let bucket = try Bucket.shared.get()
    try await withFolder { folder in
      let stores = try bucket.stores("s3://not-there/x?endpoint=\(bucket.server.endpoint)")
      try Data([1]).write(to: URL(filePath: "\(folder)/in"))
      for error in [
        await failure { () throws(ArtifactError) in _ = try await stores.put("\(folder)/in") },
        await failure { () throws(ArtifactError) in
          try await stores.get(Artifact(kind: .file, hash: sha256([1]), bytes: 1), to: "\(folder)/out")
        },
        await failure { () throws(ArtifactError) in try await stores.forEachPage { _ in } },
      ] {
        #expect(error?.kind == .place)
        #expect(
          error?.message.contains("names a bucket that is not there") == true, "\(String(describing: error))")
        #expect(error?.help?.contains("`not-there`") == true)
      }
    }
  }

  @Test(arguments: [("AKIANOBODY", ObjectServer.secret), (ObjectServer.key, "wrong")])
  func wrongCredentialsAreNamed(_ key: String, _ secret: String) async throws {
    let bucket = try Bucket.shared.get()
    let store = try bucket.stores(bucket.place("x"), key: key, secret: secret)
    let error = await failure { () throws(ArtifactError) in try await store.forEachPage { _ in } }
    #expect(error?.kind == .place)
    #expect(error?.message.contains("refuses the credentials") == true, "\(String(describing: error))")
  }

  @Test func whoMayOnlyReadIsToldWhatIsMissing() async throws {
    let bucket = try Bucket.shared.get()
    try await bucket.withStore { test in
      let path = try test.write([1], to: "in")
      let artifact = try await test.store.put(path)
      let reader = try bucket.stores(bucket.place(test.prefix), key: ObjectServer.readingKey)
      try await reader.get(artifact, to: "\(test.folder)/out")
      try test.write([2], to: "other")
      let error = await failure { () throws(ArtifactError) in
        _ = try await reader.put("\(test.folder)/other")
      }
      #expect(error?.kind == .place)
      #expect(error?.message.contains("does not allow this") == true, "\(String(describing: error))")
      #expect(error?.help?.contains("s3:PutObject") == true)
    }
  }
}

/// A bucket of the shared server.
final class Bucket: Sendable {
  static let shared = Result { try Bucket(ObjectServer.shared.get()) }

  let server: ObjectServer
  private let isMade: Task<Void, any Error>
  private static let name = "artifacts"

  private init(_ server: ObjectServer) throws {
    self.server = server
    let client = try Self.client(server, "")
    isMade = Task { _ = try await client.send(S3Request(method: .PUT, path: client.place.path())) }
  }

  func place(_ prefix: String) -> String { "s3://\(Self.name)/\(prefix)?endpoint=\(server.endpoint)" }

  private static func client(_ server: ObjectServer, _ prefix: String) throws -> S3Client {
    let place = "s3://\(name)/\(prefix)?endpoint=\(server.endpoint)"
    return S3Client(
      try S3Place(place, environment: [:]), name: place,
      credentials: S3Credentials(key: ObjectServer.key, secret: ObjectServer.secret))
  }

  func client(_ prefix: String) throws -> S3Client { try Self.client(server, prefix) }

  /// A store as the environment of a worker would give it.
  func stores(
    _ place: String, key: String = ObjectServer.key, secret: String = ObjectServer.secret
  ) throws -> any ArtifactStore {
    try ArtifactStores(
      place: place, in: "", environment: ["AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret]
    ).store
  }

  /// Gives `body` a store with a prefix of its own.
  func withStore(partSize: Int64 = 64 << 20, _ body: (TestStore) async throws -> Void) async throws {
    try await isMade.value
    let prefix = "t \(UUID().uuidString)"
    let client = try client(prefix)
    try await withFolder { folder in
      let store = ContentStore(objects: S3Objects(client, partSize: partSize))
      try await body(
        TestStore(folder: folder, prefix: prefix, store: store) { hash in
          _ = try await client.send(
            S3Request(
              method: .PUT, path: client.place.path("objects/\(hash.prefix(2))/\(hash)"),
              body: .bytes(Array("something else".utf8))))
        })
    }
  }
}
