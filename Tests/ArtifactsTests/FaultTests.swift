import Foundation
import Synchronization
import Testing

@testable import Artifacts
@testable import TestServers

/// What comes of servers and connections that fail.
@Suite struct FaultTests {
  private static let content = String(repeating: "0123456789", count: 10)
  private static let artifact = Artifact(
    kind: .file, hash: sha256(Array(content.utf8)), bytes: Int64(content.utf8.count))

  private static func failing(_ status: String, _ code: String? = nil, _ headers: [String] = [])
    -> HTTPServer.Response
  {
    let body = code.map { "<Error><Code>\($0)</Code><Message>a &lt;b&gt;</Message></Error>" }
    return HTTPServer.Response(status: status, headers: headers, body: body ?? "")
  }

  fileprivate static func client(port: Int, tries: Int, idle: Duration = .seconds(60)) throws -> S3Client {
    let name = "s3://data?endpoint=http://127.0.0.1:\(port)"
    return S3Client(
      try S3Place(name, environment: [:]), name: name,
      credentials: S3Credentials(key: "key", secret: "word", session: "lent"),
      patience: .init(idle: idle, tries: tries, pause: .milliseconds(1), longestPause: .milliseconds(2)))
  }

  /// Gives `body` a store at a server that answers so, and a folder with the content in it.
  private func withStore(
    tries: Int = 4, idle: Duration = .seconds(60),
    _ answer: @escaping @Sendable (HTTPServer.Request, Int) -> HTTPServer.Response,
    _ body: (ContentStore<S3Objects>, _ folder: String, HTTPServer) async throws -> Void
  ) async throws {
    let server = try HTTPServer(answer)
    defer { server.stop() }
    let client = try Self.client(port: server.port, tries: tries, idle: idle)
    try await withFolder { folder in
      try Data(Self.content.utf8).write(to: URL(filePath: "\(folder)/in"))
      try await body(ContentStore(objects: S3Objects(client)), folder, server)
    }
  }

  // MARK: What passes

  @Test(arguments: [
    ("500 Internal Server Error", "InternalError"), ("503 Slow Down", "SlowDown"),
    ("503 Service Unavailable", nil),
    ("429 Too Many Requests", nil), ("502 Bad Gateway", nil), ("400 Bad Request", "RequestTimeout"),
    ("409 Conflict", "ConditionalRequestConflict"),
  ])
  func whatMayPassIsTriedAgain(_ status: String, _ code: String?) async throws {
    try await withStore({ _, number in
      number < 2 ? Self.failing(status, code) : HTTPServer.Response(body: Self.content)
    }) { store, folder, server in
      try await store.get(Self.artifact, to: "\(folder)/out")
      #expect(try String(contentsOfFile: "\(folder)/out", encoding: .utf8) == Self.content)
      #expect(server.requests.count == 3)
    }
  }

