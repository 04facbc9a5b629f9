import CPostgreSQL

extension Connection {
  /// Starts a `COPY ... TO STDOUT`. Its values are texts, which go as quoted literals.
  public mutating func startCopyOut(_ sql: SQL) throws(PostgreSQLError) {
    _ = try succeeded(PQexec(handle, sql.withLiterals(handle)))
  }

  /// Gives the next piece of a copy to `body`: one row, as servers send them.
  /// - Returns: false at the end; the connection is free again.
  public mutating func nextCopied(
    _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(PostgreSQLError) -> Bool {
    var piece: UnsafeMutablePointer<CChar>?
    let count = PQgetCopyData(handle, &piece, 0)
    guard count > 0 else {
      // The end, or an error: both are in the result.
      try drain()
      return false
    }
    body(UnsafeRawBufferPointer(start: piece, count: Int(count)))
    PQfreemem(piece)
    return true
  }

  /// Starts a `COPY ... FROM STDIN`.
  public mutating func startCopyIn(_ sql: SQL) throws(PostgreSQLError) {
    _ = try succeeded(PQexec(handle, sql.withLiterals(handle)))
  }

  /// Sends a piece of a copy.
  public mutating func copy(_ bytes: UnsafeRawBufferPointer) throws(PostgreSQLError) {
    var rest = bytes
    // libpq counts in 32 bits.
    while let start = rest.baseAddress, !rest.isEmpty {
      let piece = min(rest.count, 1 << 24)
      guard PQputCopyData(handle, start.assumingMemoryBound(to: CChar.self), Int32(piece)) == 1 else {
        try drain()
        throw PostgreSQLError(result: nil, on: handle)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[piece...])
    }
  }

  /// All pieces are sent; the server takes them or refuses them.
  public mutating func endCopyIn() throws(PostgreSQLError) {
    guard PQputCopyEnd(handle, nil) == 1 else { throw PostgreSQLError(result: nil, on: handle) }
    try drain()
  }

  /// Waits for the end of a command, and throws the first error.
  private mutating func drain() throws(PostgreSQLError) {
    var first: PostgreSQLError?
    while let result = PQgetResult(handle) {
      do throws(PostgreSQLError) { _ = try succeeded(result) } catch { first = first ?? error }
    }
    if let first { throw first }
    if isBroken { throw PostgreSQLError(result: nil, on: handle) }
  }
}
