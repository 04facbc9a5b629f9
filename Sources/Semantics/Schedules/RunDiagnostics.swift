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

  static func runOptionWithoutLabel(of mode: RunOptions.Mode, at span: Span) -> Diagnostic {
    let first = RunOptionRule.all.first { $0.modes.contains(mode) }
    return Diagnostic(
      .surplusInput, "an option of `run` needs its label", at: span, label: "no label",
      help: first.map { "as in `run \(mode.rawValue) { \($0.name): \($0.example) }`" })
  }

  static func unknownRunOption(_ label: Identifier, of mode: RunOptions.Mode) -> Diagnostic {
    let names = RunOptionRule.names(of: mode)
    let meant =
      Suggestion.nearest(to: label.text, among: names)
      ?? Suggestion.nearest(to: label.text, among: RunOptionRule.all.map(\.name))
    let (help, fixes) = suggesting(meant, for: label.span)
    let known = names.map { "`\($0):`" }.joined(separator: " ")
    return Diagnostic(
      .unknownOption, "the mode `\(mode.rawValue)` has no option `\(label.text)`", at: label.span,
      label: "not an option of `run \(mode.rawValue)`", help: help ?? "it has \(known)", fixes: fixes)
  }

  static func repeatedRunOption(_ label: Identifier, first: Span) -> Diagnostic {
    Diagnostic(
      .surplusInput, "`\(label.text):` of `run` is given twice", at: label.span, label: "second time",
      labels: [Label(first, "first given here")])
  }

  static func runOptionOfOtherMode(
    _ label: Identifier, of mode: RunOptions.Mode, _ rule: RunOptionRule
  ) -> Diagnostic {
    let others = rule.modes.map { "`run \($0.rawValue)`" }.joined(separator: " and ")
    return Diagnostic(
      .runOptionOfOtherMode, "`\(label.text):` is an option of \(others), not of `run \(mode.rawValue)`",
      at: label.span, label: "no meaning in a \(mode.rawValue) plan",
      help:
        "`run \(mode.rawValue)` has \(RunOptionRule.names(of: mode).map { "`\($0):`" }.joined(separator: " "))"
    )
  }

  static func weakDelivery(
    _ weak: [(name: String, span: Span, why: String)], at span: Span
  ) -> Diagnostic {
    let names = weak.map { "`\($0.name)`" }.joined(separator: ", ")
    return Diagnostic(
      .weakDelivery, "`exactly_once` is more than \(names) can promise", at: span,
      label: "stronger than its weakest link", labels: weak.map { Label($0.span, $0.why) },
      help: "write `delivery: at_least_once`, or use a connector that promises more")
  }
}
