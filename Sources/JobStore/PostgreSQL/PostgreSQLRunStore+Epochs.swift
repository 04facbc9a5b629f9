import PostgreSQL

extension PostgreSQLRunStore {
  /// Records that an epoch is complete.
  public func commit(
    _ epoch: EpochRecord, operators: [OperatorRecord], by owner: Owner
  ) throws(StoreError) {
    let isOurs = try waiting { connection in
      try connection.transaction { connection in
        let found = try connection.query(
          """
          SELECT run.number FROM run \(fence)
          WHERE run.id = \(epoch.run.text) AND run.state IN ('planned', 'running') AND owner_host = \(owner.host)
            AND owner_boot = \(owner.boot) AND owner_process = \(owner.process) AND owner_began = \(owner.began)
            AND NOT EXISTS (SELECT FROM epoch WHERE epoch.run = run.number AND epoch.number >= \(epoch.number))
          FOR UPDATE
          """)
        guard found.count == 1 else { return false }
        let run: Int64 = try found.value(0, 0)
        // Sinks show an epoch right after its commit, which therefore must outlive a crash of the machine.
        try connection.run("SET LOCAL synchronous_commit = on")
        try connection.run(Self.insert(epoch, of: run))
        try connection.run(
          "DELETE FROM epoch WHERE run = \(run) AND number <= \(epoch.number - EpochHistory.length)")
        try connection.run("DELETE FROM operator WHERE run = \(run)")
        for (position, record) in operators.enumerated() {
          try connection.run(Self.insert(record, at: position, of: run))
        }
        return true
      }
    }
    if !isOurs { throw .lostRun(epoch.run) }
  }

  private static func insert(_ epoch: EpochRecord, of run: Int64) -> SQL {
    """
    INSERT INTO epoch (run, number, manifest, committed, watermark, positions, rows_in, rows_out, late, failed,
      faulted, state_bytes, is_savepoint, is_applied)
    VALUES (\(run), \(epoch.number), \(epoch.manifest), \(epoch.committed), \(epoch.watermark),
      \(epoch.positions), \(epoch.rows.rowsIn), \(epoch.rows.rowsOut), \(epoch.rows.late), \(epoch.rows.failed),
      \(epoch.rows.faulted), \(epoch.stateBytes), \(epoch.isSavepoint), \(epoch.isApplied))
    """
  }

  private static func insert(_ record: OperatorRecord, at position: Int, of run: Int64) -> SQL {
    """
    INSERT INTO operator (run, position, name, operation, rows_in, rows_out, late, failed, faulted, watermark)
    VALUES (\(run), \(position), \(record.name), \(record.operation), \(record.rows.rowsIn),
      \(record.rows.rowsOut), \(record.rows.late), \(record.rows.failed), \(record.rows.faulted),
      \(record.watermark))
    """
  }

  /// Records that epochs are shown.
  public func markApplied(_ run: RunID, through epoch: Int) throws(StoreError) {
    try waiting { connection in
      _ = try connection.run(
        """
        UPDATE epoch SET is_applied = true FROM run
        WHERE run.id = \(run.text) AND epoch.run = run.number AND epoch.number <= \(epoch) AND NOT is_applied
        """)
    }
  }

  /// The newest epoch of a run.
  public func resumePoint(of run: RunID) throws(StoreError) -> EpochRecord? {
    try waiting { connection in
      let rows = try connection.query(Self.newest(1, of: run))
      return rows.count == 0 ? nil : try rows.epoch(0, of: run)
    }
  }

  /// The newest epochs of a run, in order.
  public func epochs(of run: RunID, last: Int) async throws(StoreError) -> [EpochRecord] {
    let rows = try await rows(Self.newest(last, of: run))
    return try await attempt { try (0..<rows.count).reversed().map { try rows.epoch($0, of: run) } }
  }

  private static func newest(_ count: Int, of run: RunID) -> SQL {
    """
    SELECT epoch.* FROM epoch JOIN run ON run.number = epoch.run WHERE run.id = \(run.text)
    ORDER BY epoch.number DESC LIMIT \(count)
    """
  }

  /// What each operator had done at the newest epoch.
  public func operators(of run: RunID) async throws(StoreError) -> [OperatorRecord] {
    let rows = try await rows(
      """
      SELECT operator.* FROM operator JOIN run ON run.number = operator.run WHERE run.id = \(run.text)
      ORDER BY operator.position
      """)
    return try await attempt { try (0..<rows.count).map { try rows.operatorRecord($0) } }
  }

  private func waiting<Value: Sendable>(
    _ body: (inout Connection) throws -> Value
  ) throws(StoreError) -> Value {
    do { return try epochs.use(body) } catch { throw StoreError(error, in: place) }
  }
}
