import PostgreSQL
import Testing

@testable import JobStore
@testable import TestServers

/// What users of the database see and do, each as a real one with a password of his own.
@Suite struct RoleTests {
  let database: Database

  init() throws { database = try Database() }

  private static let password = "of a user"

  /// Makes a user of the server, with roles in namespaces.
  private func makeUser(_ name: String, _ roles: [(String, Membership.Role)]) async throws -> String {
    let user = "\(database.schema)_\(name)"
    try database.run("CREATE ROLE \(user) LOGIN PASSWORD '\(Self.password)'")
    let schema = PostgreSQLSchema(try database.address)
    for (namespace, role) in roles {
      #expect(try await schema.grant(Membership(user: user, namespace: namespace, role: role)))
    }
    return user
  }

  private func address(of user: String) throws -> ServerAddress {
    try ServerAddress(
      try Database.url(password: Self.password, user: user) + "?options=-csearch_path%3D\(database.schema)")
  }

  private func queue(of user: String? = nil) async throws -> RunQueue {
    RunQueue(
      try await PostgreSQLRunStore.open(try user.map { try address(of: $0) } ?? database.address),
      lost: someError)
  }

  private func submit(_ id: String, of namespace: String, to queue: RunQueue) async throws {
    let submission = RunQueue.Submission(
      program: "p", files: "{}", arguments: "{}", folder: "/data", profile: nil)
    let caps = [Cap(key: "a", size: 2), Cap(key: "rate", size: 9, period: 1_000_000_000)]
    try await queue.submit(
      makeRun(id, namespace: namespace), jobs: twoJobs, plan: somePlan, submission, RunQueue.Terms(caps: caps)
    )
  }

  private func worker(_ name: String, serving namespaces: [String], _ queue: RunQueue) async throws
    -> RunQueue.Worker
  {
    var worker = RunQueue.Worker(id: name, host: "a", process: 1, slots: 4)
    worker.namespaces = namespaces
    try await queue.register(worker)
    return worker
  }

