import GRDB

extension SQLiteRunStore {
  /// Records that an epoch is complete.
  public func commit(
    _ epoch: EpochRecord, operators: [OperatorRecord], by owner: Owner
  ) throws(StoreError) {
    do {
      try queue.writeWithoutTransaction { database in
        // Sinks show an epoch right after its commit, which therefore must outlive a crash of the machine.
        try database.execute(sql: "PRAGMA synchronous = FULL")
        defer { try? database.execute(sql: "PRAGMA synchronous = NORMAL") }
        try database.inTransaction {
          let number = try Self.run(epoch.run, before: epoch.number, of: owner, database)
          guard let number else { throw StoreError.lostRun(epoch.run) }
          try Self.insert(epoch, of: number, database)
          try Self.replace(operators, of: number, database)
          return .commit
        }
      }
    } catch {
      throw Self.storeError(error, path)
    }
  }

  /// The number of a run that is under way, of this owner, and has no such epoch nor a later one.
  private static func run(
    _ id: RunID, before epoch: Int, of owner: Owner, _ database: Database
  ) throws -> Int64? {
    try Int64.fetchOne(
      database,
      sql: """
        SELECT number FROM run
        WHERE id = ? AND state IN ('planned', 'running') AND owner_host = ? AND owner_boot = ?
          AND owner_process = ? AND owner_began = ?
          AND NOT EXISTS (SELECT 1 FROM epoch WHERE epoch.run = run.number AND epoch.number >= ?)
        """,
      arguments: [id.text, owner.host, owner.boot, owner.process, owner.began, epoch])
  }

  private static func insert(_ epoch: EpochRecord, of run: Int64, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO epoch (run, number, manifest, committed, watermark, positions, rows_in, rows_out, late, failed,
          faulted, state_bytes, is_savepoint, is_applied)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        run, epoch.number, epoch.manifest, epoch.committed.microseconds, epoch.watermark, epoch.positions,
        epoch.rows.rowsIn, epoch.rows.rowsOut, epoch.rows.late, epoch.rows.failed, epoch.rows.faulted,
        epoch.stateBytes, epoch.isSavepoint, epoch.isApplied,
      ])
    try database.execute(
      sql: "DELETE FROM epoch WHERE run = ? AND number <= ?",
      arguments: [run, epoch.number - EpochHistory.length])
  }

  private static func replace(_ operators: [OperatorRecord], of run: Int64, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM operator WHERE run = ?", arguments: [run])
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO operator (run, position, name, operation, rows_in, rows_out, late, failed, faulted, watermark)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for (position, record) in operators.enumerated() {
      try statement.execute(arguments: [
        run, position, record.name, record.operation, record.rows.rowsIn, record.rows.rowsOut,
        record.rows.late, record.rows.failed, record.rows.faulted, record.watermark,
      ])
    }
  }

  /// Records that epochs are shown.
  public func markApplied(_ run: RunID, through epoch: Int) throws(StoreError) {
    do {
      try queue.write { database in
        try database.execute(
          sql: """
            UPDATE epoch SET is_applied = 1
            WHERE run = (SELECT number FROM run WHERE id = ?) AND number <= ? AND NOT is_applied
            """, arguments: [run.text, epoch])
      }
    } catch {
      throw Self.storeError(error, path)
    }
  }

  /// The newest epoch of a run.
  public func resumePoint(of run: RunID) throws(StoreError) -> EpochRecord? {
    do {
      return try queue.read { try Self.epochs(of: run, last: 1, $0).first }
    } catch {
      throw Self.storeError(error, path)
    }
  }

  /// The newest epochs of a run, in order.
  public func epochs(of run: RunID, last: Int) async throws(StoreError) -> [EpochRecord] {
    try await read { try Self.epochs(of: run, last: last, $0) }
  }

  private static func epochs(of run: RunID, last: Int, _ database: Database) throws -> [EpochRecord] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT epoch.* FROM epoch JOIN run ON run.number = epoch.run WHERE run.id = ?
        ORDER BY epoch.number DESC LIMIT ?
        """, arguments: [run.text, last]
    ).map { $0.epoch(of: run) }.reversed()
  }

  /// What each operator had done at the newest epoch.
  public func operators(of run: RunID) async throws(StoreError) -> [OperatorRecord] {
    try await read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT operator.* FROM operator JOIN run ON run.number = operator.run WHERE run.id = ?
          ORDER BY operator.position
          """, arguments: [run.text]
      ).map(\.operatorRecord)
    }
  }
}
