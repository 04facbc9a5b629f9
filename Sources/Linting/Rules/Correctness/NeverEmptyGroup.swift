import Diagnosing
import Semantics

extension Rule {
  static let neverEmptyGroup = Rule(
    "L923", "never-empty-group", .correctness,
    "a group asked whether it is empty",
    """
    A group is there because a row has its key: `g.count()` is 1 at least. Only `g.where(...)`, and a whole table \
    without `group_by`, may be empty. The condition was probably meant for one of these.
    """,
    bad: """
      record Order { shop: String, amount: Int }
      record Shop { shop: String, is_open: Bool }
      fn shops(orders: Table<Order>) -> Table<Shop> {
        orders.group_by(o -> o.shop).aggregate(g -> Shop { shop: g.key, is_open: g.count() > 0 })
      }
      """,
    good: """
      record Order { shop: String, amount: Int }
      record Shop { shop: String, is_open: Bool }
      fn shops(orders: Table<Order>) -> Table<Shop> {
        orders.group_by(o -> o.shop).aggregate(g -> Shop { shop: g.key, is_open: g.any(o -> o.amount > 0) })
      }
      """,
    checks: [
      .step { place, context in
        guard case .aggregate(let aggregate) = place.operation, aggregate.key != nil else { return }
        let counts = Set(aggregate.calls.filter { $0.function == .count && $0.filters.isEmpty }.map(\.local))
        if !counts.isEmpty { look(for: counts, in: aggregate.result, place, context) }
      }
    ])

  private static func look(
    for counts: Set<Local>, in expression: TypedExpression, _ place: StepPlace, _ context: FileContext
  ) {
    if case .binary(let name, let left, let right) = expression.kind, case .local(let local) = left.kind,
      counts.contains(local), case .int(let number)? = right.literal, let value = name.settledForCount(number)
    {
      context.report(
        "a group is never empty, so this is always `\(value)`", at: expression.span, label: "1 at least",
        labels: [Label(place.step.span, "makes a group only where there is a row")],
        help: "ask `g.where(...)` or `g.any(...)`")
    }
    expression.forEachChild { look(for: counts, in: $0, place, context) }
  }
}

extension TypedOperator {
  /// What the comparison of a count of 1 at least with a number gives, where it is always the same.
  fileprivate func settledForCount(_ number: Int64) -> Bool? {
    switch self {
    case .equal: number < 1 ? false : nil
    case .notEqual: number < 1 ? true : nil
    case .greater: number < 1 ? true : nil
    case .greaterOrEqual: number <= 1 ? true : nil
    case .less: number <= 1 ? false : nil
    case .lessOrEqual: number < 1 ? false : nil
    default: nil
    }
  }
}
