import Diagnosing
import Syntax

extension Rule {
  static let taskWithoutEffect = Rule(
    "L951", "task-without-effect", .robustness,
    "a task that does not say what it does to the world",
    """
    Without `effect` a task is taken for `external`: it is never tried again, never cached, and has no place in a \
    stream. Most tasks are `pure` or `idempotent(by: ...)`, and gain all of that by saying so; for the others the \
    line shows that somebody thought of it.
    """,
    bad: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        python "embed.py:embed"
        timeout 30s
      }
      """,
    good: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        python "embed.py:embed"
        effect pure
        timeout 30s
      }
      """,
    checks: [
      .declaration { declaration, context in
        guard case .task(let task) = declaration.kind, task.clause("effect") == nil else { return }
        context.report(
          "the task `\(task.name.text)` has no `effect`", at: task.name.span,
          label: "taken for `external`: never tried again",
          help: "write `effect pure`, `effect idempotent(by: ...)` or `effect external`")
      }
    ])
}
