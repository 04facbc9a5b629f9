import Diagnosing
import Syntax

extension Rule {
  static let selfUnion = Rule(
    "L922", "self-union", .correctness,
    "a flow united with itself",
    """
    `a.union(a)` gives every row twice. Another flow was probably meant.
    """,
    bad: """
      record Order { id: Int }
      fn both(old: Table<Order>, new: Table<Order>) -> Table<Order> {
        old.union(old).anti_join(new, on: (a, b) -> a.id == b.id)
      }
      """,
    good: """
      record Order { id: Int }
      fn both(old: Table<Order>, new: Table<Order>) -> Table<Order> { old.union(new) }
      """,
    checks: [
      .method(["union"]) { call, context in
        guard let other = call.onlyArgument, context.sameText(call.receiver.span, other.span) else { return }
        context.report(
          "this flow is united with itself", at: other.span, label: "the same rows once more",
          labels: [Label(call.receiver.span, "this flow")], help: "name the other flow")
      }
    ])
}
