import CPostgreSQL

extension Connection {
  /// What a transaction sees of others.
  public enum Isolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    /// One state for all statements.
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
    /// One state for all statements, and nothing is changed.
    case snapshot = "REPEATABLE READ, READ ONLY"

    var begin: SQL { SQL(verbatim: "BEGIN ISOLATION LEVEL \(rawValue)") }
  }

  /// Begins a transaction.
  public mutating func begin(_ isolation: Isolation = .readCommitted) throws(PostgreSQLError) {
    try run(isolation.begin)
  }

  /// Makes all of a transaction visible, or throws.
  public mutating func commit() throws(PostgreSQLError) {
    try run("COMMIT").checkCommit()
  }

  /// Takes back all of a transaction; nothing is to be done where there is none, or no connection.
  public mutating func rollback() {
    if isInTransaction { _ = try? run("ROLLBACK") }
  }

  /// Runs `body` in a transaction, which takes effect if it returns.
  public mutating func transaction<Value>(
    _ isolation: Isolation = .readCommitted, _ body: (inout Connection) throws -> Value
  ) throws -> Value {
    try begin(isolation)
    do {
      let value = try body(&self)
      try commit()
      return value
    } catch {
      rollback()
      throw error
    }
  }
}

extension Rows {
  /// The server says so, and reports no error, where a statement of the transaction had failed.
  func checkCommit() throws(PostgreSQLError) {
    if String(cString: PQcmdStatus(result)) == "ROLLBACK" {
      throw PostgreSQLError(.statement, "a statement of the transaction has failed before", sqlState: "25P02")
    }
  }
}
