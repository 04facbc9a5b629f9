/// Records the lives of runs.
public protocol RunRecorder: Sendable {
  /// Records a run that is planned, with its jobs and its plan.
  /// - Throws: `.duplicate` where the id is taken.
  func create(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) async throws(StoreError)

  /// Records what changed, all of it or nothing, and once however often it is told.
  /// - Parameter batch: Numbers what an owner tells, from 1 and anew when the run is resumed, so that who does not know
  ///   whether it was recorded may tell it again. What comes behind something later is not recorded.
  /// - Returns: Whether the run was still under way; if not, nothing is recorded: a run that has ended stays
  ///   as it is.
  func update(_ run: RunID, _ changes: [RunChange], batch: Int64?) async throws(StoreError) -> Bool
}

extension RunRecorder {
  /// Records what changed, told once.
  public func update(_ run: RunID, _ changes: [RunChange]) async throws(StoreError) -> Bool {
    try await update(run, changes, batch: nil)
  }
}

/// Lets runs go on that have ended before all was done.
public protocol RunResumer: Sendable {
  /// Records that a run is planned again, as `run` says, with these jobs and this plan: it keeps its id, the
  /// time it was created and its rows so far. Jobs of an unchanged plan keep their tries.
  /// - Returns: Whether it was there to be resumed: it was stopped, has failed or was cancelled. Of several
  /// that
  ///   try at once, one is told so.
  func resume(_ run: RunRecord, jobs: [JobRecord], plan: PlanRecord) async throws(StoreError) -> Bool
}

/// Tells of runs.
public protocol RunReader: Sendable {
  /// The newest runs first.
  func runs(_ filter: RunFilter) async throws(StoreError) -> [RunRecord]

  /// The run of an id.
  func run(_ id: RunID) async throws(StoreError) -> RunRecord?

  /// The jobs of a run, in the plan's order.
  func jobs(of run: RunID) async throws(StoreError) -> [JobRecord]
}

/// Tells what happened to runs.
public protocol EventReader: Sendable {
  /// All that happened to a run, in order.
  func events(of run: RunID) async throws(StoreError) -> [RunEvent]
}

/// Tells of plans that were run.
public protocol PlanReader: Sendable {
  /// The plan of a run.
  func plan(of run: RunID) async throws(StoreError) -> PlanRecord?
}

/// A store of runs.
public typealias RunStore = RunRecorder & RunResumer & RunReader & EventReader & PlanReader & EpochStore

/// Which runs are wanted.
public struct RunFilter: Hashable, Sendable {
  /// Only those whose id begins so.
  public var prefix: String?
  /// Only those of this namespace.
  public var namespace: String?
  /// Only those of this pipeline.
  public var pipeline: String?
  /// Only those in one of these states.
  public var states: Set<RunState>?
  /// At most so many.
  public var limit: Int?

  /// Every run, unless told otherwise.
  public init(
    prefix: String? = nil, namespace: String? = nil, pipeline: String? = nil, states: Set<RunState>? = nil,
    limit: Int? = nil
  ) {
    self.prefix = prefix
    self.namespace = namespace
    self.pipeline = pipeline
    self.states = states
    self.limit = limit
  }
}

/// Something that changed in a run. Each also says that the owner was alive then.
public enum RunChange: Hashable, Sendable {
  case run(RunState, at: Moment, rowsIn: Int64, rowsOut: Int64, error: RunError?)
  /// Running begins a new try; other states end the newest one. A job that never began has no try.
  case job(
    Int, JobState, at: Moment, rowsIn: Int64, rowsOut: Int64, busy: Int64 = 0, error: RunError?)
  /// Rows of the run so far.
  case progress(at: Moment, rowsIn: Int64, rowsOut: Int64)
  /// Rows of a job's try so far.
  case jobProgress(Int, at: Moment, rowsIn: Int64, rowsOut: Int64)
  /// A call of a task has begun, or ended.
  case call(CallRecord, at: Moment)
  /// The run is planned again, and all its jobs wait; tries under way have failed.
  case again(at: Moment, error: RunError?)
  /// The run has ended with all that was under way.
  case close(RunState, at: Moment, error: RunError?)

  /// When.
  public var moment: Moment {
    switch self {
    case .run(_, let at, _, _, _), .job(_, _, let at, _, _, _, _), .progress(let at, _, _),
      .jobProgress(_, let at, _, _), .call(_, let at), .again(let at, _), .close(_, let at, _):
      at
    }
  }
}

/// Why a store can't do what it is asked.
public enum StoreError: Error, Hashable, Sendable {
  /// The file is no database, or damaged.
  case damaged(path: String, reason: String)
  /// A newer version has changed it.
  case newer(path: String)
  /// Another process holds it for longer than can be waited for.
  case busy(path: String)
  /// It can't be opened, read or written.
  case unusable(path: String, reason: String)
  /// The database can't be used.
  case unreachable(database: String, reason: String)
  /// The user of the database may not do this.
  case forbidden(database: String, reason: String)
  /// What needs a database has none.
  case noDatabase
  /// The database has no tables, or those of an older version.
  case unmigrated(database: String)
  /// The id is taken.
  case duplicate(RunID)
  /// The run is no longer this process's: it has ended, or another process goes on with it.
  case lostRun(RunID)

  /// Whether it may be otherwise soon.
  public var isPassing: Bool {
    switch self {
    case .busy, .unreachable: true
    default: false
    }
  }
}
