import PostgreSQL

/// Keeps runs in a PostgreSQL database that many machines may use at once.
public struct PostgreSQLRunStore: RunStore {
  let address: ServerAddress
  let pool: ConnectionPool
  let recorder: Recorder
  /// Epochs are recorded by threads that wait for it.
  let epochs: SharedConnection
  /// Names the database in messages, without a password.
  let place: String
  /// The epoch of the lease under which a worker runs something: without that lease nothing is recorded.
  var lease: Int64?

  /// Opens the store at `address`.
  /// - Throws: `.unreachable` where no server answers, `.unmigrated` where its tables are not those of this version.
  public static func open(_ address: ServerAddress) async throws(StoreError) -> PostgreSQLRunStore {
    let place = "\(address)"
    let planned = planning(address.searching(PostgreSQLSchema.name))
    let pool = ConnectionPool(planned)
    guard try await isUsable(pool, at: address) else { throw .unmigrated(database: place) }
    return PostgreSQLRunStore(
      address: planned, pool: pool, recorder: Recorder(pool), epochs: SharedConnection(planned), place: place)
  }

  /// Whether the tables are those of this version, found out on the connection that is used afterwards.
  private static func isUsable(_ pool: ConnectionPool, at address: ServerAddress) async throws(StoreError)
    -> Bool
  {
    do {
      let version: Int = try await pool.run("SELECT coalesce(max(number), 0) FROM migration").value(0, 0)
      return version >= PostgreSQLMigration.all.count
    } catch let error as PostgreSQLError where error.kind == .statement {
      // There are no such tables, or they are not for this user.
      return try await PostgreSQLSchema(address).status().isUsable
    } catch {
      throw StoreError(error, in: "\(address)")
    }
  }

  /// The server knows how many rows tables had some time ago; those of leases and calls fill and empty many times
  /// meanwhile. Every statement has an index, which never is much worse, and is planned once.
  static func planning(_ address: ServerAddress) -> ServerAddress {
    let settings = [
      // What a client has locked that the network has swallowed must not stay locked until its connection is missed.
      "idle_in_transaction_session_timeout": "10s",
      "enable_seqscan": "off", "enable_bitmapscan": "off", "plan_cache_mode": "force_generic_plan",
      "jit": "off",
    ]
    return settings.sorted { $0.key < $1.key }.reduce(address) { $0.setting($1.key, to: $1.value) }
  }

  /// Beside a row of `run`: the lease under which it may be changed. Locked with it, so that a lease that has been
  /// taken away in between is seen to be gone.
  var fence: SQL {
    guard let lease else { return "" }
    return "JOIN run_lease ON run_lease.run = run.number AND run_lease.epoch = \(lease)"
  }

  func attempt<Value>(_ body: () async throws -> Value) async throws(StoreError) -> Value {
    do { return try await body() } catch { throw StoreError(error, in: place) }
  }

  func rows(_ sql: SQL) async throws(StoreError) -> Rows { try await attempt { try await pool.run(sql) } }

  // MARK: - Recording

  /// Records a run that is planned.
  public func create(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) async throws(StoreError) {
    try await attempt(making: run) { _ = try await pool.run(Self.insert(run, jobs: jobs, plan: plan)) }
  }

  /// Names a text with a hash: those of two namespaces are kept apart.
  static func key(_ hash: String, in namespace: String) -> String {
    namespace == RunRecord.defaultNamespace ? hash : "\(namespace)/\(hash)"
  }

  /// - Throws: `.duplicate` where the id of `run` is taken.
  func attempt(making run: RunRecord, _ body: () async throws -> Void) async throws(StoreError) {
    try await attempt {
      do { try await body() } catch let error as PostgreSQLError where error.constraint == "run_id_key" {
        throw StoreError.duplicate(run.id)
      }
    }
  }

  /// Statements that fail where the id is taken.
  static func insert(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) -> [SQL] {
    let owner = run.owner
    return [
      insert(plan, in: run.namespace),
      """
      INSERT INTO run (id, namespace, pipeline, file, parameters, plan_hash, mode, backend, owner_host, owner_boot,
        owner_process, owner_began, created, state, started, ended, seen, rows_in, rows_out)
      VALUES (\(run.id.text), \(run.namespace), \(run.pipeline), \(run.file), \(run.parameters), \(run.planHash),
        \(run.mode), \(run.backend), \(owner.host), \(owner.boot), \(owner.process), \(owner.began),
        least(\(run.created), now()), \(run.state.rawValue), \(run.started), \(run.ended), \(run.seen), \(run.rowsIn),
        \(run.rowsOut))
      """,
      insert(jobs, of: "SELECT number FROM run WHERE id = \(run.id.text)"),
    ]
  }

