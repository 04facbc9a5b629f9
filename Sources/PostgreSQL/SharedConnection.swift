import Synchronization

/// A connection for threads that may wait, one at a time. Never used on Swift's pool, whose threads it would keep.
public final class SharedConnection: Sendable {
  private let address: ServerAddress
  private let connection = Mutex<Connection?>(nil)

  /// Connects when it is first used.
  public init(_ address: ServerAddress) { self.address = address }

  /// Lets `body` use the connection; a broken one is replaced before.
  public func use<Value: Sendable>(_ body: (inout Connection) throws -> Value) throws -> Value {
    try connection.withLock { connection in
      if connection?.isBroken ?? true { connection = try Connection(address) }
      return try body(&connection!)
    }
  }
}
