import Diagnosing
import Syntax

extension Rule {
  static let anyInsteadOfCount = Rule(
    "L936", "any-instead-of-count", .performance, mending: .safe,
    "counted only to see whether there is one",
    """
    `g.where(p).count() > 0` and `xs.filter(p).len() > 0` count all of them, and only whether there is one is asked. \
    `any(p)` says that, and stops at the first.
    """,
    bad: """
      fn has_long(words: List<String>) -> Bool { words.filter(w -> w.len() > 20).len() > 0 }
      """,
    good: """
      fn has_long(words: List<String>) -> Bool { words.any(w -> w.len() > 20) }
      """,
    checks: [
      .expression(.binary) { expression, context in
        guard let (count, isSome) = expression.emptinessTest,
          count.name.text == "count" || count.name.text == "len", count.arguments.isEmpty,
          let narrowed = count.receiver.method, let condition = narrowed.onlyArgument,
          condition.lambda != nil,
          (narrowed.name.text, count.name.text) == ("where", "count")
            || (narrowed.name.text, count.name.text) == ("filter", "len")
        else { return }
        let text =
          "\(isSome ? "" : "!")\(context.text(narrowed.receiver.span)).any(\(context.text(condition.span)))"
        context.report(
          "`any` says whether there is one", at: expression.span, label: "counts them all",
          fixes: [
            Fix(
              "write `\(isSome ? "" : "!")... .any(...)`", isSafe: true, edits: [Edit(expression.span, text)])
          ]
        )
      }
    ])
}

extension Expression {
  /// A comparison that asks whether a call gives 0 or more: the call, and whether more is asked for.
  var emptinessTest: (count: MethodCall, isSome: Bool)? {
    guard case .binary(let name, _, let left, let right) = kind else { return nil }
    if let call = left.method, let number = right.wholeNumber {
      switch (name, number) {
      case (.greater, 0), (.notEqual, 0), (.greaterOrEqual, 1): return (call, true)
      case (.equal, 0), (.less, 1), (.lessOrEqual, 0): return (call, false)
      default: return nil
      }
    }
    if let call = right.method, let number = left.wholeNumber {
      switch (name, number) {
      case (.less, 0), (.notEqual, 0), (.lessOrEqual, 1): return (call, true)
      case (.equal, 0), (.greater, 1), (.greaterOrEqual, 0): return (call, false)
      default: return nil
      }
    }
    return nil
  }
}