  private func start(_ claim: RunQueue.Claim) async throws -> Bool {
    guard try await claim.store.resume(claim.run, jobs: twoJobs, plan: somePlan) else { return false }
    return try await claim.store.update(
      claim.run.id,
      [
        .run(.running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
        .job(1, .running, at: at(1), rowsIn: 0, rowsOut: 0, error: nil),
      ])
  }

  private func end(_ claim: RunQueue.Claim, _ queue: RunQueue) async throws {
    let end = RunChange.run(.failed, at: at(9), rowsIn: 0, rowsOut: 0, error: someError)
    #expect(try await claim.store.update(claim.run.id, [end]))
    try await queue.release(claim.epoch)
  }

  /// Something of each kind in two namespaces.
  private func fill() async throws {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    let queue = try await queue()
    for namespace in ["mine", "theirs"] {
      for number in 1...4 { try await submit("\(namespace)-\(number)", of: namespace, to: queue) }
      let worker = try await worker("\(namespace) worker", serving: [namespace], queue)
      let claims = try await queue.claim(2, for: worker)
      #expect(claims.count == 2)
      for claim in claims { #expect(try await start(claim)) }
      let epoch = EpochRecord(
        run: claims[0].run.id, number: 1, manifest: "m", committed: at(2), watermark: nil, positions: "{}",
        rows: RowCounts(), stateBytes: 0, isSavepoint: false)
      let record = OperatorRecord(name: "o", operation: "map", rows: RowCounts(), watermark: nil)
      try claims[0].store.commit(epoch, operators: [record], by: someone)
      try await end(claims[1], queue)
      // A call that waits, one that is made, and one that was.
      let calls = CallQueue(queue.store)
      let offers = ["a", "b", "c"].map { CallQueue.Offer(name: $0, input: "i", attempt: 1, work: "{}") }
      try await calls.offer(offers, under: claims[0].lease)
      let made = try await calls.exchange([], claiming: 2, for: worker)
      let report = CallQueue.Report(epoch: made[0].epoch, outcome: .succeeded, value: "1")
      _ = try await calls.exchange([report], claiming: 0, for: worker)
      let log = TaskLogStore.Log(lease: claims[0].epoch, name: "1-1", place: "a:/log")
      try await TaskLogStore(queue.store).add([
        (claims[0].run.id, TaskLogStore.Piece(log: log, position: 0, size: 2, text: "a\n"))
      ])
    }
  }

  /// What makes runs of its own, in the same namespaces.
  private func fillMakers() async throws {
    let queue = try await queue()
    for namespace in ["mine", "theirs"] {
      _ = try await backfill(of: namespace, on: queue)
      let schedules = ScheduleStore(queue, of: namespace) { clock, last, now in
        var due = ScheduleStoreTests.fiveTimes(clock, last, now)
        due?.missed = at(1)..<at(2)
        return due
      }
      _ = try await schedules.put(ScheduleStoreTests.entry("s"))
      try database.run("\(ScheduleStoreTests.rewind) WHERE namespace = '\(namespace)'")
      #expect(try await schedules.fire().count == 1)
    }
  }

  private func backfill(of namespace: String, on queue: RunQueue) async throws -> Int? {
    try await queue.backfill(
      "b", atOnce: 1, HeldRunTests.runs(3, salt: namespace), like: makeRun("b", namespace: namespace),
      jobs: twoJobs,
      plan: somePlan, RunQueueTests.submission)
  }

  // MARK: - By SQL

  private struct Table {
    let name: String
    let columns: [String]
    /// Which rows are those of the other namespace.
    let isTheirs: String
  }

  /// All that there are: one that is added without a thought fails the test.
  private func tables() throws -> [Table] {
    let all = try database.rows(
      """
      SELECT relname FROM pg_class WHERE relnamespace = '\(database.schema)'::regnamespace AND relkind IN ('r', 'p')
        AND NOT relispartition ORDER BY relname
      """
    ).map { String($0.dropFirst().dropLast()) }
    let runs = try database.rows("SELECT number FROM run WHERE namespace = 'theirs'").joined(separator: ", ")
    return try all.map { name in
      let columns = try database.rows(
        """
        SELECT attname FROM pg_attribute WHERE attrelid = '\(name)'::regclass AND attnum > 0 AND NOT attisdropped
        """
      ).map { String($0.dropFirst().dropLast()).replacing("\"", with: "") }
      let isTheirs: String? =
        switch name {
        case "worker": "id = 'theirs worker'"
        case "migration", "privilege": "true"
        case _ where columns.contains("namespace"): "namespace = 'theirs'"
        case _ where columns.contains("run"): "run IN (\(runs))"
        default: nil
        }
      return Table(
        name: name, columns: columns,
        isTheirs: try #require(isTheirs, "it is not known whose rows `\(name)` has"))
    }
  }

  /// The rows of a table as they are, so that even a change to the same values is seen.
  private func contents(_ table: Table, where condition: String) throws -> [String] {
    try database.rows(
      """
      SELECT xmin, to_jsonb(t) AS row FROM \(table.name) AS t WHERE \(condition) ORDER BY to_jsonb(t)::text
      """)
  }

  /// - Returns: The rows that were changed, or nil where it is refused.
  private func attempt(_ sql: String, as user: String) throws -> Int? {
    var connection = try Connection(try address(of: user))
    do {
      return try connection.query(SQL(verbatim: sql)).affected
    } catch {
      guard error.sqlState == "42501" else { throw error }
      return nil
    }
  }

  @Test func `no table is open to those who have no role in a namespace`() async throws {
    try await fill()
    try await fillMakers()
    var users = [try await makeUser("nobody", [])]
    for role in Membership.Role.allCases {
      users.append(try await makeUser(role.rawValue, [("mine", role)]))
    }
    users.append(try await makeUser("everything", Membership.Role.allCases.map { ("mine", $0) }))
    let tables = try tables()
    #expect(tables.count > 15)
    for table in tables {
      #expect(
        try database.rows("SELECT relrowsecurity FROM pg_class WHERE oid = '\(table.name)'::regclass") == [
          "(t)"
        ],
        "`\(table.name)` has no row-level security")
      let before = try contents(table, where: table.isTheirs)
      if table.name != "member" { #expect(!before.isEmpty, "nothing is tried with `\(table.name)`") }
      let copies = try database.rows(
        "SELECT to_jsonb(t) AS j FROM \(table.name) AS t WHERE \(table.isTheirs) LIMIT 1"
      )
      .map { _ in
        try database.rows(
          "SELECT encode(convert_to(to_jsonb(t)::text, 'UTF8'), 'hex') FROM \(table.name) AS t WHERE \(table.isTheirs) LIMIT 1"
        )[0].dropFirst().dropLast()
      }
      for user in users {
        let name = "\(database.schema).\(table.name)"
        if table.name != "migration" {
          let seen = try? {
            var connection = try Connection(try address(of: user))
            return try connection.query(SQL(verbatim: "SELECT 1 FROM \(name) WHERE \(table.isTheirs)")).count
          }()
          #expect((seen ?? 0) == 0, "\(user) sees `\(table.name)`")
        }
        for column in table.columns {
          _ = try? attempt("UPDATE \(name) SET \"\(column)\" = \"\(column)\"", as: user)
        }
        _ = try attempt("DELETE FROM \(name) WHERE \(table.isTheirs)", as: user)
        for copy in copies {
          let record = "convert_from(decode('\(copy)', 'hex'), 'UTF8')::jsonb"
          // As it is, and as if it were one of the user's own.
          for values in [record, "\(record) || '{\"namespace\": \"mine\"}'"] {
            if values != record, !table.columns.contains("namespace") || !table.columns.contains("run") {
              continue
            }
            let inserted = try attempt(
              """
              INSERT INTO \(name) OVERRIDING SYSTEM VALUE
              SELECT (jsonb_populate_record(NULL::\(name), \(values))).*
              """, as: user)
            #expect(inserted == nil, "\(user) adds to `\(table.name)`")
          }
        }
      }
      #expect(try contents(table, where: table.isTheirs) == before, "`\(table.name)` was changed")
    }
    for user in users {
      // Neither through what a table is made of.
      #expect(
        try database.rows(
          """
          SELECT relname FROM pg_class WHERE relnamespace = '\(database.schema)'::regnamespace AND relispartition
            AND relkind = 'r' AND has_table_privilege('\(user)', oid, 'SELECT, INSERT, UPDATE, DELETE')
          """) == [])
      // Nor by the functions that work with the rights of the owner.
      for call in ["change_member('\(user)', 'theirs', 'viewer', true)", "renew_privileges('\(user)')"] {
        #expect(try attempt("SELECT \(database.schema).\(call)", as: user) == nil)
      }
    }
  }

  @Test func `a viewer changes nothing in his namespace`() async throws {
    try await fill()
    try await fillMakers()
    let user = try await makeUser("viewer", [("mine", .viewer)])
    for table in try tables() {
      let before = try contents(table, where: "true")
      let column = try #require(table.columns.last)
      #expect(try attempt("UPDATE \(table.name) SET \"\(column)\" = \"\(column)\"", as: user) == nil)
      #expect(try attempt("DELETE FROM \(table.name)", as: user) == nil)
      #expect(try attempt("TRUNCATE \(table.name)", as: user) == nil)
      #expect(
        try attempt("INSERT INTO \(table.name) OVERRIDING SYSTEM VALUE SELECT * FROM \(table.name)", as: user)
          == nil)
      #expect(try contents(table, where: "true") == before, "`\(table.name)` was changed")
    }
    let queue = try await queue(of: user)
    #expect(Set(try await queue.store.runs(RunFilter()).map(\.namespace)) == ["mine"])
    #expect(try await queue.store.jobs(of: RunID("mine-1")).count == 2)
    #expect(try await queue.store.plan(of: RunID("mine-1")) == somePlan)
    #expect(try await queue.store.plan(of: RunID("theirs-1")) == nil)
    #expect(try await queue.workers().map(\.id) == ["mine worker"])
    await #expect(throws: StoreError.self) { try await queue.cancel(RunID("mine-3")) }
    await #expect(throws: StoreError.self) { try await submit("mine-9", of: "mine", to: queue) }
  }

  // MARK: - By what commands do

  private func isForbidden(_ body: () async throws -> Void) async throws -> Bool {
    do throws {
      try await body()
      return false
    } catch StoreError.forbidden {
      return true
    }
  }

  @Test func `an operator submits, cancels and retries in his namespaces, and nowhere else`() async throws {
    try await fill()
    let user = try await makeUser(
      "operator", [("mine", .operator), ("second", .operator), ("theirs", .viewer)])
    let queue = try await queue(of: user)
    try await submit("second-1", of: "second", to: queue)
    try await submit("mine-5", of: "mine", to: queue)
    #expect(try await isForbidden { try await submit("theirs-5", of: "theirs", to: queue) })
    #expect(try await isForbidden { try await submit("third-1", of: "third", to: queue) })
    #expect(try await queue.cancel(RunID("second-1")) == .done)
    #expect(try await queue.retry(RunID("second-1")))
    #expect(try await queue.cancel(RunID("mine-1")) == .told)
    // What one only sees, one does not change.
    #expect(try await queue.store.run(RunID("theirs-3"))?.state == .planned)
    #expect(try await queue.cancel(RunID("theirs-3")) == .unknown)
    #expect(try await !queue.retry(RunID("theirs-2")))
    #expect(try await self.queue().store.run(RunID("theirs-3"))?.state == .planned)
    // Nor does one take on anything.
    #expect(try await isForbidden { _ = try await worker("me", serving: ["mine"], queue) })
    #expect(
      try await isForbidden {
        _ = try await queue.claim(1, for: RunQueue.Worker(id: "me", host: "", process: 1, slots: 1))
      })
    // Runs that are started where the user is are recorded, too.
    try await queue.store.create(makeRun("mine-here", namespace: "mine"), jobs: twoJobs, plan: somePlan)
    let end = RunChange.run(.succeeded, at: at(9), rowsIn: 0, rowsOut: 0, error: nil)
    #expect(try await queue.store.update(RunID("mine-here"), [end]))
  }

