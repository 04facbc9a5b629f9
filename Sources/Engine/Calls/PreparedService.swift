import Columns
import Dataflow
import Synchronization

/// A service made ready once: its operators are made and connected, its tables read, so that a call costs little.
/// Calls may come on any thread, and at once.
public final class PreparedService: Sendable {
  /// What runs.
  public let graph: Graph
  /// What its operators have done, over all calls.
  public let progress: RunProgress
  private let plan: CallPlan
  private let parameters: [Int: Column]
  private let sources: [String: any RowSource]
  private let options: RunOptions
  private let tables = Mutex<SharedTables?>(nil)
  private let idle: Mutex<[CallOperators]>

  /// Operators that wait for a call; more are made while more calls are under way.
  private static let mostIdle = 64

  /// Makes the operators of a service; reads nothing yet.
  /// - Parameters:
  ///   - parameters: The pipeline's arguments: local id to a column of one row.
  ///   - sources: The tables beside the request, by the name of the `from` statement.
  ///   - options: How the machine is used where tables are read. A call is worked off by the thread it comes on.
  public init(
    graph: Graph, parameters: [Int: Column], sources: [String: any RowSource], options: RunOptions,
    progress: RunProgress
  ) throws(RunFailure) {
    self.graph = graph
    self.progress = progress
    self.parameters = parameters
    self.sources = sources
    self.options = options
    plan = CallPlan(graph)
    idle = Mutex([])
    let first = try makeOperators()
    idle.withLock { $0.append(first) }
    for counters in progress.counters { counters.hasStarted.store(true, ordering: .relaxed) }
  }

  /// Reads the tables; from now on calls see this version. Calls under way keep theirs.
  public func load() async throws(RunFailure) {
    var options = options
    options.substitute = substitute(SharedTables.substitute(plan))
    let context = RunContext(graph, parameters: parameters, options: options, progress: progress)
    let version = try await onOwnThread(context) { [plan, sources] () throws(RunFailure) in
      try SharedTables(context, plan, sources)
    }
    tables.withLock { $0 = version }
  }

  /// Whether the tables have been read.
  public var isLoaded: Bool { tables.withLock { $0 != nil } }

  /// Answers a call: runs its rows through the operators. Nothing is written yet.
  /// - Parameters:
  ///   - rows: A column for each field of the request's record.
  ///   - deadline: Nanoseconds on the clock of `CallClock` when the call has taken too long.
  /// - Throws: `.cancelled` where the deadline has passed.
  public func call(_ rows: Batch, deadline: Int = .max) throws(RunFailure) -> CallResult {
    guard let version = tables.withLock({ $0 }) else { throw .cancelled }
    let operators: CallOperators
    if let waiting = idle.withLock({ $0.popLast() }) {
      operators = waiting
    } else {
      operators = try makeOperators()
    }
    defer {
      idle.withLock { idle in
        if idle.count < Self.mostIdle { idle.append(operators) }
      }
    }
    return try operators.call(rows, version, deadline: deadline)
  }

  /// The operators of this driver's own, before those that a test puts in.
  private func substitute(
    _ own: @escaping @Sendable (Int, RunContext) -> Operator?
  ) -> @Sendable (Int, RunContext) -> Operator? {
    let others = options.substitute
    return { index, context in own(index, context) ?? others?(index, context) }
  }

  private func makeOperators() throws(RunFailure) -> CallOperators {
    var options = RunOptions(workers: 1)
    options.substitute = substitute(CallOperators.substitute(plan))
    let context = RunContext(graph, parameters: parameters, options: options, progress: progress)
    return try CallOperators(context, plan)
  }
}

/// What a call gives.
public struct CallResult: Sendable {
  /// The rows of a `reply`.
  public struct Reply: Sendable {
    /// Its status.
    public let status: Int
    /// In the order of the request's, where every operator looks at one row at a time.
    public let rows: Batch
  }

  /// The rows of an `into`.
  public struct Written: Sendable {
    /// Its name.
    public let sink: String
    /// What is to be written before the answer goes out.
    public let rows: Batch
  }

  /// In the order of the pipeline.
  public let replies: [Reply]
  /// In the order of the pipeline.
  public let written: [Written]
  /// Rows that went to `faults`.
  public let faulted: Int
  /// The `warn` clauses that did not hold.
  public let warnings: [FailedCheck]
}

/// The clock of deadlines.
public enum CallClock {
  /// Nanoseconds that never go back.
  public static var now: Int { monotonicNanoseconds() }
}
