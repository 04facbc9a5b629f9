import Diagnosing
import Syntax

extension Rule {
  static let unseededSynthetic = Rule(
    "L959", "unseeded-synthetic", .robustness, mending: .safe,
    "synthetic rows without a seed",
    """
    Without `seed:` the rows are others each time: a test that fails today passes tomorrow, and nobody can look at \
    the rows that broke it.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      /// Writes orders to try things with.
      pipeline make {
        from orders: Table<Order> = synthetic(1000)
        into made = csv("orders.csv") <- orders
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      /// Writes orders to try things with.
      pipeline make {
        from orders: Table<Order> = synthetic(1000, seed: 1)
        into made = csv("orders.csv") <- orders
      }
      """,
    checks: [
      .expression(.call) { expression, context in
        guard let (name, arguments) = expression.namedCall, name.text == "synthetic",
          let rows = arguments.first,
          !arguments.contains(where: { $0.label?.text == "seed" })
        else { return }
        context.report(
          "these rows are others each time", at: expression.span, label: "no `seed:`",
          fixes: [Fix("add `seed: 1`", isSafe: true, edits: [Edit(rows.value.span.endPoint, ", seed: 1")])])
      }
    ])
}
