import Diagnosing
import Syntax

// The diagnostics of `run`.

extension Diagnostic {
  static func runTwice(at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .runTwice, "a pipeline has one `run`", at: span, label: "second `run`",
      labels: [Label(first, "first `run`")])
  }

  static func unknownMode(_ mode: Identifier) -> Diagnostic {
    let modes = ["batch", "stream", "service"]
    let meant = Suggestion.nearest(to: mode.text, among: modes)
    return Diagnostic(
      .unknownMode, "there is no mode `\(mode.text)`", at: mode.span, label: "not a mode",
      help: meant.map { "did you mean `\($0)`?" } ?? "the modes are `batch` `stream` `service`",
      fixes: meant.map { [Fix("write `\($0)`", edits: [Edit(mode.span, $0)])] } ?? [])
  }
}
