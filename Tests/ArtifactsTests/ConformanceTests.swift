import Foundation
import Testing

@testable import Artifacts

/// What every store keeps.
@Suite struct ConformanceTests {
  private static let sizes = [0, 1, Files.pieceSize - 1, Files.pieceSize, 3 * Files.pieceSize + 5]

  @Test(arguments: Driver.allCases, sizes)
  func aFileComesBackByteForByte(_ driver: Driver, _ size: Int) async throws {
    try await driver.withStore { test in
      let bytes = noise(size)
      let artifact = try await test.store.put(try test.write(bytes, to: "in"))
      #expect(artifact.kind == .file)
      #expect(artifact.bytes == Int64(size))
      #expect(artifact.hash == sha256(bytes))
      try await test.store.get(artifact, to: "\(test.folder)/out")
      #expect(try test.read("out") == bytes)
    }
  }

  @Test(arguments: Driver.allCases)
  func whatHasTheSameBytesIsKeptOnce(_ driver: Driver) async throws {
    try await driver.withStore { test in
      let path = try test.write(noise(1000), to: "in")
      let artifact = try await test.store.put(path)
      #expect(try await test.store.put(path) == artifact)
      #expect(try await test.store.put(try test.write(noise(1000), to: "again")) == artifact)
      #expect(try await test.objects() == [artifact.hash])
    }
  }

