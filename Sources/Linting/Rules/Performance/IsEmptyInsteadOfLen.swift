import Diagnosing
import Syntax

extension Rule {
  static let isEmptyInsteadOfLen = Rule(
    "L937", "is-empty-instead-of-len", .performance, mending: .safe,
    "a length compared with 0",
    """
    `len()` of a string counts its characters from the first to the last. `is_empty()` looks at none of them, and \
    says what is meant.
    """,
    bad: """
      fn is_blank(name: String) -> Bool { name.trim().len() == 0 }
      """,
    good: """
      fn is_blank(name: String) -> Bool { name.trim().is_empty() }
      """,
    checks: [
      .expression(.binary) { expression, context in
        guard let (count, isSome) = expression.emptinessTest, count.name.text == "len",
          count.arguments.isEmpty
        else { return }
        // Lists that were filtered for it are another rule's.
        if let inner = count.receiver.method, inner.name.text == "filter", inner.onlyArgument?.lambda != nil {
          return
        }
        let text = "\(isSome ? "!" : "")\(context.text(count.receiver.span)).is_empty()"
        context.report(
          "a length is compared with 0", at: expression.span, label: "asks whether it is empty",
          fixes: [
            Fix(
              "write `\(isSome ? "!" : "")... .is_empty()`", isSafe: true,
              edits: [Edit(expression.span, text)])
          ])
      }
    ])
}
