import Diagnosing
import Semantics

extension Rule {
  static let filterAfterMap = Rule(
    "L931", "filter-after-map", .performance,
    "a filter after a map, over fields that the map only copies",
    """
    The condition looks only at fields that `map` takes over unchanged, and `map` computes others. Filtered before, \
    nothing is computed for the rows that are thrown away.
    """,
    bad: """
      record Text { id: Int, language: String, body: String }
      record Words { id: Int, language: String, count: Int }
      fn english(texts: Table<Text>) -> Table<Words> {
        texts
          .map(t -> Words { t.id, t.language, count: t.body.split(" ").len() })
          .filter(w -> w.language == "en")
      }
      """,
    good: """
      record Text { id: Int, language: String, body: String }
      record Words { id: Int, language: String, count: Int }
      fn english(texts: Table<Text>) -> Table<Words> {
        texts
          .filter(t -> t.language == "en")
          .map(t -> Words { t.id, t.language, count: t.body.split(" ").len() })
      }
      """,
    checks: [
      .step { place, context in
        guard case .filter(let condition) = place.operation, let source = place.input(),
          case .map(let map) = source.operation, source.consumers.count == 1, !source.isResult,
          case .construct(let values) = map.body.kind, values.contains(where: \.isComputed),
          let parameter = condition.parameters.first,
          let origins = condition.body.fieldsCopied(of: parameter, by: map), !origins.isEmpty
        else { return }
        context.report(
          "this filter looks only at what `map` copies", at: place.step.span,
          label: "could stand before `map`",
          labels: [Label(source.step.span, "computes fields of rows that are thrown away")],
          help: "move `filter` to before `map`")
      }
    ])
}

extension TypedExpression {
  /// Whether work is done for the value: more than copying a field or a literal.
  fileprivate var isComputed: Bool {
    contains {
      switch $0.kind {
      case .builtin, .call, .binary, .match, .interpolation, .conditional: true
      default: false
      }
    }
  }
}
