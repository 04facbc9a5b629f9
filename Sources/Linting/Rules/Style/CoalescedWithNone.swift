import Diagnosing
import Syntax

extension Rule {
  static let coalescedWithNone = Rule(
    "L979", "coalesced-with-none", .style, mending: .safe,
    "`?? none`",
    """
    `x ?? none` gives `x` where it is present and `none` where it is absent: that is `x`.
    """,
    bad: """
      fn same(x: Int?) -> Int? { x ?? none }
      """,
    good: """
      fn same(x: Int?) -> Int? { x }
      """,
    checks: [
      .expression(.binary) { expression, context in
        guard case .binary(.coalesce, _, let value, let fallback) = expression.kind,
          case .none = fallback.kind
        else { return }
        context.report(
          "`?? none` changes nothing", at: context.span(value.span.end, expression.span.end),
          label: "absent stays absent",
          fixes: [
            Fix(
              "remove it", isSafe: true, edits: [Edit(context.span(value.span.end, fallback.span.end), "")])
          ])
      }
    ])
}
