import Diagnosing
import Semantics

extension Rule {
  static let unboundedKey = Rule(
    "L924", "unbounded-key", .correctness,
    "a key of a stream that is never the same twice",
    """
    Per key a stream keeps a state: of `scan`, of `latest`, of each open window. A `Timestamp`, a `Duration` or a \
    `Uuid` is another one in nearly every record, so each record opens a group of its own: nothing is brought \
    together, and the state grows with the traffic. Group by what several records share, `at.truncate(1h)` or the \
    user, or use `map`.
    """,
    bad: """
      record Click { id: Uuid, user: String, at: Timestamp }
      record Clicks { id: Uuid, clicks: Int }
      fn counts(clicks: Stream<Click>) -> Stream<Clicks> {
        clicks
          .timed(c -> c.at, delay: 10s)
          .window(tumbling(1h), late: fail)
          .group_by(c -> c.id)
          .aggregate(g -> Clicks { id: g.key, clicks: g.count() })
      }
      """,
    good: """
      record Click { id: Uuid, user: String, at: Timestamp }
      record Clicks { user: String, clicks: Int }
      fn counts(clicks: Stream<Click>) -> Stream<Clicks> {
        clicks
          .timed(c -> c.at, delay: 10s)
          .window(tumbling(1h), late: fail)
          .group_by(c -> c.user)
          .aggregate(g -> Clicks { user: g.key, clicks: g.count() })
      }
      """,
    checks: [
      .step { place, context in
        guard place.step.bound == .stream, let key = place.groupKey else { return }
        let parts: [TypedExpression] =
          if case .construct(let values) = key.body.kind { values } else { [key.body] }
        // A value that is computed may well be rounded.
        guard let part = parts.first(where: { $0.type.isNeverTheSame && $0.isField }) else { return }
        context.report(
          "each record has its own `\(part.type)`, so each is a group of its own", at: part.span,
          label: "never the same twice", labels: [Label(place.step.span, "keeps a state for each group")],
          help: "group by what several records share, or round a time: `.truncate(1h)`")
      }
    ])
}

extension StepPlace {
  /// The key of the operator's groups.
  fileprivate var groupKey: TypedLambda? {
    switch operation {
    case .aggregate(let aggregate): aggregate.key
    case .top(let top): top.group
    case .scan(let scan): scan.key
    case .latest(let latest): latest.key
    case .rolling(let rolling): rolling.key
    default: nil
    }
  }
}

extension TypedExpression {
  fileprivate var isField: Bool {
    switch kind {
    case .field: true
    case .local: true
    default: false
    }
  }
}

extension Type {
  /// Whether its values tell nearly every record from every other.
  fileprivate var isNeverTheSame: Bool {
    switch self {
    case .timestamp, .uuid, .duration: true
    case .optional(let inner): inner.isNeverTheSame
    case .distinct(let distinct): distinct.raw.isNeverTheSame
    default: false
    }
  }
}