  @Test func `a worker takes on what is of its namespaces, and submits nothing`() async throws {
    try await fill()
    let user = try await makeUser("worker", [("mine", .worker)])
    let owner = try await queue()
    let queue = try await queue(of: user)
    #expect(try await isForbidden { _ = try await worker("greedy", serving: ["mine", "theirs"], queue) })
    let me = try await worker("me", serving: [], queue)
    #expect(try await owner.workers().first { $0.id == "me" }?.namespaces == ["mine"])
    var claims = try await queue.claim(9, for: me)
    #expect(claims.map(\.run.id.text) == ["mine-3"])
    #expect(try await start(claims[0]))
    #expect(try await queue.heartbeat(of: "me")?.leases == [claims[0].epoch])
    try await end(claims[0], queue)
    claims = try await queue.claim(9, for: me)
    #expect(claims.map(\.run.id.text) == ["mine-4"])
    #expect(try await isForbidden { try await submit("mine-9", of: "mine", to: queue) })

    // It takes over from a lost one what it may, and leaves the rest to others.
    try database.run("UPDATE worker SET seen = now() - interval '1 hour' WHERE id <> 'me'")
    try await queue.recover(silentFor: 60)
    #expect(Set(try await owner.workers().map(\.id)) == ["me", "mine worker", "theirs worker"])
    #expect(try await queue.claim(9, for: me).map(\.run.id.text) == ["mine-1"])
    try await owner.recover(silentFor: 60)
    #expect(try await owner.workers().map(\.id) == ["me"])
    try await queue.leave("me")
    #expect(try await owner.workers().isEmpty)
    // Its runs are others' again.
    let other = try await worker("other", serving: ["mine"], owner)
    #expect(try await owner.claim(9, for: other).count == 2)
  }

