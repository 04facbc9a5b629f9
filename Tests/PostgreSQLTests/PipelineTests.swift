import PostgreSQL
import Testing

@testable import TestServers

/// Statements that go out before those in front of them are answered.
@Suite struct PipelineTests {
  let database: Database

  init() throws { database = try Database() }

  private func connection() async throws -> PipelinedConnection {
    try await PipelinedConnection.open(try database.address)
  }

  @Test func `each statement has its own answer, whatever is under way`() async throws {
    let connection = try await connection()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<300 {
        group.addTask {
          let rows = try await connection.run("SELECT \(number) * 2, \("n\(number)") || ''")
          #expect(try rows.value(0, 0, as: Int.self) == number * 2)
          #expect(try rows.value(0, 1, as: String.self) == "n\(number)")
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func `what is larger than the buffers of both sides goes through`() async throws {
    let connection = try await connection()
    let large = String(repeating: "x", count: 8 << 20)
    async let first = connection.run("SELECT \(large) || 'a', length(\(large))")
    async let second = connection.run("SELECT \(large) || 'b', length(\(large))")
    for (rows, end) in [(try await first, "a"), (try await second, "b")] {
      #expect(try rows.value(0, 0, as: String.self).hasSuffix(end))
      #expect(try rows.value(0, 1, as: Int.self) == large.count)
    }
  }

  @Test func `statements of one batch take effect together or not at all`() async throws {
    try database.run("CREATE TABLE t (id int PRIMARY KEY)")
    let connection = try await connection()
    let results = try await connection.run([
      "INSERT INTO t VALUES (1)", "SELECT count(*) FROM t", "INSERT INTO t VALUES (2)",
    ])
    #expect(results.map(\.affected) == [1, 1, 1])
    #expect(try results[1].value(0, 0, as: Int.self) == 1)
    let refused = await #expect(throws: PostgreSQLError.self) {
      _ = try await connection.run(["INSERT INTO t VALUES (3)", "INSERT INTO t VALUES (1)", "SELECT 1"])
    }
    #expect(refused?.sqlState == "23505")
    #expect(try database.rows("SELECT * FROM t ORDER BY id") == ["(1)", "(2)"])
  }

  @Test func `a statement that can't be prepared says why`() async throws {
    let connection = try await connection()
    for _ in 0..<2 {
      let refused = await #expect(throws: PostgreSQLError.self) {
        _ = try await connection.run("SELECT nowhere FROM (SELECT 1) AS t")
      }
      #expect(refused?.sqlState == "42703")
    }
  }

  @Test func `a refused statement harms neither its neighbours nor those that come later`() async throws {
    try database.run("CREATE TABLE t (id int PRIMARY KEY)")
    let connection = try await connection()
    // Of the same text as the refused ones, and sent before they are known to be refused.
    let statements: [SQL] = [
      "SELECT * FROM nowhere WHERE id = \(1)", "INSERT INTO t VALUES (\(1))", "INSERT INTO t VALUES (\(1))",
      "SELECT * FROM nowhere WHERE id = \(1)",
    ]
    let states = await withTaskGroup(of: String?.self) { group in
      for statement in statements {
        group.addTask {
          do throws(PostgreSQLError) { try await connection.run(statement) } catch { return error.sqlState }
          return nil
        }
      }
      return await group.reduce(into: [String]()) { $0.append($1 ?? "done") }
    }
    // The second of the two that ask for what is not there may have been sent before its text was prepared.
    #expect(states.filter { $0 == "done" }.count == 1)
    #expect(states.filter { $0 == "23505" }.count == 1)
    #expect(states.filter { ["42P01", "26000"].contains($0) }.count == 2, "\(states)")
    try database.run("CREATE TABLE nowhere (id int)")
    #expect(try await connection.run("SELECT * FROM nowhere WHERE id = \(1)").count == 0)
  }

  @Test func `a table that has changed its shape is asked again`() async throws {
    try database.run("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
    let connection = try await connection()
    #expect(try await connection.run("SELECT * FROM t").columns.count == 1)
    try database.run("ALTER TABLE t ADD name text")
    _ = try? await connection.run("SELECT * FROM t")
    #expect(try await connection.run("SELECT * FROM t").columns.count == 2)
  }

  @Test func `many values go as one parameter`() async throws {
    let connection = try await connection()
    let numbers = ArrayParameter<Int64>([1, -2, 3])
    let rows = try await connection.run(
      "SELECT n, t FROM unnest(\(numbers), \(ArrayParameter(["a", "", "ü,\"{}"]))) AS u (n, t)")
    #expect(try (0..<3).map { try rows.value($0, "n", as: Int.self) } == [1, -2, 3])
    #expect(try (0..<3).map { try rows.value($0, "t", as: String.self) } == ["a", "", "ü,\"{}"])
    #expect(try await connection.run("SELECT FROM unnest(\(ArrayParameter<String>([])))").count == 0)
  }

  @Test func `moments come back as they went`() async throws {
    let connection = try await connection()
    let moment = Timestamp(microseconds: 1_767_225_600_123_456)
    let rows = try await connection.run("SELECT \(moment), extract(epoch FROM \(moment))::text")
    #expect(try rows.value(0, 0, as: Timestamp.self) == moment)
    #expect(try rows.value(0, 1, as: String.self) == "1767225600.123456")
  }

  @Test func `a broken connection fails what is under way, and what comes later`() async throws {
    let connection = try await connection()
    let pid = try await connection.run("SELECT pg_backend_pid()").value(0, 0, as: Int.self)
    let waiting = ["SELECT pg_sleep(600)", "SELECT 1"].map { text in
      Task { try await connection.run(SQL(verbatim: text)) }
    }
    // Only when it is there can it be ended.
    while try database.rows(
      "SELECT 1 FROM pg_stat_activity WHERE pid = \(pid) AND query LIKE '%pg_sleep%'"
    ).isEmpty {}
    _ = try database.rows("SELECT pg_terminate_backend(\(pid))")
    for task in waiting + [Task { try await connection.run("SELECT 2") }] {
      let error = await #expect(throws: PostgreSQLError.self) { _ = try await task.value }
      #expect(error?.kind == .lostConnection || error?.sqlState == "57P01", "\(error as Any)")
    }
    #expect(await connection.brokenBy != nil)
  }
}