  @Test func whatDoesNotPassIsGivenUp() async throws {
    try await withStore({ _, _ in Self.failing("503 Slow Down", "SlowDown") }) { store, folder, server in
      let error = await failure { () throws(ArtifactError) in
        try await store.get(Self.artifact, to: "\(folder)/out")
      }
      #expect(error?.kind == .unavailable)
      #expect(
        error?.message == "`\(store.place)` failed 4 times, at last since the answer is 503 (SlowDown: a <b>)"
      )
      #expect(server.requests.count == 4)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names == ["in"])
    }
  }

  @Test func aServerThatIsNotThereIsNamed() async throws {
    let port = try freePort()
    try await withFolder { folder in
      let store = ContentStore(objects: S3Objects(try Self.client(port: Int(port), tries: 2)))
      let error = await failure { () throws(ArtifactError) in
        try await store.get(Self.artifact, to: "\(folder)/out")
      }
      #expect(error?.kind == .unavailable)
      #expect(
        error?.message.contains("since the connection to 127.0.0.1:\(port) failed (Connection refused)")
          == true,
        "\(String(describing: error))")
    }
  }

  /// Each connection gives ten bytes more, and ends: more often than anything is tried without progress.
  @Test func whatBreaksOffGoesOnWhereItWas() async throws {
    try await withStore({ request, _ in
      let start = request.headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
      let rest = Self.content.dropFirst(start)
      return HTTPServer.Response(
        status: start == 0 ? "200 OK" : "206 Partial Content", headers: ["Content-Length: \(rest.count)"],
        body: String(rest.prefix(10)))
    }) { store, folder, server in
      try await store.get(Self.artifact, to: "\(folder)/out")
      #expect(try String(contentsOfFile: "\(folder)/out", encoding: .utf8) == Self.content)
      #expect(
        server.requests.map { $0.headers["range"] ?? "" }.sorted().suffix(3) == [
          "bytes=70-", "bytes=80-", "bytes=90-",
        ])
    }
  }

  @Test func aServerThatGivesNoPartsGivesAllAgain() async throws {
    try await withStore({ _, number in
      HTTPServer.Response(
        headers: ["Content-Length: 100"], body: String(Self.content.prefix(number == 0 ? 50 : 100)))
    }) { store, folder, _ in
      try await store.get(Self.artifact, to: "\(folder)/out")
      #expect(try String(contentsOfFile: "\(folder)/out", encoding: .utf8) == Self.content)
    }
  }

  @Test func aServerThatStallsIsLeft() async throws {
    let end = DispatchSemaphore(value: 0)
    try await withStore(
      tries: 2, idle: .milliseconds(100),
      { _, _ in
        end.wait()
        return HTTPServer.Response()
      }
    ) { store, folder, _ in
      let error = await failure { () throws(ArtifactError) in
        try await store.get(Self.artifact, to: "\(folder)/out")
      }
      for _ in 0..<2 { end.signal() }
      #expect(error?.kind == .unavailable)
      #expect(
        error?.message.contains("nothing moved for 0.1 seconds") == true, "\(String(describing: error))")
    }
  }

  @Test func whoIsCancelledDoesNotWait() async throws {
    let end = DispatchSemaphore(value: 0)
    let (asked, signal) = AsyncStream.makeStream(of: Void.self)
    try await withStore({ _, _ in
      signal.yield()
      end.wait()
      return HTTPServer.Response()
    }) { store, folder, _ in
      let task = Task {
        await failure { () throws(ArtifactError) in try await store.get(Self.artifact, to: "\(folder)/out") }
      }
      for await _ in asked { break }
      task.cancel()
      #expect(await task.value?.kind == .cancelled)
      end.signal()
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names == ["in"])
    }
  }

  // MARK: What does not

  @Test(arguments: [
    ("403 Forbidden", "RequestTimeTooSkewed", "the clocks differ", "set the clock of this machine"),
    ("403 Forbidden", "ExpiredToken", "refuses the credentials (ExpiredToken)", "AWS_SESSION_TOKEN"),
    (
      "403 Forbidden", "AccessDenied", "does not allow this: the answer is 403 (AccessDenied: a <b>)",
      "s3:GetObject"
    ),
    ("403 Forbidden", nil, "does not allow this: the answer is 403", "s3:GetObject"),
    ("301 Moved Permanently", "PermanentRedirect", "is not in the region `us-east-1`", "`region=eu-1`"),
    ("301 Moved Permanently", nil, "is not in the region `us-east-1`", "`region=eu-1`"),
    ("501 Not Implemented", "NotImplemented", "refuses a request: the answer is 501", "S3-compatible"),
    ("404 Not Found", "NoSuchBucket", "names a bucket that is not there", "`data`"),
  ])
  func whatDoesNotPassIsExplainedAtOnce(_ status: String, _ code: String?, _ message: String, _ help: String)
    async throws
  {
    try await withStore({ _, _ in Self.failing(status, code, ["x-amz-bucket-region: eu-1"]) }) {
      store, folder, server in
      let error = await failure { () throws(ArtifactError) in
        try await store.get(Self.artifact, to: "\(folder)/out")
      }
      #expect(error?.kind == .place)
      #expect(error?.message.contains(message) == true, "\(String(describing: error))")
      #expect(error?.help?.contains(help) == true, "\(String(describing: error))")
      #expect(server.requests.count == 1)
    }
  }

  @Test func whatComesMustHashToItsName() async throws {
    try await withStore({ _, _ in HTTPServer.Response(body: String(Self.content.dropLast()) + "x") }) {
      store, folder, _ in
      let error = await failure { () throws(ArtifactError) in
        try await store.get(Self.artifact, to: "\(folder)/out")
      }
      #expect(error?.kind == .damaged)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names == ["in"])
    }
  }

  // MARK: What is sent

  /// What a server says of an object that it has for so long.
  private static func object(bytes: Int, hours: Int) -> HTTPServer.Response {
    HTTPServer.Response(headers: [
      "Content-Length: \(bytes)", "Date: Fri, 24 May 2013 \(hours < 10 ? "0" : "")\(hours):00:00 GMT",
      "Last-Modified: Fri, 24 May 2013 00:00:00 GMT",
    ])
  }

  @Test(
    arguments: [
      (nil, "PUT *"), (object(bytes: 100, hours: 1), "-"), (object(bytes: 99, hours: 1), "PUT "),
      (object(bytes: 100, hours: 13), "PUT "),
    ] as [(HTTPServer.Response?, String)])
  func whatIsKeptIsNotSentUnlessItIsOldOrCutShort(_ found: HTTPServer.Response?, _ sent: String) async throws
  {
    try await withStore({ request, _ in
      request.method == "HEAD" ? found ?? Self.failing("404 Not Found") : HTTPServer.Response()
    }) { store, folder, server in
      let artifact = try await store.put("\(folder)/in")
      #expect(artifact == Self.artifact)
      let puts = server.requests.filter { $0.method != "HEAD" }
      #expect((puts.isEmpty ? "-" : "PUT \(puts[0].headers["if-none-match"] ?? "")") == sent)
      for put in puts {
        #expect(put.body == Self.content)
        #expect(put.headers["x-amz-content-sha256"] == Self.artifact.hash)
        #expect(put.headers["x-amz-security-token"] == "lent")
        #expect(put.target == "/data/objects/\(Self.artifact.hash.prefix(2))/\(Self.artifact.hash)")
      }
    }
  }

  @Test func whatAnotherHasPutMeanwhileIsKept() async throws {
    try await withStore({ request, _ in
      Self.failing(request.method == "HEAD" ? "404 Not Found" : "412 Precondition Failed")
    }) { store, folder, server in
      let artifact = try await store.put("\(folder)/in")
      #expect(artifact == Self.artifact)
      #expect(server.requests.count == 2)
    }
  }

  @Test func aFileThatChangesMeanwhileIsNotKept() async throws {
    let path = Mutex("")
    try await withStore({ request, _ in
      if request.method == "HEAD" {
        try? Data(repeating: 1, count: 100).write(to: URL(filePath: path.withLock { $0 }), options: [])
      }
      return Self.failing("404 Not Found")
    }) { store, folder, server in
      path.withLock { $0 = "\(folder)/in" }
      let error = await failure { () throws(ArtifactError) in _ = try await store.put("\(folder)/in") }
      #expect(error?.kind == .content)
      #expect(error?.message.contains("was changed meanwhile") == true, "\(String(describing: error))")
      #expect(server.requests.allSatisfy { $0.body.isEmpty })
    }
  }
}