  @Test func `a worker whose role was taken away goes on failing alone`() async throws {
    try await fill()
    let user = try await makeUser("worker", [("mine", .worker), ("theirs", .worker)])
    let (owner, queue) = (try await queue(), try await queue(of: user))
    let me = try await worker("me", serving: ["mine", "theirs"], queue)
    #expect(try await queue.claim(2, for: me).count == 2)
    let schema = PostgreSQLSchema(try database.address)
    #expect(try await schema.revoke(.worker, from: user, in: "theirs"))
    try database.run("UPDATE worker SET seen = now() - interval '1 hour'")
    let second = try await worker("second", serving: ["mine"], queue)
    try await queue.recover(silentFor: 60)
    #expect(Set(try await queue.claim(9, for: second).map(\.run.namespace)) == ["mine"])
    try await owner.recover(silentFor: 60)
    #expect(try await owner.workers().map(\.id) == ["second"])
  }

  @Test func `an admin gives roles in his namespace, and takes them`() async throws {
    try await fill()
    let (admin, ann) = (try await makeUser("admin", [("mine", .admin)]), try await makeUser("ann", []))
    let schema = PostgreSQLSchema(try address(of: admin))
    let viewer = Membership(user: ann, namespace: "mine", role: .viewer)
    #expect(try await isForbidden { _ = try await queue(of: ann) })
    #expect(try await schema.grant(viewer))
    #expect(try await !schema.grant(viewer))
    #expect(try await queue(of: ann).store.runs(RunFilter()).count == 4)
    for membership in [
      Membership(user: ann, namespace: "theirs", role: .viewer),
      Membership(user: "postgres", namespace: "mine", role: .viewer),
      Membership(user: "is not there", namespace: "mine", role: .viewer),
    ] {
      #expect(try await isForbidden { _ = try await schema.grant(membership) })
    }
    #expect(try await isForbidden { _ = try await PostgreSQLSchema(try address(of: ann)).grant(viewer) })
    #expect(try await schema.memberships().map(\.user) == [admin, ann])
    #expect(try await PostgreSQLSchema(try address(of: ann)).memberships() == [viewer])
    // Who has several roles keeps the others.
    let all = PostgreSQLSchema(try database.address)
    #expect(try await all.grant(Membership(user: ann, namespace: "theirs", role: .operator)))
    #expect(try await schema.revoke(nil, from: ann, in: "mine"))
    #expect(try await !schema.revoke(nil, from: ann, in: "mine"))
    #expect(Set(try await queue(of: ann).store.runs(RunFilter()).map(\.namespace)) == ["theirs"])
    #expect(try await all.revoke(nil, from: ann, in: "theirs"))
    #expect(try await isForbidden { _ = try await queue(of: ann) })
  }

