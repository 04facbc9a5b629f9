import Diagnosing
import Semantics

extension Rule {
  static let filterAfterJoin = Rule(
    "L930", "filter-after-join", .performance,
    "a filter after a join that could stand before it",
    """
    The condition looks only at fields that come unchanged from one side of the join. Filtered before, the rows that \
    are thrown away need not be matched: the join has less to keep and to compare.
    """,
    bad: """
      record Order { id: Int, shop: String, amount: Int }
      record Shop { name: String, city: String }
      record Sale { id: Int, city: String, amount: Int }
      fn large(orders: Table<Order>, shops: Table<Shop>) -> Table<Sale> {
        orders
          .join(shops, on: (o, s) -> o.shop == s.name, select: (o, s) -> Sale { o.id, s.city, o.amount })
          .filter(s -> s.amount > 100)
      }
      """,
    good: """
      record Order { id: Int, shop: String, amount: Int }
      record Shop { name: String, city: String }
      record Sale { id: Int, city: String, amount: Int }
      fn large(orders: Table<Order>, shops: Table<Shop>) -> Table<Sale> {
        orders
          .filter(o -> o.amount > 100)
          .join(shops, on: (o, s) -> o.shop == s.name, select: (o, s) -> Sale { o.id, s.city, o.amount })
      }
      """,
    checks: [
      .step { place, context in
        guard case .filter(let condition) = place.operation, let source = place.input(),
          case .join(let join) = source.operation, source.consumers.count == 1, !source.isResult,
          let parameter = condition.parameters.first
        else { return }
        let origins: [Local]
        if let select = join.select {
          guard let copies = condition.body.fieldsCopied(of: parameter, by: select) else { return }
          origins = copies
        } else {
          // `semi_join` and `anti_join` keep the left row as it is.
          origins = condition.body.contains { $0.isLocal(parameter) } ? [join.left] : []
        }
        let left = join.select?.parameters.first ?? join.left
        let isLeft = !origins.isEmpty && origins.allSatisfy { $0 == left }
        // A right row that is missing is a row all the same in `left_join`.
        let isRight = join.kind == .inner && !origins.isEmpty && !origins.contains(left)
        guard isLeft || isRight else { return }
        context.report(
          "this filter looks at one side of the join only", at: place.step.span,
          label: "\(isLeft ? "the left" : "the other") flow could be filtered before",
          labels: [Label(source.step.span, "matches rows that are thrown away")],
          help:
            "move `filter` to \(isLeft ? "before `\(join.kind.rawValue)`" : "the flow in its parentheses")")
      }
    ])
}

extension TypedExpression {
  func isLocal(_ local: Local) -> Bool { if case .local(local) = kind { true } else { false } }

  /// The parameters of `select` whose fields this condition over its result looks at; nil where it looks at
  /// anything else than plain copies of fields.
  func fieldsCopied(of result: Local, by select: TypedLambda) -> [Local]? {
    guard case .construct(let values) = select.body.kind else { return nil }
    var origins: [Local] = []
    return gather(result, values, select.parameters, &origins) ? origins : nil
  }

  private func gather(
    _ result: Local, _ values: [TypedExpression], _ parameters: [Local], _ origins: inout [Local]
  ) -> Bool {
    switch kind {
    case .field(let base, let index) where base.isLocal(result):
      guard index < values.count, case .field(let origin, _) = values[index].unwrappedCopy.kind,
        case .local(let local) = origin.kind, parameters.contains(local)
      else { return false }
      origins.append(local)
      return true
    case .local(result): return false
    default:
      var isPlain = true
      forEachChild { isPlain = isPlain && $0.gather(result, values, parameters, &origins) }
      return isPlain
    }
  }

  /// The value itself, where it only stands for one that may be absent.
  private var unwrappedCopy: TypedExpression {
    if case .some(let inner) = kind { inner.unwrappedCopy } else { self }
  }
}