/// What becomes of uploads in parts that fail.
@Suite struct UploadFaultTests {
  /// A server that lets `fault` answer first.
  private func upload(
    _ fault: @escaping @Sendable (HTTPServer.Request, Int) -> HTTPServer.Response?
  ) async throws -> (error: ArtifactError?, requests: [HTTPServer.Request]) {
    let server = try HTTPServer { request, number in
      if let response = fault(request, number) { return response }
      if request.method == "HEAD" { return HTTPServer.Response(status: "404 Not Found") }
      if request.target.hasSuffix("?uploads=") {
        return HTTPServer.Response(body: "<R><UploadId>a&amp;b</UploadId></R>")
      }
      return HTTPServer.Response(headers: ["ETag: \"\(number)\""])
    }
    defer { server.stop() }
    let client = try FaultTests.client(port: server.port, tries: 3)
    return try await withFolder { folder in
      let path = "\(folder)/in"
      try Data(repeating: 0x61, count: 2 * Files.pieceSize + 1).write(to: URL(filePath: path))
      let store = ContentStore(objects: S3Objects(client, partSize: Int64(Files.pieceSize)))
      let error = await failure { () throws(ArtifactError) in _ = try await store.put(path) }
      return (error, server.requests)
    }
  }

  private static func isCompletion(_ request: HTTPServer.Request) -> Bool {
    request.method == "POST" && request.target.hasSuffix("?uploadId=a%26b")
  }

