import Diagnosing
import Syntax

extension Rule {
  static let retryWithoutBackoff = Rule(
    "L953", "retry-without-backoff", .robustness, mending: .unsafe,
    "a retry without a pause",
    """
    What has just failed mostly fails again a moment later; a service in trouble is not helped by being asked again \
    at once by every worker. `backoff` says how long to wait, growing from try to try.
    """,
    bad: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        http "https://models.example.com/embed"
        effect pure
        timeout 30s
        retry 3
      }
      """,
    good: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        http "https://models.example.com/embed"
        effect pure
        timeout 30s
        retry 3 backoff 1s..30s
      }
      """,
    checks: [
      .declaration { declaration, context in
        guard case .task(let task) = declaration.kind, let retry = task.clause("retry"),
          !retry.operands.contains(where: { $0.name == "backoff" })
        else { return }
        context.report(
          "this retry does not wait", at: retry.span, label: "asks again at once",
          fixes: [Fix("add `backoff 1s..30s`", edits: [Edit(retry.span.endPoint, " backoff 1s..30s")])])
      }
    ])
}
