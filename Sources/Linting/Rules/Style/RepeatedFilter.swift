import Diagnosing
import Syntax

extension Rule {
  static let repeatedFilter = Rule(
    "L983", "repeated-filter", .style, mending: .safe,
    "two filters in a row",
    """
    `.filter(x -> a).filter(x -> b)` is `.filter(x -> a && b)`: one condition, in one place.
    """,
    bad: """
      fn long(words: List<String>) -> List<String> {
        words.filter(w -> w.len() > 3).filter(w -> w != "none")
      }
      """,
    good: """
      fn long(words: List<String>) -> List<String> {
        words.filter(w -> w.len() > 3 && w != "none")
      }
      """,
    checks: [
      .method(["filter"]) { call, context in
        guard let first = call.receiver.method, first.name.text == "filter",
          let one = first.onlyArgument?.lambda, let other = call.onlyArgument?.lambda
        else { return }
        let isPlain =
          one.parameters.map(\.text) == other.parameters.map(\.text) && !one.body.bindsLoosely
          && !other.body.bindsLoosely && !context.hasComment(first.link.start, call.link.end)
        let text = "\(context.text(one.body.span)) && \(context.text(other.body.span))"
        context.report(
          "two filters stand in a row", at: call.name.span, label: "could be one condition",
          labels: [Label(first.name.span, "with this one")],
          help: isPlain ? nil : "join the conditions with `&&`",
          fixes: isPlain
            ? [
              Fix(
                "join them with `&&`", isSafe: true,
                edits: [Edit(one.body.span, text), Edit(call.link, "")])
            ] : [])
      }
    ])
}

extension Expression {
  /// Whether it would fall apart between `&&`.
  fileprivate var bindsLoosely: Bool {
    switch kind {
    case .binary(.or, _, _, _), .cover, .attempt, .lambda, .conditional, .match, .block: true
    default: false
    }
  }
}