  static func insert(_ plan: PlanRecord, in namespace: String) -> SQL {
    """
    INSERT INTO plan (hash, namespace, json) VALUES (\(key(plan.hash, in: namespace)), \(namespace), \(plan.json))
    ON CONFLICT (hash) DO NOTHING
    """
  }

  static func insert(_ jobs: [JobRecord], of run: SQL) -> SQL {
    let ids = ArrayParameter(jobs.map { Int64($0.id) })
    let (names, states) = (ArrayParameter(jobs.map(\.name)), ArrayParameter(jobs.map(\.state.rawValue)))
    return """
      INSERT INTO job (run, id, name, state)
      SELECT run.number, job.* FROM (\(run)) AS run, unnest(\(ids), \(names), \(states)) AS job
      """
  }

  static func assignments(_ error: RunError?) -> SQL {
    """
    error_code = \(error?.code), error_message = \(error?.message), error_text = \(error?.text),
      error_json = \(error?.json)
    """
  }

  // MARK: - Resuming

  /// Records that a run is planned again.
  public func resume(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) async throws(StoreError) -> Bool {
    if let lease, try await takeOn(run, plan.hash, under: lease) { return true }
    return try await attempt {
      try await pool.transaction { connection in
        let found = try await connection.run(
          "SELECT number, state, plan_hash, run.namespace FROM run \(fence) WHERE id = \(run.id.text) FOR UPDATE"
        )
        guard found.count == 1, let state = RunState(rawValue: try found.value(0, 1)),
          lease == nil ? state.isResumable : !state.isFinal
        else { return false }
        let number: Int64 = try found.value(0, 0)
        let hasPlan = try found.value(0, 2) == plan.hash
        let owner = run.owner
        let replan: SQL = """
          UPDATE run SET pipeline = \(run.pipeline), file = \(run.file), parameters = \(run.parameters),
            plan_hash = \(plan.hash), mode = \(run.mode),
            backend = \(lease == nil ? run.backend : RunQueue.backend), owner_host = \(owner.host),
            owner_boot = \(owner.boot), owner_process = \(owner.process), owner_began = \(owner.began),
            batch = NULL
          WHERE number = \(number)
          """
        let renew: [SQL] =
          hasPlan
          ? []
          : ["DELETE FROM job WHERE run = \(number)", Self.insert(jobs, of: "SELECT \(number) AS number")]
        // Under a lease it is planned and waits already.
        let again = lease == nil ? Self.again([number], at: run.seen, error: nil) : []
        let namespace: String = try found.value(0, 3)
        _ = try await connection.run([Self.insert(plan, in: namespace), replan] + renew + again)
        return true
      }
    }
  }

  /// A run under a lease that goes by the plan that it has is planned already: it only gets another owner.
  private func takeOn(_ run: RunRecord, _ plan: String, under lease: Int64) async throws(StoreError) -> Bool {
    let owner = run.owner
    let taken = try await rows(
      """
      WITH held AS MATERIALIZED (
        SELECT run FROM run_lease WHERE epoch = \(lease) FOR KEY SHARE)
      UPDATE run SET owner_host = \(owner.host), owner_boot = \(owner.boot), owner_process = \(owner.process),
        owner_began = \(owner.began), file = \(run.file), batch = NULL
      FROM held WHERE run.number = held.run AND id = \(run.id.text) AND plan_hash = \(plan)
        AND pipeline = \(run.pipeline) AND parameters = \(run.parameters) AND state IN ('planned', 'running')
      """)
    return taken.affected == 1
  }

  /// Runs are planned again, and all their jobs wait; tries under way have failed.
  static func again(_ runs: [Int64], at: Moment, error: RunError?) -> [SQL] {
    let runs = ArrayParameter(runs)
    return [
      """
      UPDATE attempt SET state = 'failed', ended = \(at), \(assignments(error))
      WHERE run = ANY (\(runs)) AND state = 'running'
      """,
      "UPDATE job SET state = 'waiting' WHERE run = ANY (\(runs)) AND state <> 'waiting'",
      change(
        .again(at: at, error: error),
        set: """
          state = 'planned', started = NULL, ended = NULL, seen = greatest(seen, \(at)), \(assignments(nil))
          """,
        where: "number = ANY (\(runs))"),
    ]
  }

