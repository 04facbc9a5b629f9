import Diagnosing
import Syntax

extension Rule {
  static let redundantOption = Rule(
    "L986", "redundant-option", .style, mending: .safe,
    "an option that says what holds anyway",
    """
    `every(..., at_least: 1)`, `csv(..., header: true)`, `reply ... status 200` and their like repeat what holds \
    without them. Written out, they look as if something else were usual.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      /// Copies the orders.
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv", header: true)
        into copied = csv("copied.csv") <- orders
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      /// Copies the orders.
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv")
        into copied = csv("copied.csv") <- orders
      }
      """,
    checks: [
      .statement { statement, context in
        switch statement.kind {
        case .from(_, _, let connector): judge(connector.namedCall, context)
        case .into(_, _, let connector, _): judge(connector.namedCall, context)
        case .check(_, let clauses), .expectFlow(_, let clauses):
          for clause in clauses { judge((clause.name, clause.arguments), context) }
        default: break
        }
      }
    ])

  /// By the name of the connector or clause: each option with the value that holds without it.
  private static let usual: [String: [String: String]] = [
    "every": ["at_least": "1"],
    "csv": ["header": "true", "separator": "\",\"", "null": "\"\"", "quote": "\"\\\"\""],
    "stdin": ["header": "true", "separator": "\",\""],
    "stdout": ["header": "true", "separator": "\",\""],
  ]

  private static func judge(_ call: (name: Identifier, arguments: [Argument])?, _ context: FileContext) {
    guard let call, let usual = usual[call.name.text] else { return }
    for (index, argument) in call.arguments.enumerated() {
      guard let label = argument.label, let value = usual[label.text] else { continue }
      let text = context.text(argument.value.span)
      guard text == value || argument.value.numericValue.map({ Double(value) == $0 }) == true else {
        continue
      }
      let whole = label.span.through(argument.value.span)
      let before = index > 0 ? call.arguments[index - 1].value.span.end : nil
      let fixes = before.map { start in
        context.hasComment(start, whole.end)
          ? [] : [Fix("remove it", isSafe: true, edits: [Edit(context.span(start, whole.end), "")])]
      }
      context.report(
        "`\(label.text): \(text)` is what holds anyway", at: whole, label: "changes nothing",
        fixes: fixes ?? [])
    }
  }
}
