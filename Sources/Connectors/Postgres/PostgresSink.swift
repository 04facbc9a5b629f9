import Columns
public import Engine
import PostgreSQL

/// Rows into a table, in one transaction: they become visible together.
public struct PostgresSink: RowSink {
  private let target: PostgresTarget

  /// Connects to nothing before `open`.
  public init(_ target: PostgresTarget) { self.target = target }

  /// Compares the record with the table, and begins the transaction.
  public func open() throws -> any StagedOutput {
    try PostgreSQLError.faults(at: target.table.written) {
      var connection = try Connection.toText(target.address)
      let (plan, statements) = try target.prepare(&connection)
      try connection.begin()
      try connection.startRows(statements)
      return StagedTable(connection, plan, statements, table: target.table.written)
    }
  }
}

/// Unchecked: `encode` touches only constants, and everything else is called by one worker at a time, as the
/// protocol says.
private final class StagedTable: StagedOutput, @unchecked Sendable {
  private var connection: Connection?
  private let plan: PostgresWritePlan
  private let statements: WriteStatements
  private let table: String

  init(
    _ connection: consuming Connection, _ plan: PostgresWritePlan, _ statements: WriteStatements,
    table: String
  ) {
    self.connection = consume connection
    self.plan = plan
    self.statements = statements
    self.table = table
  }

  func encode(_ batch: Batch) throws -> [UInt8] { try plan.encode(batch) }

  func append(_ bytes: [UInt8]) throws {
    try PostgreSQLError.faults(at: table) { try connection?.takeRows(bytes) }
  }

  func finish() throws {
    try PostgreSQLError.faults(at: table) { try connection?.applyRows(statements, isFirst: true) }
  }

  func publish() throws {
    try PostgreSQLError.faults(at: table) { try connection?.commit() }
    connection = nil
  }

  /// The server takes back what is not committed when the connection ends.
  func discard() { connection = nil }
}
