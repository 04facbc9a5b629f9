import JobStore
import PostgreSQL
import Testing

@testable import TestServers

/// What the database itself needs, and what may happen to it.
@Suite struct PostgreSQLStoreTests {
  let database: Database

  init() throws { database = try Database() }

  @Test func `a database without tables is refused, and says how they are made`() async throws {
    let schema = PostgreSQLSchema(try database.address)
    #expect(try await schema.status().version == 0)
    await #expect(throws: StoreError.unmigrated(database: schema.place)) {
      _ = try await PostgreSQLRunStore.open(try database.address)
    }
    let made = try await schema.migrate()
    #expect(!made.isEmpty)
    #expect(try await schema.migrate() == [])
    #expect(try await schema.status().isUsable)
    #expect(!schema.place.contains(Cluster.password))
  }

  @Test func `many that migrate at once make each step once`() async throws {
    let address = try database.address
    let made = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<4 { group.addTask { try await PostgreSQLSchema(address).migrate() } }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(try await made.count == PostgreSQLSchema(address).status().newest)
  }

  @Test func `without a schema in the address the tables are in their own`() async throws {
    let name = "d\(database.schema)"
    try database.run("CREATE DATABASE \(name)")
    let address = try ServerAddress(Database.url(password: Cluster.password, database: name))
    _ = try await PostgreSQLSchema(address).migrate()
    var connection = try Connection(address)
    #expect(try connection.query("SELECT FROM thalweg.run").count == 0)
    #expect(try connection.query("SELECT FROM pg_tables WHERE schemaname = 'public'").count == 0)
  }

  @Test func `a newer database is used, as newer steps only add`() async throws {
    let schema = PostgreSQLSchema(try database.address)
    _ = try await schema.migrate()
    try database.run("INSERT INTO migration VALUES (1000, 'of tomorrow'); ALTER TABLE run ADD extra int")
    #expect(try await schema.status().isUsable)
    let store = try await PostgreSQLRunStore.open(try database.address)
    try await store.create(makeRun("revenue-1"), jobs: twoJobs, plan: somePlan)
    #expect(try await store.run(RunID("revenue-1")) != nil)
  }

  @Test func `a store goes on where the server has ended its connections`() async throws {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    let store = try await PostgreSQLRunStore.open(try database.address)
    try await store.create(makeRun("revenue-1"), jobs: twoJobs, plan: somePlan)
    #expect(try await store.update(RunID("revenue-1"), [.progress(at: at(1), rowsIn: 1, rowsOut: 0)]))
    _ = try database.rows(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = "
        + "'\(database.schema)' AND pid <> pg_backend_pid()")
    // What is under way when the connection breaks fails; what comes later does not.
    var failures = 0
    while failures < 10 {
      do {
        #expect(try await store.update(RunID("revenue-1"), [.progress(at: at(2), rowsIn: 2, rowsOut: 0)]))
        #expect(try await store.run(RunID("revenue-1"))?.rowsIn == 2)
        break
      } catch { failures += 1 }
    }
    #expect(failures < 10)
  }

  @Test func `a server that is away is told of, without the password`() async throws {
    let address = try ServerAddress("postgresql://me:hidden@127.0.0.1:\(try freePort())/db")
    let error = await #expect(throws: StoreError.self) { _ = try await PostgreSQLRunStore.open(address) }
    guard case .unreachable(let database, let reason)? = error else { return #expect(Bool(false)) }
    #expect(database.hasPrefix("me@127.0.0.1:"))
    #expect(!"\(database) \(reason)".contains("hidden"))
  }
}
