import Foundation
import SystemPackage

/// A process of Python that calls one function for each frame that it is sent.
///
/// Unchecked: used by one thread at a time.
final class PythonReplica: @unchecked Sendable {
  /// Its answers can be waited for.
  let answers: FileDescriptor
  private let requests: FileDescriptor
  private let process: Task<ChildProcess.Ending, Never>
  private var received: [UInt8] = []

  /// Starts it.
  /// - Parameter child: The process, with what it reads from and writes to.
  init(_ make: (_ input: FileDescriptor, _ output: FileDescriptor) -> ChildProcess) throws {
    let (input, requests) = try FileDescriptor.pipe()
    let (answers, output) = try FileDescriptor.pipe()
    for end in [input, requests, answers, output] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
    (self.requests, self.answers) = (requests, answers)
    let child = make(input, output)
    process = Task.detached { await child.run() }
  }

  deinit {
    try? requests.close()
    try? answers.close()
  }

  /// Sends a request; false where the process is gone.
  func send(_ body: [UInt8]) -> Bool {
    let head = withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) }
    return (try? requests.writeAll(head + body)) != nil
  }

  /// Reads what has come. An answer when it is complete; nil where more of it is to come.
  /// - Throws: When the process is gone.
  func receive() throws(Gone) -> [UInt8]? {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = (try? piece.withUnsafeMutableBytes { try answers.read(into: $0) }) ?? 0
    if count == 0 { throw Gone() }
    received += piece[..<count]
    guard received.count >= 4 else { return nil }
    let length = received[..<4].reduce(0) { $0 << 8 | Int($1) }
    guard received.count >= 4 + length else { return nil }
    defer { received.removeFirst(4 + length) }
    return Array(received[4..<4 + length])
  }

  /// The process has ended without an answer.
  struct Gone: Error {}

  /// How it ended. Waits for it.
  func ending() -> ChildProcess.Ending {
    Awaited(process).value
  }

  /// Tells it to end; what it does is not wanted any more.
  func stop() { process.cancel() }
}
