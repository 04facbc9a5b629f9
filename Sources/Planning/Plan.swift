import Dataflow
import Semantics

/// How a graph is to run: which operators go together, what moves between them, what each holds in memory, and
/// what the outputs promise. One structure for all modes: what runs together is called a job in a batch, a
/// fragment in a stream, a component in a service.
public struct Plan: Sendable {
  /// The pipeline's name.
  public let pipeline: String
  /// What the pipeline's documentation says.
  public let documentation: String?
  /// How it runs.
  public let mode: RunOptions.Mode
  /// In declaration order.
  public internal(set) var parameters: [Parameter]
  /// In topological order; a job's id is its position, from 1.
  public let jobs: [Job]
  /// What jobs depend on to run at all or many times; a region's id is its position, from 1.
  public let regions: [Region]
  /// The tasks that are called.
  public let tasks: [TaskPool]
  /// What comes in.
  public let sources: [Source]
  /// What goes out.
  public let sinks: [Sink]
  /// What answers a call; of services only.
  public let replies: [Reply]
  /// What the event times are, and how long is waited for rows.
  public let watermarks: [Watermark]
  /// What `run` says.
  public let settings: [Setting]
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
    /// The kind of flow as written: `Table<Order>`.
    public let type: String
    /// How often a table beside a stream or a call is read again.
    public let refresh: String?
    /// How often files of a stream are looked at for what has been added.
    public let every: String?
    /// The file that ends such a stream.
    public let until: String?
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
    /// Whether it appears even when the run is refused.
    public let publishesAlways: Bool
  }

  /// A `reply` statement.
  public struct Reply: Hashable, Sendable {
    /// The HTTP status.
    public let status: Int
    /// The type of a record of the answer.
    public let type: String
  }

  /// Where event times come from.
  public struct Watermark: Hashable, Sendable {
    /// The operator's stable name.
    public let name: String
    /// The time, and how long is waited.
    public let text: String
  }

  /// An option of `run`.
  public struct Setting: Hashable, Sendable {
    /// The option's name.
    public let name: String
    /// Its value as written.
    public let value: String
  }

  /// The same plan, told with which values it is to run.
  public func given(_ values: [String: String]) -> Plan {
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

  /// `batch`, `stream` or `service`.
  public var modeName: String { mode.rawValue }

  /// What runs together: `job`, `fragment` or `component`.
  public var unit: String {
    switch mode {
    case .batch: "job"
    case .stream: "fragment"
    case .service: "component"
    }
  }
}
