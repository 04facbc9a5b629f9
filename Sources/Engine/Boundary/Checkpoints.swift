import Columns

/// All that a stream needs to go on after an epoch.
public struct Checkpoint: Sendable {
  /// From 1.
  public let epoch: Int
  /// By source and partition: where reading goes on.
  public let positions: [String: [String: String]]
  /// What operators hold, by the node's stable name.
  public let states: [String: OperatorState]
  /// The counters of each node, by its stable name: they go on over restarts.
  public let counters: [String: RunProgress.Node]
  /// No row with an earlier event time follows, at each node that knows, by its stable name: microseconds.
  public let watermarks: [String: Int64]
  /// Whether the run stops here, to go on later.
  public let isSavepoint: Bool

  /// Makes a checkpoint.
  public init(
    epoch: Int, positions: [String: [String: String]], states: [String: OperatorState],
    counters: [String: RunProgress.Node], watermarks: [String: Int64], isSavepoint: Bool = false
  ) {
    self.isSavepoint = isSavepoint
    self.epoch = epoch
    self.positions = positions
    self.states = states
    self.counters = counters
    self.watermarks = watermarks
  }
}

/// What one operator holds between two rounds.
public struct OperatorState: Sendable {
  /// What the rows of a section are, as far as a new version of the pipeline may change their fields.
  public enum Contents: Hashable, Sendable {
    /// The operator's own, such as keys, groups and times: the fields of its input are not among them.
    case own
    /// Elements of an input: their fields, or their one value, are the columns from this one on.
    case elements(input: Int, from: Int = 0)
    /// States of a `scan`: their fields, or their one value, are the columns from this one on.
    case states(from: Int = 0)
  }

  /// A part of it that changes, or not, on its own.
  public struct Section: Sendable {
    /// Unique among the operator's sections: `shard 17`, `window 1436918400000000`.
    public let name: String
    /// Grows whenever what it holds changes: a section of the same name and version need not be written again.
    public let version: Int
    /// What it holds, tags and all.
    public let rows: Batch
    /// What its rows are; a section that does not say can't be given new fields.
    public let contents: Contents?

    /// Makes a section.
    public init(_ name: String, version: Int, rows: Batch, contents: Contents? = nil) {
      self.contents = contents
      self.name = name
      self.version = version
      self.rows = rows
    }
  }

  /// In any order.
  public var sections: [Section]

  /// Makes a state.
  public init(_ sections: [Section] = []) { self.sections = sections }
}

/// Keeps checkpoints and spools of one run. Called by one thread at a time.
public protocol CheckpointStore: Sendable {
  /// The newest complete checkpoint, its states read back; nil for a run that begins.
  func latest() throws -> Checkpoint?
  /// A place for an epoch's rows of one sink; rows of an attempt that failed are dropped.
  func spool(sink: String, epoch: Int) throws -> any Spool
  /// What was spooled of an epoch that is complete but perhaps not applied.
  func spooled(sink: String, epoch: Int) throws -> any SpooledChunks
  /// Makes a checkpoint durable: when it returns the epoch is complete, and what its spools hold will be
  /// applied.
  func commit(_ checkpoint: Checkpoint) throws
  /// All sinks have applied the epoch: older checkpoints and its spools may go.
  func applied(_ epoch: Int) throws
  /// Whether all sinks have applied the newest checkpoint's epoch.
  func isApplied(_ epoch: Int) throws -> Bool
}

/// Encoded rows of one sink and one epoch. Appended by one thread at a time.
public protocol Spool: SpooledChunks {
  /// Adds a chunk.
  func append(_ chunk: [UInt8]) throws
  /// All chunks are in: they survive a crash from here on.
  func finish() throws
}
