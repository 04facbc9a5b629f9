import Diagnosing
import Syntax

/// What a node does. An element that is a record or row is seen as its fields, one column each; an
/// element of another type is one column.
public enum Operation: Sendable {
  /// `from`.
  case source(SourceOperation)
  /// `into`.
  case sink(SinkOperation)
  /// One parameter.
  case map(TypedLambda)
  /// One parameter, a Boolean body.
  case filter(TypedLambda)
  /// One parameter, a list body.
  case flatMap(TypedLambda)
  /// One parameter; port 1 has `Failed` rows `input, error, operator`. With `failed: fail` or
  /// `failed: discard` port 1 does not exist.
  case tryMap(TypedLambda, failed: SecondResult)
  case union
  /// The earliest of each key, or the canonically least.
  case distinct(DistinctOperation)
  case join(JoinOperation)
  /// `group_by` and `aggregate`, or `aggregate` alone.
  case aggregate(AggregateOperation)
  /// `group_by(...).top(...)`, or `top` alone; the greatest first.
  case top(TopOperation)
  case sort([SortKey])
  /// Only after `sort`. A constant over the pipeline's parameters.
  case limit(TypedExpression)
  /// A constant fraction; by the whole element without a key.
  case sample(fraction: TypedExpression, by: TypedLambda?, salt: TypedExpression?)
  /// Port 0 has the fraction, port 1 the rest.
  case split(fraction: TypedExpression, by: TypedLambda?, salt: TypedExpression?)
  case check([CheckOperation])
  case discard

  // Time.

  /// Stamps every row with its event time.
  case timed(TimedOperation)
  /// Cuts a timed flow into windows; port 1 has the late rows, where they are bound.
  case window(WindowOperation)
  /// `group_by(...).scan(...)`; port 1 has the late rows, where they are bound.
  case scan(ScanOperation)
  /// `group_by(...).latest(...)`: the newest row of each key; port 1 has the late rows, where they are bound.
  case latest(LatestOperation)
  /// `group_by(...).rolling(...)`; port 1 has the late rows, where they are bound.
  case rolling(RollingOperation)

  // What the runtime gives and takes.

  /// The built-in flow `faults`, of `Fault` records.
  case faults
  /// `reply`.
  case reply(ReplyOperation)

  // Jobs and values: see `Job`. Each of these but `fail` and `choose` gives a value, not a flow.

  /// `flow.single()`: the only row.
  case single
  /// `flow.to_list(max:)`: the bound is a constant over the pipeline's parameters.
  case toList(max: TypedExpression)
  /// A call of a job task.
  case task(TaskOperation)
  /// The value of a `for`: what each pass gives, in order.
  case collect(CollectOperation)
  /// The rows of a value, as a table: the elements of a list, or the value alone.
  case rows(TypedExpression)
  /// Of two flows, the first where the condition holds, else the second.
  case choose(TypedExpression)
  /// `fail("text")` as a statement.
  case fail(TypedExpression)
}

/// Where the rows of a second result (failed, late) go.
public enum SecondResult: String, Hashable, Sendable {
  /// Both results are bound.
  case bound
  /// Counted and dropped.
  case discard
  /// The run, epoch or call fails.
  case fail
}

/// A `from` statement.
public struct SourceOperation: Sendable {
  /// The name in the pipeline.
  public let name: String
  /// Where the rows come from.
  public let connector: Connector
  /// How often a table of a stream or service is read again; a constant `Duration`.
  public let refresh: TypedExpression?
  /// How files of a stream grow.
  public let growth: FileGrowth?

  /// Makes a source.
  public init(
    name: String, connector: Connector, refresh: TypedExpression? = nil, growth: FileGrowth? = nil
  ) {
    self.name = name
    self.connector = connector
    self.refresh = refresh
    self.growth = growth
  }
}

/// How files that are read as a stream grow.
public struct FileGrowth: Sendable {
  /// How often they are looked at for what has been added; a constant `Duration`.
  public let every: TypedExpression
  /// The file that says, by being there, that nothing more will be added; a constant `String`.
  public let until: TypedExpression?

  /// Makes a growth.
  public init(every: TypedExpression, until: TypedExpression? = nil) {
    self.every = every
    self.until = until
  }
}

/// An `into` statement.
public struct SinkOperation: Sendable {
  /// The name in the pipeline.
  public let name: String
  /// Where the rows go.
  public let connector: Connector
  /// Whether the rows come sorted and must stay so.
  public let isOrdered: Bool
  /// What becomes of the rows that are there.
  public let write: WriteMode
  /// `publish: always`: visible even when the run is refused.
  public let publishesAlways: Bool
  /// The labels that may go out.
  public let allow: [Identifier]

