import Foundation
import Kafka
import Synchronization

/// A broker of Kafka's protocol on a free port of this machine, installed by `scripts/setup tests`.
final class Broker: Sendable {
  /// The one that tests share; each makes topics of its own.
  static let shared: Broker = {
    do {
      let broker = try Broker()
      atexit { Broker.shared.stop() }
      return broker
    } catch { fatalError("\(error)") }
  }()

  struct NotInstalled: Error, CustomStringConvertible {
    let description = "no broker: run `scripts/setup tests`"
  }

  let port: UInt16
  private let folder: URL
  private let running: Mutex<Running>

  /// A broker that is up.
  fileprivate struct Running {
    let process: pid_t
    /// Ends with it.
    let output: FileHandle
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "thalweg-kafka-\(UUID())")
    port = try freePort()
    running = Mutex(try Self.start(port, folder))
  }

  private static func start(_ port: UInt16, _ folder: URL) throws -> Running {
    let output = Pipe()
    let process = try spawn(
      try Self.program().path,
      [
        "start", "--data-dir", folder.path, "--host", "127.0.0.1", "--only", "kafka", "--kafka-port",
        "\(port)",
      ],
      output: output.fileHandleForWriting.fileDescriptor)
    try output.fileHandleForWriting.close()
    // Its last line says how to stop it: then it is up.
    var text = Data()
    while !String(decoding: text, as: UTF8.self).contains("to stop") {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { throw NotInstalled() }
      text += more
    }
    return Running(process: process, output: output.fileHandleForReading)
  }

  private static func program() throws -> URL {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let libraries = root.appending(path: ".build-tools/lib")
    for version in (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? [] {
      let program = libraries.appending(path: "\(version)/site-packages/noida_db/noida-db")
      if FileManager.default.isExecutableFile(atPath: program.path) { return program }
    }
    throw NotInstalled()
  }

  /// Stops it gently, or else at once, and waits until it is gone.
  func stop() {
    running.withLock { $0.stop() }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Stops it, and starts it again with what it holds.
  func restart() throws {
    try running.withLock { running in
      running.stop()
      running = try Self.start(port, folder)
    }
  }

  /// What a pipeline's `url:` would be.
  var url: String { "kafka://127.0.0.1:\(port)" }

  func address() throws -> KafkaAddress { try KafkaAddress(url) }

  /// Makes a topic that no other test has.
  func makeTopic(partitions: Int32 = 1) throws -> String {
    let name = "topic-\(UUID())"
    try Admin(address()).create(name, partitions: partitions)
    return name
  }
}

extension Broker.Running {
  fileprivate func stop() {
    kill(process, SIGTERM)
    var end = pollfd(fd: output.fileDescriptor, events: Int16(POLLIN), revents: 0)
    if poll(&end, 1, 3000) <= 0 { kill(process, SIGKILL) }
    var status: Int32 = 0
    waitpid(process, &status, 0)
  }
}

/// Starts a program with its standard output at a descriptor, and nothing else of this process.
private func spawn(_ program: String, _ arguments: [String], output: Int32) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, output, 1)
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
  for descriptor: Int32 in 3..<64 { posix_spawn_file_actions_addclose(&actions, descriptor) }
  // Threads that run tests block signals, and a child would, too: nothing could stop it gently.
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
  defer { for word in words { free(word) } }
  var process: pid_t = 0
  let result = posix_spawn(&process, program, &actions, &attributes, &words, environ)
  guard result == 0 else { throw SystemError(number: result) }
  return process
}
