import Foundation
import Subprocess
import Synchronization
import SystemPackage

/// Ends the processes of tasks when the process that runs them is gone, however that came about: a process of its own
/// knows their groups, and waits for the end of a pipe that nobody else holds open for long.
final class ProcessGuard: Sendable {
  /// Starts when it is first needed, and anew if it was killed.
  private actor Current {
    private var guardian: Task<ProcessGuard, any Error>?

    func get() async throws -> ProcessGuard {
      if let guardian, let found = try? await guardian.value, !found.isGone.load(ordering: .relaxed) {
        return found
      }
      let new = Task { try await ProcessGuard() }
      guardian = new
      return try await new.value
    }
  }

  private static let current = Current()

  static var shared: ProcessGuard {
    get async throws { try await current.get() }
  }

  /// Begins a script of the shell whose standard error is `door`: tells the group's number, and writes from there on
  /// to the file that is its first argument.
  static let prologue = "echo $$ >&2; exec 2>>\"$1\"; shift; "

  private let pipe: FileDescriptor
  private let isGone = Atomic<Bool>(false)

  /// A line with the number of a group adds it, one with `-` before it takes it away.
  private static let script = """
    trap '' TERM INT HUP
    groups=' '
    while read -r group; do
      case $group in
        -*)
          group=${group#-}
          case $groups in *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;; esac ;;
        *) groups="$groups$group " ;;
      esac
    done
    for group in $groups; do kill -KILL "-$group"; done
    """

  private init() async throws {
    let (readEnd, writeEnd) = try FileDescriptor.pipe()
    // Another child that had it would keep it open.
    _ = fcntl(writeEnd.rawValue, F_SETFD, FD_CLOEXEC)
    pipe = writeEnd
    var options = PlatformOptions()
    // What is sent to the group of the run is not meant for it.
    options.createSession = true
    let session = options
    let (started, start) = AsyncThrowingStream.makeStream(of: Void.self)
    Task.detached { [self] in
      do {
        _ = try await Subprocess.run(
          .path("/bin/sh"), arguments: ["-c", Self.script], environment: .custom([:]), workingDirectory: "/",
          platformOptions: session, input: .fileDescriptor(readEnd, closeAfterSpawningProcess: true),
          output: .discarded, error: .discarded
        ) { _ in start.yield() }
        start.finish()
      } catch { start.finish(throwing: error) }
      isGone.store(true, ordering: .relaxed)
    }
    for try await _ in started { break }
  }

  deinit { try? pipe.close() }

  /// By which a process tells of its group; to be closed here when the process has it.
  func door() throws -> FileDescriptor {
    let copy = fcntl(pipe.rawValue, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw Errno(rawValue: errno) }
    return FileDescriptor(rawValue: copy)
  }

  /// A group has ended.
  func forget(_ group: pid_t) { _ = try? pipe.writeAll("-\(group)\n".utf8) }
}
