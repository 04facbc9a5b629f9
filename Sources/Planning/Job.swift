/// Operators that run fused, row after row, between two exchanges. It is the unit that a backend runs, retries and
/// reports on.
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
  /// What it is in a service.
  public let role: Role
  /// The id of the region that it is in.
  public let region: Int?
  /// The values of other jobs that its expressions, or those of its region, use.
  public let uses: [ValueUse]
  /// The values that it gives, with their types.
  public let gives: [String]
  /// The ids of jobs that it waits for without using what they give: those of a `for` whose values it collects.
  public let waits: [Int]

  /// Whether no rows pass through it: a call of a task, the values of a `for`, a failure.
  public let isWithoutRows: Bool

  /// What a job is besides its steps.
  public enum Role: String, Hashable, Sendable {
    /// It computes.
    case work
    /// It takes in the calls of a service.
    case gateway
    /// It reads a table that a stream or a service looks into.
    case table
  }

  /// A value of another job.
  public struct ValueUse: Hashable, Sendable {
    /// The id of the job that gives it.
    public let from: Int
    /// What it is called.
    public let name: String
  }

  /// The jobs that must have begun, or be done, for this one to go on.
  public var dependencies: [Int] {
    Array(Set(inputs.map(\.from) + uses.map(\.from) + waits)).sorted()
  }

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

/// Why jobs run never or many times: an `if` or a `for`.
public struct Region: Hashable, Sendable {
  /// What it is.
  public enum Kind: String, Hashable, Sendable {
    /// Runs when its condition holds.
    case branch
    /// Runs once for each element.
    case loop
  }
  /// From 1, outer before inner.
  public let id: Int
  /// What it is.
  public let kind: Kind
  /// The condition or the lists, as one would write them.
  public let text: String
  /// Whether a pass may fail without the others.
  public let collectsFailures: Bool
  /// The id of the region around it.
  public let parent: Int?
}

/// A task and where it is called.
public struct TaskPool: Hashable, Sendable {
  /// The task's name.
  public let name: String
  /// What does the work: `python "embed.py:embed"`.
  public let work: String
  /// `pure`, `idempotent` or `external`.
  public let effect: String
  /// Whether each call is a job of its own.
  public let isJob: Bool
  /// Replicas, batches, limits and tries, each as one would write it.
  public let options: [String]
  /// The ids of the jobs that call it.
  public let callers: [Int]
}
