import Diagnosing
import Syntax

// The diagnostics of `schedule:`.

extension Diagnostic {
  static func scheduleWanted(_ expression: Expression) -> Diagnostic {
    var help = "as in `cron(\"0 3 * * *\", zone: \"UTC\")` or `on(dataset(\"finance/orders\"))`"
    if case .string(let parts) = expression.kind, case .text(let text)? = parts.first, parts.count == 1 {
      help = "write `cron(\"\(text)\", zone: \"UTC\")`"
    }
    return Diagnostic(
      .optionValue, "`schedule:` of `run` must be `cron(...)` or `on(...)`", at: expression.span,
      label: "not a schedule", help: help)
  }

  static func cronProblem(_ problem: CronExpression.Problem, in text: String, at span: Span) -> Diagnostic {
    // Inside the quotes, where the literal stands as it is.
    let isVerbatim = Int(span.end - span.start) == text.utf8.count + 2
    let place =
      isVerbatim && !problem.range.isEmpty
      ? Span(
        span.file, span.start + 1 + UInt32(problem.range.lowerBound),
        span.start + 1 + UInt32(problem.range.upperBound))
      : span
    return Diagnostic(
      problem.kind == .neverComes ? .neverComes : .scheduleText, problem.message, at: place,
      label: problem.kind == .neverComes ? "never" : "not understood", help: problem.help)
  }

  static func unknownZone(_ name: String, at span: Span) -> Diagnostic {
    let meant = TimeZoneNames.nearest(to: name)
    return Diagnostic(
      .unknownZone, "there is no time zone `\(name)`", at: span, label: "not a zone",
      help: meant.map { "did you mean `\($0)`?" }
        ?? "zones have the names of the IANA database, such as `UTC` or `Europe/Berlin`",
      fixes: meant.map { [Fix("write `\"\($0)\"`", edits: [Edit(span, "\"\($0)\"")])] } ?? [])
  }

  static func publicationWanted(at span: Span) -> Diagnostic {
    Diagnostic(
      .optionValue, "`on` takes the dataset whose publication starts a run", at: span,
      label: "not a dataset's name", help: "as in `on(dataset(\"finance/orders\"))`")
  }

  static func startsItself(_ name: String, at span: Span, sink: Span) -> Diagnostic {
    Diagnostic(
      .startsItself, "each run would start the next one: it publishes `\(name)` itself", at: span,
      label: "starts at its own publication", labels: [Label(sink, "published here")],
      help: "wait for a dataset that another pipeline publishes")
  }

  // MARK: Arguments

  static func argumentsAreNoRow(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .scheduleArguments, "`args:` gives the pipeline's parameters as a row, and this is `\(type)`", at: span,
      label: "of type `\(type)`", help: "as in `args: t -> row { day: t.date() }`")
  }

  static func unknownScheduleArgument(_ name: Identifier, parameters: [String]) -> Diagnostic {
    let meant = Suggestion.nearest(to: name.text, among: parameters)
    let (help, fixes) = suggesting(meant, for: name.span)
    let list =
      parameters.isEmpty
      ? "it has none: leave out `args:`"
      : "its parameters are \(parameters.map { "`\($0)`" }.joined(separator: " "))"
    return Diagnostic(
      .scheduleArguments, "the pipeline has no parameter `\(name.text)`", at: name.span,
      label: "not a parameter", help: help ?? list, fixes: fixes)
  }

  static func scheduleArgumentTwice(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .scheduleArguments, "`\(name.text)` is given twice", at: name.span, label: "second time")
  }

  static func scheduleArgumentType(_ name: String, wanted: Type, found: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .scheduleArguments, "the parameter `\(name)` is a `\(wanted)`, and this row has `\(found)`", at: span,
      label: "gives `\(name)` as `\(found)`")
  }

  static func missingScheduleArguments(
    _ parameters: [PipelineState.Parameter], at span: Span
  ) -> Diagnostic {
    let names = parameters.map { "`\($0.name)`" }.joined(separator: ", ")
    return Diagnostic(
      .missingScheduleArgument,
      "a scheduled run has no value for \(names)", at: span, label: "gives none",
      labels: parameters.map { Label($0.span, "has no default") },
      help:
        "add `args: t -> row { \(parameters.map { "\($0.name): ..." }.joined(separator: ", ")) }`, or a default"
    )
  }
}
