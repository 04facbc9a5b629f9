import Semantics

extension Rule {
  static let collectWholeTable = Rule(
    "L933", "collect-whole-table", .performance,
    "a whole table collected into one list",
    """
    Without `group_by`, `g.collect(...)` gathers a value of every row of the table into one list: a single row that \
    has to fit into memory and that no second core can help with. Group the rows, or compute what is wanted from the \
    list with an aggregate.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      record Amounts { amounts: List<Int> }
      fn amounts(orders: Table<Order>) -> Table<Amounts> {
        orders.aggregate(g -> Amounts { amounts: g.collect(o -> o.amount) })
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      record Median { amount: Int? }
      fn median(orders: Table<Order>) -> Table<Median> {
        orders.aggregate(g -> Median { amount: g.quantile(o -> o.amount, 0.5) })
      }
      """,
    checks: [
      .step { place, context in
        guard case .aggregate(let aggregate) = place.operation, aggregate.key == nil else { return }
        for call in aggregate.calls where call.function == .collect && call.filters.isEmpty {
          context.report(
            "the whole table is collected into one list", at: call.span, label: "a value of every row",
            help: "group the rows, or use an aggregate such as `quantile`, `top` or `count_distinct`")
        }
      }
    ])
}
