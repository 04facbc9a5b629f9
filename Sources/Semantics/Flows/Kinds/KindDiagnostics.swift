import Diagnosing

// The diagnostics of boundedness and event time: each points at the operator and at what makes it impossible.

extension Diagnostic {
  // MARK: Unbounded flows

  static func neverCompletes(
    _ operation: String, at span: Span, source: Span, rows: (element: Type, areGrouped: Bool), time: FlowTime
  ) -> Diagnostic {
    let timed = time == .timed ? "" : ".timed(c -> c.\(rows.element.firstTimestamp ?? "at"), delay: 10s)"
    let place = rows.areGrouped ? "group_by" : operation
    return Diagnostic(
      .neverCompletes, "`\(operation)` never completes on an unbounded flow", at: span,
      label: "needs a window in a stream plan", labels: [Label(source, "unbounded here")],
      fixes: [Fix("insert `\(timed).window(tumbling(1m), late: fail)` before `\(place)`")])
  }

  static func neverOrdered(_ operation: String, at span: Span, source: Span, help: String) -> Diagnostic {
    Diagnostic(
      .neverCompletes, "`\(operation)` never completes on an unbounded flow", at: span,
      label: "never sees the last row", labels: [Label(source, "unbounded here")], help: help)
  }

  static func joinOfStreams(_ operation: String, at span: Span, left: Span, right: Span) -> Diagnostic {
    let labels = [Label(left, left == right ? "unbounded here" : "the left side is unbounded here")]
    return Diagnostic(
      .joinOfStreams, "`\(operation)` of two unbounded flows needs a limit in time", at: span,
      label: "needs `within:` or `as_of:`",
      labels: left == right ? labels : labels + [Label(right, "the right side is unbounded here")],
      help: "say how far apart matches may be, as in `within: 1h, late: fail`; both flows must be timed")
  }

  static func neverUnmatched(_ operation: String, at span: Span, source: Span) -> Diagnostic {
    Diagnostic(
      .neverUnmatched, "`\(operation)` never knows that a row has no match: its right side does not end",
      at: span, label: "a match may always come", labels: [Label(source, "the right side is unbounded here")],
      help: "exchange the two sides, or time both and say how far apart matches may be: `within: 1h`")
  }

  static func stateForEver(_ operation: String, at span: Span, source: Span) -> Diagnostic {
    Diagnostic(
      .stateForEver, "`\(operation)` would keep every key of an unbounded flow for ever", at: span,
      label: "needs `ttl:`", labels: [Label(source, "unbounded here")],
      help: "say after how long without a row, in event time, a key is forgotten: `ttl: 1d`")
  }

  static func afterLatest(_ operation: Operation, at span: Span, latest: Span, source: Span) -> Diagnostic {
    let isSink = operation.isSink
    return Diagnostic(
      .afterLatest,
      isSink
        ? "rows of `latest` replace each other, and this sink keeps them all"
        : "`\(operation.name)` can't follow `latest` on an unbounded flow: its rows replace each other",
      at: span, label: isSink ? "needs `write: upsert(by: ...)`" : "would take each row for a new one",
      labels: [Label(latest, "each row replaces its key's last one"), Label(source, "unbounded here")],
      help:
        "`latest` of an unbounded flow goes into a sink with `write: upsert(by: ...)`, or is the right side of a join"
    )
  }

  // MARK: Event time

  static func needsTimedFlow(_ operation: String, at span: Span, untimed: Label?) -> Diagnostic {
    Diagnostic(
      .needsTimedFlow, "`\(operation)` goes by event time, and this flow has none", at: span,
      label: "no `timed` above", labels: untimed.map { [$0] } ?? [],
      help: "say when each row happened, close to the source: `.timed(r -> r.at, delay: 10s)`")
  }

