import PostgreSQL

extension PostgreSQLRunStore {
  /// Records what changed in a run that is under way: one statement, whatever it is.
  public func update(_ id: RunID, _ changes: [RunChange], batch: Int64?) async throws(StoreError) -> Bool {
    let all = ChangeSet(changes)
    let fence: SQL =
      lease.map {
        """
        lease AS MATERIALIZED (SELECT run FROM run_lease WHERE epoch = \($0) FOR UPDATE),
        """
      } ?? ""
    let join: SQL = lease == nil ? "" : "JOIN lease ON lease.run = run.number"
    var parts: [SQL] = [
      """
      found AS MATERIALIZED (
        SELECT number, events, batch FROM run \(join)
        WHERE id = \(id.text) AND (batch = \(batch)
          OR state IN ('planned', 'running') AND coalesce(batch < \(batch), true)) FOR UPDATE OF run)
      """,
      """
      mine AS (
        UPDATE run SET batch = coalesce(\(batch), run.batch), events = run.events + \(all.events.count),
          \(all.assignments)
        FROM found WHERE run.number = found.number AND coalesce(found.batch <> \(batch), true)
        RETURNING run.number, found.events)
      """,
    ]
    if !all.events.isEmpty { parts.append("logged AS (\(Self.insert(all.events, epoch: lease ?? 0)))") }
    parts += all.statements
    let statement: SQL = "WITH \(fence) \(SQL.joined(parts, separator: ", ")) SELECT count(*) FROM found"
    return try await attempt { try await pool.runGrouped([statement])[0].value(0, 0, as: Int.self) == 1 }
  }

  /// Adds events to the run of `mine`, behind those that it has.
  private static func insert(_ events: [EventRow], epoch: Int64) -> SQL {
    """
    INSERT INTO run_event (run, sequence, epoch, at, kind, job, call, data, value)
    SELECT mine.number, mine.events + event.place, \(epoch), event.at, event.kind, event.job, event.call, event.data,
      event.value
    FROM mine, unnest(\(ArrayParameter(events.map(\.at))), \(ArrayParameter(events.map(\.kind))),
      \(ArrayParameter(events.map(\.job))), \(ArrayParameter(events.map(\.call))),
      \(ArrayParameter(events.map(\.data))), \(ArrayParameter(events.map(\.value)))) WITH ORDINALITY
      AS event (at, kind, job, call, data, value, place)
    """
  }

  /// All that happened to a run.
  public func events(of run: RunID) async throws(StoreError) -> [RunEvent] {
    // What is older than the run itself lies in parts that need not be looked at.
    let rows = try await rows(
      """
      SELECT event.* FROM run_event AS event
      WHERE run = (SELECT number FROM run WHERE id = \(run.text))
        AND recorded >= (SELECT created - interval '1 day' FROM run WHERE id = \(run.text))
      ORDER BY sequence
      """)
    return try await attempt {
      try (0..<rows.count).map { row in
        let event = EventRow(
          kind: try rows.value(row, "kind"), at: try rows.value(row, "at"), job: try rows.value(row, "job"),
          call: try rows.value(row, "call"), data: try rows.value(row, "data"),
          value: try rows.value(row, "value"))
        guard let change = event.change else {
          throw StoreError.damaged(path: place, reason: "there is no event `\(event.kind)` \(event.data)")
        }
        return RunEvent(
          sequence: try rows.value(row, "sequence"), epoch: try rows.value(row, "epoch"), change: change)
      }
    }
  }

  /// Changes runs, and adds what happened to their events.
  /// - Parameters:
  ///   - assignments: What is changed in `run`.
  ///   - condition: Which runs.
  static func change(_ change: RunChange, set assignments: SQL, where condition: SQL) -> SQL {
    guard let event = EventRow(change) else { preconditionFailure("only events are recorded so") }
    return """
      WITH mine AS (
        UPDATE run SET events = events + 1, \(assignments) WHERE \(condition) RETURNING number, events)
      INSERT INTO run_event (run, sequence, epoch, at, kind, data)
      SELECT number, events, 0, \(event.at), \(event.kind), \(event.data) FROM mine
      """
  }
}

/// Changes of one run, folded into what each table needs.
private struct ChangeSet {
  private(set) var events: [EventRow] = []
  private var seen: Moment?
  private var run: (state: RunState, at: Moment, error: RunError?)?
  private var started: Moment?
  private var rows: (rowsIn: Int64, rowsOut: Int64)?
  /// By job, in the order in which they were met.
  private var jobs: [Int: Job] = [:]
  private var order: [Int] = []

  /// What becomes of a job.
  private struct Job {
    var state: JobState?
    /// Of the try that was under way before.
    var former: Attempt?
    var fresh: [Attempt] = []

    mutating func change(_ body: (inout Attempt) -> Void) {
      if let last = fresh.indices.last {
        if fresh[last].state == .running { body(&fresh[last]) }
      } else if former?.state ?? .running == .running {
        var attempt = former ?? Attempt()
        body(&attempt)
        former = attempt
      }
    }
  }

  private struct Attempt {
    var state = JobState.running
    var started: Moment?
    var ended: Moment?
    var rowsIn: Int64 = 0
    var rowsOut: Int64 = 0
    var busy: Int64 = 0
    var error: RunError?
  }

