import PostgreSQL

/// The shape of the tables in a database.
public struct PostgreSQLSchema: Sendable {
  /// The schema that holds the tables, unless the address names another.
  public static let name = "thalweg"

  /// What is there of what this version knows.
  public struct Status: Hashable, Sendable {
    /// The newest step that was made; 0 before the first.
    public let version: Int
    /// The newest step that this version knows.
    public let newest: Int
    /// As the server says it: `15.14`.
    public let server: String
    /// Settings of the server by which commits may be lost, such as `fsync = off`.
    public let unsafeSettings: [String]

    /// Whether this version can use the tables: newer steps only add to them.
    public var isUsable: Bool { version >= newest }
  }

  private let session: Session
  /// Names the database for people, without a password.
  public let place: String

  /// The tables at `address`.
  public init(_ address: ServerAddress) {
    session = Session(address.searching(Self.name))
    place = "\(address)"
  }

  /// What is there.
  public func status() async throws(StoreError) -> Status {
    try await use { connection in
      guard try Self.isOpen(&connection) else {
        throw StoreError.forbidden(database: place, reason: "you have no role in any namespace")
      }
      let version = try Self.version(&connection)
      let settings = try connection.query(
        """
        SELECT name || ' = ' || setting FROM pg_settings
        WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'off' ORDER BY name
        """)
      return Status(
        version: version, newest: PostgreSQLMigration.all.count,
        server: connection.setting("server_version") ?? "",
        unsafeSettings: try (0..<settings.count).map { try settings.value($0, 0) })
    }
  }

  /// Makes the steps that are missing: all or none, and by one process at a time.
  /// - Returns: Their names.
  public func migrate() async throws(StoreError) -> [String] {
    try await migrate(through: PostgreSQLMigration.all.count)
  }

  func migrate(through last: Int) async throws(StoreError) -> [String] {
    for _ in 0..<Self.mostTries {
      do throws(StoreError) { return try await makeSteps(through: last) } catch {
        guard case .busy = error else { throw error }
      }
      try? await Task.sleep(for: .milliseconds(Int.random(in: 50...250)))
    }
    throw .busy(path: place)
  }

  /// A step gives way to those who use the tables, and is tried again.
  private static let mostTries = 60

  private func makeSteps(through last: Int) async throws(StoreError) -> [String] {
    try await use { connection in
      try connection.transaction { connection in
        try connection.run("SELECT pg_advisory_xact_lock(hashtextextended('thalweg migration', 0))")
        // Less than a server waits before it looks who waits for whom, and ends one of them: that is not to be another.
        try connection.run("SET LOCAL lock_timeout = '500ms'")
        if try connection.query("SELECT current_schema()").value(0, 0, as: String?.self) == nil {
          try connection.run("CREATE SCHEMA \(name: Self.name)")
        }
        try connection.run(
          """
          CREATE TABLE IF NOT EXISTS migration (
            number bigint PRIMARY KEY,
            name text NOT NULL,
            made timestamptz NOT NULL DEFAULT now()
          )
          """)
        let version = try Self.version(&connection)
        let missing = PostgreSQLMigration.all.filter { version < $0.number && $0.number <= last }
        for step in missing {
          try connection.run(SQL(verbatim: step.script))
          _ = try connection.query(
            "INSERT INTO migration (number, name) VALUES (\(step.number), \(step.name))")
        }
        return missing.map(\.name)
      }
    }
  }

  func use<Value: Sendable>(
    _ body: @Sendable (inout Connection) throws -> Value
  ) async throws(StoreError) -> Value {
    do { return try await session.use(body) } catch { throw StoreError(error, in: place) }
  }

  /// Whether the user may look into the schema, where it is there.
  private static func isOpen(_ connection: inout Connection) throws -> Bool {
    try connection.query(
      """
      SELECT coalesce(bool_and(has_schema_privilege(oid, 'USAGE')), true) FROM pg_namespace
      WHERE nspname = btrim(split_part(current_setting('search_path'), ',', 1), '" ')
      """
    ).value(0, 0)
  }

  private static func version(_ connection: inout Connection) throws -> Int {
    guard try connection.query("SELECT to_regclass('migration') IS NOT NULL").value(0, 0, as: Bool.self)
    else { return 0 }
    return try connection.query("SELECT coalesce(max(number), 0) FROM migration").value(0, 0)
  }
}
