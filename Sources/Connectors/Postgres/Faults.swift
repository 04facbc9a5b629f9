import Columns
import PostgreSQL

extension PostgreSQLError {
  /// For the reader of a program. What the server says of values stays away: they may be labelled.
  func fault(_ position: String) -> RowFault { RowFault(position: position, message: message, help: help) }

  /// Runs `body`; what the server refuses becomes a fault.
  static func faults<Value>(at position: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as PostgreSQLError { throw error.fault(position) }
  }
}

extension Connection {
  /// Connects to a server whose texts are UTF-8, whatever it keeps them in.
  static func toText(_ address: ServerAddress) throws(PostgreSQLError) -> Connection {
    let connection = try Connection(address)
    if connection.setting("server_encoding") == "SQL_ASCII" {
      throw PostgreSQLError(
        unusable:
          "the database at \(address) is in the encoding `SQL_ASCII`: nobody knows what its texts are",
        help: "make one with `CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0`")
    }
    return connection
  }
}
