import Diagnosing
import Semantics
import Syntax

extension Rule {
  static let distinctAfterGroup = Rule(
    "L935", "distinct-after-group", .performance, mending: .safe,
    "`distinct` after a group with that very key",
    """
    `group_by(...).aggregate(...)` gives one row for each key, and the key is in the row: no two rows are the same. \
    A `distinct` behind it looks for doubles that can't be there.
    """,
    bad: """
      record Order { id: Int, shop: String, amount: Int }
      record Total { shop: String, amount: Int }
      fn totals(orders: Table<Order>) -> Table<Total> {
        orders
          .group_by(o -> o.shop)
          .aggregate(g -> Total { shop: g.key, amount: g.sum(o -> o.amount) })
          .distinct()
      }
      """,
    good: """
      record Order { id: Int, shop: String, amount: Int }
      record Total { shop: String, amount: Int }
      fn totals(orders: Table<Order>) -> Table<Total> {
        orders
          .group_by(o -> o.shop)
          .aggregate(g -> Total { shop: g.key, amount: g.sum(o -> o.amount) })
      }
      """,
    checks: [
      .method(["distinct"]) { call, context in
        guard let place = context.bodies.step(at: call.name.span),
          case .distinct(let distinct) = place.operation,
          let source = place.input(), case .aggregate(let aggregate) = source.operation,
          let group = aggregate.keyLocal, case .construct(let values) = aggregate.result.kind
        else { return }
        let holders = values.indices.filter { values[$0].isLocal(group) }
        if let key = distinct.by {
          guard case .field(_, let index) = key.body.kind, holders.contains(index) else { return }
        } else {
          guard !holders.isEmpty else { return }
        }
        let link = call.link
        context.report(
          "there are no doubles to drop: each key has one row", at: call.name.span, label: "drops nothing",
          labels: [Label(source.step.span, "gives one row for each key")],
          fixes: context.hasComment(link.start, link.end)
            ? [] : [Fix("remove the `distinct`", isSafe: true, edits: [Edit(link, "")])])
      }
    ])
}
