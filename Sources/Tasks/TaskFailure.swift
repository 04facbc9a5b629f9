import Foundation

/// Why an attempt at a task gave no result.
public struct TaskFailure: Error, Hashable, Codable, Sendable {
  /// What went wrong, in one line that follows the task's name.
  public let message: String
  /// What may mend it.
  public let help: String?
  /// The last lines that the work wrote.
  public let lines: [String]
  /// Where all of them are.
  public let log: String?
  /// Whether the run is being cancelled: there is nobody to tell.
  public let isCancellation: Bool

  /// Makes a failure.
  public init(
    _ message: String, help: String? = nil, lines: [String] = [], log: String? = nil,
    isCancellation: Bool = false
  ) {
    self.message = message
    self.help = help
    self.lines = lines
    self.log = log
    self.isCancellation = isCancellation
  }

  /// The attempt was stopped because its run is.
  public static let cancelled = TaskFailure("was cancelled", isCancellation: true)

  /// Who made the call was lost in the middle of it.
  public static let unknown = TaskFailure(
    "may have been done, and may not be done twice: who did it was lost in the middle",
    help: "see what became of it; where it may be done again, `thalweg runs retry` or `run --resume` do so")

  /// Reads what `json` gave.
  public init(json: String) {
    self = (try? JSONDecoder().decode(Self.self, from: Data(json.utf8))) ?? TaskFailure("failed elsewhere")
  }

  /// The failure, for who can't be given it otherwise.
  public var json: String {
    guard let data = try? JSONEncoder().encode(self) else { preconditionFailure("texts can be encoded") }
    return String(decoding: data, as: UTF8.self)
  }

  /// The failure of an attempt on a machine, where its log is.
  public func on(_ host: String) -> TaskFailure {
    TaskFailure(
      message, help: help, lines: lines, log: log.map { "\(host):\($0)" }, isCancellation: isCancellation)
  }

  /// The attempt was stopped because it took too long.
  static let tooLate = TaskFailure(
    "took longer than its `timeout` allows, and was stopped", help: "give it more time, or less to do")

  /// The failure of one pass of a `for`, by its elements.
  public func inPass(_ name: String?) -> TaskFailure {
    guard let name else { return self }
    return TaskFailure(
      "\(message), in the pass \(name)", help: help, lines: lines, log: log, isCancellation: isCancellation)
  }

  /// The failure with the last lines that the work wrote, and where its log is.
  func telling(_ lines: [String], of log: String, without secrets: [String]) -> TaskFailure {
    func plain(_ text: String) -> String {
      secrets.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "***") }
    }
    return TaskFailure(
      plain(message), help: help, lines: lines.map(plain), log: log, isCancellation: isCancellation)
  }
}
