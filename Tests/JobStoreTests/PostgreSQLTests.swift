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

  @Test func `what happens to many runs at once is recorded together, and what is refused is refused alone`()
    async throws
  {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    let store = try await PostgreSQLRunStore.open(try database.address)
    let runs = (0..<100).map { RunID("revenue-\($0)") }
    for run in runs { try await store.create(makeRun(run.text), jobs: twoJobs, plan: somePlan) }
    func change(_ value: String) -> RunChange {
      .call(CallRecord(name: "score", input: "i", attempt: 1, state: .succeeded, value: value), at: at(1))
    }
    let refused = await withTaskGroup(of: RunID?.self) { group in
      for (number, run) in runs.enumerated() {
        group.addTask {
          // No text of this server can hold the second.
          let isRecorded = try? await store.update(run, [change(number % 10 == 3 ? "\0" : "1")])
          return isRecorded == true ? nil : run
        }
        // Those of one run go one after the other.
        group.addTask { try? await store.update(run, [change("2")]) == true ? nil : run }
      }
      return await group.reduce(into: [RunID]()) { if let run = $1 { $0.append(run) } }
    }
    #expect(Set(refused) == Set(runs.enumerated().filter { $0.offset % 10 == 3 }.map(\.element)))
    for (number, run) in runs.enumerated() {
      let events = try await store.events(of: run)
      #expect(events.map(\.sequence) == Array(1...(number % 10 == 3 ? 1 : 2)))
    }
    for run in runs {
      #expect(try await store.update(run, [.run(.running, at: at(2), rowsIn: 0, rowsOut: 0, error: nil)]))
    }
    await withTaskGroup(of: Void.self) { group in
      for run in runs { group.addTask { _ = try? await store.update(run, [change("3")]) } }
    }
    let commits = try database.rows("SELECT 1 FROM run_event WHERE value = '3' GROUP BY xmin").count
    #expect(commits < 50)
    // One that has ended takes in nothing, whatever becomes of the others.
    #expect(try await store.update(runs[0], [.run(.succeeded, at: at(3), rowsIn: 0, rowsOut: 0, error: nil)]))
    let recorded = await withTaskGroup(of: (Int, Bool?).self) { group in
      for number in 0..<4 {
        group.addTask { (number, try? await store.update(runs[number], [change("4")])) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(recorded == [0: false, 1: true, 2: true, 3: true])
  }

  @Test func `a server that is away is told of, without the password`() async throws {
    let address = try ServerAddress("postgresql://me:hidden@127.0.0.1:\(try freePort())/db")
    let error = await #expect(throws: StoreError.self) { _ = try await PostgreSQLRunStore.open(address) }
    guard case .unreachable(let database, let reason)? = error else { return #expect(Bool(false)) }
    #expect(database.hasPrefix("me@127.0.0.1:"))
    #expect(!"\(database) \(reason)".contains("hidden"))
  }
}
