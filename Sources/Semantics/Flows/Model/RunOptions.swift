import Diagnosing

/// What `run MODE { }` says; constants all. What is not said is nil.
public struct RunOptions: Sendable {
  /// The asserted mode and where.
  public var mode: (name: Mode, span: Span)?
  /// When the scheduler starts runs.
  public var schedule: Schedule?
  /// Tries of the run after the first.
  public var retry: Int?
  /// Microseconds: of a run or of a call.
  public var timeout: Int64?
  /// Submitted runs go before what was submitted so many minutes earlier.
  public var priority: Int?
  /// How many submitted runs may be under way at once.
  public var concurrency: Concurrency?
  /// How many submitted runs may begin in a while.
  public var rate: Rate?
  /// Shards that work at once.
  public var parallelism: Int?
  /// Microseconds between checkpoints.
  public var checkpoint: Int64?
  /// What every sink must promise.
  public var delivery: Delivery?
  /// The TCP port of a service.
  public var port: Int?
  /// Calls that may be in work at once.
  public var maxInFlight: Int?

  /// Nothing is said.
  public init() {}

  /// The ways in which plans run.
  public enum Mode: String, Hashable, Sendable, CaseIterable {
    case batch, stream, service
  }

  /// How often a row may appear at a sink.
  public enum Delivery: String, Hashable, Sendable, CaseIterable {
    case atLeastOnce = "at_least_once"
    case exactlyOnce = "exactly_once"
  }

  /// So many at once: of all runs, or of those with one value of a parameter.
  public struct Concurrency: Hashable, Sendable {
    /// So many.
    public let size: Int
    /// The parameter.
    public let parameter: String?
  }

  /// So many begin in any period of this length.
  public struct Rate: Hashable, Sendable {
    /// So many.
    public let size: Int
    /// Microseconds.
    public let period: Int64
  }

  /// When runs start, and with what arguments.
  public struct Schedule: Sendable {
    /// What starts a run.
    public enum Trigger: Sendable {
      /// A cron expression of five fields, in an IANA zone.
      case cron(String, zone: String)
      /// Publication of a version of this dataset.
      case dataset(String)
    }
    /// What becomes of times at which no worker was there to start a run.
    public enum Missed: String, Hashable, Sendable, CaseIterable {
      /// Each has its run, late.
      case all
      /// The last of them has its run.
      case latest
      /// None has.
      case skip
    }
    /// What starts a run.
    public let trigger: Trigger
    /// What becomes of times that were missed.
    public let missed: Missed
    /// The pipeline's arguments: one parameter, the planned `Timestamp` or the publication; gives a row.
    public let arguments: TypedLambda?
    /// The word `cron` or `on`.
    public let span: Span

    /// Makes a schedule.
    public init(trigger: Trigger, missed: Missed = .latest, arguments: TypedLambda?, span: Span) {
      self.trigger = trigger
      self.missed = missed
      self.arguments = arguments
      self.span = span
    }
  }
}
