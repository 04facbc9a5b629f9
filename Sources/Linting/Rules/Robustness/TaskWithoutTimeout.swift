import Diagnosing
import Syntax

extension Rule {
  static let taskWithoutTimeout = Rule(
    "L950", "task-without-timeout", .robustness,
    "a task that may run for ever",
    """
    A command that hangs, or a service that never answers, holds its slot and the run until somebody looks. With \
    `timeout` it fails, is tried again where that is allowed, and the run says what happened.
    """,
    bad: """
      record Doc { id: Int, text: String }
      task embed(doc: Doc) -> Vector<384> {
        python "embed.py:embed"
        effect pure
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
        guard case .task(let task) = declaration.kind, task.clause("timeout") == nil else { return }
        context.report(
          "the task `\(task.name.text)` has no `timeout`", at: task.name.span, label: "may run for ever",
          help: "say how long it may take: `timeout 5m`")
      }
    ])
}

extension TaskDeclaration {
  /// The first clause that starts with a word.
  func clause(_ keyword: String) -> TaskClause? { clauses.first { $0.keyword.text == keyword } }
}
