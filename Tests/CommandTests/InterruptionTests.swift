import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite struct InterruptionTests {
  /// More than a pipe holds: once it is written, the run has begun to read.
  private static let manyRows: [UInt8] = {
    var text = "shop,price\n"
    for number in 0..<100_000 { text += "north,\(number)\n" }
    return Array(text.utf8)
  }()

  /// Starts a run that waits for its input, sends it a signal once it has begun to read, and gives how it ended.
  private func interrupt(_ sandbox: Sandbox, by signal: Signal) async throws -> CommandResult {
    let pipe = try FileDescriptor.pipe()
    // Standard input stays open, so that only the signal can end the run.
    defer { try? pipe.writeEnd.close() }
    let result = try await Subprocess.run(
      .path(FilePath(Sandbox.binary)), arguments: ["run", "copy.thal"], environment: Sandbox.environment,
      workingDirectory: FilePath(sandbox.path),
      input: .fileDescriptor(pipe.readEnd, closeAfterSpawningProcess: true), output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20)
    ) { execution in
      try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        Thread.detachNewThread {
          done.resume(with: Result { _ = try pipe.writeEnd.writeAll(Self.manyRows) })
        }
      }
      try execution.send(signal: signal)
    }
    return CommandResult(
      status: result.terminationStatus, output: result.standardOutput, error: result.standardError)
  }

  @Test(arguments: [Signal.interrupt, .terminate])
  func aSignalCancelsTheRun(_ signal: Signal) async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.standardInput, to: "copy.thal")
    try sandbox.write("as it was", to: "copy.csv")
    let result = try await interrupt(sandbox, by: signal)
    #expect(result.status == .exited(130))
    #expect(result.error.contains("copy was cancelled after "))
    #expect(try sandbox.read("copy.csv") == "as it was")
    #expect(try sandbox.files() == ["copy.csv", "copy.thal"])
    let run = try await sandbox.lastRun()
    #expect(run.state == "cancelled" && run.jobs?.map(\.state) == ["cancelled"])
  }

  @Test func aRunThatWasKilledIsNotRunningForEver() async throws {
    let sandbox = try Sandbox()
    try sandbox.write(Programs.standardInput, to: "copy.thal")
    let result = try await interrupt(sandbox, by: .kill)
    #expect(result.status == .signaled(9))
    #expect(!sandbox.exists("copy.csv"))
    let run = try await sandbox.lastRun()
    #expect(run.state == "failed" && run.error?.code == "C813")
    #expect(try await sandbox.run("runs").output.contains("C813"))
  }
}
