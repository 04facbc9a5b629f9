import CPostgreSQL

/// Ends the statement that a connection is waiting for, from any thread.
///
/// Unchecked: libpq's cancel object is made once and only read.
public final class Canceller: @unchecked Sendable {
  private let handle: OpaquePointer?

  init(_ connection: OpaquePointer) { handle = PQgetCancel(connection) }

  deinit { PQfreeCancel(handle) }

  /// Asks the server to end the statement, and waits until the server has been told. The statement then fails,
  /// unless it was done already.
  public func cancel() {
    guard let handle else { return }
    _ = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { room in
      PQcancel(handle, room.baseAddress, 256)
    }
  }
}
