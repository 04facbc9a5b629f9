import Diagnosing
import Syntax

extension Rule {
  static let filterAfterSort = Rule(
    "L932", "filter-after-sort", .performance, mending: .safe,
    "a filter behind a sort",
    """
    The order of the rows that are kept is the same, but rows are sorted that are thrown away right after. Filter \
    first.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      fn large(orders: Table<Order>) -> Table<Order> {
        orders.sort(by: o -> o.amount).filter(o -> o.amount > 100)
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      fn large(orders: Table<Order>) -> Table<Order> {
        orders.filter(o -> o.amount > 100).sort(by: o -> o.amount)
      }
      """,
    checks: [
      .method(["filter"]) { call, context in
        guard let sort = call.receiver.method, sort.name.text == "sort" else { return }
        let hasComment = context.hasComment(sort.link.start, call.link.end)
        context.report(
          "rows are sorted that this filter throws away", at: call.name.span,
          label: "could stand before `sort`",
          labels: [Label(sort.name.span, "sorts them all")],
          fixes: hasComment
            ? []
            : [
              Fix(
                "filter first", isSafe: true,
                edits: [Edit(sort.link, context.text(call.link)), Edit(call.link, context.text(sort.link))])
            ])
      }
    ])
}
