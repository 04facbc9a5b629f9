import Diagnosing

/// Why a run gave no outputs. Nothing has been published.
public enum RunFailure: Error, Sendable {
  /// A row that does not decode or breaks a constraint, or an expression that failed or overflowed.
  case fault(RunFault)
  /// Clauses of checks that did not hold, in the graph's order; `warnings` likewise.
  case checks([FailedCheck], warnings: [FailedCheck])
  /// A source could not be opened or read; the error is the connector's.
  case input(name: String, error: any Error)
  /// A sink could not be opened, written or published; the error is the connector's.
  case output(name: String, error: any Error)
  /// A checkpoint could not be written or read; the error is the store's.
  case checkpoint(any Error)
  /// Work outside of the engine, which a node stands for, failed; the error is that of who does it.
  case work(node: Int, error: any Error)
  /// The task that called `run` was cancelled.
  case cancelled
}

/// A fault that nothing covers.
public struct RunFault: Sendable {
  /// The index of the node in the graph.
  public let node: Int
  /// The stable name of the operator.
  public let operatorName: String
  /// The expression that failed, or the operator.
  public let span: Span
  /// Where the row comes from (`data/orders.csv:17`), where that is known; else empty.
  public let position: String
  /// The column's name, where one is to blame.
  public let column: String?
  /// What was expected and what was found, in one line.
  public let message: String
  /// The values of the row, where it had been read: `carrier: "UA", delay: none`.
  public let row: String?
  /// How to mend it.
  public let help: String?

  /// Makes a fault.
  public init(
    node: Int, operatorName: String, span: Span, position: String = "", column: String? = nil,
    message: String, row: String? = nil, help: String? = nil
  ) {
    self.node = node
    self.operatorName = operatorName
    self.span = span
    self.position = position
    self.column = column
    self.message = message
    self.row = row
    self.help = help
  }
}

/// A clause of a check that did not hold.
public struct FailedCheck: Sendable {
  /// The index of the check's node in the graph.
  public let node: Int
  /// The stable name of the check.
  public let operatorName: String
  /// The clause in the source.
  public let span: Span
  /// The clause as the user reads it: its source text, or the message given.
  public let description: String
  /// What was found, in one line.
  public let found: String
  /// A few rows or keys that broke it, as text.
  public let examples: [String]

  /// Makes a finding.
  public init(
    node: Int, operatorName: String, span: Span, description: String, found: String, examples: [String]
  ) {
    self.node = node
    self.operatorName = operatorName
    self.span = span
    self.description = description
    self.found = found
    self.examples = examples
  }
}
