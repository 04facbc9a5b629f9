import Diagnosing
import Syntax

extension Rule {
  static let checkAlwaysHolds = Rule(
    "L918", "check-always-holds", .correctness,
    "a check that asks for nothing",
    """
    `rows(min: 0)`, `every(..., at_least: 0)` and their like hold whatever the data is: they look like a guard and \
    are none. Ask for what must be true, or leave the clause out.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      /// Copies the orders.
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv")
        check orders { rows(min: 0) }
        into copied = csv("copied.csv") <- orders
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      /// Copies the orders.
      pipeline copy {
        from orders: Table<Order> = csv("orders.csv")
        check orders { rows(min: 1) }
        into copied = csv("copied.csv") <- orders
      }
      """,
    checks: [
      .statement { statement, context in
        switch statement.kind {
        case .check(_, let clauses), .expectFlow(_, let clauses):
          for clause in clauses { judge(clause, context) }
        default: break
        }
      }
    ])

  private static func judge(_ clause: CheckClause, _ context: FileContext) {
    func value(_ label: String) -> Expression? {
      clause.arguments.first { $0.label?.text == label }?.value
    }
    switch clause.name.text {
    case "rows":
      guard value("max") == nil, let least = value("min"), least.wholeNumber == 0 else { return }
      context.report(
        "this check always holds: there are never fewer than 0 rows", at: clause.span,
        label: "guards nothing",
        help: "write `rows(min: 1)` where there must be rows, or leave the clause out")
    case "every":
      guard let share = value("at_least"), let number = share.numericValue, number <= 0 else { return }
      context.report(
        "this check always holds: a share of 0 is always reached", at: share.span, label: "guards nothing",
        help: "say what share of the rows must fulfil it, or leave the clause out")
    default: break
    }
  }
}
