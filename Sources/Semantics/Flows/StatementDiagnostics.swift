import Diagnosing
import Syntax

// The diagnostics of statements: their names, their order, and the flow `faults`.

extension Diagnostic {
  static func faultsInFunction(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .faultsInFunction, "`faults` is a flow of pipelines, and this is a function", at: name.span,
      label: "not known here", help: "unite it where the function is called: `price(orders).union(faults)`")
  }

  static func faultsWithoutSink(at span: Span) -> Diagnostic {
    Diagnostic(
      .faultsWithoutSink, "`faults` reaches no sink, so a fault still fails the whole", at: span,
      label: "not written anywhere",
      help: "write them, as in `into dead = jsonl(\"faults.jsonl\") <- faults`, or leave them out")
  }

  static func faultsTaken(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .faultsTaken, "`faults` is the built-in flow of failed rows", at: name.span, label: "taken",
      help: "give the statement or parameter another name")
  }

  static func usedBefore(_ name: Identifier, bound: Span) -> Diagnostic {
    Diagnostic(
      .usedBefore, "`\(name.text)` is used before its statement", at: name.span, label: "not known yet",
      labels: [Label(bound, "bound here")], help: "move the statement of `\(name.text)` above this one")
  }

  static func flowCycle(_ name: Identifier, bound: Span) -> Diagnostic {
    Diagnostic(
      .flowCycle, "this flow would be made of itself, by way of `\(name.text)`", at: name.span,
      label: "needs what is being made",
      labels: bound == name.span ? [] : [Label(bound, "bound here")],
      help: "flows have no cycles: what a row needs of the rows before it, `scan` keeps as state")
  }

  static func checkOfUnbounded(_ clause: Identifier, source: Span?) -> Diagnostic {
    Diagnostic(
      .checkOfUnbounded, "`\(clause.text)` needs all rows, and an unbounded flow never has them",
      at: clause.span, label: "can't be judged",
      labels: source.map { [Label($0, "unbounded here")] } ?? [],
      help: "only `every` is judged row by row: it refuses the epoch")
  }

  static func lookupUse(_ name: String, at span: Span, source: Span) -> Diagnostic {
    Diagnostic(
      .lookupUse, "`\(name)` is only looked up by key, and here all its rows are needed", at: span,
      label: "reads it as a whole", labels: [Label(source, "has `load: lookup`")],
      help: "use it as the right side of a join, or leave out `load: lookup`")
  }

  static func refreshInBatch(at span: Span) -> Diagnostic {
    Diagnostic(
      .refreshInBatch, "a batch reads each source once, so `refresh:` has no effect", at: span,
      label: "never again in a batch", help: "it takes effect in a stream or a service", severity: .warning)
  }
}
