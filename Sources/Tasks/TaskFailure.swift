/// Why an attempt at a task gave no result.
public struct TaskFailure: Error, Hashable, Sendable {
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

  /// The failure with what the work wrote, as far as it may be shown.
  func logged(in log: LogFile, showing isShown: Bool, without secrets: [String]) -> TaskFailure {
    func plain(_ text: String) -> String {
      secrets.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "***") }
    }
    return TaskFailure(
      plain(message), help: help, lines: isShown ? log.lastLines().map(plain) : [], log: log.path,
      isCancellation: isCancellation)
  }
}
