import Foundation
import Subprocess
import Synchronization
import SystemPackage

/// A process that does the work of one attempt, with all that it starts in a process group of its own.
struct ChildProcess: Sendable {
  /// How it ended.
  enum Ending: Hashable, Sendable {
    case exited(Int32)
    case signaled(Int32)
    /// It took longer than it may.
    case timedOut
    case cancelled
    /// It could not be started.
    case notStarted(String)
  }

  /// Where standard output goes.
  enum Output: Sendable {
    case log
    case file(String)
    case pipe(FileDescriptor)
  }

  /// A script of the shell; the first thing that fails ends it.
  let script: String
  /// What the script knows as `$1` and so on.
  let arguments: [String]
  /// All of it: nothing is inherited.
  let environment: [String: String]
  let folder: String
  /// Where standard error goes.
  let log: String
  /// What it reads; nothing where this is nil.
  var input: FileDescriptor?
  let output: Output
  var timeout: Duration?
  /// Bytes of memory that each of its processes may have for its data.
  let memory: Int64?
  /// Between SIGTERM and SIGKILL.
  let grace: Duration

  /// The shell counts in KiB.
  private var limits: String { memory.map { "ulimit -d \(max(1, $0 >> 10)); " } ?? "" }

  /// Runs to the end. No process of its group is left behind.
  func run() async -> Ending {
    await withTaskGroup(of: Ending?.self) { group in
      group.addTask { await spawn() }
      if let timeout {
        group.addTask {
          do { try await Task.sleep(for: timeout) } catch { return nil }
          return .timedOut
        }
      }
      while let ending = await group.next() {
        guard let ending else { continue }
        group.cancelAll()
        await group.waitForAll()
        return ending
      }
      return .cancelled
    }
  }

  private func spawn() async -> Ending {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)
    ]
    let leader = Mutex<pid_t?>(nil)
    do {
      let guardian = try await ProcessGuard.shared
      // What it has left running goes with it. The number of a group is taken as long as it has members.
      defer {
        if let leader = leader.withLock({ $0 }) {
          kill(-leader, SIGKILL)
          guardian.forget(leader)
        }
      }
      let result = try await Subprocess.run(
        .path("/bin/sh"),
        arguments: Arguments(["-euc", ProcessGuard.prologue + limits + script, "sh", log] + arguments),
        environment: .custom(
          Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })),
        workingDirectory: FilePath(folder), platformOptions: options,
        input: .fileDescriptor(
          try input ?? FileDescriptor.open("/dev/null", .readOnly), closeAfterSpawningProcess: true),
        output: .fileDescriptor(try opened(), closeAfterSpawningProcess: true),
        error: .fileDescriptor(try guardian.door(), closeAfterSpawningProcess: true)
      ) { execution in
        leader.withLock { $0 = execution.processIdentifier.value }
      }
      if Task.isCancelled { return .cancelled }
      return switch result.terminationStatus {
      case .exited(let code): .exited(code)
      case .signaled(let signal): .signaled(signal)
      }
    } catch {
      return Task.isCancelled ? .cancelled : .notStarted("\(error)")
    }
  }

  private func opened() throws -> FileDescriptor {
    let path: String
    switch output {
    case .log: path = log
    case .file(let file): path = file
    case .pipe(let end): return end
    }
    return try FileDescriptor.open(
      path, .writeOnly, options: [.create, .append], permissions: [.ownerReadWrite, .groupRead, .otherRead])
  }
}