  @Test func `a role of a group is one of its members`() async throws {
    try await fill()
    let (group, ann) = (try await makeUser("group", [("mine", .viewer)]), try await makeUser("ann", []))
    try database.run("GRANT \(group) TO \(ann)")
    #expect(try await queue(of: ann).store.runs(RunFilter()).count == 4)
  }

  @Test func `an operator puts a pipeline on the clock, and a worker makes its runs, and no others`()
    async throws
  {
    _ = try await PostgreSQLSchema(try database.address).migrate()
    let operators = try await queue(of: makeUser("operator", [("mine", .operator)]))
    let workers = try await queue(of: makeUser("worker", [("mine", .worker)]))
    let terms = RunQueue.Terms(caps: [Cap(key: "a", size: 2)])
    _ = try await ScheduleStore(operators, of: "mine", due: ScheduleStoreTests.fiveTimes)
      .put(ScheduleStoreTests.entry("s", terms))
    _ = try await ScheduleStore(try await queue(), of: "theirs", due: ScheduleStoreTests.fiveTimes)
      .put(ScheduleStoreTests.entry("s"))
    try database.run(ScheduleStoreTests.rewind)
    let worker = try await worker("w", serving: ["mine"], workers)
    #expect(try await workers.heartbeat(of: "w")?.isScheduleDue == true)
    let fired = try await ScheduleStore(workers, due: ScheduleStoreTests.fiveTimes).fire()
    #expect(fired.map(\.schedule.namespace) == ["mine"])
    #expect(try await backfill(of: "mine", on: operators) == 3)
    let claims = try await workers.claim(9, for: worker)
    #expect(claims.map(\.run.id.text).contains("revenue-mine0") && claims.count == 3)
    for claim in claims { try await end(claim, workers) }
    #expect(try await workers.claim(9, for: worker).count == 3)
    let run = try #require(fired.first?.runs.first?.run)
    #expect(try await operators.pause(run) == .ended)
    #expect(try await operators.retry(run))
    #expect(try await operators.pause(run) == .done)
    await #expect(throws: StoreError.self) { try await submit("mine-1", of: "mine", to: workers) }
    await #expect(throws: StoreError.self) { try await backfill(of: "mine", on: workers) }
    await #expect(throws: StoreError.self) { try await backfill(of: "theirs", on: operators) }
    await #expect(throws: StoreError.self) {
      try await ScheduleStore(workers, of: "mine", due: ScheduleStoreTests.fiveTimes).put(
        ScheduleStoreTests.entry("t"))
    }
  }
}
