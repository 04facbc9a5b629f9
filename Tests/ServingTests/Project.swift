import AsyncHTTPClient
import Diagnosing
import Execution
import Foundation
import JobStore
import NIOCore
import NIOHTTP1
import Synchronization

@testable import Serving

/// A folder with a program and its data, served while a test calls it.
final class Project: Sendable {
  let folder: String
  let store = InMemoryRunStore()
  private let found = Mutex<[Diagnostic]>([])

  init(_ program: String, _ files: [String: String] = [:]) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write(program, to: "service.thal")
    for (name, text) in files { try write(text, to: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes a file as a whole, so that nobody sees half of it.
  func write(_ text: String, to name: String) throws {
    let url = URL(filePath: folder).appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url, options: .atomic)
  }

  /// All lines of the files in a folder, in the order of their names.
  func lines(in name: String) throws -> [String] {
    let path = "\(folder)/\(name)"
    let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
      .sorted()
    return try names.flatMap { file in
      try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8).split(separator: "\n").map(String.init)
    }
  }

  /// The codes of what the gateway has told those who run it.
  var codes: [String] { found.withLock { $0.map(\.code.text) } }

  func pipelines(under profile: String? = nil) async throws -> [RunnablePipeline] {
    try await Programs.services(
      nil, of: "\(folder)/service.thal", under: profile, given: [], Invocation(["serve"]))
  }

  /// Serves while `body` calls; afterwards the gateway has stopped gracefully.
  func serve(
    under profile: String? = nil,
    waitsUntilReady: Bool = true, _ body: (Server) async throws -> Void
  ) async throws {
    let pipelines = try await pipelines(under: profile)
    let runs = try pipelines.map { try $0.service(recordedIn: store, workers: 1) }
    let access = try await Access(pipelines[0].serveSettings, in: folder)
    let gateway = try Gateway(runs, access: access) { diagnostics, _ in
      self.found.withLock { $0 += diagnostics }
    }
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      try await gateway.run(host: "127.0.0.1", port: 0, listening: { port.yield($0) }) { _ in isReady.finish()
      }
    }
    let server = Server(gateway: gateway, port: await ports.first { _ in true }!, task: task)
    if waitsUntilReady { for await _ in ready {} }
    do { try await body(server) } catch {
      task.cancel()
      throw error
    }
    task.cancel()
    try await task.value
  }
}

/// A gateway that listens.
struct Server: Sendable {
  let gateway: Gateway
  let port: Int
  let task: Task<Void, any Error>

  /// Asks the gateway to stop.
  func stop() { task.cancel() }

  struct Reply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let text: String

    func header(_ name: String) -> String? { headers.first(name: name) }

    /// The members of the JSON object that it holds.
    var object: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }

    /// The pointers of a problem's errors.
    var pointers: [String] {
      (object["errors"] as? [[String: Any]] ?? []).compactMap { $0["pointer"] as? String }
    }
  }

  func call(
    _ method: String, _ path: String, _ body: String?, headers: [String: String] = [:]
  ) async throws -> Reply {
    try await call(method, path, body.map { Array($0.utf8) }, headers: headers)
  }

  func post(_ path: String, _ body: String) async throws -> Reply {
    try await call("POST", path, body)
  }

  func call(
    _ method: String, _ path: String, _ body: [UInt8]?, headers: [String: String] = [:]
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
    request.method = HTTPMethod(rawValue: method)
    if let body {
      request.body = .bytes(ByteBuffer(bytes: body))
      request.headers.add(name: "content-type", value: headers["content-type"] ?? "application/json")
    }
    for (name, value) in headers where name != "content-type" {
      request.headers.add(name: name, value: value)
    }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    let bytes = try await response.body.collect(upTo: 1 << 26)
    return Reply(status: Int(response.status.code), headers: response.headers, text: String(buffer: bytes))
  }

  func get(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
    try await call("GET", path, nil as [UInt8]?, headers: headers)
  }
}
