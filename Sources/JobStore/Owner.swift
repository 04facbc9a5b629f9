import Foundation

/// The process that runs a run, named so that no other process is taken for it: process numbers are used again.
public struct Owner: Hashable, Sendable {
  /// The machine's name.
  public let host: String
  /// Differs after each start of the machine.
  public let boot: String
  /// The process number.
  public let process: Int64
  /// When the process began, in the machine's own ticks.
  public let began: Int64

  /// Names a process.
  public init(host: String, boot: String, process: Int64, began: Int64) {
    self.host = host
    self.boot = boot
    self.process = process
    self.began = began
  }

  /// This process.
  public static let current: Owner = {
    let process = Int64(getpid())
    return Owner(host: hostName(), boot: bootName(), process: process, began: start(of: process) ?? 0)
  }()

  /// Whether the process still runs; nil where it can't be told from here, as on another machine.
  public var isAlive: Bool? {
    guard host == Self.current.host else { return nil }
    guard boot == Self.current.boot else { return false }
    guard began != 0 else { return kill(pid_t(process), 0) == 0 || errno == EPERM }
    return Self.start(of: process) == began
  }

  private static func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func bootName() -> String {
    let text = read("/proc/sys/kernel/random/boot_id") ?? ""
    return text.filter { $0 != "\n" }
  }

  /// The 22nd field of a process's `stat`; the second, its name in parentheses, may hold blanks itself. A
  /// process that is dead and not yet reaped by its parent counts as gone.
  private static func start(of process: Int64) -> Int64? {
    guard let text = read("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: name)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return Int64(fields[19])
  }

  private static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Foundation.read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
