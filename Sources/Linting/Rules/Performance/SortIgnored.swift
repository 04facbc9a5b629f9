import Diagnosing
import Semantics
import Syntax

extension Rule {
  static let sortIgnored = Rule(
    "L934", "sort-ignored", .performance, mending: .safe,
    "a sort whose order nothing uses",
    """
    The order of rows counts for `limit`, for files and for replies. Groups, joins, `union`, `distinct`, `top`, \
    checks, another `sort`, and sinks that keep a set of rows, such as `dataset` and `postgres`, take rows in any \
    order: sorting before them is work for nothing.
    """,
    bad: """
      record Order { id: Int, shop: String, amount: Int }
      record Total { shop: String, amount: Int }
      fn totals(orders: Table<Order>) -> Table<Total> {
        orders.sort(by: o -> o.shop).group_by(o -> o.shop).aggregate(g -> Total {
          shop: g.key, amount: g.sum(o -> o.amount) })
      }
      """,
    good: """
      record Order { id: Int, shop: String, amount: Int }
      record Total { shop: String, amount: Int }
      fn totals(orders: Table<Order>) -> Table<Total> {
        orders.group_by(o -> o.shop).aggregate(g -> Total {
          shop: g.key, amount: g.sum(o -> o.amount) }).sort(by: t -> t.shop)
      }
      """,
    checks: [
      .method(["sort"]) { call, context in
        guard let place = context.bodies.step(at: call.name.span), case .sort = place.operation,
          !place.isResult
        else { return }
        let consumers = place.consumers
        guard !consumers.isEmpty, consumers.allSatisfy(\.ignoresOrder) else { return }
        let link = call.link
        context.report(
          "the order of this `sort` is not used", at: call.name.span, label: "sorts for nothing",
          labels: consumers.prefix(3).map { Label($0.step.span, "takes rows in any order") },
          fixes: context.hasComment(link.start, link.end)
            ? [] : [Fix("remove the `sort`", isSafe: true, edits: [Edit(link, "")])])
      }
    ])
}

extension StepPlace {
  /// Whether it gives the same, whatever the order of its rows.
  fileprivate var ignoresOrder: Bool {
    switch operation {
    case .aggregate, .top, .distinct, .join, .union, .sort, .check, .discard: true
    case .sink(let sink): ["dataset", "postgres", "kafka", "parquet"].contains(sink.connector.name)
    default: false
    }
  }
}
