import Diagnosing
import Syntax

extension Rule {
  static let swappedBounds = Rule(
    "L920", "swapped-bounds", .correctness, mending: .unsafe,
    "bounds in the wrong order",
    """
    `5..1` holds no number, `x.clamp(10, 1)` no value lies between. The lower bound comes first.
    """,
    bad: """
      fn share(x: Int) -> Int { x.clamp(100, 0) }
      """,
    good: """
      fn share(x: Int) -> Int { x.clamp(0, 100) }
      """,
    checks: [
      .expression(.range) { expression, context in
        guard case .range(let low, let high, _) = expression.kind else { return }
        judge(low, high, "this range is empty", context)
      },
      .method(["clamp"]) { call, context in
        guard call.arguments.count == 2 else { return }
        judge(call.arguments[0].value, call.arguments[1].value, "no value lies between these bounds", context)
      },
    ])

  private static func judge(_ low: Expression, _ high: Expression, _ message: String, _ context: FileContext)
  {
    let isSwapped =
      if let low = low.numericValue, let high = high.numericValue {
        low > high
      } else if let low = low
        .durationValue, let high = high.durationValue
      { low > high } else { false }
    guard isSwapped else { return }
    context.report(
      "\(message): \(context.text(low.span)) is more than \(context.text(high.span))",
      at: low.span.through(high.span), label: "the lower one comes first",
      fixes: [
        Fix(
          "swap them",
          edits: [Edit(low.span, context.text(high.span)), Edit(high.span, context.text(low.span))])
      ])
  }
}
