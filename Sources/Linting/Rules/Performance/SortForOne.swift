import Diagnosing
import Syntax

extension Rule {
  static let sortForOne = Rule(
    "L941", "sort-for-one", .performance,
    "a list sorted for its first or last element",
    """
    Sorting puts every element into its place, and all but one of them are not looked at. `min_by` and `max_by` find \
    it in one pass.
    """,
    bad: """
      record Bid { who: String, amount: Int }
      fn best(bids: List<Bid>) -> Bid? { bids.sort(by: b -> b.amount).last() }
      """,
    good: """
      record Bid { who: String, amount: Int }
      fn best(bids: List<Bid>) -> Bid? { bids.max_by(b -> b.amount) }
      """,
    checks: [
      .method(["first", "last"]) { call, context in
        guard call.arguments.isEmpty, let sort = call.receiver.method, sort.name.text == "sort" else {
          return
        }
        let name = call.name.text == "first" ? "min_by" : "max_by"
        context.report(
          "a list is sorted for one element of it", at: sort.name.span, label: "orders all of them",
          labels: [Label(call.name.span, "takes one")], help: "use `.\(name)(...)`")
      }
    ])
}
