import Foundation
import PostgreSQL
import Synchronization
import Testing

@testable import JobStore
@testable import TestServers

/// A server that crashes, has no room or no connection left, under load.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ServerFaultTests {
  private func expectSound(_ load: Load, _ ids: Set<String>) async throws {
    let violations = try await RunLog.violations(in: load.address, submitted: ids, Load.order)
    #expect(violations.isEmpty)
    let states = try await PostgreSQLRunStore.open(load.address).runs(RunFilter()).map(\.state)
    #expect(states == Array(repeating: .succeeded, count: ids.count))
  }

  /// Until the server answers again.
  private static func wait(for address: ServerAddress) async throws {
    while (try? await ConnectionPool(address).run("SELECT 1")) == nil {
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  @Test func `the server crashes under load, and while it recovers, and everything is done once`()
    async throws
  {
    let cluster = try Cluster(keepsCommits: true)
    let address = try ServerAddress(cluster.url())
    let load = Load(address: address)
    let ids = try await load.submit(30 * min(faults, 10))
    let crashes = Mutex(0)
    let most = 3 * faults
    try await load.work(3) {
      let number = crashes.withLock { count in
        count += 1
        return count
      }
      try await Task.sleep(for: .milliseconds(150))
      guard number <= most else { return }
      cluster.crash(twice: number % 2 == 0)
      try await Task.sleep(for: .milliseconds(100))
      try await Self.wait(for: address)
    }
    try await expectSound(load, ids)
  }

  /// Where a file may not grow any more the server meets what it meets where the disk is full.
  @Test func `there is no room left on the disk, and later there is, and everything is done once`()
    async throws
  {
    let cluster = try Cluster()
    let address = try ServerAddress(cluster.url()).searching(PostgreSQLSchema.name)
    let load = Load(address: address)
    let ids = try await load.submit(30)
    var watcher = try Connection(address)
    let filler: SQL = """
      INSERT INTO run_event (run, sequence, epoch, at, kind, data)
      SELECT -1, n, 0, now(), 'filler', repeat('x', 1000) FROM generate_series(1, 20000) AS n
      """
    try watcher.run(filler)
    // What is dirty would have to be written beyond the limit.
    try watcher.run("CHECKPOINT")
    let server: Int = try watcher.query(
      "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::bigint"
    ).value(0, 0)
    let rounds = Mutex(0)
    try await load.work(3) {
      let round = rounds.withLock { count in
        count += 1
        return count
      }
      try await Task.sleep(for: .milliseconds(60))
      guard round <= 3 * faults else { return }
      try Self.limitFiles(of: server, to: 16 << 20, address)
      // Until somebody has met it, at most.
      try await Task.sleep(for: .milliseconds(250))
      try Self.limitFiles(of: server, to: nil, address)
    }
    try await expectSound(load, ids)
    try watcher.run("DELETE FROM run_event WHERE run = -1")
  }

  private static func limitFiles(of server: Int, to size: UInt?, _ address: ServerAddress) throws {
    var connection = try Connection(address)
    let backends: String = try connection.query(
      "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE backend_type = 'client backend'"
    ).value(0, 0)
    // Some have ended meanwhile.
    let limit = size.map { "\($0):unlimited" } ?? "unlimited"
    // Only who runs a process may limit it.
    let user = getuid() == 0 ? "runuser -u postgres -- " : ""
    let each = "for p in \(server) \(backends); do prlimit --pid $p --fsize=\(limit); done"
    pclose(popen("\(user)sh -c '\(each)' 2> /dev/null", "r"))
    guard size != nil else { return }
    // It is felt.
    #expect(throws: PostgreSQLError.self) {
      var limited = try Connection(address)
      try limited.run(
        """
        INSERT INTO run_event (run, sequence, epoch, at, kind, data)
        SELECT -2, n, 0, now(), 'filler', repeat('x', 1000) FROM generate_series(1, 100) AS n
        """)
    }
  }

  @Test
  func `others hold all connections of the server for a while, and everything is done once`()
    async throws
  {
    let cluster = try Cluster(connections: 16)
    let address = try ServerAddress(cluster.url())
    let load = Load(address: address)
    let ids = try await load.submit(30)
    let rounds = Mutex(0)
    try await load.work(3) {
      let round = rounds.withLock { count in
        count += 1
        return count
      }
      try await Task.sleep(for: .milliseconds(50))
      guard round <= 4 * faults else { return }
      var held: [PipelinedConnection] = []
      // What workers have is taken from them, too.
      _ = try? await ConnectionPool(address).run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
      while let connection = try? await PipelinedConnection.open(address) { held.append(connection) }
      #expect(held.count > 0)
      try await Task.sleep(for: .milliseconds(100))
      held = []
    }
    try await expectSound(load, ids)
  }
}
