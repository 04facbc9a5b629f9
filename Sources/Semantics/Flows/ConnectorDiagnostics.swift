import Diagnosing
import Syntax

// The diagnostics of connectors and of `run`.

extension Diagnostic {
  static func notAConnector(at span: Span) -> Diagnostic {
    Diagnostic(
      .unknownConnector, "a connector is wanted here", at: span, label: "not a connector",
      help: "as in `csv(\"data/orders.csv\")`")
  }

  static func connectorNotCalled(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .missingInput, "the connector `\(name.text)` is not called", at: name.span, label: "needs `( )`")
  }

  static func noSource(_ connector: Identifier) -> Diagnostic {
    Diagnostic(
      .connectorDirection, "`\(connector.text)` can't be read from", at: connector.span, label: "only a sink",
      help: connector.text == "stdout" ? "standard input is `stdin(format: csv)`" : nil)
  }

  static func noSink(_ connector: Identifier) -> Diagnostic {
    Diagnostic(
      .connectorDirection, "`\(connector.text)` can't be written to", at: connector.span,
      label: "only a source",
      help: connector.text == "stdin" ? "standard output is `stdout(format: csv)`" : nil)
  }

  static func optionOfCSV(_ label: Identifier, format: String) -> Diagnostic {
    Diagnostic(
      .optionOfFormat, "`\(label.text):` has no meaning for the format `\(format)`", at: label.span,
      label: "not an option of `\(format)`")
  }

  static func nestedInCSV(_ connector: Identifier, field: String, type: Type) -> Diagnostic {
    Diagnostic(
      .nestedInCSV, "csv can't hold the field `\(field)`: its type `\(type)` is nested", at: connector.span,
      label: "`\(field)` has no column",
      help: "use `jsonl`, flatten the field, or encode it as text with `json.encode`")
  }

  static func elementWithoutColumns(_ connector: Identifier, _ type: Type) -> Diagnostic {
    Diagnostic(
      .elementWithoutColumns, "`\(connector.text)` holds records, and this is a flow of `\(type)`",
      at: connector.span, label: "`\(type)` has no columns",
      help: "give the value a name: `.map(x -> row { value: x })`")
  }

  static func stdinTwice(at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .samePlace, "standard input can be read once", at: span, label: "second reader",
      labels: [Label(first, "first reader")], help: "a flow may be used many times: use the first one again")
  }

  static func samePlace(_ path: String, at span: Span, first: Span, reads: Bool) -> Diagnostic {
    Diagnostic(
      .samePlace, reads ? "`\(path)` is both read and written" : "`\(path)` is written twice", at: span,
      label: reads ? "same file" : "second sink of this file",
      labels: [Label(first, "first used here")], help: "write to a path of its own")
  }

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

  static func parameterType(_ name: Identifier, _ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .parameterType, "the pipeline's parameter `\(name.text)` can't be a `\(type)`", at: span,
      label: "not a scalar", help: "parameters are given as text: scalars, enums, distinct types")
  }

  static func parameterIsFlow(_ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .parameterType, "the pipeline's parameter `\(name.text)` can't be a flow", at: span, label: "a flow",
      help: "a pipeline reads its flows itself: `from \(name.text): Table<...> = csv(\"...\")`")
  }
}
