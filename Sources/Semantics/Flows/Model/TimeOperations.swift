import Diagnosing

/// What a flow knows of event time.
public enum FlowTime: Hashable, Sendable {
  /// Its rows have none.
  case untimed
  /// Every row has one.
  case timed
  /// Cut into windows: only groups, aggregates and `top` may follow.
  case windowed
  /// A parameter of a function: as each call has it.
  case any

  /// What a flow made of both is.
  public func joined(with other: FlowTime) -> FlowTime {
    if self == other { return self }
    if self == .any { return other }
    if other == .any { return self }
    return .untimed
  }
}

/// `timed(f, delay:, idle:)`.
public struct TimedOperation: Sendable {
  /// The event time of a row; one parameter, a `Timestamp`.
  public let time: TypedLambda
  /// How far behind the greatest time seen a row may come; a constant `Duration`.
  public let delay: TypedExpression
  /// After so long without a row a partition is not waited for; a constant `Duration`.
  public let idle: TypedExpression?

  /// Makes a stamping.
  public init(time: TypedLambda, delay: TypedExpression, idle: TypedExpression?) {
    self.time = time
    self.delay = delay
    self.idle = idle
  }
}

/// How a timed flow is cut.
public enum WindowShape: Sendable {
  /// So long, aligned in this zone (UTC without one).
  case tumbling(TypedExpression, zone: TypedExpression?)
  /// So long, a new one `every` so often.
  case sliding(TypedExpression, every: TypedExpression)
  /// Of each key: until nothing came for so long.
  case session(gap: TypedExpression)

  /// The shape's name in the source.
  public var name: String {
    switch self {
    case .tumbling: "tumbling"
    case .sliding: "sliding"
    case .session: "session"
    }
  }
}

/// `window(shape, lateness:, late:)`.
public struct WindowOperation: Sendable {
  /// How the flow is cut.
  public let shape: WindowShape
  /// How long after its end a window still takes rows; a constant `Duration`, none means zero.
  public let lateness: TypedExpression?
  /// Where rows go that come later.
  public let late: SecondResult

  /// Makes a cut.
  public init(shape: WindowShape, lateness: TypedExpression?, late: SecondResult) {
    self.shape = shape
    self.lateness = lateness
    self.late = late
  }
}

/// The start and end of an aggregation's window, as its result uses them.
public struct WindowLocals: Sendable {
  /// `g.window.start`, a `Timestamp`.
  public let start: Local
  /// `g.window.end`, a `Timestamp`.
  public let end: Local

  /// Makes the locals of a window.
  public init(start: Local, end: Local) {
    self.start = start
    self.end = end
  }
}

/// `distinct(by:, within:)`.
public struct DistinctOperation: Sendable {
  /// By the whole element without a key.
  public let by: TypedLambda?
  /// How long after a survivor its key is dropped; a constant `Duration`.
  public let within: TypedExpression?
  /// Where late rows go; only with `within` is anything late.
  public let late: SecondResult

  /// Makes a choice of distinct rows.
  public init(by: TypedLambda?, within: TypedExpression? = nil, late: SecondResult = .fail) {
    self.by = by
    self.within = within
    self.late = late
  }
}

/// How far apart in time the two rows of a match may be.
public enum JoinTime: Sendable {
  /// At most so far, in either direction; a constant `Duration`.
  case within(TypedExpression)
  /// The newest right row that is not after the left one, nor older than that; a constant `Duration`,
  /// none for `forever`.
  case asOf(TypedExpression?)
}

/// `group_by(f).scan(init, (s, x) -> s, emit: (s, x) -> R, ttl:, late:)`.
public struct ScanOperation: Sendable {
  /// The key of `group_by`.
  public let key: TypedLambda
  /// The state before a key's first row; a constant over the pipeline's parameters.
  public let initial: TypedExpression
  /// The next state: two parameters, the state and the row.
  public let step: TypedLambda
  /// What goes out for each row: two parameters, the state after the row, and the row.
  public let emit: TypedLambda
  /// A key that had no row for so long is forgotten, in event time; a constant `Duration`.
  public let ttl: TypedExpression?
  /// Where late rows go.
  public let late: SecondResult

  /// Makes a scan.
  public init(
    key: TypedLambda, initial: TypedExpression, step: TypedLambda, emit: TypedLambda, ttl: TypedExpression?,
    late: SecondResult
  ) {
    self.key = key
    self.initial = initial
    self.step = step
    self.emit = emit
    self.ttl = ttl
    self.late = late
  }
}

/// `group_by(f).latest(ttl:, late:)`.
public struct LatestOperation: Sendable {
  /// The key of `group_by`.
  public let key: TypedLambda
  /// A key that had no row for so long is forgotten, in event time; a constant `Duration`.
  public let ttl: TypedExpression?
  /// Where late rows go.
  public let late: SecondResult

  /// Makes a choice of the newest.
  public init(key: TypedLambda, ttl: TypedExpression?, late: SecondResult) {
    self.key = key
    self.ttl = ttl
    self.late = late
  }
}

/// `group_by(f).rolling(d, (x, g) -> R, late:)`.
public struct RollingOperation: Sendable {
  /// The key of `group_by`.
  public let key: TypedLambda
  /// How far back a row's group reaches; a constant `Duration`.
  public let span: TypedExpression
  /// The row, in `result`.
  public let row: Local
  /// What is computed of the group of each row; `key` is that of `aggregate`, its result uses `row` too.
  public let aggregate: AggregateOperation
  /// Where late rows go.
  public let late: SecondResult

  /// Makes a rolling aggregation.
  public init(
    key: TypedLambda, span: TypedExpression, row: Local, aggregate: AggregateOperation, late: SecondResult
  ) {
    self.key = key
    self.span = span
    self.row = row
    self.aggregate = aggregate
    self.late = late
  }
}
