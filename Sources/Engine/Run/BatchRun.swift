import Columns
import Dataflow

/// How a run uses the machine.
public struct RunOptions: Sendable {
  /// Threads that work; at least 1.
  public var workers: Int
  /// Rows in a morsel that the engine itself cuts (out of sorted rows, groups, matches).
  public var morselRows: Int
  /// Morsels that may be under way at once, for each worker: bounds what waits to be written in order.
  public var morselsPerWorker: Int
  /// Gives secrets their values by their names; where nobody knows them, as in tests, the name stands for it.
  public var secrets: @Sendable (String) -> String = { $0 }
  /// Calls the tasks of rows; nil where there are none.
  public var tasks: (any RowTasks)?
  /// An operator in place of that of a node: of a driver that feeds or empties it itself, or a wrong one, which a
  /// test must find.
  var substitute: (@Sendable (Int, RunContext) -> Operator?)?

  /// Makes options; the defaults fit a machine of `workers` cores.
  public init(workers: Int, morselRows: Int = 32_768, morselsPerWorker: Int = 4) {
    self.workers = max(1, workers)
    self.morselRows = max(1, morselRows)
    self.morselsPerWorker = max(1, morselsPerWorker)
  }
}

/// One execution of a bounded graph in this process: sources in, staged outputs out.
public struct BatchRun: Sendable {
  /// What runs.
  public let graph: Graph
  /// The pipeline's arguments: local id to a column of one row.
  public let parameters: [Int: Column]
  /// By the name of the `from` statement. A source gives a column for each field of its record, in order;
  /// for a field that `SourceNeeds` does not ask for it may give `Column.placeholder`.
  public let sources: [String: any RowSource]
  /// By the name of the `into` statement.
  public let sinks: [String: any RowSink]
  /// How the machine is used.
  public let options: RunOptions

  /// Makes a run; nothing is opened yet.
  public init(
    graph: Graph, parameters: [Int: Column], sources: [String: any RowSource], sinks: [String: any RowSink],
    options: RunOptions
  ) {
    self.graph = graph
    self.parameters = parameters
    self.sources = sources
    self.sinks = sinks
    self.options = options
  }
}

/// What a run leaves when it has read everything and every check has passed: outputs that are complete
/// but not visible. Exactly one of `publish` and `discard` is to be called.
public struct StagedRun: Sendable {
  /// An output, by the name of its `into` statement.
  public struct Output: Sendable {
    /// The name of the `into` statement.
    public let name: String
    /// Rows written.
    public let rows: Int
    let staged: any StagedOutput
  }

  /// In the graph's order.
  public let outputs: [Output]
  /// The `warn` clauses that did not hold.
  public let warnings: [FailedCheck]

  /// What several runs leave, as one.
  public init(joining runs: [StagedRun]) {
    outputs = runs.flatMap(\.outputs)
    warnings = runs.flatMap(\.warnings)
  }

  init(outputs: [Output], warnings: [FailedCheck]) {
    self.outputs = outputs
    self.warnings = warnings
  }

  /// Makes all outputs visible, one after the other. When one can't be, the rest are discarded.
  public func publish() throws(RunFailure) {
    for index in outputs.indices {
      do { try outputs[index].staged.publish() } catch {
        for rest in outputs[index...] { rest.staged.discard() }
        throw .output(name: outputs[index].name, error: error)
      }
    }
  }

  /// Removes all outputs.
  public func discard() {
    for output in outputs { output.staged.discard() }
  }
}

extension Column {
  /// Stands for a column that nothing reads: no memory, any number of rows.
  public static func placeholder(count: Int) -> Column { Column(count: count, storage: .structure([])) }
}
