import Diagnosing
import Syntax

extension Rule {
  static let uncheckedOutput = Rule(
    "L954", "unchecked-output", .robustness,
    "a dataset that is published without a check",
    """
    A dataset, an artifact or a database table is read by others, who take it for right. Without a `check` an empty \
    source or a broken join is published like any other result. `check flow { rows(min: 1) }` is a start: it refuses \
    the run, and what was published before stays.
    """,
    bad: """
      record Order { id: Int, amount: Int }
      /// Publishes the orders.
      pipeline publish {
        from orders: Table<Order> = csv("orders.csv")
        into published = dataset("shop/orders") <- orders
      }
      """,
    good: """
      record Order { id: Int, amount: Int }
      /// Publishes the orders.
      pipeline publish {
        from orders: Table<Order> = csv("orders.csv")
        check orders { rows(min: 1) }
        into published = dataset("shop/orders") <- orders
      }
      """,
    checks: [
      .declaration { declaration, context in
        guard case .pipeline(let pipeline) = declaration.kind else { return }
        var sinks: [(name: Identifier, flow: Expression)] = []
        for case .into(let name, _, let connector, let flow) in pipeline.statements.map(\.kind) {
          if let call = connector.namedCall, published.contains(call.name.text) { sinks.append((name, flow)) }
        }
        guard !sinks.isEmpty else { return }
        var origins = FlowOrigins()
        for statement in pipeline.statements { origins.add(statement) }
        for sink in sinks where !origins.isChecked(sink.flow) {
          context.report(
            "`\(sink.name.text)` is published without a check", at: sink.name.span,
            label: "whatever comes is published",
            help: "say what must hold: `check \(sink.flow.name ?? "flow") { rows(min: 1) }`")
        }
      }
    ])

  /// The connectors whose results others read.
  private static let published: Set<String> = ["dataset", "artifact", "postgres"]
}

/// Which flows of a pipeline come from which, by the names in their statements.
private struct FlowOrigins {
  private var origins: [String: Set<String>] = [:]
  private var checked: Set<String> = []

  mutating func add(_ statement: Statement) {
    switch statement.kind {
    case .bind(let names, _, let value):
      let used = value.usedNames
      for name in names { origins[name.text] = used }
    case .check(let flow, _):
      checked.formUnion(flow.usedNames)
    case .conditional(_, let then, let otherwise):
      for inner in then + otherwise { add(inner) }
    default: break
    }
  }

  /// Whether the flow, or one that it comes from or that comes from the same, is checked.
  func isChecked(_ flow: Expression) -> Bool {
    var waiting = Array(flow.usedNames)
    var seen: Set<String> = []
    while let name = waiting.popLast() {
      if checked.contains(name) { return true }
      if seen.insert(name).inserted { waiting += origins[name] ?? [] }
    }
    return false
  }
}
