import Dataflow
import Semantics

/// How a bounded graph is to run: which operators go together as jobs, what moves between them, what each
/// holds in memory, and what the outputs promise.
public struct BatchPlan: Sendable {
  /// The pipeline's name.
  public let pipeline: String
  /// What the pipeline's documentation says.
  public let documentation: String?
  /// In declaration order.
  public internal(set) var parameters: [Parameter]
  /// In topological order; a job's id is its position, from 1.
  public let jobs: [Job]
  /// What comes in.
  public let sources: [Source]
  /// What goes out.
  public let sinks: [Sink]
  /// Into how many shards a hash exchange cuts the keys.
  public let virtualShards: Int
  /// SHA-256 over what the plan does: 64 hexadecimal digits. Independent of layout, comments and machine.
  public let hash: String

  /// A parameter of the pipeline.
  public struct Parameter: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The type as written.
    public let type: String
    /// The default as text; without one the parameter must be given.
    public let defaultValue: String?
    /// The value that was given, as text; not part of the hash.
    public var value: String?
  }

  /// A `from` statement.
  public struct Source: Hashable, Sendable {
    /// The name in the pipeline.
    public let name: String
    /// The connector's name.
    public let connector: String
    /// The path as written; none for standard input.
    public let path: String?
    /// Whether the same rows can be read again.
    public let isReplayable: Bool
  }

  /// An `into` statement.
  public struct Sink: Hashable, Sendable {
    /// The name in the pipeline.
    public let name: String
    /// The connector's name.
    public let connector: String
    /// The path as written; none for standard output.
    public let path: String?
    /// What the connector promises.
    public let promise: DeliveryPromise
  }

  /// The same plan, told with which values it is to run.
  public func given(_ values: [String: String]) -> BatchPlan {
    var plan = self
    for index in parameters.indices { plan.parameters[index].value = values[parameters[index].name] }
    return plan
  }

  /// The job of an id of this plan.
  public func job(_ id: Int) -> Job { jobs[id - 1] }

  /// The weakest promise of any sink; what the pipeline as a whole promises.
  public var promise: DeliveryPromise { sinks.map(\.promise).min() ?? .transactional }

  /// The first digits of the hash, for people.
  public var shortHash: String { String(hash.prefix(12)) }
}

/// A fragment: operators that run fused, row after row, between two exchanges. It is the unit that a backend
/// runs, retries and reports on.
public struct Job: Sendable {
  /// From 1, in topological order.
  public let id: Int
  /// Stable: the name of the operator that it begins with.
  public let name: String
  /// Indices into `Graph.nodes`, in order. Every node of the graph is in exactly one job.
  public let nodes: [Int]
  /// What each of `nodes` does.
  public let steps: [Step]
  /// The results of other jobs that it reads.
  public let inputs: [Exchange]

  /// The jobs that must have begun, or be done, for this one to go on.
  public var dependencies: [Int] { Array(Set(inputs.map(\.from))).sorted() }

  /// What it holds, of all its steps; empty for a job that streams.
  public var held: [HeldState] { steps.compactMap(\.holds) }
}

/// An operator within a job, for people.
public struct Step: Hashable, Sendable {
  /// The operator's stable name.
  public let name: String
  /// The operator's word in the language: `from`, `filter`, `left_join`.
  public let operation: String
  /// What it does, in a few words.
  public let detail: String
  /// What it holds in memory.
  public let holds: HeldState?
}

/// Rows that move from one job to another.
public struct Exchange: Hashable, Sendable {
  /// How they are spread over the shards of the reader.
  public enum Kind: Hashable, Sendable {
    /// Each shard to one shard.
    case forward
    /// By the hash of this key.
    case hash(String)
    /// All rows to every shard.
    case broadcast
    /// All rows to one shard.
    case gather
  }
  /// The id of the job that gives them.
  public let from: Int
  /// The name of the operator that gives them.
  public let producer: String
  /// The name of the operator that takes them.
  public let consumer: String
  /// How they are spread.
  public let kind: Kind
}

extension Exchange.Kind: CustomStringConvertible {
  /// The kind's word.
  public var word: String {
    switch self {
    case .forward: "forward"
    case .hash: "hash"
    case .broadcast: "broadcast"
    case .gather: "gather"
    }
  }

  /// The word, with the key of a hash.
  public var description: String {
    if case .hash(let key) = self { "by \(key)" } else { word }
  }
}

/// What an operator keeps in memory while it runs.
public enum HeldState: Hashable, Sendable {
  /// The right side of a join, named by the operator that gives it.
  case rightSide(of: String)
  /// One row a group; all values of the groups for the aggregates named.
  case groups(keepingValuesOf: [String])
  /// One key a row.
  case keys
  /// Every row.
  case rows
  /// So many rows; a group each where grouped.
  case greatest(count: String, isGrouped: Bool)

  /// How it grows with the input.
  public enum Growth: String, Hashable, Sendable {
    case constant
    case groups
    case rows
  }

  /// How it grows with the input.
  public var growth: Growth {
    switch self {
    case .groups(let values): values.isEmpty ? .groups : .rows
    case .greatest(_, let isGrouped): isGrouped ? .groups : .constant
    case .rightSide, .keys, .rows: .rows
    }
  }
}

extension HeldState: CustomStringConvertible {
  /// "one row a group".
  public var description: String {
    switch self {
    case .rightSide(let side): "every row of `\(side)`"
    case .groups(let values) where values.isEmpty: "one row a group"
    case .groups(let values):
      "one row a group and every value of \(values.map { "`\($0)`" }.joined(separator: ", "))"
    case .keys: "one key a row"
    case .rows: "every row"
    case .greatest(let count, let isGrouped): isGrouped ? "\(count) rows a group" : "\(count) rows"
    }
  }
}
