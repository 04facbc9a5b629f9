import Foundation
import JobStore

/// Where the state of one run lies: a file an epoch, and a file for the rows of each sink and epoch.
struct StateFolder {
  let path: String

  /// The folder of `run` beside those of others.
  init(_ run: RunID, in folder: String) { path = "\(folder)/\(run.text)" }

  func state(_ epoch: Int) -> String { "\(path)/\(stateName(epoch))" }

  func spool(_ sink: String, _ epoch: Int) -> String { "\(path)/\(spoolName(sink, epoch))" }

  private func stateName(_ epoch: Int) -> String { "\(Self.digits(epoch)).state" }

  private func spoolName(_ sink: String, _ epoch: Int) -> String {
    let name = sink.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["_"])) ?? sink
    return "\(Self.digits(epoch)).\(name).spool"
  }

  /// So many that names sort by epoch.
  private static func digits(_ epoch: Int) -> String {
    let digits = String(epoch)
    return String(repeating: "0", count: max(12 - digits.count, 0)) + digits
  }

  func make() throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw CheckpointError.unusable(path: path, "the folder can't be made: \(error.localizedDescription)")
    }
  }

  /// The names of the files that were made are on the disk.
  func synchronize() throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CheckpointError.system(path, "can't be read") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw CheckpointError.system(path, "can't be written to the disk") }
  }

  /// Removes all files but those of these epochs' states, and of these sinks' rows by epoch.
  func sweep(keepingStates states: Set<Int>, spools: [Int: Set<String>]) {
    var kept = Set(states.map { stateName($0) })
    for (epoch, sinks) in spools { for sink in sinks { kept.insert(spoolName(sink, epoch)) } }
    // What can't be removed now is removed another time: nothing depends on it.
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    where (name.hasSuffix(".state") || name.hasSuffix(".spool")) && !kept.contains(name) {
      unlink("\(path)/\(name)")
    }
  }
}

/// Keeps other processes from a run's state; let go with its owner, also when the process dies.
final class StateLock: Sendable {
  private let descriptor: Int32

  init(_ run: RunID, _ folder: StateFolder) throws {
    let path = "\(folder.path)/lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CheckpointError.system(path, "can't be made") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      // An object whose initialiser throws after all is set is closed by its `deinit`.
      throw errno == EWOULDBLOCK ? CheckpointError.held(run) : .system(path, "can't be locked")
    }
  }

  deinit {
    // A child that is being started may have the file open for a moment longer.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
