import Foundation
import GRDB

/// Keeps runs in an SQLite database that many processes of one machine may use at once.
public struct SQLiteRunStore: RunStore {
  let path: String
  let queue: DatabaseQueue

  /// Opens the database at `path`, made with its folder where there is none.
  public static func open(creating path: String) throws(StoreError) -> SQLiteRunStore {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      if !FileManager.default.fileExists(atPath: folder.path) {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What is recorded here belongs to this machine, not into version control.
        try Data("*\n".utf8).write(to: folder.appendingPathComponent(".gitignore"))
      }
    } catch {
      throw .unusable(path: path, reason: "the folder can't be made: \(Self.reason(error))")
    }
    return try SQLiteRunStore(path)
  }

  /// Opens the database at `path`; nil where there is none.
  public static func open(existing path: String) throws(StoreError) -> SQLiteRunStore? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try SQLiteRunStore(path)
  }

  private static func reason(_ error: any Error) -> String {
    let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    return cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : "\(error)"
  }

  private init(_ path: String) throws(StoreError) {
    var configuration = Configuration()
    configuration.label = "thalweg runs"
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(10)
    // What a crash of the machine could lose is the end of a run's record, never the database.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
    self.path = path
    // Processes open the database one after another: one that is just being made has no schema to look at yet.
    let lock = Foundation.open("\(path)-opening", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    if lock >= 0 { flock(lock, LOCK_EX) }
    defer { if lock >= 0 { close(lock) } }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try Self.migrate(queue, path)
    } catch {
      throw Self.storeError(error, path)
    }
  }

  private static func migrate(_ queue: DatabaseQueue, _ path: String) throws {
    let (isDone, isNewer) = try queue.read { database in
      (try Migrations.all.hasCompletedMigrations(database), try Migrations.all.hasBeenSuperseded(database))
    }
    if isNewer { throw StoreError.newer(path: path) }
    if !isDone { try Migrations.all.migrate(queue) }
  }

  static func storeError(_ error: any Error, _ path: String) -> StoreError {
    if let error = error as? StoreError { return error }
    guard let error = error as? DatabaseError else { return .unusable(path: path, reason: "\(error)") }
    let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    return switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT: .damaged(path: path, reason: reason)
    case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
    // Another shape than ours under a file name of ours.
    case .SQLITE_ERROR, .SQLITE_SCHEMA, .SQLITE_MISMATCH: .damaged(path: path, reason: reason)
    default: .unusable(path: path, reason: reason)
    }
  }

  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    do { return try await queue.write(body) } catch { throw Self.storeError(error, path) }
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    do { return try await queue.read(body) } catch { throw Self.storeError(error, path) }
  }

  /// Records a run that is planned.
  public func create(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) async throws(StoreError) {
    try await write { database in
      if try Int.fetchOne(database, sql: "SELECT 1 FROM run WHERE id = ?", arguments: [run.id.text]) != nil {
        throw StoreError.duplicate(run.id)
      }
      try Self.insert(plan, database)
      try database.execute(
        sql: """
          INSERT INTO run (id, namespace, pipeline, file, parameters, plan_hash, mode, backend, owner_host, owner_boot,
            owner_process, owner_began, created, state, started, ended, seen, rows_in, rows_out)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run.id.text, run.namespace, run.pipeline, run.file, run.parameters, run.planHash, run.mode,
          run.backend, run.owner.host,
          run.owner.boot, run.owner.process, run.owner.began, run.created.microseconds, run.state.rawValue,
          run.started?.microseconds, run.ended?.microseconds, run.seen.microseconds, run.rowsIn, run.rowsOut,
        ])
      try Self.insert(jobs, of: database.lastInsertedRowID, database)
    }
  }

  static func insert(_ plan: PlanRecord, _ database: Database) throws {
    try database.execute(
      sql: "INSERT INTO plan (hash, json) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
      arguments: [plan.hash, plan.json])
  }

  static func insert(_ jobs: [JobRecord], of run: Int64, _ database: Database) throws {
    for job in jobs {
      try database.execute(
        sql: "INSERT INTO job (run, id, name, state) VALUES (?, ?, ?, ?)",
        arguments: [run, job.id, job.name, job.state.rawValue])
    }
  }

  /// Records what changed in a run that is under way.
  public func update(_ id: RunID, _ changes: [RunChange], batch: Int64?) async throws(StoreError) -> Bool {
    try await write { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT number, state, batch FROM run WHERE id = ?", arguments: [id.text])
      guard let row, let state = RunState(rawValue: row["state"]) else { return false }
      if let batch, let last = row["batch"] as Int64?, batch <= last { return batch == last }
      guard !state.isFinal else { return false }
      let number: Int64 = row["number"]
      for change in changes { try Self.record(change, of: number, database) }
      try database.execute(
        sql: "UPDATE run SET batch = coalesce(?, batch) WHERE number = ?", arguments: [batch, number])
      return true
    }
  }

  /// Makes a change, and adds it to the events.
  static func record(_ change: RunChange, of run: Int64, _ database: Database) throws {
    try apply(change, to: run, database)
    guard let row = EventRow(change) else { return }
    try database.execute(
      sql: """
        INSERT INTO event (run, sequence, kind, at, job, call, data, value)
        SELECT number, events + 1, ?, ?, ?, ?, ?, ? FROM run WHERE number = ?
        """,
      arguments: [row.kind, row.at.microseconds, row.job, row.call, row.data, row.value, run])
    try database.execute(sql: "UPDATE run SET events = events + 1 WHERE number = ?", arguments: [run])
  }

  /// All that happened to a run.
  public func events(of run: RunID) async throws(StoreError) -> [RunEvent] {
    try await read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT event.* FROM event JOIN run ON run.number = event.run WHERE run.id = ? ORDER BY sequence
          """, arguments: [run.text])
      return try rows.map { row in
        let event = EventRow(
          kind: row["kind"], at: Moment(microseconds: row["at"]), job: row["job"], call: row["call"],
          data: row["data"], value: row["value"])
        guard let change = event.change else {
          throw StoreError.damaged(path: path, reason: "there is no event `\(event.kind)` \(event.data)")
        }
        return RunEvent(sequence: row["sequence"], epoch: 0, change: change)
      }
    }
  }

  private static func apply(_ change: RunChange, to run: Int64, _ database: Database) throws {
    try database.execute(
      sql: "UPDATE run SET seen = max(seen, ?) WHERE number = ?",
      arguments: [change.moment.microseconds, run])
    switch change {
    case .call: break
    case .again(let at, let error):
      try end(run, as: .failed, at, error, database)
      try database.execute(
        sql: """
          UPDATE run SET state = 'planned', started = NULL, ended = NULL, error_code = NULL, error_message = NULL,
            error_text = NULL, error_json = NULL WHERE number = ?
          """, arguments: [run])
      try database.execute(sql: "UPDATE job SET state = 'waiting' WHERE run = ?", arguments: [run])
    case .close(let state, let at, let error):
      try end(run, as: .cancelled, at, nil, database)
      try database.execute(
        sql: """
          UPDATE run SET state = ?, ended = ?, error_code = ?, error_message = ?, error_text = ?, error_json = ?
          WHERE number = ?
          """,
        arguments: [
          state.rawValue, at.microseconds, error?.code, error?.message, error?.text, error?.json, run,
        ])
      try database.execute(
        sql: "UPDATE job SET state = 'cancelled' WHERE run = ? AND state IN ('running', 'waiting')",
        arguments: [run])
    case .run(let state, let at, let rowsIn, let rowsOut, let error):
      try database.execute(
        sql: """
          UPDATE run SET state = ?, started = iif(?, ?, started), ended = iif(?, ?, ended), rows_in = ?,
            rows_out = ?, error_code = ?, error_message = ?, error_text = ?, error_json = ? WHERE number = ?
          """,
        arguments: [
          state.rawValue, state == .running, at.microseconds, state.isFinal, at.microseconds, rowsIn, rowsOut,
          error?.code, error?.message, error?.text, error?.json, run,
        ])
    case .progress(_, let rowsIn, let rowsOut):
      try database.execute(
        sql: "UPDATE run SET rows_in = ?, rows_out = ? WHERE number = ?", arguments: [rowsIn, rowsOut, run])
    case .jobProgress(let job, _, let rowsIn, let rowsOut):
      try database.execute(
        sql: "UPDATE attempt SET rows_in = ?, rows_out = ? WHERE run = ? AND job = ? AND state = 'running'",
        arguments: [rowsIn, rowsOut, run, job])
    case .job(let job, let state, let at, let rowsIn, let rowsOut, let busy, let error):
      try database.execute(
        sql: "UPDATE job SET state = ? WHERE run = ? AND id = ?", arguments: [state.rawValue, run, job])
      if state == .running {
        try database.execute(
          sql: """
            INSERT INTO attempt (run, job, number, state, started, rows_in, rows_out, busy)
            SELECT ?, ?, 1 + coalesce(max(number), 0), 'running', ?, 0, 0, 0 FROM attempt WHERE run = ? AND job = ?
            """,
          arguments: [run, job, at.microseconds, run, job])
      } else {
        try database.execute(
          sql: """
            UPDATE attempt SET state = ?, ended = ?, rows_in = ?, rows_out = ?, busy = ?, error_code = ?, error_message = ?,
              error_text = ?, error_json = ? WHERE run = ? AND job = ? AND state = 'running'
            """,
          arguments: [
            state.rawValue, at.microseconds, rowsIn, rowsOut, busy, error?.code, error?.message, error?.text,
            error?.json,
            run, job,
          ])
      }
    }
  }

  /// Ends the tries that are under way.
  private static func end(
    _ run: Int64, as state: JobState, _ at: Moment, _ error: RunError?, _ database: Database
  ) throws {
    try database.execute(
      sql: """
        UPDATE attempt SET state = ?, ended = ?, error_code = ?, error_message = ?, error_text = ?, error_json = ?
        WHERE run = ? AND state = 'running'
        """,
      arguments: [
        state.rawValue, at.microseconds, error?.code, error?.message, error?.text, error?.json, run,
      ])
  }

  /// The newest runs first.
  public func runs(_ filter: RunFilter) async throws(StoreError) -> [RunRecord] {
    try await read { database in
      var conditions = ["1"]
      var arguments: StatementArguments = []
      if let prefix = filter.prefix {
        conditions.append("substr(id, 1, length(?)) = ?")
        arguments += [prefix, prefix]
      }
      if let pipeline = filter.pipeline {
        conditions.append("pipeline = ?")
        arguments += [pipeline]
      }
      if let namespace = filter.namespace {
        conditions.append("namespace = ?")
        arguments += [namespace]
      }
      if let states = filter.states {
        let names = states.map(\.rawValue).sorted()
        conditions.append("state IN (\(names.map { _ in "?" }.joined(separator: ", ")))")
        arguments += StatementArguments(names)
      }
      arguments += [filter.limit ?? -1]
      return try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM run WHERE \(conditions.joined(separator: " AND "))
          ORDER BY created DESC, number DESC LIMIT ?
          """, arguments: arguments
      ).map { try $0.run(at: path) }
    }
  }

  /// The run of an id.
  public func run(_ id: RunID) async throws(StoreError) -> RunRecord? {
    try await read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM run WHERE id = ?", arguments: [id.text])?.run(at: path)
    }
  }

  /// The jobs of a run.
  public func jobs(of run: RunID) async throws(StoreError) -> [JobRecord] {
    try await read { database in
      let jobs = try Row.fetchAll(
        database,
        sql: "SELECT job.* FROM job JOIN run ON run.number = job.run WHERE run.id = ? ORDER BY job.id",
        arguments: [run.text])
      return try jobs.map { job in
        let attempts = try Row.fetchAll(
          database, sql: "SELECT * FROM attempt WHERE run = ? AND job = ? ORDER BY number",
          arguments: [job["run"] as Int64, job["id"] as Int64])
        return JobRecord(
          id: job["id"], name: job["name"], state: try job.state("state", at: path),
          attempts: try attempts.map { try $0.attempt(at: path) })
      }
    }
  }

  /// The plan of a run.
  public func plan(of run: RunID) async throws(StoreError) -> PlanRecord? {
    try await read { database in
      try Row.fetchOne(
        database, sql: "SELECT plan.* FROM plan JOIN run ON run.plan_hash = plan.hash WHERE run.id = ?",
        arguments: [run.text]
      ).map { PlanRecord(hash: $0["hash"], json: $0["json"]) }
    }
  }
}
