import PostgreSQL

/// Changes of one run, all of which are recorded or none.
struct RunUpdate: Sendable {
  let run: RunID
  /// The epoch of the lease without which nothing is recorded; nil for a run that needs none.
  let lease: Int64?
  /// Numbers what the owner tells: told again, or behind something later, it is not made again.
  let batch: Int64?
  let changes: ChangeSet

  /// One statement for the changes of several runs, either all under leases or none; it gives the places of those, from
  /// 1, that it has recorded.
  static func statement(_ updates: [RunUpdate]) -> SQL {
    let all = updates.map(\.changes)
    var parts: [SQL] = [given(updates)]
    var held: SQL = "(SELECT given.*, run.number FROM given JOIN run USING (id))"
    if updates[0].lease != nil {
      // Locked until what is recorded can be seen: who takes a lease away then sees it, or it is not recorded.
      parts.append(
        """
        held AS MATERIALIZED (
          SELECT given.*, run.number FROM given JOIN run USING (id)
            JOIN run_lease ON run_lease.run = run.number AND run_lease.epoch = given.epoch
          FOR KEY SHARE OF run_lease)
        """)
      held = "held"
    }
    parts.append(
      """
      mine AS (
        UPDATE run SET batch = coalesce(held.batch, run.batch), events = run.events + held.count,
          seen = greatest(run.seen, held.seen)\(assignments(all))
        FROM \(held) AS held
        WHERE run.number = held.number AND run.state IN ('planned', 'running')
          AND coalesce(run.batch < held.batch, true)
        RETURNING run.number, run.events - held.count AS events, held.place)
      """)
    parts += [logged(updates), states(all), former(all), fresh(all)].compactMap { $0 }
    return "WITH \(SQL.joined(parts)) SELECT place FROM mine"
  }

  /// The places of those that were recorded before, by the same owner: each begins to number anew.
  static func recorded(_ updates: [RunUpdate]) -> SQL {
    """
    SELECT place FROM unnest(\(ArrayParameter(updates.map(\.run.text))), \(ArrayParameter(updates.map(\.lease))),
      \(ArrayParameter(updates.map(\.batch)))) WITH ORDINALITY AS given (id, epoch, batch, place) JOIN run USING (id)
    WHERE run.batch = given.batch AND (given.epoch IS NULL OR EXISTS (
      SELECT FROM run_lease WHERE run_lease.run = run.number AND run_lease.epoch = given.epoch))
    """
  }

  private static func given(_ updates: [RunUpdate]) -> SQL {
    let all = updates.map(\.changes)
    var (columns, names): ([SQL], SQL) = (
      [
        "\(ArrayParameter(updates.map(\.run.text)))", "\(ArrayParameter(updates.map(\.lease)))",
        "\(ArrayParameter(updates.map(\.batch)))", "\(ArrayParameter(all.map { Int64($0.events.count) }))",
        "\(ArrayParameter(all.map(\.seen)))",
      ], "id, epoch, batch, count, seen"
    )
    if all.contains(where: \.changesRun) {
      columns += [
        "\(ArrayParameter(all.map(\.rows?.rowsIn)))", "\(ArrayParameter(all.map(\.rows?.rowsOut)))",
        "\(ArrayParameter(all.map(\.started)))", "\(ArrayParameter(all.map(\.run?.state.rawValue)))",
        "\(ArrayParameter(all.map { $0.run.flatMap { $0.state.isFinal ? $0.at : nil } }))",
        "\(ArrayParameter(all.map(\.run?.error?.code)))", "\(ArrayParameter(all.map(\.run?.error?.message)))",
        "\(ArrayParameter(all.map(\.run?.error?.text)))", "\(ArrayParameter(all.map(\.run?.error?.json)))",
      ]
      names =
        names
          + """
          , rows_in, rows_out, started, state, ended, error_code, error_message, error_text, error_json
          """
    }
    return """
      given AS MATERIALIZED (
        SELECT * FROM unnest(\(SQL.joined(columns))) WITH ORDINALITY AS given (\(names), place))
      """
  }

  /// What is set in `run` besides.
  private static func assignments(_ all: [ChangeSet]) -> SQL {
    guard all.contains(where: \.changesRun) else { return "" }
    let kept = ["rows_in", "rows_out", "started", "state", "ended"].map {
      "\($0) = coalesce(held.\($0), run.\($0))"
    }
    let errors = ["code", "message", "text", "json"].map {
      "error_\($0) = CASE WHEN held.state IS NULL THEN run.error_\($0) ELSE held.error_\($0) END"
    }
    return SQL(verbatim: (kept + errors).map { ", \($0)" }.joined())
  }

