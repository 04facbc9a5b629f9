import Columns
public import Engine
import PostgreSQL

/// Rows of a stream into a table: each epoch is one transaction, which also notes the epoch in `thalweg_epochs`.
/// An epoch that is noted there is not applied again.
///
/// `replace` takes out what was there before the run with its first epoch; `replace(by:)` takes out, with each
/// epoch, the rows that have one of its keys.
public struct PostgresEpochSink: EpochSink {
  private let name: String
  private let target: PostgresTarget

  /// Connects to nothing before `open`.
  /// - Parameter name: The sink's name in the pipeline, stable over restarts.
  public init(_ target: PostgresTarget, name: String) {
    self.name = name
    self.target = target
  }

  /// Compares the record with the table, and makes the table of epochs where there is none.
  public func open(run: String, after epoch: Int) throws -> any EpochOutput {
    try PostgreSQLError.faults(at: target.table.written) {
      var connection = try Connection.toText(target.address)
      let (plan, statements) = try target.prepare(&connection)
      try Self.makeEpochs(&connection)
      return PostgresEpochs(connection, target, plan, statements, run: run, sink: name)
    }
  }

  private static func makeEpochs(_ connection: inout Connection) throws {
    let isThere: Bool = try connection.query("SELECT to_regclass('thalweg_epochs') IS NOT NULL").value(0, 0)
    if isThere { return }
    try connection.transaction { connection in
      // Two that make a table at once meet in the catalogue, in spite of `IF NOT EXISTS`.
      try connection.run("SELECT pg_advisory_xact_lock(hashtext('thalweg_epochs'))")
      try connection.run(
        """
        CREATE TABLE IF NOT EXISTS thalweg_epochs
        (run text, sink text, epoch bigint NOT NULL, PRIMARY KEY (run, sink))
        """)
    }
  }
}

/// Unchecked: `encode` touches only constants, and everything else is called by one thread at a time, as the
/// protocol says.
private final class PostgresEpochs: EpochOutput, @unchecked Sendable {
  private var connection: Connection?
  private let target: PostgresTarget
  private let plan: PostgresWritePlan
  private let statements: WriteStatements
  private let run: String
  private let sink: String

  init(
    _ connection: consuming Connection, _ target: PostgresTarget, _ plan: PostgresWritePlan,
    _ statements: WriteStatements, run: String, sink: String
  ) {
    self.connection = consume connection
    self.target = target
    self.plan = plan
    self.statements = statements
    self.run = run
    self.sink = sink
  }

  func encode(_ batch: Batch) throws -> [UInt8] { try plan.encode(batch) }

  func apply(_ epoch: Int, _ chunks: any SpooledChunks) throws {
    // An epoch without rows changes nothing but by `replace`.
    let isReplacement = if case .replace = target.write { true } else { false }
    guard chunks.size > 0 || isReplacement else { return }
    try PostgreSQLError.faults(at: target.table.written) {
      do {
        try attempt(epoch, chunks)
      } catch  where connection?.isBroken ?? true {
        // The epoch is there as a whole or not at all, so it may be tried again.
        var fresh = try Connection.toText(target.address)
        for stage in statements.stages { try fresh.run(stage) }
        connection = consume fresh
        try attempt(epoch, chunks)
      }
    }
  }

  private func attempt(_ epoch: Int, _ chunks: any SpooledChunks) throws {
    try connection?.transaction { connection in
      let isFirst =
        try connection.run(
          """
          INSERT INTO thalweg_epochs (run, sink, epoch) VALUES (\(run), \(sink), 0) ON CONFLICT DO NOTHING
          """
        ).affected == 1
      let isNew =
        try connection.run(
          """
          UPDATE thalweg_epochs SET epoch = \(epoch)
          WHERE run = \(run) AND sink = \(sink) AND epoch < \(epoch)
          """
        ).affected == 1
      guard isNew else { return }
      try connection.startRows(statements)
      try chunks.forEach { try connection.takeRows($0) }
      try connection.applyRows(statements, isFirst: isFirst)
    }
  }

  func close(isComplete: Bool) { connection = nil }
}