  /// Makes a sink.
  public init(
    name: String, connector: Connector, isOrdered: Bool, write: WriteMode = .replace(by: nil),
    publishesAlways: Bool = false, allow: [Identifier] = []
  ) {
    self.name = name
    self.connector = connector
    self.isOrdered = isOrdered
    self.write = write
    self.publishesAlways = publishesAlways
    self.allow = allow
  }

  /// The same sink for rows that come sorted, or not.
  public func ordered(_ isOrdered: Bool) -> SinkOperation {
    SinkOperation(
      name: name, connector: connector, isOrdered: isOrdered, write: write, publishesAlways: publishesAlways,
      allow: allow)
  }
}

/// What becomes of the rows that a sink holds already.
public enum WriteMode: Sendable {
  case append
  /// All of them go, or only those that have one of the written keys.
  case replace(by: TypedLambda?)
  /// A row of the same key is replaced; one for which `delete` holds is removed.
  case upsert(by: TypedLambda, delete: TypedLambda?)
  /// The rows with these keys are removed.
  case delete(by: TypedLambda)
}

extension TypedLambda {
  /// The positions of the element's fields that it gives, alone or as a row; nil where it gives anything else.
  public var keyFields: [Int]? {
    if case .construct(let parts) = body.kind {
      let fields = parts.compactMap { field(of: $0) }
      return fields.count == parts.count ? fields : nil
    }
    return field(of: body).map { [$0] }
  }

  private func field(of expression: TypedExpression) -> Int? {
    switch expression.kind {
    case .field(let base, let index):
      if case .local(let local) = base.kind, local.id == parameters.first?.id { index } else { nil }
    case .rewrap(let inner), .some(let inner): field(of: inner)
    default: nil
    }
  }
}

/// A join of two flows: every pair that matches.
public struct JoinOperation: Sendable {
  /// What is kept.
  public enum Kind: String, Sendable {
    case inner = "join"
    case left = "left_join"
    case semi = "semi_join"
    case anti = "anti_join"
  }
  /// What is kept.
  public let kind: Kind
  /// The left element in `equalities`, `residual` and `select`.
  public let left: Local
  /// The right element in `equalities` and `residual`.
  public let right: Local
  /// At least one; the left part uses only `left`, the right only `right`. Both of one key type; an
  /// absent key equals nothing but is kept by `left_join` and `anti_join`.
  public let equalities: [(left: TypedExpression, right: TypedExpression)]
  /// The rest of the condition.
  public let residual: TypedExpression?
  /// Of `join` and `left_join`: two parameters; the right one is optional for `left_join`.
  public let select: TypedLambda?
  /// How far apart in time matches may be; without it any two rows match.
  public let time: JoinTime?
  /// Where late rows go; only with `time`, or a `latest` on the right, is anything late.
  public let late: SecondResult
  /// Where `late:` is said without `time`.
  public let lateOption: Span?

  /// Makes a join.
  public init(
    kind: Kind, left: Local, right: Local, equalities: [(left: TypedExpression, right: TypedExpression)],
    residual: TypedExpression?, select: TypedLambda?, time: JoinTime? = nil, late: SecondResult = .fail,
    lateOption: Span? = nil
  ) {
    self.time = time
    self.late = late
    self.lateOption = lateOption
    self.kind = kind
    self.left = left
    self.right = right
    self.equalities = equalities
    self.residual = residual
    self.select = select
  }
}

/// Grouped or whole aggregation.
public struct AggregateOperation: Sendable {
  /// The key of `group_by`; without one there is a single group, also over no rows.
  public let key: TypedLambda?
  /// Holds `g.key` in `result`.
  public let keyLocal: Local?
  /// Of a windowed flow: each window of each group has its own row.
  public let window: WindowLocals?
  /// What is computed for each group.
  public let calls: [AggregateCall]
  /// The row of a group, over `keyLocal` and the calls' locals.
  public let result: TypedExpression

  /// Makes an aggregation.
  public init(
    key: TypedLambda?, keyLocal: Local?, window: WindowLocals? = nil, calls: [AggregateCall],
    result: TypedExpression
  ) {
    self.key = key
    self.keyLocal = keyLocal
    self.window = window
    self.calls = calls
    self.result = result
  }
}

/// The aggregates of LANGUAGE.md 5.
public enum AggregateFunction: String, Sendable, CaseIterable {
  case count, sum, mean, min, max
  case minBy = "min_by"
  case maxBy = "max_by"
  case collect
  case countDistinct = "count_distinct"
  /// By event time: of timed flows only.
  case first, last
  case quantile, stddev, top, any, all
}