  @Test(arguments: Driver.allCases)
  func aFolderComesBackWithAllThatIsInIt(_ driver: Driver) async throws {
    try await driver.withStore { test in
      let strange = "per cent %41 tab\t line\n end ü"
      try test.write([1, 2], to: "in/deep/er/file")
      try test.write([1, 2], to: "in/same")
      try test.write([3], to: "in/\(strange)")
      try test.write(Array("#!/bin/sh\n".utf8), to: "in/run")
      chmod("\(test.folder)/in/run", 0o755)
      try FileManager.default.createDirectory(
        atPath: "\(test.folder)/in/empty", withIntermediateDirectories: false)
      try test.link("in/deep/link", to: "../same")
      try test.link("in/dangling", to: "./not/there")

      let artifact = try await test.store.put("\(test.folder)/in")
      #expect(artifact.kind == .folder)
      #expect(artifact.bytes == 2 + 2 + 1 + 10)
      // Three different files, and the manifest.
      #expect(try await test.objects().count == 4)
      #expect(try await test.objects() == test.store.objects(of: artifact).sorted())

      try await test.store.get(artifact, to: "\(test.folder)/out")
      #expect(try test.read("out/deep/er/file") == [1, 2])
      #expect(try test.read("out/deep/link") == [1, 2])
      #expect(try test.read("out/\(strange)") == [3])
      #expect(FileManager.default.isExecutableFile(atPath: "\(test.folder)/out/run"))
      #expect(!FileManager.default.isExecutableFile(atPath: "\(test.folder)/out/same"))
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: "\(test.folder)/out/dangling")
          == "./not/there")
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(test.folder)/out/empty").isEmpty)
      // What comes back is what was put, in every respect that counts.
      #expect(try await test.store.put("\(test.folder)/out") == artifact)
    }
  }

  @Test(arguments: Driver.allCases)
  func anEmptyFolderIsOne(_ driver: Driver) async throws {
    try await driver.withStore { test in
      mkdir("\(test.folder)/in", 0o777)
      let artifact = try await test.store.put("\(test.folder)/in")
      try await test.store.get(artifact, to: "\(test.folder)/out")
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(test.folder)/out").isEmpty)
    }
  }

  @Test(arguments: Driver.allCases)
  func whatWasGotMayBeChanged(_ driver: Driver) async throws {
    try await driver.withStore { test in
      let artifact = try await test.store.put(try test.write([1], to: "in"))
      try await test.store.get(artifact, to: "\(test.folder)/out")
      let out = try FileHandle(forWritingTo: URL(filePath: "\(test.folder)/out"))
      try out.write(contentsOf: Data([2]))
      try out.close()
      try await test.store.get(artifact, to: "\(test.folder)/again")
      #expect(try test.read("again") == [1])
    }
  }

  // MARK: What can't be

  @Test(arguments: Driver.allCases)
  func whatIsNotThereIsMissed(_ driver: Driver) async throws {
    try await driver.withStore { test in
      for kind in Artifact.Kind.allCases {
        let artifact = Artifact(kind: kind, hash: sha256([9]), bytes: 1)
        #expect(try await test.store.contains(artifact) == false)
        let error = await failure { () throws(ArtifactError) in
          try await test.store.get(artifact, to: "\(test.folder)/out")
        }
        #expect(error?.kind == .missing)
      }
      let objects = try await test.objects()
      #expect(objects.isEmpty)
      #expect(try test.names().isEmpty)
    }
  }

  @Test(arguments: Driver.allCases, Artifact.Kind.allCases)
  func whatIsDamagedIsNotGiven(_ driver: Driver, _ kind: Artifact.Kind) async throws {
    try await driver.withStore { test in
      try test.write(noise(14), to: "in/file")
      try test.write([1], to: "in/other")
      let artifact = try await test.store.put(kind == .file ? "\(test.folder)/in/file" : "\(test.folder)/in")
      try await test.damage(sha256(noise(14)))
      let error = await failure { () throws(ArtifactError) in
        try await test.store.get(artifact, to: "\(test.folder)/out")
      }
      #expect(error?.kind == .damaged)
      #expect(try test.names() == ["in"])
    }
  }

  @Test(arguments: Driver.allCases)
  func anObjectThatWasCutShortIsMendedByPuttingAgain(_ driver: Driver) async throws {
    try await driver.withStore { test in
      let path = try test.write(noise(1000), to: "in")
      let artifact = try await test.store.put(path)
      try await test.damage(artifact.hash)
      #expect(try await test.store.put(path) == artifact)
      try await test.store.get(artifact, to: "\(test.folder)/out")
    }
  }

  @Test(arguments: Driver.allCases, Artifact.Kind.allCases)
  func whatIsThereIsNotReplaced(_ driver: Driver, _ kind: Artifact.Kind) async throws {
    try await driver.withStore { test in
      try test.write([1], to: "in/file")
      let artifact = try await test.store.put(kind == .file ? "\(test.folder)/in/file" : "\(test.folder)/in")
      try test.write([2], to: "out")
      let error = await failure { () throws(ArtifactError) in
        try await test.store.get(artifact, to: "\(test.folder)/out")
      }
      #expect(error?.kind == .content)
      #expect(try test.read("out") == [2])
      #expect(try test.names() == ["in", "out"])
    }
  }

  @Test(arguments: Driver.allCases, ["file", "folder"])
  func aFolderIsNotAFile(_ driver: Driver, _ put: String) async throws {
    try await driver.withStore { test in
      try test.write(Array("no manifest".utf8), to: "in")
      let artifact = try await test.store.put("\(test.folder)/in")
      let wrong = Artifact(kind: .folder, hash: artifact.hash, bytes: artifact.bytes)
      let error = await failure { () throws(ArtifactError) in
        try await test.store.get(wrong, to: "\(test.folder)/out")
      }
      #expect(error?.kind == .damaged)
    }
  }

  /// Manifests come from whoever may write to the store.
  @Test(
    arguments: Driver.allCases,
    [
      "file\t1\tHASH\t../out", "file\t1\tHASH\t/tmp/out", "file\t1\tHASH\ta/b", "file\t1\tHASH\ta//b",
      "link\t../..\ta", "link\t/etc\ta", "link\tx\ta\nfile\t1\tHASH\ta/b", "folder\ta\nlink\t../..\ta/b",
      "link\tb/../..\ta", "file\t1\tHASH\tb\nfile\t1\tHASH\ta", "file\t1\tHASH\ta\nfile\t1\tHASH\ta",
      "file\t1\tHASH\t%2e%2e", "file\t1\tHASH\t%00", "file\t-1\tHASH\ta", "device\ta", "",
    ])
  func aManifestThatLeadsOutOfItsFolderIsRefused(_ driver: Driver, _ lines: String) async throws {
    try await driver.withStore { test in
      let file = try await test.store.put(try test.write([1], to: "file"))
      let text = "thalweg folder 1\n" + lines.replacing("HASH", with: file.hash) + "\n"
      let manifest = try await test.store.put(try test.write(Array(text.utf8), to: "in"))
      for bytes in 0...2 as ClosedRange<Int64> {
        let artifact = Artifact(kind: .folder, hash: manifest.hash, bytes: bytes)
        let error = await failure { () throws(ArtifactError) in
          try await test.store.get(artifact, to: "\(test.folder)/out")
        }
        #expect(error?.kind == .damaged)
      }
      #expect(try test.names() == ["file", "in"])
    }
  }

  // MARK: Several at once

  @Test(arguments: Driver.allCases)
  func manyPutAndGetTheSameAtOnce(_ driver: Driver) async throws {
    try await driver.withStore { test in
      let bytes = noise(100_000)
      for number in 0..<20 { try test.write(bytes, to: "in/\(number)") }
      let artifacts = try await withThrowingTaskGroup { group in
        for number in 0..<20 {
          group.addTask {
            let artifact = try await test.store.put("\(test.folder)/in/\(number)")
            try await test.store.get(artifact, to: "\(test.folder)/out-\(number)")
            return artifact
          }
        }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(artifacts.map(\.hash) == [sha256(bytes)])
      #expect(try await test.objects() == [sha256(bytes)])
      for number in 0..<20 { #expect(try test.read("out-\(number)") == bytes) }
    }
  }

  @Test(arguments: Driver.allCases)
  func nothingIsLeftOfWhatWasCancelled(_ driver: Driver) async throws {
    try await driver.withStore { test in
      try test.write(noise(100), to: "in/file")
      let artifact = try await test.store.put("\(test.folder)/in")
      let end = await Task { () -> [ArtifactError?] in
        withUnsafeCurrentTask { $0?.cancel() }
        return [
          await failure { () throws(ArtifactError) in _ = try await test.store.put("\(test.folder)/in") },
          await failure { () throws(ArtifactError) in
            try await test.store.get(artifact, to: "\(test.folder)/out")
          },
        ]
      }.value
      #expect(end.map { $0?.kind } == [.cancelled, .cancelled])
      #expect(try test.names() == ["in"])
    }
  }

  // MARK: Collecting

  @Test(arguments: Driver.allCases)
  func aFolderIsThereWhileAllOfItIs(_ driver: Driver) async throws {
    try await driver.withStore { test in
      try test.write([1], to: "in/file")
      let artifact = try await test.store.put("\(test.folder)/in")
      #expect(try await test.store.contains(artifact))
      #expect(try await test.store.remove(sha256([1]), olderThan: .zero))
      #expect(try await test.store.contains(artifact) == false)
      let error = await failure { () throws(ArtifactError) in
        try await test.store.get(artifact, to: "\(test.folder)/out")
      }
      #expect(error?.kind == .missing)
      #expect(try test.names() == ["in"])
      #expect(try await test.store.put("\(test.folder)/in") == artifact)
      #expect(try await test.store.contains(artifact))
    }
  }

  @Test(arguments: Driver.allCases)
  func objectsHaveSizesAndAges(_ driver: Driver) async throws {
    try await driver.withStore { test in
      for size in 0..<5 { _ = try await test.store.put(try test.write(noise(size), to: "in")) }
      try await test.store.forEachPage { page in
        for object in page {
          #expect(object.hash == sha256(noise(Int(object.bytes))))
          #expect(object.age > .seconds(-5) && object.age < .seconds(600))
        }
      }
      #expect(try await test.objects().count == 5)
    }
  }

  @Test(arguments: Driver.allCases)
  func whatIsYoungIsNotRemoved(_ driver: Driver) async throws {
    try await driver.withStore { test in
      let artifact = try await test.store.put(try test.write([1], to: "in"))
      #expect(try await test.store.remove(artifact.hash, olderThan: .seconds(86_400)) == false)
      #expect(try await test.store.contains(artifact))
      #expect(try await test.store.remove(artifact.hash, olderThan: .zero))
      #expect(try await test.store.contains(artifact) == false)
      #expect(try await test.store.remove(artifact.hash, olderThan: .zero))
    }
  }
}
