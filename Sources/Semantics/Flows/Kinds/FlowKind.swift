import Diagnosing

/// What a flow is where it really comes from, through the functions that it passes. What is not known (a
/// parameter of a function that nobody calls yet, a flow that was reported) is never judged.
struct FlowKind {
  /// Where the source is declared that makes it unbounded; nil for a flow that ends, and where nobody knows.
  var unbounded: Span?
  /// What it knows of event time.
  var time: FlowTime
  /// Where its time comes from, or went.
  var timeOrigin: Label?
  /// The operator above it that mixed a source's rows, so that no `timed` can follow.
  var mixed: (name: String, span: Span)?
  /// The `latest` that gives it: the rows of an unbounded flow replace each other.
  var latest: Span?

  /// Nothing is known.
  static let unknown = FlowKind(unbounded: nil, time: .any)
}

extension Operation {
  /// Whether the rows of a source's partition go through one by one, in the order in which they came.
  private var keepsPartitions: Bool {
    switch self {
    case .source, .faults, .map, .filter, .flatMap, .tryMap, .sample, .split, .union, .choose, .rows: true
    default: false
    }
  }

  /// What its results are, given its inputs; `source` is where a source's kind is declared, if it is unbounded.
  func kinds(of inputs: [FlowKind], at span: Span, source: Span? = nil) -> [FlowKind] {
    let first = inputs.first
    let unbounded = source ?? inputs.lazy.compactMap(\.unbounded).first
    return times(of: inputs.map(\.time)).enumerated().map { port, time in
      var kind = FlowKind(unbounded: unbounded, time: time)
      kind.mixed = keepsPartitions ? inputs.lazy.compactMap(\.mixed).first : (name, span)
      if case .latest = self, port == 0 { kind.latest = span }
      kind.timeOrigin = timeOrigin(time, first, at: span)
      return kind
    }
  }

  private func timeOrigin(_ time: FlowTime, _ input: FlowKind?, at span: Span) -> Label? {
    if let input, input.time == time { return input.timeOrigin }
    switch time {
    case .any: return nil
    case .timed: return Label(span, "timed here")
    case .windowed: return Label(span, "cut into windows here")
    case .untimed: return Label(span, input == nil ? "has no event time" : "`\(name)` drops the event time")
    }
  }
}
