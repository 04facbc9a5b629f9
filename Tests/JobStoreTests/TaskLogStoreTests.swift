import PostgreSQL
import Testing

@testable import JobStore
@testable import TestServers

@Suite struct TaskLogStoreTests {
  let database: Database
  let logs: TaskLogStore
  let run = RunID("revenue-1")

  init() async throws {
    database = try Database()
    _ = try await PostgreSQLSchema(try database.address).migrate()
    let store = try await PostgreSQLRunStore.open(try database.address)
    try await store.create(makeRun("revenue-1"), jobs: twoJobs, plan: somePlan)
    logs = TaskLogStore(store)
  }

  private func log(_ name: String, lease: Int64 = 1) -> TaskLogStore.Log {
    TaskLogStore.Log(lease: lease, name: name, place: "a:/\(name)")
  }

  private func add(_ log: TaskLogStore.Log, _ position: Int64, _ text: String) async throws {
    let piece = TaskLogStore.Piece(log: log, position: position, size: Int64(text.utf8.count), text: text)
    try await logs.add([(run, piece)])
  }

  private func rest(_ tail: inout TaskLogStore.Tail) async throws -> [String] {
    var texts: [String] = []
    while case let pieces = try await tail.next(), !pieces.isEmpty { texts += pieces.compactMap(\.text) }
    return texts
  }

  @Test func `each piece is read once, as it comes`() async throws {
    var tail = logs.tail(of: run)
    #expect(try await tail.next().isEmpty)
    try await add(log("1-1"), 0, "a")
    try await add(log("2-1"), 0, "b")
    #expect(try await rest(&tail) == ["a", "b"])
    // Told twice, because nobody knew whether it had been recorded.
    try await add(log("1-1"), 0, "a")
    try await add(log("1-1"), 1, "c")
    #expect(try await rest(&tail) == ["c"])
    // Recorded by a statement that began earlier.
    try await add(log("1-1", lease: 2), 0, "d")
    try database.run("UPDATE task_log SET recorded = recorded - interval '20 seconds' WHERE text = 'd'")
    #expect(try await rest(&tail) == ["d"])
    #expect(try await logs.logs(of: run).map(\.name) == ["1-1", "1-1", "2-1"])
    #expect(try await logs.pieces(of: log("1-1"), run, from: 1).map(\.text) == ["c"])
  }

  @Test func `many pieces are read in pages`() async throws {
    let pieces = (0..<200).map { number in
      (
        run,
        TaskLogStore.Piece(log: log("\(number % 3)-1"), position: Int64(number), size: 1, text: "\(number)")
      )
    }
    for piece in pieces { try await logs.add([piece]) }
    var tail = logs.tail(of: run)
    #expect(try await rest(&tail) == (0..<200).map { "\($0)" })
    // Days later, in other parts.
    try database.run(
      "UPDATE task_log SET recorded = recorded + position * interval '1 hour'")
    tail = logs.tail(of: run)
    #expect(try await rest(&tail).count == 200)
  }

  @Test func `of a run that is not there nothing is kept`() async throws {
    let piece = TaskLogStore.Piece(log: log("1-1"), position: 0, size: 1, text: "a")
    try await logs.add([(RunID("revenue-2"), piece)])
    #expect(try database.rows("SELECT 1 FROM task_log").isEmpty)
    #expect(try await logs.isComplete(RunID("revenue-2")))
    #expect(try await !logs.isComplete(run))
  }
}