  static func joinInTimeOfUntimed(
    _ operation: String, _ option: String, _ side: String, at span: Span, _ untimed: Label?
  ) -> Diagnostic {
    Diagnostic(
      .needsTimedFlow, "`\(option):` compares event times, and the \(side) flow of `\(operation)` has none",
      at: span, label: "the \(side) flow is not timed", labels: untimed.map { [$0] } ?? [],
      help: "say when each of its rows happened, close to the source: `.timed(r -> r.at, delay: 10s)`")
  }

  static func joinWithLatestOfUntimed(_ operation: String, at span: Span, latest: Span, _ untimed: Label?)
    -> Diagnostic
  {
    Diagnostic(
      .needsTimedFlow, "a join with `latest` goes by the left row's time, and the left flow has none",
      at: span, label: "the left flow is not timed",
      labels: [Label(latest, "matches as of the left row's time")] + (untimed.map { [$0] } ?? []),
      help: "say when each of its rows happened, close to the source: `.timed(r -> r.at, delay: 10s)`")
  }

  static func timedTwice(at span: Span, first: Label?) -> Diagnostic {
    Diagnostic(
      .timedTwice, "this flow is timed already", at: span, label: "timed a second time",
      labels: first.map { [$0] } ?? [], help: "a row has one event time: drop one of the two `timed`")
  }

  static func timedTooLate(at span: Span, after operation: String, _ other: Span) -> Diagnostic {
    Diagnostic(
      .timedTooLate, "`timed` stands behind `\(operation)`, where the order of the source is lost", at: span,
      label: "too late for `timed`", labels: [Label(other, "mixes the source's rows")],
      help:
        "a row is late by what came before it in its partition: only operators on single rows and `union` stand above `timed`"
    )
  }

  static func unionOfTimes(_ operation: String, at span: Span, _ left: Label?, _ right: Label?) -> Diagnostic
  {
    Diagnostic(
      .unionOfTimes, "`\(operation)` of a timed flow and an untimed one", at: span,
      label: "both are timed, or neither", labels: [left, right].compactMap(\.self),
      help: "time both before, or do it behind: `a.union(b).timed(r -> r.at, delay: 10s)`")
  }

  static func afterWindow(_ operation: Operation, at span: Span, window: Label?) -> Diagnostic {
    let name = operation.name
    let message =
      switch operation {
      case .sink, .reply: "windows can't be written: they are no rows yet"
      default: "`\(name)` does not work on windows"
      }
    let help =
      switch operation {
      case .map, .filter, .flatMap, .tryMap, .sample, .split, .join, .union:
        "put `\(name)` before `window`, or behind the `aggregate`"
      case .scan, .latest, .rolling: "`\(name)` needs no window: it goes row by row"
      case .window: "cut what the first windows give: `.window(...).aggregate(...).window(...)`"
      default:
        "aggregate first: `.group_by(r -> r.key).aggregate(g -> row { g.key, g.window.start, n: g.count() })`"
      }
    return Diagnostic(
      .afterWindow, message, at: span, label: "only `group_by`, `aggregate` and `top` follow `window`",
      labels: window.map { [$0] } ?? [], help: help)
  }

  static func needsTime(_ aggregate: String, at span: Span, _ untimed: Label?) -> Diagnostic {
    Diagnostic(
      .needsTime, "`\(aggregate)` needs a timed flow: without a time no row comes first", at: span,
      label: "no `timed` above", labels: untimed.map { [$0] } ?? [],
      help: "take the row with the least or greatest time: `g.min_by(r -> r.at)`, `g.max_by(r -> r.at)`")
  }

  static func needsWindow(at span: Span, _ origin: Label? = nil) -> Diagnostic {
    Diagnostic(
      .needsTime, "these groups have no window", at: span, label: "no `window` above",
      labels: origin.map { [$0] } ?? [], help: "`g.window` is there after `.timed(...).window(...)`")
  }
}

extension Operation {
  fileprivate var isSink: Bool { if case .sink = self { true } else { false } }
}
