import Foundation
import Testing

@testable import Artifacts

/// What can be kept at all, and what artifacts are called.
@Suite struct ContentTests {
  @Test func theTextOfAnArtifactReadsBack() throws {
    let artifact = Artifact(kind: .folder, hash: sha256([]), bytes: 12)
    #expect(
      artifact.text
        == "folder:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855:12")
    #expect(Artifact(artifact.text) == artifact)
  }

  @Test(arguments: [
    "", "file", "file:sha256::1", "file:sha256:HASH", "file:sha256:HASH:", "file:sha256:HASH:-1",
    "file:sha256:HASH:01", "file:sha256:HASH:1:", "file:md5:HASH:1", "link:sha256:HASH:1",
    "file:sha256:HASH:99999999999999999999", " file:sha256:HASH:1", "file:sha256:EHASH:1",
  ])
  func whatIsNoArtifactIsNotRead(_ text: String) {
    let hash = sha256([])
    #expect(Artifact(text.replacing("EHASH", with: hash.uppercased()).replacing("HASH", with: hash)) == nil)
  }

  @Test func equalFoldersHaveTheSameManifest() async throws {
    try await Driver.folder.withStore { test in
      for folder in ["a", "b"] {
        for name in folder == "a" ? ["x", "y-z", "y/z"] : ["y/z", "y-z", "x"] {
          try test.write(Array(name.utf8), to: "\(folder)/\(name)")
        }
      }
      chmod("\(test.folder)/b/x", 0o600)
      let first = try await test.store.put("\(test.folder)/a")
      #expect(try await test.store.put("\(test.folder)/b") == first)
      chmod("\(test.folder)/b/x", 0o700)
      #expect(try await test.store.put("\(test.folder)/b") != first)
    }
  }

  @Test func aManifestIsStable() {
    let object = ObjectName(hash: sha256([]), bytes: 0)
    let manifest = FolderManifest(entries: [
      .init(path: "run", content: .file(object, isExecutable: true)),
      .init(path: "a b", content: .folder), .init(path: "a b/%", content: .file(object, isExecutable: false)),
      .init(path: "link", content: .link("a b/%")),
    ])
    let text = """
      thalweg folder 1
      folder\ta b
      file\t0\te3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\ta b/%25
      link\ta b/%25\tlink
      executable\t0\te3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\trun

      """
    #expect(String(decoding: manifest.text, as: UTF8.self) == text)
    #expect(FolderManifest(manifest.text) == manifest)
  }

  @Test(arguments: ["..", "../in", "/etc/passwd", "a/../..", "a/../b", "./../x", "TEST/in/file"])
  func aLinkThatLeadsOutIsRefused(_ target: String) async throws {
    try await Driver.folder.withStore { test in
      try test.write([1], to: "in/file")
      try test.link("in/link", to: target.replacing("TEST", with: test.folder))
      let error = await failure { () throws(ArtifactError) in
        _ = try await test.store.put("\(test.folder)/in")
      }
      #expect(error?.kind == .content)
      #expect(
        error?.message.contains("in/link`: `\(target.replacing("TEST", with: test.folder))` leads out")
          == true)
      #expect(error?.help != nil)
    }
  }

  @Test func whatIsNeitherFileNorFolderIsRefused() async throws {
    try await Driver.folder.withStore { test in
      try test.write([1], to: "in/file")
      mkfifo("\(test.folder)/in/pipe", 0o666)
      for path in ["\(test.folder)/in", "\(test.folder)/in/pipe", "/dev/null"] {
        let error = await failure { () throws(ArtifactError) in _ = try await test.store.put(path) }
        #expect(error?.message.contains("a socket, a pipe or a device") == true)
      }
    }
  }

  @Test func aNameThatIsNotUTF8IsRefused() async throws {
    try await Driver.folder.withStore { test in
      try test.write([1], to: "in/file")
      let name = Array("\(test.folder)/in/".utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
      close(open(name, O_CREAT | O_WRONLY, 0o666))
      let error = await failure { () throws(ArtifactError) in
        _ = try await test.store.put("\(test.folder)/in")
      }
      #expect(error?.message.contains("is not UTF-8") == true)
    }
  }

  @Test func whatIsNotThereCanNotBePut() async throws {
    try await Driver.folder.withStore { test in
      let error = await failure { () throws(ArtifactError) in
        _ = try await test.store.put("\(test.folder)/in")
      }
      #expect(error?.description == "cannot keep `\(test.folder)/in`: No such file or directory")
    }
  }

  @Test func aPathMayBeALinkItself() async throws {
    try await Driver.folder.withStore { test in
      try test.write([1], to: "in/file")
      try test.link("link", to: "in")
      let artifact = try await test.store.put("\(test.folder)/in")
      #expect(try await test.store.put("\(test.folder)/link") == artifact)
    }
  }
}
