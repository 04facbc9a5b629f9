import Diagnosing
import Syntax

extension Rule {
  static let undocumentedPipeline = Rule(
    "L972", "undocumented-pipeline", .style, level: .note,
    "a pipeline without documentation",
    """
    A pipeline runs at night, and who is woken by it has not always written it. A line of `///` above it says what \
    it is for; plans, runs and the reference show it.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv")
        into copied = csv("copied.csv") <- orders
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      /// Copies the orders for the archive.
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv")
        into copied = csv("copied.csv") <- orders
      }
      """,
    checks: [
      .declaration { declaration, context in
        guard case .pipeline(let pipeline) = declaration.kind,
          declaration.documentation?.contains(where: { !$0.isWhitespace }) != true
        else { return }
        context.report(
          "nothing says what `\(pipeline.name.text)` is for", at: pipeline.name.span, label: "no `///` above",
          help: "say in a line of `///` above it what it is for")
      }
    ])
}
