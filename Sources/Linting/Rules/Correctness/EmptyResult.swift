import Syntax

extension Rule {
  static let emptyResult = Rule(
    "L921", "empty-result", .correctness,
    "an operator that lets nothing through",
    """
    `limit(0)`, `top(0, ...)`, `take(0)` and `sample(0)` give no row at all, and `sample(1)` gives all of them. A \
    number left over from a try is the usual reason.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      fn best(orders: Table<Order>) -> Table<Order> { orders.top(0, by: o -> o.amount) }
      """,
    good: """
      record Order { id: Int, amount: Int }
      fn best(orders: Table<Order>) -> Table<Order> { orders.top(10, by: o -> o.amount) }
      """,
    checks: [
      .method(["limit", "top", "take", "sample", "split"]) { call, context in
        guard let first = call.arguments.first, first.label == nil, let number = first.value.numericValue
        else {
          return
        }
        let isShare = call.name.text == "sample" || call.name.text == "split"
        if number == 0 {
          context.report(
            "`\(call.name.text)` of 0 gives nothing", at: first.value.span, label: "lets nothing through",
            help: "say how many are wanted")
        } else if isShare, number == 1 {
          context.report(
            "`\(call.name.text)` of 1 gives everything", at: first.value.span, label: "leaves nothing out",
            help: "say which share is wanted, or leave the operator out")
        }
      }
    ])
}
