/// Connections to one server, opened when they are needed. Single statements share one, on which they go out without
/// waiting for each other; each transaction has one to itself.
public actor ConnectionPool {
  private let address: ServerAddress
  private let size: Int
  private let patience: Duration
  private let answerPatience: Duration
  private var shared: Task<PipelinedConnection, any Error>?
  private var idle: [PipelinedConnection] = []
  private var lent = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Connects when it is first used.
  /// - Parameters:
  ///   - size: So many transactions may be under way at once; others wait.
  ///   - patience: For how long it goes on trying to reach a server that is away.
  ///   - answerPatience: After how long a connection on which nothing is answered is taken for lost.
  public init(
    _ address: ServerAddress, size: Int = 4, patience: Duration = .zero,
    answerPatience: Duration = PipelinedConnection.patience
  ) {
    self.answerPatience = answerPatience
    self.address = address
    self.size = size
    self.patience = patience
  }

  /// Runs one statement. Where the connection breaks under it, nobody knows whether it took effect: it is not
  /// repeated.
  @discardableResult
  public func run(_ statement: SQL) async throws -> Rows { try await run([statement])[0] }

  /// Runs statements that take effect together or not at all.
  public func run(_ statements: [SQL]) async throws -> [Rows] {
    try await sharedConnection().run(statements)
  }

  /// Runs `body` in a transaction, which takes effect if it returns.
  public func transaction<Value: Sendable>(
    _ isolation: Connection.Isolation = .readCommitted,
    _ body: @Sendable (PipelinedConnection) async throws -> Value
  ) async throws -> Value {
    let connection = try await borrow()
    do {
      try await connection.run(isolation.begin)
      let value = try await body(connection)
      try await connection.commit()
      await giveBack(connection)
      return value
    } catch {
      _ = try? await connection.run("ROLLBACK")
      await giveBack(connection)
      throw error
    }
  }

  private func sharedConnection() async throws -> PipelinedConnection {
    if let shared {
      switch await shared.result {
      case .success(let connection) where await connection.brokenBy == nil: return connection
      default: if self.shared == shared { self.shared = nil }
      }
    }
    if let shared { return try await shared.value }
    let opening = Task { try await open() }
    shared = opening
    return try await opening.value
  }

  private func borrow() async throws -> PipelinedConnection {
    while lent == size { await withCheckedContinuation { waiting.append($0) } }
    lent += 1
    while let connection = idle.popLast() {
      if await connection.brokenBy == nil { return connection }
    }
    do { return try await open() } catch {
      lent -= 1
      wakeNext()
      throw error
    }
  }

  private func giveBack(_ connection: PipelinedConnection) async {
    if await connection.brokenBy == nil { idle.append(connection) }
    lent -= 1
    wakeNext()
  }

  private func wakeNext() {
    if !waiting.isEmpty { waiting.removeFirst().resume() }
  }

  /// Connects; while the server is away, again and again, ever less often.
  private func open() async throws -> PipelinedConnection {
    let end = ContinuousClock.now + patience
    var delay = Duration.milliseconds(50)
    while true {
      do throws(PostgreSQLError) {
        return try await PipelinedConnection.open(address, patience: answerPatience)
      } catch {
        // Many that lost their connections at once do not all come back at once.
        let pause = delay * Double.random(in: 0.5...1.5)
        guard error.isPassing, ContinuousClock.now + pause < end else { throw error }
        try await Task.sleep(for: pause)
        delay = min(delay * 2, .seconds(2))
      }
    }
  }
}

extension PipelinedConnection {
  /// Makes all of a transaction visible, or throws.
  fileprivate func commit() async throws(PostgreSQLError) {
    try await run("COMMIT").checkCommit()
  }
}
