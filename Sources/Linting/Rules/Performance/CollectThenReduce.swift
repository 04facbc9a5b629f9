import Diagnosing
import Syntax

extension Rule {
  static let collectThenReduce = Rule(
    "L940", "collect-then-reduce", .performance,
    "a group collected to compute one value",
    """
    `g.collect(f)` keeps a value of every row of the group until the group is done. For its sum, its length, its \
    least or its greatest there is an aggregate, which keeps one number.
    """,
    bad: """
      record Order { id: Int, shop: String, amount: Int }
      record Total { shop: String, amount: Int }
      fn totals(orders: Table<Order>) -> Table<Total> {
        orders.group_by(o -> o.shop).aggregate(g -> Total {
          shop: g.key, amount: g.collect(o -> o.amount).sum() })
      }
      """,
    good: """
      record Order { id: Int, shop: String, amount: Int }
      record Total { shop: String, amount: Int }
      fn totals(orders: Table<Order>) -> Table<Total> {
        orders.group_by(o -> o.shop).aggregate(g -> Total {
          shop: g.key, amount: g.sum(o -> o.amount) })
      }
      """,
    checks: [
      .method(["len", "is_empty", "sum", "any", "all", "min_by", "max_by"]) { call, context in
        guard let collect = call.receiver.method, collect.name.text == "collect", collect.onlyArgument != nil
        else {
          return
        }
        let aggregate =
          call.name.text == "len" ? "count" : call.name.text == "is_empty" ? "any" : call.name.text
        context.report(
          "a whole group is collected for its `\(call.name.text)`", at: collect.name.span,
          label: "keeps a value of every row", labels: [Label(call.name.span, "makes one of them")],
          help: "use the aggregate: `g.\(aggregate)(...)`")
      }
    ])
}