  init(_ changes: [RunChange]) {
    for change in changes {
      seen = max(seen ?? change.moment, change.moment)
      if let event = EventRow(change) { events.append(event) }
      add(change)
    }
  }

  private mutating func add(_ change: RunChange) {
    switch change {
    case .run(let state, let at, let rowsIn, let rowsOut, let error):
      run = (state, at, error)
      if state == .running { started = at }
      rows = (rowsIn, rowsOut)
    case .progress(_, let rowsIn, let rowsOut): rows = (rowsIn, rowsOut)
    case .jobProgress(let id, _, let rowsIn, let rowsOut):
      self.change(id) { job in
        job.change { ($0.rowsIn, $0.rowsOut) = (rowsIn, rowsOut) }
      }
    case .job(let id, .running, let at, _, _, _, _):
      self.change(id) { job in
        job.state = .running
        job.fresh.append(Attempt(started: at))
      }
    case .job(let id, let state, let at, let rowsIn, let rowsOut, let busy, let error):
      self.change(id) { job in
        job.state = state
        job.change { attempt in
          attempt = Attempt(
            state: state, started: attempt.started, ended: at, rowsIn: rowsIn, rowsOut: rowsOut, busy: busy,
            error: error)
        }
      }
    case .call: break
    case .again, .close:
      preconditionFailure("only who takes runs away from their owners ends them as a whole")
    }
  }

  private mutating func change(_ id: Int, _ body: (inout Job) -> Void) {
    if jobs[id] == nil { order.append(id) }
    body(&jobs[id, default: Job()])
  }

  /// What is set in `run`.
  var assignments: SQL {
    var all: [SQL] = ["seen = greatest(seen, \(seen))"]
    if let rows { all.append("rows_in = \(rows.rowsIn), rows_out = \(rows.rowsOut)") }
    if let started { all.append("started = \(started)") }
    if let run {
      all.append("state = \(run.state.rawValue), \(PostgreSQLRunStore.assignments(run.error))")
      if run.state.isFinal { all.append("ended = \(run.at)") }
    }
    return SQL.joined(all)
  }

  /// What is done besides, to the run of `mine`.
  var statements: [SQL] {
    var all: [SQL] = []
    let changed = order.compactMap { id in jobs[id]?.state.map { (Int64(id), $0.rawValue) } }
    if !changed.isEmpty {
      all.append(
        """
        jobs AS (
          UPDATE job SET state = changed.state
          FROM mine, unnest(\(ArrayParameter(changed.map(\.0))), \(ArrayParameter(changed.map(\.1))))
            AS changed (id, state)
          WHERE job.run = mine.number AND job.id = changed.id)
        """)
    }
    let former = order.compactMap { id in jobs[id]?.former.map { (Int64(id), $0) } }
    if !former.isEmpty {
      all.append(
        """
        former AS (
          UPDATE attempt SET state = changed.state, ended = changed.ended, rows_in = changed.rows_in,
            rows_out = changed.rows_out, busy = changed.busy, error_code = changed.error_code,
            error_message = changed.error_message, error_text = changed.error_text, error_json = changed.error_json
          FROM mine, \(Self.rows(former))
          WHERE attempt.run = mine.number AND attempt.job = changed.job AND attempt.state = 'running')
        """)
    }
    let fresh = order.flatMap { id in (jobs[id]?.fresh ?? []).map { (Int64(id), $0) } }
    if !fresh.isEmpty {
      all.append(
        """
        fresh AS (
          INSERT INTO attempt (run, job, number, state, started, ended, rows_in, rows_out, busy, error_code,
            error_message, error_text, error_json)
          SELECT mine.number, changed.job,
            row_number() OVER (PARTITION BY changed.job ORDER BY changed.place) + (
              SELECT coalesce(max(attempt.number), 0) FROM attempt
              WHERE attempt.run = mine.number AND attempt.job = changed.job),
            changed.state, changed.started, changed.ended, changed.rows_in, changed.rows_out, changed.busy,
            changed.error_code, changed.error_message, changed.error_text, changed.error_json
          FROM mine, \(Self.rows(fresh)))
        """)
    }
    return all
  }

  private static func rows(_ attempts: [(job: Int64, attempt: Attempt)]) -> SQL {
    let all = attempts.map(\.attempt)
    return """
      unnest(\(ArrayParameter(attempts.map(\.job))), \(ArrayParameter(all.map(\.state.rawValue))),
        \(ArrayParameter(all.map(\.started))), \(ArrayParameter(all.map(\.ended))),
        \(ArrayParameter(all.map(\.rowsIn))), \(ArrayParameter(all.map(\.rowsOut))),
        \(ArrayParameter(all.map(\.busy))), \(ArrayParameter(all.map(\.error?.code))),
        \(ArrayParameter(all.map(\.error?.message))), \(ArrayParameter(all.map(\.error?.text))),
        \(ArrayParameter(all.map(\.error?.json)))) WITH ORDINALITY
        AS changed (job, state, started, ended, rows_in, rows_out, busy, error_code, error_message, error_text,
          error_json, place)
      """
  }
}
