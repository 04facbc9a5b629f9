/// Rows, counted since a run began, over all of its restarts.
public struct RowCounts: Hashable, Sendable {
  /// Rows that came in: of a run, read from its sources.
  public var rowsIn: Int64
  /// Rows that went out: of a run, written to its sinks.
  public var rowsOut: Int64
  /// Rows that came too late.
  public var late: Int64
  /// Rows whose `try_map` failed.
  public var failed: Int64
  /// Rows that went to `faults`.
  public var faulted: Int64

  /// Counts rows.
  public init(
    rowsIn: Int64 = 0, rowsOut: Int64 = 0, late: Int64 = 0, failed: Int64 = 0, faulted: Int64 = 0
  ) {
    self.rowsIn = rowsIn
    self.rowsOut = rowsOut
    self.late = late
    self.failed = failed
    self.faulted = faulted
  }
}

/// What is known of one complete epoch of a stream.
public struct EpochRecord: Hashable, Sendable {
  /// The run that it is part of.
  public let run: RunID
  /// From 1.
  public let number: Int
  /// The hash of the manifest, which tells where the state is.
  public let manifest: String
  /// When it was complete.
  public let committed: Moment
  /// No row with an earlier event time follows anywhere: microseconds; `Int64.max` at the end of the input, nil
  /// where nothing is known.
  public let watermark: Int64?
  /// Where reading goes on, a JSON object: by source, by partition.
  public let positions: String
  /// Rows so far.
  public let rows: RowCounts
  /// Bytes of the state.
  public let stateBytes: Int64
  /// Whether the run was told to stop here.
  public let isSavepoint: Bool
  /// Whether all sinks show it.
  public var isApplied: Bool

  /// Makes the record of an epoch that is complete and not yet shown.
  public init(
    run: RunID, number: Int, manifest: String, committed: Moment, watermark: Int64?, positions: String,
    rows: RowCounts, stateBytes: Int64, isSavepoint: Bool
  ) {
    self.run = run
    self.number = number
    self.manifest = manifest
    self.committed = committed
    self.watermark = watermark
    self.positions = positions
    self.rows = rows
    self.stateBytes = stateBytes
    self.isSavepoint = isSavepoint
    isApplied = false
  }
}

/// What one operator of a stream has done, up to its run's newest epoch.
public struct OperatorRecord: Hashable, Sendable {
  /// The stable name.
  public let name: String
  /// What it is: `filter`.
  public let operation: String
  /// Rows so far; of a sink those written are `rowsIn`.
  public let rows: RowCounts
  /// No row with an earlier event time follows here: microseconds; nil where nothing is known.
  public let watermark: Int64?

  /// Makes a record.
  public init(name: String, operation: String, rows: RowCounts, watermark: Int64?) {
    self.name = name
    self.operation = operation
    self.rows = rows
    self.watermark = watermark
  }
}
