import Columns
import Dataflow
import Synchronization

/// One execution of a graph with streams, in this process.
public struct StreamRun: Sendable {
  /// What runs.
  public let graph: Graph
  /// The pipeline's arguments: local id to a column of one row.
  public let parameters: [Int: Column]
  /// Bounded sources, by the name of the `from` statement: read before the streams.
  public let tables: [String: any RowSource]
  /// After how long some of them are read again, for what streams look up in them.
  public let refresh: [String: Duration]
  /// Unbounded sources, by the name of the `from` statement.
  public let streams: [String: any StreamSource]
  /// By the name of the `into` statement.
  public let sinks: [String: any EpochSink]
  /// How the machine is used.
  public let options: StreamOptions
  /// Where checkpoints and spools are kept.
  public let checkpoints: any CheckpointStore
  /// The run's name, stable over restarts.
  public let id: String

  /// Makes a run; nothing is opened yet.
  public init(
    id: String, graph: Graph, parameters: [Int: Column], tables: [String: any RowSource],
    refresh: [String: Duration] = [:], streams: [String: any StreamSource], sinks: [String: any EpochSink],
    options: StreamOptions,
    checkpoints: any CheckpointStore
  ) {
    self.id = id
    self.graph = graph
    self.parameters = parameters
    self.tables = tables
    self.refresh = refresh
    self.streams = streams
    self.sinks = sinks
    self.options = options
    self.checkpoints = checkpoints
  }
}

/// How a stream uses the machine, and how often what it does becomes visible.
public struct StreamOptions: Sendable {
  /// What ends an epoch.
  public enum EpochEnd: Sendable {
    /// So many nanoseconds, where anything has happened in them.
    case time(nanoseconds: Int)
    /// So many rounds.
    case rounds(Int)
  }

  /// Threads and morsels.
  public var run: RunOptions
  /// What ends an epoch.
  public var epochs: EpochEnd
  /// Bytes of input that a round takes at most, over all sources: bounds what is in memory besides state.
  public var roundBytes: Int

  /// Makes options.
  public init(
    run: RunOptions, epochs: EpochEnd = .time(nanoseconds: 1_000_000_000), roundBytes: Int = 16 << 20
  ) {
    self.run = run
    self.epochs = epochs
    self.roundBytes = max(1, roundBytes)
  }
}

/// How a stream came to its end.
public enum StreamEnd: Hashable, Sendable {
  /// All sources have ended: everything is visible.
  case complete
  /// It was asked to stop: the last checkpoint is where it goes on.
  case stopped
}

/// Steers a stream from outside.
public final class StreamControl: Sendable {
  let arrivals = Arrivals()
  let isStopping = Atomic<Bool>(false)

  /// Nothing is asked for.
  public init() {}

  /// Ends the epoch under way with a checkpoint, and stops.
  public func stop() {
    isStopping.store(true, ordering: .relaxed)
    arrivals.signal()
  }
}

/// What a stream is about, for those who watch; readable at any time from anywhere.
public final class StreamProgress: Sendable {
  /// At one moment.
  public struct Status: Sendable {
    /// The newest complete epoch; 0 before the first.
    public var epoch = 0
    /// Nanoseconds that the newest checkpoint took, from the barrier to visible output.
    public var checkpointTime = 0
    /// Nanoseconds from one epoch to the next.
    public var epochTime = 0
    /// Microseconds since 1970 at the newest complete epoch's end, by the machine's clock.
    public var committedAt: Int64 = 0
    /// By node: no row with an earlier event time follows; `Int64.min` where nothing is known.
    public var watermarks: [Int64] = []
    /// The share of time in which the driver had work: at 1 the sources wait for it.
    public var load = 0.0
    /// Rounds so far.
    public var rounds = 0
  }

  private let current = Mutex(Status())

  /// Nothing has happened.
  public init() {}

  /// The status now.
  public var status: Status { current.withLock { $0 } }

  func update(_ change: (inout Status) -> Void) { current.withLock { change(&$0) } }
}

extension StreamRun {
  /// Runs until all sources end or `control` says stop. Stops soon after the calling task is cancelled; the
  /// epoch under way is then lost, and comes again.
  public func run(
    progress: RunProgress, stream: StreamProgress, control: StreamControl
  ) async throws(RunFailure) -> StreamEnd {
    let context = RunContext(graph, parameters: parameters, options: options.run, progress: progress)
    return try await onOwnThread(context, wake: { control.arrivals.signal() }) { () throws(RunFailure) in
      try StreamDriver(self, context, stream, control).execute()
    }
  }
}
