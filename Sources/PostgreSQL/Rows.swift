import CPostgreSQL

/// What a statement has given.
///
/// Unchecked: libpq only reads a result that is complete.
public final class Rows: @unchecked Sendable {
  let result: OpaquePointer

  init(_ result: OpaquePointer) { self.result = result }

  /// The result, if the server has done what it was asked to.
  convenience init(succeeded result: OpaquePointer?, on connection: OpaquePointer) throws(PostgreSQLError) {
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_COPY_OUT, PGRES_COPY_IN:
      guard let result else { throw PostgreSQLError(result: nil, on: connection) }
      self.init(result)
    default:
      let error = PostgreSQLError(result: result, on: connection)
      PQclear(result)
      throw error
    }
  }

  deinit { PQclear(result) }

  /// Number of rows.
  public var count: Int { Int(PQntuples(result)) }

  /// Rows that the statement has inserted, changed or removed.
  public var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// The names and types of the columns.
  public var columns: [ResultColumn] {
    (0..<PQnfields(result)).map { index in
      ResultColumn(
        name: String(cString: PQfname(result, index)), type: TypeID(rawValue: PQftype(result, index)),
        modifier: Int(PQfmod(result, index)), table: TypeID(rawValue: PQftable(result, index)),
        tableColumn: Int(PQftablecol(result, index)))
    }
  }

  /// The value in a row, from 0, and the column of a name.
  public func value<Value: PostgreSQLValue>(
    _ row: Int, _ column: String, as: Value.Type = Value.self
  ) throws(PostgreSQLError) -> Value {
    let index = PQfnumber(result, column)
    guard index >= 0 else { throw PostgreSQLError(.value, "there is no column `\(column)`") }
    return try value(row, Int(index))
  }

  /// The value in a row and column, from 0.
  public func value<Value: PostgreSQLValue>(
    _ row: Int, _ column: Int, as: Value.Type = Value.self
  ) throws(PostgreSQLError) -> Value {
    let row32 = Int32(row)
    let column32 = Int32(column)
    let type = TypeID(rawValue: PQftype(result, column32))
    var bytes: UnsafeRawBufferPointer?
    if PQgetisnull(result, row32, column32) == 0 {
      bytes = UnsafeRawBufferPointer(
        start: PQgetvalue(result, row32, column32), count: Int(PQgetlength(result, row32, column32)))
    }
    guard let value = Value(bytes, type: type) else {
      let name = String(cString: PQfname(result, column32))
      throw PostgreSQLError(
        .value,
        "`\(name)` in row \(row + 1) is \(bytes == nil ? "null" : "of type \(type.rawValue)"), not `\(Value.self)`"
      )
    }
    return value
  }
}

/// A column of a result.
public struct ResultColumn: Hashable, Sendable {
  /// Its name.
  public let name: String
  /// Its type; of a domain the type that the domain is of.
  public let type: TypeID
  /// What the declaration says besides the type, -1 for nothing: a length, a precision and scale.
  public let modifier: Int
  /// The table that it is a column of, and its number there; open and 0 where it is computed.
  public let table: TypeID
  /// The number of the column in its table; 0 for what is computed.
  public let tableColumn: Int
}
