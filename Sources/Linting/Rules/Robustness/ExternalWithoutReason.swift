import Diagnosing
import Syntax

extension Rule {
  static let externalWithoutReason = Rule(
    "L952", "external-without-reason", .robustness,
    "an `external` effect that nobody explains",
    """
    An `external` task runs at most once, and when its worker dies the run stops until a person has looked. That \
    person needs to know what the task does to the world: say it in the task's documentation, `///`.
    """,
    bad: """
      record Mail { to: String, text: String }
      task send(mail: Mail) -> Bool {
        command "sendmail --json {mail}"
        effect external
        timeout 30s
      }
      """,
    good: """
      record Mail { to: String, text: String }
      /// Sends a mail; sent twice, it arrives twice.
      task send(mail: Mail) -> Bool {
        command "sendmail --json {mail}"
        effect external
        timeout 30s
      }
      """,
    checks: [
      .declaration { declaration, context in
        guard case .task(let task) = declaration.kind, declaration.documentation == nil,
          let effect = task.clause("effect"), effect.operands.contains(where: { $0.name == "external" })
        else { return }
        context.report(
          "nothing says what `\(task.name.text)` does to the world", at: effect.span,
          label: "runs at most once, and then somebody has to decide",
          help: "say it above the task: `/// Sends a mail; sent twice, it arrives twice.`")
      }
    ])
}