  /// Runs that have not ended end, with all that is under way.
  static func close(_ runs: [Int64], as state: RunState, at: Moment, _ error: RunError?) -> [SQL] {
    let runs = ArrayParameter(runs)
    return [
      """
      UPDATE attempt SET state = 'cancelled', ended = \(at), \(assignments(nil))
      WHERE run = ANY (\(runs)) AND state = 'running'
      """,
      "UPDATE job SET state = 'cancelled' WHERE run = ANY (\(runs)) AND state IN ('running', 'waiting')",
      change(
        .close(state, at: at, error: error),
        set: """
          state = \(state.rawValue), ended = \(at), seen = greatest(seen, \(at)), \(assignments(error))
          """,
        where: "number = ANY (\(runs)) AND state IN ('planned', 'running')"),
    ]
  }

  // MARK: - Reading

  /// Why a submitted run is not ready.
  private static let hold: SQL = """
    (SELECT CASE WHEN run.ended IS NOT NULL THEN 'retry' WHEN is_paused THEN 'paused'
        WHEN held_run.until > now() THEN 'retry' WHEN backfill IS NOT NULL THEN 'backfill' END
      FROM submission LEFT JOIN held_run USING (run)
      WHERE submission.run = run.number AND (run.ended IS NULL OR \(RunQueue.isToBeRetried))) AS hold
    """

  /// The newest runs first.
  public func runs(_ filter: RunFilter) async throws(StoreError) -> [RunRecord] {
    var conditions: [SQL] = ["true"]
    if let prefix = filter.prefix { conditions.append("starts_with(id, \(prefix))") }
    if let pipeline = filter.pipeline { conditions.append("pipeline = \(pipeline)") }
    if let namespace = filter.namespace { conditions.append("namespace = \(namespace)") }
    if let states = filter.states {
      conditions.append("state = ANY (\(ArrayParameter(states.map(\.rawValue).sorted())))")
    }
    let rows = try await rows(
      """
      SELECT run.*, \(Self.hold) FROM run WHERE \(SQL.joined(conditions, separator: " AND "))
      ORDER BY created DESC, number DESC LIMIT \(filter.limit)
      """)
    return try await attempt { try (0..<rows.count).map { try rows.heldRun($0, in: place) } }
  }

  /// The run of an id.
  public func run(_ id: RunID) async throws(StoreError) -> RunRecord? {
    let rows = try await rows("SELECT run.*, \(Self.hold) FROM run WHERE id = \(id.text)")
    return try await attempt { rows.count == 0 ? nil : try rows.heldRun(0, in: place) }
  }

  /// The jobs of a run.
  public func jobs(of run: RunID) async throws(StoreError) -> [JobRecord] {
    let rows = try await rows(
      """
      SELECT job.id, job.name, job.state AS job_state, attempt.*
      FROM run JOIN job ON job.run = run.number
        LEFT JOIN attempt ON attempt.run = job.run AND attempt.job = job.id
      WHERE run.id = \(run.text) ORDER BY job.id, attempt.number
      """)
    return try await attempt {
      var jobs: [JobRecord] = []
      for row in 0..<rows.count {
        let id: Int = try rows.value(row, "id")
        if jobs.last?.id != id {
          jobs.append(
            JobRecord(
              id: id, name: try rows.value(row, "name"), state: try rows.state(row, "job_state", in: place)))
        }
        if let attempt = try rows.attempt(row, in: place) { jobs[jobs.count - 1].attempts.append(attempt) }
      }
      return jobs
    }
  }

  /// The plan of a run.
  public func plan(of run: RunID) async throws(StoreError) -> PlanRecord? {
    let rows = try await rows(
      """
      SELECT plan_hash, json FROM run JOIN plan
        ON plan.hash = CASE run.namespace WHEN 'default' THEN plan_hash ELSE run.namespace || '/' || plan_hash END
      WHERE id = \(run.text)
      """)
    return try await attempt {
      rows.count == 0 ? nil : PlanRecord(hash: try rows.value(0, 0), json: try rows.value(0, 1))
    }
  }
}

extension StoreError {
  /// What the database at `place` has met.
  init(_ error: any Error, in place: String) {
    switch error {
    case let error as StoreError: self = error
    case let error as PostgreSQLError:
      switch error.sqlState {
      case "55P03", "40001", "40P01": self = .busy(path: place)
      case "42501", "42704": self = .forbidden(database: place, reason: error.message)
      case "42P01", "42703": self = .damaged(path: place, reason: error.message)
      default: self = .unreachable(database: place, reason: error.message)
      }
    default: self = .unreachable(database: place, reason: "\(error)")
    }
  }
}
