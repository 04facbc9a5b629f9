import Diagnosing
import Syntax

extension Rule {
  static let immediateValue = Rule(
    "L984", "immediate-value", .style, mending: .safe,
    "a `let` that is given right away",
    """
    `{ let x = value` and then `x }` is `value`. A name is of use where it is used more than once, or says more than \
    the expression.
    """,
    bad: """
      fn area(width: Int, height: Int) -> Int {
        let product = width * height
        product
      }
      """,
    good: """
      fn area(width: Int, height: Int) -> Int {
        width * height
      }
      """,
    checks: [
      .expression(.block) { expression, context in
        guard case .block(let bindings, let result) = expression.kind, let last = bindings.last,
          last.names.count == 1, last.type == nil, result.name == last.name.text
        else { return }
        let start = last.name.span.start - 4
        let whole = context.span(start, result.span.end)
        let isPlain =
          context.text(context.span(start, start + 3)) == "let" && !context.hasComment(whole.start, whole.end)
        context.report(
          "`\(last.name.text)` is given right away", at: last.name.span, label: "named for one use",
          labels: [Label(result.span, "here")],
          fixes: isPlain
            ? [
              Fix("write the value alone", isSafe: true, edits: [Edit(whole, context.text(last.value.span))])
            ] : [])
      }
    ])
}