/// Connections shared by many.
@Suite struct PoolTests {
  let database: Database

  init() throws { database = try Database() }

  @Test func `transactions are apart from each other and take effect as a whole`() async throws {
    try database.run("CREATE TABLE account (id int PRIMARY KEY, sum int); INSERT INTO account VALUES (1, 0)")
    let pool = ConnectionPool(try database.address, size: 3)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<30 {
        group.addTask {
          try await pool.transaction { connection in
            let rows = try await connection.run("SELECT sum FROM account WHERE id = 1 FOR UPDATE")
            let sum: Int = try rows.value(0, 0)
            try await connection.run("UPDATE account SET sum = \(sum + 1) WHERE id = 1")
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try database.rows("SELECT sum FROM account") == ["(30)"])
  }

  private struct Stop: Error {}

  @Test func `a transaction whose body fails is taken back`() async throws {
    try database.run("CREATE TABLE t (id int)")
    let pool = ConnectionPool(try database.address, size: 1)
    await #expect(throws: Stop.self) {
      try await pool.transaction { connection in
        try await connection.run("INSERT INTO t VALUES (1)")
        throw Stop()
      }
    }
    await #expect(throws: PostgreSQLError.self) {
      try await pool.transaction { connection in
        try await connection.run("INSERT INTO t VALUES (2)")
        _ = try? await connection.run("SELECT 1 / 0")
      }
    }
    #expect(try await pool.run("SELECT * FROM t").count == 0)
  }

  @Test func `a broken connection is replaced`() async throws {
    let pool = ConnectionPool(try database.address, size: 1)
    let own = try await pool.run("SELECT pg_backend_pid()").value(0, 0, as: Int.self)
    let lent = try await pool.transaction {
      try await $0.run("SELECT pg_backend_pid()").value(0, 0, as: Int.self)
    }
    _ = try database.rows("SELECT pg_terminate_backend(\(own), 10000), pg_terminate_backend(\(lent), 10000)")
    var goesOn = false
    for _ in 0..<5 where !goesOn {
      goesOn = (try? await pool.run("SELECT 1").count) == 1
    }
    #expect(goesOn)
    goesOn = false
    for _ in 0..<5 where !goesOn { goesOn = (try? await pool.transaction { _ in true }) ?? false }
    #expect(goesOn)
  }

  @Test func `a server that is not there is waited for as long as it may be`() async throws {
    let address = try ServerAddress("postgresql://127.0.0.1:\(try freePort())/db")
    for patience in [Duration.zero, .milliseconds(200)] {
      let error = await #expect(throws: PostgreSQLError.self) {
        try await ConnectionPool(address, patience: patience).run("SELECT 1")
      }
      #expect(error?.kind == .unreachable)
    }
  }
}
