import PostgreSQL

/// A step that brings a database to a newer shape. A step is never changed once it has been released, and only adds:
/// programs of the version before go on while it is made.
struct PostgreSQLMigration: Sendable {
  /// From 1, without gaps.
  let number: Int
  /// What it brings, in a few words.
  let name: String
  let script: String

  static let all = [
    PostgreSQLMigration(
      number: 1, name: "runs, jobs, attempts, plans, epochs, operators",
      script: """
        CREATE TABLE plan (
          hash text PRIMARY KEY,
          json text NOT NULL
        );

        CREATE TABLE run (
          number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          id text NOT NULL UNIQUE COLLATE "C",
          pipeline text NOT NULL,
          file text NOT NULL,
          parameters text NOT NULL,
          plan_hash text NOT NULL REFERENCES plan,
          mode text NOT NULL,
          backend text NOT NULL,
          owner_host text NOT NULL,
          owner_boot text NOT NULL,
          owner_process bigint NOT NULL,
          owner_began bigint NOT NULL,
          created timestamptz NOT NULL,
          state text NOT NULL,
          started timestamptz,
          ended timestamptz,
          seen timestamptz NOT NULL,
          rows_in bigint NOT NULL DEFAULT 0,
          rows_out bigint NOT NULL DEFAULT 0,
          error_code text,
          error_message text,
          error_text text,
          error_json text
        ) WITH (fillfactor = 70);
        CREATE INDEX run_by_age ON run (created DESC, number DESC);
        CREATE INDEX run_under_way ON run (number) WHERE ended IS NULL;

        CREATE TABLE job (
          run bigint REFERENCES run ON DELETE CASCADE,
          id bigint,
          name text NOT NULL,
          state text NOT NULL,
          PRIMARY KEY (run, id)
        ) WITH (fillfactor = 70);

        CREATE TABLE attempt (
          run bigint,
          job bigint,
          number bigint,
          state text NOT NULL,
          started timestamptz NOT NULL,
          ended timestamptz,
          rows_in bigint NOT NULL DEFAULT 0,
          rows_out bigint NOT NULL DEFAULT 0,
          busy bigint NOT NULL DEFAULT 0,
          error_code text,
          error_message text,
          error_text text,
          error_json text,
          PRIMARY KEY (run, job, number),
          FOREIGN KEY (run, job) REFERENCES job ON DELETE CASCADE
        ) WITH (fillfactor = 70);

        CREATE TABLE epoch (
          run bigint REFERENCES run ON DELETE CASCADE,
          number bigint,
          manifest text NOT NULL,
          committed timestamptz NOT NULL,
          watermark bigint,
          positions text NOT NULL,
          rows_in bigint NOT NULL,
          rows_out bigint NOT NULL,
          late bigint NOT NULL,
          failed bigint NOT NULL,
          faulted bigint NOT NULL,
          state_bytes bigint NOT NULL,
          is_savepoint boolean NOT NULL,
          is_applied boolean NOT NULL,
          PRIMARY KEY (run, number)
        ) WITH (fillfactor = 70);

        CREATE TABLE operator (
          run bigint REFERENCES run ON DELETE CASCADE,
          position bigint,
          name text NOT NULL,
          operation text NOT NULL,
          rows_in bigint NOT NULL,
          rows_out bigint NOT NULL,
          late bigint NOT NULL,
          failed bigint NOT NULL,
          faulted bigint NOT NULL,
          watermark bigint,
          PRIMARY KEY (run, position)
        ) WITH (fillfactor = 70);
        """),
    PostgreSQLMigration(
      number: 2, name: "submissions, leases, workers",
      script: """
        CREATE TABLE program (
          hash text PRIMARY KEY,
          files text NOT NULL
        );

        CREATE TABLE submission (
          run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
          program text NOT NULL REFERENCES program,
          arguments text NOT NULL,
          folder text NOT NULL,
          profile text,
          claims bigint NOT NULL DEFAULT 0,
          is_cancelled boolean NOT NULL DEFAULT false
        ) WITH (fillfactor = 70);

        -- Only what can be claimed now.
        CREATE TABLE ready_run (
          run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE
        ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

        -- No index on what changes, so that each heartbeat is a HOT update.
        CREATE TABLE worker (
          id text PRIMARY KEY,
          host text NOT NULL,
          process bigint NOT NULL,
          slots bigint NOT NULL,
          started timestamptz NOT NULL DEFAULT now(),
          seen timestamptz NOT NULL DEFAULT now(),
          is_draining boolean NOT NULL DEFAULT false
        ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);

        CREATE TABLE run_lease (
          run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
          worker text NOT NULL REFERENCES worker,
          epoch bigint NOT NULL
        ) WITH (autovacuum_vacuum_scale_factor = 0.01);
        CREATE INDEX run_lease_by_worker ON run_lease (worker);

        -- Epochs fence: of two leases of a run the later has the greater.
        CREATE SEQUENCE lease_epoch;
        """),
  ]
}

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
    try await use { connection in
      try connection.transaction { connection in
        try connection.run("SELECT pg_advisory_xact_lock(hashtextextended('thalweg migration', 0))")
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

  private func use<Value: Sendable>(
    _ body: @Sendable (inout Connection) throws -> Value
  ) async throws(StoreError) -> Value {
    do { return try await session.use(body) } catch { throw StoreError(error, in: place) }
  }

  private static func version(_ connection: inout Connection) throws -> Int {
    guard try connection.query("SELECT to_regclass('migration') IS NOT NULL").value(0, 0, as: Bool.self)
    else { return 0 }
    return try connection.query("SELECT coalesce(max(number), 0) FROM migration").value(0, 0)
  }
}
