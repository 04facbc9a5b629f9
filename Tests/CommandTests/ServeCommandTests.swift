import Foundation
import Subprocess
import SystemPackage
import TestServers
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The services of a file, served by the real binary and called over HTTP.
@Suite struct ServeCommandTests {
  /// Serves while `body` calls, then asks to stop; gives how it ended.
  private func serve(
    _ sandbox: Sandbox, _ arguments: [String], by signal: Signal = .terminate,
    _ body: @escaping @Sendable (URL) async throws -> Void
  ) async throws -> CommandResult {
    let pipe = try FileDescriptor.pipe()
    defer { try? pipe.readEnd.close() }
    let result = try await Subprocess.run(
      .path(FilePath(Sandbox.binary)), arguments: .init(arguments), environment: Sandbox.environment,
      workingDirectory: FilePath(sandbox.path), input: .none,
      output: .fileDescriptor(pipe.writeEnd, closeAfterSpawningProcess: true), error: .string(limit: 1 << 20)
    ) { execution in
      let line = try await Self.line(pipe.readEnd)
      let address = try #require(line.split(separator: " ").first { $0.hasPrefix("http://") })
      do {
        try await body(try #require(URL(string: String(address.dropLast()))))
      } catch {
        try execution.send(signal: .kill)
        throw error
      }
      try execution.send(signal: signal)
      return line
    }
    return CommandResult(
      status: result.terminationStatus, output: result.closureResult, error: result.standardError)
  }

  /// Reads a line, on a thread that may wait.
  private static func line(_ descriptor: FileDescriptor) async throws -> String {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<String, any Error>) in
      Thread.detachNewThread {
        done.resume(
          with: Result {
            var text: [UInt8] = []
            var byte: UInt8 = 0
            while text.last != UInt8(ascii: "\n"),
              try withUnsafeMutableBytes(of: &byte, { try descriptor.read(into: $0) }) == 1
            { text.append(byte) }
            return String(decoding: text, as: UTF8.self)
          })
      }
    }
  }

  private func call(_ url: URL, _ body: String, token: String? = nil) async throws -> (Int, String) {
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.httpBody = Data(body.utf8)
    request.setValue("application/json", forHTTPHeaderField: "content-type")
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "authorization") }
    let (data, response) = try await URLSession.shared.data(for: request)
    return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
  }

  private func quote() throws -> Sandbox {
    let sandbox = try Sandbox()
    let folder = ExampleTests.examples.appending(path: "quote")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name != ".thalweg" {
      try FileManager.default.copyItem(
        at: folder.appending(path: name), to: URL(filePath: sandbox.path).appending(path: name))
    }
    return sandbox
  }

  @Test(arguments: ["serve", "run"])
  func theExampleAnswersAndStopsGracefully(command: String) async throws {
    let sandbox = try quote()
    // `run` takes the port that the pipeline names.
    let text = try sandbox.read("quote.thal").replacing("port: 8080", with: "port: \(try freePort())")
    try sandbox.write(text, to: "quote.thal")
    let result = try await serve(
      sandbox, [command, "quote.thal", "quote"], by: command == "serve" ? .terminate : .interrupt
    ) { address in
      let orders = try sandbox.read("orders.json")
      let (status, answer) = try await call(address.appending(path: "quote"), orders)
      #expect(status == 200)
      #expect(try answer + "\n" == sandbox.read("expected/quotes.json"))
      let (refused, problem) = try await call(address.appending(path: "quote"), #"{"id": 1, "item": "cup"}"#)
      #expect(refused == 422)
      #expect(problem.contains(#""pointer":"/item""#) && problem.contains(#""pointer":"/currency""#))
    }
    #expect(result.status == .exited(0), "\(result.error)")
    #expect(result.output.hasSuffix(": POST /quote\n"))
    let run = try await sandbox.lastRun()
    #expect(run.state == "succeeded" && run.pipeline == "quote" && run.rows_out == 3)
  }

  private func freePort() throws -> UInt16 {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        try #require(bind(socket, pointer, size) == 0 && getsockname(socket, pointer, &size) == 0)
      }
      return UInt16(bigEndian: pointer.pointee.sin_port)
    }
  }

  @Test func aProfileClosesTheRoutes() async throws {
    let sandbox = try quote()
    let project = try sandbox.read("thalweg.yaml").replacing(
      "{ env: QUOTE_TOKENS }", with: "{ file: tokens.txt }")
    try sandbox.write(project, to: "thalweg.yaml")
    try sandbox.write("swordfish\n", to: "tokens.txt")
    let result = try await serve(sandbox, ["serve", "quote.thal", "--port", "0", "--profile", "prod"]) {
      address in
      let order = #"{"id": 1, "item": "CU-001", "currency": "usd"}"#
      let refused = try await call(address.appending(path: "quote"), order).0
      let answered = try await call(address.appending(path: "quote"), order, token: "swordfish").0
      #expect(refused == 401 && answered == 200)
    }
    #expect(result.status == .exited(0), "\(result.error)")
  }

  @Test func anAddressThatIsTakenIsTold() async throws {
    let sandbox = try quote()
    let result = try await serve(sandbox, ["serve", "quote.thal", "--port", "0"]) { address in
      let port = String(try #require(address.port))
      let second = try await sandbox.run("serve", "quote.thal", "--port", port)
      #expect(second.status == .exited(3))
      #expect(second.error.contains("error[C835]") && second.error.contains(port))
    }
    #expect(result.status == .exited(0), "\(result.error)")
  }

  @Test func whatIsNoServiceIsNotServed() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.totals, to: "totals.thal")
    let all = try await sandbox.run("serve", "totals.thal")
    #expect(all.status == .exited(2) && all.error.contains("error[C805]"))
    let named = try await sandbox.run("serve", "totals.thal", "totals")
    #expect(named.status == .exited(1) && named.error.contains("`totals` is no service"))
  }

  @Test func aProgramWithoutItsTokensDoesNotStart() async throws {
    let sandbox = try quote()
    let result = try await sandbox.run("serve", "quote.thal", "--port", "0", "--profile", "prod")
    #expect(result.status == .exited(1))
    #expect(result.error.contains("error[C865]") && result.error.contains("QUOTE_TOKENS"))
  }

  /// What makes up requests out of the description, and looks whether the answers are as described.
  private static let schemathesis = ExampleTests.repository.appending(path: ".build-tools/bin/schemathesis")
    .path

  @Test(arguments: ["quote.thal", "things.thal"])
  func everyAnswerIsAsDescribed(file: String) async throws {
    let sandbox = try quote()
    // A machine that is busy with other tests is not at fault.
    let text = try sandbox.read("quote.thal").replacing("timeout: 250ms", with: "timeout: 1m")
    try sandbox.write(text, to: "quote.thal")
    try sandbox.write(serviceOfEveryType, to: "things.thal")
    let result = try await serve(sandbox, ["serve", file, "--port", "0"]) { address in
      let checked = try await Subprocess.run(
        .path(FilePath(Self.schemathesis)),
        arguments: [
          "run", address.appending(path: "openapi.json").absoluteString, "--seed", "1", "--max-examples",
          "60",
          "--generation-database", "none", "--no-color",
        ], environment: Sandbox.environment, workingDirectory: FilePath(sandbox.path), input: .none,
        output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
      #expect(checked.terminationStatus == .exited(0), "\(checked.standardOutput)\(checked.standardError)")
    }
    #expect(result.status == .exited(0), "\(result.error)")
  }
}
