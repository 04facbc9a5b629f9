import Diagnosing
import Syntax

extension Rule {
  static let absolutePath = Rule(
    "L963", "absolute-path", .robustness,
    "a path that only this machine has",
    """
    Paths are relative to the folder of `thalweg.yaml`, so that a program runs on any machine and for any colleague. \
    An absolute one runs here alone. Where the data lies elsewhere, let the profile bind another connector.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      /// Copies the orders.
      pipeline copy {
        from orders: Table<Order> = csv("/home/ada/orders.csv")
        into copied = csv("copied.csv") <- orders
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      /// Copies the orders.
      pipeline copy {
        from orders: Table<Order> = csv("data/orders.csv")
        into copied = csv("copied.csv") <- orders
      }
      """,
    checks: [
      .statement { statement, context in
        let connector: Expression
        switch statement.kind {
        case .from(_, _, let call): connector = call
        case .into(_, _, let call, _): connector = call
        default: return
        }
        guard let (name, arguments) = connector.namedCall, files.contains(name.text),
          let path = arguments.first?.value, case .string(let parts) = path.kind,
          case .text(let text)? = parts.first, text.hasPrefix("/") || text.hasPrefix("~")
        else { return }
        context.report(
          "this path is one of this machine", at: path.span, label: "not there on another",
          help: "write it relative to the folder of `thalweg.yaml`, or bind another connector in the profile")
      }
    ])

  private static let files: Set<String> = ["csv", "jsonl", "json", "parquet", "lines", "files"]
}
