import PostgreSQL
import Testing

@testable import TestServers

@Suite struct ConnectionTests {
  let database: Database

  init() throws { database = try Database() }

  @Test func valuesComeBackAsTheyWent() throws {
    var connection = try database.connection()
    let rows = try connection.query(
      "SELECT \(true), \(-7), \(1.5), \("käse") || '', \([0, 255] as [UInt8]), \(nil as Int?), '{\"a\": 1}'::jsonb"
    )
    #expect(rows.count == 1)
    #expect(try rows.value(0, 0, as: Bool.self))
    #expect(try rows.value(0, 1, as: Int.self) == -7)
    #expect(try rows.value(0, 2, as: Double.self) == 1.5)
    #expect(try rows.value(0, 3, as: String.self) == "käse")
    #expect(try rows.value(0, 4, as: [UInt8].self) == [0, 255])
    #expect(try rows.value(0, 5, as: Int?.self) == nil)
    #expect(try rows.value(0, 6, as: String.self) == #"{"a": 1}"#)
  }

  @Test func aValueOfAnotherTypeIsAnError() throws {
    var connection = try database.connection()
    let rows = try connection.query("SELECT \(1) AS n, NULL::text AS t")
    let type = #expect(throws: PostgreSQLError.self) { try rows.value(0, 0, as: String.self) }
    #expect(type?.message.contains("`n` in row 1") == true)
    let null = #expect(throws: PostgreSQLError.self) { try rows.value(0, 1, as: String.self) }
    #expect(null?.message.contains("null") == true)
  }

  @Test func aParameterIsNeverPartOfTheStatement() throws {
    try database.run("CREATE TABLE t (name text); INSERT INTO t VALUES ('a')")
    var connection = try database.connection()
    let hostile = "x'; DROP TABLE t; --"
    #expect(try connection.query("SELECT * FROM t WHERE name = \(hostile)").count == 0)
    _ = try connection.query("INSERT INTO t VALUES (\(hostile))")
    #expect(try connection.query("SELECT * FROM t WHERE name = \(hostile)").count == 1)
    let column = "odd \" name"
    try connection.run("ALTER TABLE t ADD \(name: column) int")
    #expect(try connection.describe("SELECT * FROM t").map(\.name) == ["name", column])
  }

  @Test func aRefusedStatementSaysWhatIsWrong() throws {
    var connection = try database.connection()
    let missing = #expect(throws: PostgreSQLError.self) { _ = try connection.query("SELECT * FROM nowhere") }
    #expect(missing?.sqlState == "42P01")
    #expect(missing?.message == #"relation "nowhere" does not exist"#)
    #expect(missing?.help?.contains("create the table") == true)
    try connection.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
    let twice = #expect(throws: PostgreSQLError.self) { try connection.run("INSERT INTO t VALUES (1)") }
    #expect(twice?.sqlState == "23505")
    #expect(twice?.detail == "Key (id)=(1) already exists.")
    #expect(twice?.constraint == "t_pkey")
    #expect(try connection.query("SELECT 1").count == 1, "the connection goes on")
  }

