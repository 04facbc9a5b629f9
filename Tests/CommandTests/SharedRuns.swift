import Foundation
import JobStore
import Subprocess
import SystemPackage
import Testing

@testable import TestServers

/// A database that remembers runs, a folder of programs, and workers in other processes and folders.
struct SharedRuns: Sendable {
  let database: Database
  let sandbox: Sandbox
  let environment: Environment

  init(in folder: Sandbox? = nil) async throws {
    database = try Database()
    sandbox = try folder ?? Sandbox()
    environment = Sandbox.environment.updating(["THALWEG_DATABASE_URL": .init(stringLiteral: database.url)])
    _ = try await PostgreSQLSchema(try database.address).migrate()
  }

  func run(_ arguments: String...) async throws -> CommandResult {
    try await sandbox.run(arguments, environment: environment)
  }

  /// How far a run is.
  func state(_ id: String) async throws -> String? {
    try await sandbox.runs(environment: environment).first { $0.id == id }?.state
  }

  /// A worker in a folder of its own, as long as `body` runs; then it is told to drain.
  func withWorker(
    slots: Int = 1, _ arguments: [String] = [], endedBy signal: Signal = .terminate,
    environment: Environment? = nil,
    _ body: @escaping @Sendable (pid_t) async throws -> Void
  ) async throws -> CommandResult {
    let elsewhere = try Sandbox()
    let result = try await Subprocess.run(
      .path(FilePath(Sandbox.binary)), arguments: Arguments(["worker", "--slots", "\(slots)"] + arguments),
      environment: environment ?? self.environment,
      workingDirectory: FilePath(elsewhere.path), input: .none, output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20)
    ) { execution in
      try await body(execution.processIdentifier.value)
      try? execution.send(signal: signal)
    }
    return CommandResult(
      status: result.terminationStatus, output: result.standardOutput, error: result.standardError)
  }

  func wait(until isDone: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(300)
    while try await !isDone() {
      guard ContinuousClock.now < end else { throw NeverCame() }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private struct NeverCame: Error {}
}
