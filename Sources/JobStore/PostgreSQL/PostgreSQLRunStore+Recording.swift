import PostgreSQL

extension PostgreSQLRunStore {
  /// Records what changed in a run that is under way.
  public func update(_ id: RunID, _ changes: [RunChange], batch: Int64?) async throws(StoreError) -> Bool {
    try await attempt {
      try await recorder.record(RunUpdate(run: id, lease: lease, batch: batch, changes: ChangeSet(changes)))
    }
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
