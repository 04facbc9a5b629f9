import Diagnosing
import Syntax

extension Rule {
  static let longPipeline = Rule(
    "L974", "long-pipeline", .style, level: .note,
    "a pipeline of very many statements",
    """
    More than 50 statements in one place are hard to follow and hard to test. Flow functions, `fn f(rows: Flow<A>) -> \
    Flow<B>`, are inlined into the plan: taking parts out costs nothing.
    """,
    bad: pipeline(51), good: pipeline(50),
    checks: [
      .declaration { declaration, context in
        guard case .pipeline(let pipeline) = declaration.kind, pipeline.statements.count > most else {
          return
        }
        context.report(
          "`\(pipeline.name.text)` has \(pipeline.statements.count) statements", at: pipeline.name.span,
          label: "hard to follow", help: "take parts of it out into functions over flows")
      }
    ])

  private static let most = 50

  private static func pipeline(_ statements: Int) -> String {
    let sinks = (1..<statements).map { "  into out_\($0) = csv(\"out-\($0).csv\") <- orders" }
    return """
      record Order { id: Int }
      /// Writes the orders many times.
      pipeline copies {
        from orders: Table<Order> = csv("orders.csv")
      \(sinks.joined(separator: "\n"))
      }
      """
  }
}