/// One `g.sum(...)` in an aggregate's lambda.
public struct AggregateCall: Sendable {
  /// Which aggregate.
  public let function: AggregateFunction
  /// Its lambda over the element; `count` has none, `minBy`, `maxBy` and `top` take the sort key here.
  public let argument: TypedLambda?
  /// The fraction of `quantile`, the `n` of `top`; constants over the pipeline's parameters.
  public let constant: TypedExpression?
  /// The conditions of `g.where(p)`, all of which hold.
  public let filters: [TypedLambda]
  /// Holds the value in the aggregation's result; its type is optional where the value may be absent.
  public let local: Local
  /// The call in the source.
  public let span: Span

  /// Makes a call.
  public init(
    function: AggregateFunction, argument: TypedLambda?, constant: TypedExpression?, filters: [TypedLambda],
    local: Local, span: Span
  ) {
    self.function = function
    self.argument = argument
    self.constant = constant
    self.filters = filters
    self.local = local
    self.span = span
  }
}

/// A key of `sort` or `top`.
public struct SortKey: Sendable {
  /// One parameter, the element.
  public let key: TypedLambda
  /// `desc(...)`; absent ones come last all the same.
  public let isDescending: Bool

  /// Makes a key.
  public init(key: TypedLambda, isDescending: Bool) {
    self.key = key
    self.isDescending = isDescending
  }
}

/// `top(n, by:, then:, ties:)`.
public struct TopOperation: Sendable {
  /// The key of `group_by`.
  public let group: TypedLambda?
  /// A constant over the pipeline's parameters.
  public let count: TypedExpression
  /// `by`, then `then`; greatest first unless `desc` turns it.
  public let keys: [SortKey]
  /// `ties: keep`: all rows whose keys equal the last one's.
  public let keepsTies: Bool
  /// Whether each window has its own rows.
  public let isWindowed: Bool

  /// Makes a top.
  public init(
    group: TypedLambda?, count: TypedExpression, keys: [SortKey], keepsTies: Bool, isWindowed: Bool = false
  ) {
    self.isWindowed = isWindowed
    self.group = group
    self.count = count
    self.keys = keys
    self.keepsTies = keepsTies
  }
}

/// A clause of `check`.
public struct CheckOperation: Sendable {
  /// What must hold.
  public enum Condition: Sendable {
    /// Inclusive bounds on the number of rows; constants over the pipeline's parameters.
    case rows(min: TypedExpression?, max: TypedExpression?)
    case unique(TypedLambda)
    /// The share of rows that must fulfil it; 1 without `at_least`.
    case every(TypedLambda, atLeast: TypedExpression?)
    /// An ungrouped aggregation whose result is a Boolean.
    case that(AggregateOperation)
  }
  /// What must hold.
  public let condition: Condition
  /// Whether it only reports.
  public let warns: Bool
  /// The clause as the user reads it: its source text, or the message given.
  public let description: String
  /// The clause in the source.
  public let span: Span

  /// Makes a clause.
  public init(condition: Condition, warns: Bool, description: String, span: Span) {
    self.condition = condition
    self.warns = warns
    self.description = description
    self.span = span
  }
}

extension Operation {
  /// Where the rows of its second result go; nil where there is none. `split` always has both.
  public var secondResult: SecondResult? {
    switch self {
    case .tryMap(_, let failed): failed
    case .window(let window): window.late
    case .scan(let scan): scan.late
    case .latest(let latest): latest.late
    case .rolling(let rolling): rolling.late
    case .distinct(let distinct): distinct.within == nil ? nil : distinct.late
    case .join(let join): join.time == nil && join.lateOption == nil ? nil : join.late
    default: nil
    }
  }
}

extension Operation {
  /// The operator's name in the source.
  public var name: String {
    switch self {
    case .source: "from"
    case .sink: "into"
    case .map: "map"
    case .filter: "filter"
    case .flatMap: "flat_map"
    case .tryMap: "try_map"
    case .union: "union"
    case .distinct: "distinct"
    case .join(let join): join.kind.rawValue
    case .aggregate: "aggregate"
    case .top: "top"
    case .sort: "sort"
    case .limit: "limit"
    case .sample: "sample"
    case .split: "split"
    case .check: "check"
    case .discard: "discard"
    case .timed: "timed"
    case .window: "window"
    case .scan: "scan"
    case .latest: "latest"
    case .rolling: "rolling"
    case .faults: "faults"
    case .reply: "reply"
    case .single: "single"
    case .toList: "to_list"
    case .task(let call): call.task.name
    case .collect: "for"
    case .rows: "rows"
    case .choose: "if"
    case .fail: "fail"
    }
  }
}