  @Test func partsAreNumberedAndListed() async throws {
    let (error, requests) = try await upload { _, _ in nil }
    #expect(error == nil)
    let parts = requests.filter { $0.method == "PUT" }
    #expect(
      Set(parts.map { $0.target.split(separator: "?")[1] })
        == Set((1...3).map { "partNumber=\($0)&uploadId=a%26b" }))
    #expect(parts.map(\.body.utf8.count).sorted() == [1, Files.pieceSize, Files.pieceSize])
    let completion = try #require(requests.last)
    #expect(completion.headers["if-none-match"] == "*")
    #expect(completion.body.hasPrefix("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\""))
  }

  @Test func aPartIsSentAgain() async throws {
    let (error, requests) = try await upload { request, number in
      request.method == "PUT" && number < 4 ? HTTPServer.Response(status: "503 Slow Down") : nil
    }
    #expect(error == nil)
    #expect(requests.filter { $0.method == "PUT" }.count > 3)
  }

  @Test func whatFailsIsAborted() async throws {
    let (error, requests) = try await upload { request, _ in
      request.method == "PUT" ? HTTPServer.Response(status: "503 Slow Down") : nil
    }
    #expect(error?.kind == .unavailable)
    #expect(requests.contains { $0.method == "DELETE" && $0.target.hasSuffix("?uploadId=a%26b") })
    #expect(!requests.contains(where: Self.isCompletion))
  }

  /// The answer says that all is well, and then that it is not.
  @Test func anErrorBehindAGoodStatusIsOne() async throws {
    let (error, requests) = try await upload { request, _ in
      Self.isCompletion(request)
        ? HTTPServer.Response(body: "<?xml?>\n  <Error><Code>InternalError</Code></Error>") : nil
    }
    #expect(error?.kind == .unavailable)
    #expect(requests.filter(Self.isCompletion).count == 3)
  }

  @Test(arguments: ["404 Not Found", "412 Precondition Failed"])
  func aCompletionWhoseAnswerWasLostIsOne(_ status: String) async throws {
    let (error, _) = try await upload { request, number in
      if Self.isCompletion(request) { return HTTPServer.Response(status: status) }
      guard request.method == "HEAD", number > 0 else { return nil }
      return HTTPServer.Response(headers: [
        "Content-Length: \(2 * Files.pieceSize + 1)", "Last-Modified: Fri, 24 May 2013 00:00:00 GMT",
      ])
    }
    #expect(error == nil)
  }

  @Test func anUploadThatWasLostIsNotTakenForKept() async throws {
    let (error, _) = try await upload { request, _ in
      Self.isCompletion(request) ? HTTPServer.Response(status: "404 Not Found") : nil
    }
    #expect(error?.kind == .unavailable)
  }
}
