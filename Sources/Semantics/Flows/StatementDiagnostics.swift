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
}
