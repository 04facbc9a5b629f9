import Diagnosing
import Semantics

extension Rule {
  static let groupByIdentity = Rule(
    "L917", "group-by-identity", .correctness,
    "groups by the key that each row has for itself",
    """
    The field is marked `@key`: it tells one record from all others. A group by it has a single row, so the \
    aggregates have nothing to bring together, and there are as many groups as rows.
    """,
    bad: """
      record Order { id: Int @key, shop: String, amount: Int }
      record Total { id: Int, amount: Int }
      fn totals(orders: Table<Order>) -> Table<Total> {
        orders.filter(o -> o.amount > 0).group_by(o -> o.id).aggregate(g -> Total {
          id: g.key, amount: g.sum(o -> o.amount) })
      }
      """,
    good: """
      record Order { id: Int @key, shop: String, amount: Int }
      record Total { shop: String, amount: Int }
      fn totals(orders: Table<Order>) -> Table<Total> {
        orders.filter(o -> o.amount > 0).group_by(o -> o.shop).aggregate(g -> Total {
          shop: g.key, amount: g.sum(o -> o.amount) })
      }
      """,
    checks: [
      .step { place, context in
        guard case .aggregate(let aggregate) = place.operation, let key = aggregate.key,
          case .field(let base, let index) = key.body.kind, case .local = base.kind,
          case .record(let record) = base.type, index < record.fields.count, record.fields[index].isKey,
          record.fields.count(where: \.isKey) == 1, place.input()?.keepsRecordsApart == true
        else { return }
        let field = record.fields[index]
        context.report(
          "each group has one row: `\(field.name)` is the `@key` of `\(record.name)`", at: key.body.span,
          label: "different in every row", labels: [Label(field.span, "marked as the key here")],
          help: "group by what several rows share, or use `map`")
      }
    ])
}

extension StepPlace {
  /// Whether its rows are those of a source or parameter, each once.
  fileprivate var keepsRecordsApart: Bool {
    if case .parameter = step.kind { return true }
    switch operation {
    case .source: return true
    case .filter, .sort, .distinct, .limit, .sample: return input()?.keepsRecordsApart == true
    default: return false
    }
  }
}