  @Test func nobodyAnswers() throws {
    let port = try freePort()
    let error = #expect(throws: PostgreSQLError.self) {
      _ = try Connection(ServerAddress("postgresql://postgres:hush@127.0.0.1:\(port)/shop"))
    }
    #expect(error?.kind == .unreachable)
    #expect(error?.message.contains("postgres@127.0.0.1:\(port)/shop") == true)
    #expect(error.map { "\($0)".contains("hush") } == false)
  }

  @Test(arguments: [("wrong hush", "refuses the user or the password"), ("", "wants a password")])
  func aWrongPasswordIsSaidAndNotTold(password: String, words: String) throws {
    let error = #expect(throws: PostgreSQLError.self) {
      _ = try Connection(ServerAddress(Database.url(password: password)))
    }
    #expect(error?.kind == .refusedConnection)
    #expect(error?.message.contains(words) == true)
    #expect(error.map { "\($0)".contains("hush") } == false)
  }

  @Test func aDatabaseThatIsNotThereIsNamed() throws {
    let error = #expect(throws: PostgreSQLError.self) {
      _ = try Connection(ServerAddress(Database.url(password: Cluster.password, database: "nowhere")))
    }
    #expect(error?.kind == .refusedConnection)
    #expect(error?.message.contains(#"database "nowhere" does not exist"#) == true)
  }

  @Test(arguments: [
    "postgresql://u:hush@x@host/db", "postgresql://u:hush/x@host/db", "u:hush@host", "host=h password='hush",
    "postgresql://u:hush%zz@host/db", "http://u:hush@host",
  ])
  func anUnreadableAddressIsNotRepeated(text: String) {
    let error = #expect(throws: PostgreSQLError.self) { try ServerAddress(text) }
    #expect(error?.kind == .address)
    #expect(error.map { "\($0)".contains("hush") } == false)
  }

  @Test(arguments: [
    ("postgresql://u:hush@host:5433/db?sslmode=require", "u@host:5433/db"),
    ("host=/run/postgresql dbname=shop password=hush", "/run/postgresql/shop"), ("", "localhost"),
  ])
  func anAddressIsShownWithoutItsPassword(text: String, shown: String) throws {
    #expect(try "\(ServerAddress(text))" == shown)
  }

  @Test func aTransactionIsWholeOrNothing() throws {
    struct Stop: Error {}
    try database.run("CREATE TABLE t (id int)")
    var connection = try database.connection()
    #expect(throws: Stop.self) {
      try connection.transaction { connection in
        try connection.run("INSERT INTO t VALUES (1)")
        throw Stop()
      }
    }
    let isOpen = connection.isInTransaction
    #expect(!isOpen)
    _ = try connection.transaction { connection in try connection.run("INSERT INTO t VALUES (2)") }
    #expect(try database.rows("SELECT * FROM t") == ["(2)"])
  }

  @Test func aCommitOfWhatHasFailedIsAnError() throws {
    var connection = try database.connection()
    try connection.begin()
    #expect(throws: PostgreSQLError.self) { try connection.run("SELECT 1 / 0") }
    #expect(throws: PostgreSQLError.self) { try connection.commit() }
  }

  @Test func rowsAreCopiedInAndOut() throws {
    try database.run("CREATE TABLE t (id int, name text)")
    var connection = try database.connection()
    try connection.startCopyIn("COPY t FROM STDIN")
    try Array("1\ta\n2\tb\n".utf8).withUnsafeBytes { try connection.copy($0) }
    try connection.endCopyIn()
    try connection.startCopyOut("COPY (SELECT * FROM t WHERE name = \("b")) TO STDOUT")
    var text = ""
    while try connection.nextCopied({ text += String(decoding: $0, as: UTF8.self) }) {}
    #expect(text == "2\tb\n")
    #expect(try connection.query("SELECT 1").count == 1)
  }

  @Test func aCopyThatIsRefusedIsAnErrorAndTheConnectionGoesOn() throws {
    try database.run("CREATE TABLE t (id int PRIMARY KEY)")
    var connection = try database.connection()
    try connection.startCopyIn("COPY t FROM STDIN")
    try Array("1\n1\n".utf8).withUnsafeBytes { try connection.copy($0) }
    let error = #expect(throws: PostgreSQLError.self) { try connection.endCopyIn() }
    #expect(error?.sqlState == "23505")
    #expect(try connection.query("SELECT * FROM t").count == 0)
  }

  @Test func aSessionConnectsAgainAfterItsConnectionBroke() async throws {
    let session = Session(try database.address)
    let process = try await session.use { connection in
      try connection.query("SELECT pg_backend_pid()").value(0, 0, as: Int.self)
    }
    try database.run("SELECT pg_terminate_backend(\(process))")
    await #expect(throws: PostgreSQLError.self) { try await session.use { _ = try $0.query("SELECT 1") } }
    let other = try await session.use { try $0.query("SELECT pg_backend_pid()").value(0, 0, as: Int.self) }
    #expect(other != process)
    await session.close()
  }

  @Test func aCancelledTaskEndsItsStatement() async throws {
    let session = Session(try database.address)
    let address = try database.address
    // Two sessions that wait for each other without end, but for the cancellation.
    let (held, holds) = AsyncStream.makeStream(of: Int.self)
    let task = Task {
      try await session.use { connection in
        holds.yield(try connection.query("SELECT pg_backend_pid()").value(0, 0))
        try connection.run("SELECT pg_sleep(600)")
      }
    }
    var pids = held.makeAsyncIterator()
    let process = try #require(await pids.next())
    try await Session(address).use { connection in
      // Asks the server until the statement is under way.
      while try connection.query(
        "SELECT 1 FROM pg_stat_activity WHERE pid = \(process) AND wait_event = 'PgSleep'"
      ).count == 0 {}
    }
    task.cancel()
    let error = await #expect(throws: PostgreSQLError.self) { try await task.value }
    #expect(error?.isCancellation == true)
    let one = try await session.use { try $0.query("SELECT 1").value(0, 0, as: Int.self) }
    #expect(one == 1, "the next statement is not met")
  }
}
