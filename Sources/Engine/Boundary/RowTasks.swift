import Columns
import Semantics

/// Does the calls of tasks that expressions make for their rows.
public protocol RowTasks: Sendable {
  /// What a task gives for each row. Called by threads of the engine, which wait for it.
  /// - Parameter arguments: A column for each of the task's parameters, all of as many rows.
  func call(_ task: TypedTask, _ arguments: [Column]) -> [Result<Column, RowTaskFailure>]
  /// The run is cancelled: calls under way end soon, and others fail at once.
  func cancel()
}

/// Why a task gave nothing for a row.
public struct RowTaskFailure: Error {
  /// What happened, in one line.
  public let message: String

  /// Makes a failure.
  public init(_ message: String) { self.message = message }
}
