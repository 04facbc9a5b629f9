import CPostgreSQL

/// A connection to a server. Its calls wait for the server: it belongs on a thread that may wait, such as that
/// of a `Session`.
///
/// Unchecked: libpq wants no particular thread, only one at a time, and a value that can't be copied has one owner.
public struct Connection: ~Copyable, @unchecked Sendable {
  let handle: OpaquePointer
  /// Where it leads.
  public let address: ServerAddress

  /// Connects; with TLS where the address or the server asks for it.
  public init(_ address: ServerAddress) throws(PostgreSQLError) {
    self.address = address
    handle = try address.connected()
  }

  deinit { PQfinish(handle) }

  /// Whether the connection can't be used any more.
  public var isBroken: Bool { PQstatus(handle) != CONNECTION_OK }

  /// Whether a transaction is open.
  public var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }

  /// A setting that the server has reported: `server_version`, `server_encoding`.
  public func setting(_ name: String) -> String? {
    PQparameterStatus(handle, name).map { String(cString: $0) }
  }

  /// What ends a statement under way from another thread.
  public var canceller: Canceller { Canceller(handle) }

  /// Runs a statement; a script of several where it has no parameters.
  @discardableResult
  public mutating func run(_ sql: SQL) throws(PostgreSQLError) -> Rows {
    try succeeded(sql.values.isEmpty ? PQexec(handle, sql.text) : sent(sql))
  }

  /// Runs a statement and gives its rows, with binary values.
  public mutating func query(_ sql: SQL) throws(PostgreSQLError) -> Rows { try succeeded(sent(sql)) }

  /// The columns that a statement would give.
  public mutating func describe(_ sql: SQL) throws(PostgreSQLError) -> [ResultColumn] {
    _ = try succeeded(PQprepare(handle, "", sql.withLiterals(handle), 0, nil))
    return try succeeded(PQdescribePrepared(handle, "")).columns
  }

  private func sent(_ sql: SQL) -> OpaquePointer? {
    Parameters(sql.values).withPointers { types, places, lengths, formats in
      PQexecParams(handle, sql.text, Int32(types.count), types, places, lengths, formats, 1)
    }
  }

  /// The result, if the server has done what it was asked to.
  func succeeded(_ result: OpaquePointer?) throws(PostgreSQLError) -> Rows {
    try Rows(succeeded: result, on: handle)
  }
}

extension SQL {
  /// The text with values as literals, which libpq quotes: `COPY` takes no parameters.
  func withLiterals(_ connection: OpaquePointer) -> String {
    parts.map { part in
      switch part {
      case .text(let text): return text
      case .value(let value):
        guard let bytes = value.bytes else { return "NULL" }
        precondition(type(of: value).type == .open, "only texts can be literals")
        let quoted = bytes.withUnsafeBytes { bytes in
          PQescapeLiteral(connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        defer { PQfreemem(quoted) }
        return quoted.map { String(cString: $0) } ?? "NULL"
      }
    }.joined()
  }
}
