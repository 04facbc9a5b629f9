import Foundation
import Subprocess
import SystemPackage

extension Sandbox {
  /// Starts a stream, or lets its newest run go on, and ends it by a signal when `isEnough` says so, or when it has
  /// ended by itself.
  func stream(
    _ file: String, endedBy signal: Signal, arguments more: [String] = [],
    environment: Environment = Sandbox.environment, when isEnough: @escaping @Sendable () async throws -> Bool
  ) async throws -> CommandResult {
    var arguments = ["run", file] + more
    if let run = try await runs(environment: environment).first?.id { arguments += ["--resume", run] }
    let result = try await Subprocess.run(
      .path(FilePath(Self.binary)), arguments: .init(arguments), environment: environment,
      workingDirectory: FilePath(path), input: .none, output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20)
    ) { execution in
      let process = execution.processIdentifier.value
      let end = ContinuousClock.now + .seconds(300)
      while !Self.hasEnded(process), try await !isEnough() {
        guard ContinuousClock.now < end else { throw NotEnough() }
        try await Task.sleep(for: .milliseconds(5))
      }
      try? execution.send(signal: signal)
    }
    return CommandResult(
      status: result.terminationStatus, output: result.standardOutput, error: result.standardError)
  }

  /// What is waited for does not come.
  private struct NotEnough: Error {}

  /// The lines of all epochs that are visible in a sink's folder.
  func rows(of sink: String) throws -> [String] {
    let folder = URL(fileURLWithPath: path).appending(path: sink).path
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
    return try names.filter { !$0.hasPrefix(".") }.sorted().flatMap { name in
      try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n").map(String.init)
    }
  }

  /// Whether a child of this process has, which stays to be waited for.
  private static func hasEnded(_ process: pid_t) -> Bool {
    var end = siginfo_t()
    return waitid(P_PID, id_t(process), &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_signo != 0
  }
}
