import Diagnosing
import Syntax

extension Rule {
  static let faultsNotTaken = Rule(
    "L957", "faults-not-taken", .robustness,
    "a stream that one bad row stops",
    """
    A row that does not decode, or whose amounts overflow, is a fault. Without a sink for `faults` it fails the epoch, \
    and after a restart the same row comes again: the stream stands still until somebody looks. Derive a sink from \
    the flow `faults`, and the row goes there.
    """,
    bad: """
      record Click { user: String, at: Timestamp }
      /// Keeps the clicks.
      pipeline keep {
        from clicks: Stream<Click> = kafka("clicks", group: "keep")
        into kept = kafka("kept", key: c -> c.user) <- clicks
      }
      """,
    good: """
      record Click { user: String, at: Timestamp }
      /// Keeps the clicks.
      pipeline keep {
        from clicks: Stream<Click> = kafka("clicks", group: "keep")
        into kept = kafka("kept", key: c -> c.user) <- clicks
        into dead = kafka("clicks.dead") <- faults
      }
      """,
    checks: [
      .declaration { declaration, context in
        guard case .pipeline(let pipeline) = declaration.kind else { return }
        var stream: Span?
        for statement in pipeline.statements {
          if case .from(_, let type, _) = statement.kind, case .named(nil, let name, _) = type.kind,
            name.text == "Stream"
          {
            stream = stream ?? type.span
          }
        }
        guard let stream, !pipeline.statements.contains(where: { $0.usedNames.contains("faults") }) else {
          return
        }
        context.report(
          "one row that does not decode stops `\(pipeline.name.text)`", at: pipeline.name.span,
          label: "nothing takes its `faults`", labels: [Label(stream, "rows without end come from here")],
          help: "add a sink: `into dead = ... <- faults`")
      }
    ])
}
