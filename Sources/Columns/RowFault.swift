/// A row that does not decode or breaks a constraint, or an expression that failed.
public struct RowFault: Error, Sendable {
  /// Where the row comes from: `data/orders.csv:17`, or empty.
  public let position: String
  /// The column's name, where one is to blame.
  public let column: String?
  /// What was expected and what was found, in one line.
  public let message: String
  /// How to mend it.
  public let help: String?

  /// Makes a fault.
  public init(position: String, column: String? = nil, message: String, help: String? = nil) {
    self.position = position
    self.column = column
    self.message = message
    self.help = help
  }
}