  /// Adds events to the runs of `mine`, behind those that they have.
  private static func logged(_ updates: [RunUpdate]) -> SQL? {
    var (places, epochs, offsets): ([Int64], [Int64], [Int64]) = ([], [], [])
    for (index, update) in updates.enumerated() {
      for offset in update.changes.events.indices {
        places.append(Int64(index + 1))
        epochs.append(update.lease ?? 0)
        offsets.append(Int64(offset + 1))
      }
    }
    let events = updates.flatMap(\.changes.events)
    if events.isEmpty { return nil }
    return """
      logged AS (
        INSERT INTO run_event (run, sequence, epoch, at, kind, job, call, data, value)
        SELECT mine.number, mine.events + event.index, event.epoch, event.at, event.kind, event.job, event.call,
          event.data, event.value
        FROM mine JOIN unnest(\(ArrayParameter(places)), \(ArrayParameter(epochs)), \(ArrayParameter(offsets)),
          \(ArrayParameter(events.map(\.at))), \(ArrayParameter(events.map(\.kind))),
          \(ArrayParameter(events.map(\.job))), \(ArrayParameter(events.map(\.call))),
          \(ArrayParameter(events.map(\.data))), \(ArrayParameter(events.map(\.value))))
          AS event (place, epoch, index, at, kind, job, call, data, value) USING (place))
      """
  }

  private static func states(_ all: [ChangeSet]) -> SQL? {
    let changed = placed(all.map(\.states))
    if changed.isEmpty { return nil }
    return """
      jobs AS (
        UPDATE job SET state = changed.state
        FROM mine JOIN unnest(\(ArrayParameter(changed.map(\.place))), \(ArrayParameter(changed.map(\.value.job))),
          \(ArrayParameter(changed.map(\.value.state.rawValue)))) AS changed (place, id, state) USING (place)
        WHERE job.run = mine.number AND job.id = changed.id)
      """
  }

  private static func former(_ all: [ChangeSet]) -> SQL? {
    let changed = placed(all.map(\.former))
    if changed.isEmpty { return nil }
    return """
      former AS (
        UPDATE attempt SET state = changed.state, ended = changed.ended, rows_in = changed.rows_in,
          rows_out = changed.rows_out, busy = changed.busy, error_code = changed.error_code,
          error_message = changed.error_message, error_text = changed.error_text, error_json = changed.error_json
        FROM mine JOIN \(rows(changed)) USING (place)
        WHERE attempt.run = mine.number AND attempt.job = changed.job AND attempt.state = 'running')
      """
  }

  private static func fresh(_ all: [ChangeSet]) -> SQL? {
    let changed = placed(all.map(\.fresh))
    if changed.isEmpty { return nil }
    return """
      fresh AS (
        INSERT INTO attempt (run, job, number, state, started, ended, rows_in, rows_out, busy, error_code,
          error_message, error_text, error_json)
        SELECT mine.number, changed.job,
          row_number() OVER (PARTITION BY mine.number, changed.job ORDER BY changed.index) + (
            SELECT coalesce(max(attempt.number), 0) FROM attempt
            WHERE attempt.run = mine.number AND attempt.job = changed.job),
          changed.state, changed.started, changed.ended, changed.rows_in, changed.rows_out, changed.busy,
          changed.error_code, changed.error_message, changed.error_text, changed.error_json
        FROM mine JOIN \(rows(changed)) USING (place))
      """
  }

  private static func rows(_ changed: [(place: Int64, value: (job: Int64, attempt: ChangeSet.Attempt))])
    -> SQL
  {
    let all = changed.map(\.value.attempt)
    return """
      unnest(\(ArrayParameter(changed.map(\.place))), \(ArrayParameter(changed.map(\.value.job))),
        \(ArrayParameter(all.map(\.state.rawValue))), \(ArrayParameter(all.map(\.started))),
        \(ArrayParameter(all.map(\.ended))), \(ArrayParameter(all.map(\.rowsIn))),
        \(ArrayParameter(all.map(\.rowsOut))), \(ArrayParameter(all.map(\.busy))),
        \(ArrayParameter(all.map(\.error?.code))), \(ArrayParameter(all.map(\.error?.message))),
        \(ArrayParameter(all.map(\.error?.text))), \(ArrayParameter(all.map(\.error?.json)))) WITH ORDINALITY
        AS changed (place, job, state, started, ended, rows_in, rows_out, busy, error_code, error_message,
          error_text, error_json, index)
      """
  }

  /// Each value with the place of its run, from 1.
  private static func placed<Value>(_ values: [[Value]]) -> [(place: Int64, value: Value)] {
    values.enumerated().flatMap { index, values in values.map { (Int64(index + 1), $0) } }
  }
}
