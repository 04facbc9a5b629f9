import Foundation
import Testing

@testable import Artifacts

/// What a store in a folder withstands.
@Suite struct FolderStoreTests {
  /// Puts files of its own and one that all put, and dies when so many are there.
  private static func live(_ folder: String, _ count: Int) async throws {
    let store = try ArtifactStores(place: "store", in: folder).store
    let shared = "\(folder)/shared"
    try Data(noise(300_000)).write(to: URL(filePath: shared))
    try await withThrowingTaskGroup { group in
      for writer in 0..<4 {
        group.addTask {
          for number in 0... {
            let path = "\(folder)/\(writer)"
            try Data(noise(200_000, seed: .random(in: .min ... .max))).write(to: URL(filePath: path))
            _ = try await store.put(path)
            _ = try await store.put(shared)
            if writer == 0, number == count { kill(getpid(), SIGKILL) }
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test(arguments: 0..<5)
  func aKilledWriterLeavesOnlyWholeObjects(_ count: Int) async throws {
    try await withFolder { folder in
      await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, count = count as Int] in
        try await FolderStoreTests.live(folder, count)
      }
      let objects = "\(folder)/store/objects"
      var found = 0
      for shard in try FileManager.default.contentsOfDirectory(atPath: objects) {
        for name in try FileManager.default.contentsOfDirectory(atPath: "\(objects)/\(shard)") {
          let bytes = Array(try Data(contentsOf: URL(filePath: "\(objects)/\(shard)/\(name)")))
          #expect(sha256(bytes) == name)
          found += 1
        }
      }
      #expect(found > count)
      // The next writer removes what the former has begun.
      let store = try ArtifactStores(place: "store", in: folder).store
      _ = try await store.put("\(folder)/shared")
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/store/staging").isEmpty)
    }
  }

  @Test func whatIsBeingWrittenIsNotSwept() async throws {
    try await Driver.folder.withStore { test in
      let path = try test.write([1], to: "in")
      _ = try await test.store.put(path)
      let staged = try StagedObject(in: "\(test.folder)/store/staging")
      try test.write([1], to: "store/staging/left-over")
      _ = try await ArtifactStores(place: "store", in: test.folder).store.put(path)
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(test.folder)/store/staging")
      #expect(names.map { "\(test.folder)/store/staging/\($0)" } == [staged.file.path])
    }
  }

  @Test func objectsAreReadOnly() async throws {
    try await Driver.folder.withStore { test in
      let artifact = try await test.store.put(try test.write([1], to: "in"))
      let path = "\(test.folder)/store/objects/\(artifact.hash.prefix(2))/\(artifact.hash)"
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o222 == 0)
      #expect(status.st_nlink == 1)
    }
  }

  @Test func whatIsPutAgainCountsAsNew() async throws {
    try await Driver.folder.withStore { test in
      let path = try test.write([1], to: "in")
      let artifact = try await test.store.put(path)
      let object = "\(test.folder)/store/objects/\(artifact.hash.prefix(2))/\(artifact.hash)"
      func makeOld() throws {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -200_000)], ofItemAtPath: object)
      }
      try makeOld()
      _ = try await test.store.put(path)
      #expect(try await test.store.remove(artifact.hash, olderThan: .seconds(86_400)) == false)
      try makeOld()
      #expect(try await test.store.remove(artifact.hash, olderThan: .seconds(86_400)))
    }
  }

  @Test func aStoreThatCanNotBeMadeIsExplained() async throws {
    try await withFolder { folder in
      let path = "\(folder)/in"
      try Data().write(to: URL(filePath: path))
      let store = try ArtifactStores(place: "in/store", in: folder).store
      let error = await failure { () throws(ArtifactError) in _ = try await store.put(path) }
      #expect(error?.kind == .place)
      #expect(error?.message.contains("\(folder)/in/store/staging`: Not a directory") == true)
    }
  }

  @Test(arguments: ["", "ftp://host/path", "s4://bucket"])
  func whatIsNoPlaceIsRefused(_ place: String) {
    #expect(throws: ArtifactError.self) { try ArtifactStores(place: place, in: "") }
  }
}
