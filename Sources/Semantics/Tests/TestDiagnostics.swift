import Diagnosing
import Syntax

// The diagnostics of tests, away from the checking.

extension Diagnostic {
  static func duplicateTest(_ title: Identifier, first: Span) -> Diagnostic {
    Diagnostic(
      .duplicateTest, "two tests of this file have the title \"\(title.text)\"", at: title.span,
      label: "second test of the title", labels: [Label(first, "first used here")],
      help: "reports and `--filter` tell tests apart by their titles")
  }

  static func unknownTestedPipeline(
    _ name: Identifier, candidates: [String], elsewhere: String?
  ) -> Diagnostic {
    if let elsewhere {
      return Diagnostic(
        .unknownTestedPipeline, "the pipeline `\(name.text)` is declared in `\(elsewhere)`", at: name.span,
        label: "not in this file", help: "a test stands beside its pipeline: move it to `\(elsewhere)`")
    }
    return misspelt(
      .unknownTestedPipeline, "this file has no pipeline `\(name.text)`", name, label: "not a pipeline",
      candidates: candidates,
      otherwise: candidates.isEmpty
        ? "a test of functions alone needs no `for`"
        : "it has \(list(candidates.sorted()))")
  }

  static func notAPipeline(_ name: Identifier, _ symbol: Symbol) -> Diagnostic {
    Diagnostic(
      .unknownTestedPipeline, "`\(name.text)` is \(symbol.kindName), not a pipeline", at: name.span,
      label: symbol.kindName, help: "what functions give is tested without `for`: `expect f(1) == 2`")
  }

  // MARK: given

  static func unknownGiven(_ name: Identifier, of pipeline: CheckedPipeline) -> Diagnostic {
    if let sink = pipeline.sinks.first(where: { $0.name == name.text }) {
      return Diagnostic(
        .unknownGiven, "`\(name.text)` is a sink: what it gets is expected, not given", at: name.span,
        label: "not a source", labels: [Label(sink.span, "a sink")],
        fixes: [Fix("write `expect \(name.text) == [...]`")])
    }
    if let flow = pipeline.flows.first(where: { $0.name == name.text }) {
      return Diagnostic(
        .unknownGiven, "`\(name.text)` is computed by the pipeline and can't be given", at: name.span,
        label: "not a source", labels: [Label(flow.span, "computed here")], help: sourceList(of: pipeline))
    }
    let tasks = pipeline.calledTasks.map(\.name)
    let what =
      tasks.isEmpty ? "has no source `\(name.text)`" : "has no source and calls no task `\(name.text)`"
    return misspelt(
      .unknownGiven, "the pipeline `\(pipeline.name)` \(what)", name,
      label: tasks.isEmpty ? "not a source" : "neither a source nor a task",
      candidates: pipeline.sources.map(\.name) + tasks, otherwise: sourceList(of: pipeline))
  }

  private static func sourceList(of pipeline: CheckedPipeline) -> String {
    let names = pipeline.sources.map(\.name)
    return names.isEmpty
      ? "it has no sources" : "its \(names.count == 1 ? "source is" : "sources are") \(list(names))"
  }

  static func duplicateGiven(_ name: Identifier, first: Span) -> Diagnostic {
    Diagnostic(
      .duplicateGiven, "`\(name.text)` is given twice", at: name.span, label: "given again",
      labels: [Label(first, "first given here")], help: "leave one of them out, or make it a test of its own")
  }

  static func givenWithoutPipeline(_ name: Identifier, title: Span) -> Diagnostic {
    Diagnostic(
      .givenWithoutPipeline, "this test is for no pipeline, so there is nothing to give `\(name.text)` to",
      at: name.span, label: "no such source", labels: [Label(title.endPoint, "`for` is missing here")],
      help: "name the pipeline behind the title: `test \"...\" for pipeline_name { }`")
  }

  static func missingGiven(
    _ missing: [CheckedPipeline.Source], of name: Identifier, before statement: Span?
  ) -> Diagnostic {
    let names = missing.map(\.name)
    let lines = names.map { "given \($0) = []\n  " }.joined()
    return Diagnostic(
      .missingGiven, "the test gives no rows for \(list(names))", at: name.span,
      label: names.count == 1 ? "has a source without rows" : "has \(names.count) sources without rows",
      labels: missing.map { Label($0.span, "nothing is given for this source") },
      help: "a test reads no files: each source holds the rows that the test gives",
      fixes: [
        Fix(
          "write \(names.map { "`given \($0) = []`" }.joined(separator: ", ")), with rows between the brackets",
          edits: statement.map { [Edit($0.startPoint, lines)] } ?? [])
      ])
  }

  static func missingStub(_ missing: [TypedTask], of name: Identifier) -> Diagnostic {
    let names = missing.map(\.name)
    let stubs = missing.map { task in
      let parameters = task.parameters.map(\.local.name)
      let list = parameters.count == 1 ? parameters[0] : "(\(parameters.joined(separator: ", ")))"
      return "`given \(task.name) = \(list) -> ...`"
    }
    return Diagnostic(
      .missingStub, "the test has no stub for \(list(names))", at: name.span,
      label: names.count == 1 ? "calls a task" : "calls \(names.count) tasks",
      labels: missing.map { Label($0.span, "nothing stands for this task") },
      help: "a test starts no processes and calls nobody: for each task it says what comes back",
      fixes: [Fix("write \(stubs.joined(separator: ", "))")])
  }

  // MARK: expect

  static func nothingExpected(_ title: Identifier) -> Diagnostic {
    Diagnostic(
      .nothingExpected, "this test expects nothing, so it can't fail", at: title.span, label: "no `expect`",
      help: "say what must hold: `expect NAME == [...]`, `expect NAME { rows(min: 1) }` or a condition")
  }

  static func noClauses(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .nothingExpected, "nothing is expected of `\(name.text)`", at: name.span, label: "no clauses",
      help: "the clauses are those of `check`: `rows` `unique` `every` `that`")
  }

  static func unknownExpectedFlow(_ name: Identifier, of pipeline: CheckedPipeline?) -> Diagnostic {
    guard let pipeline else {
      return Diagnostic(
        .unknownExpectedFlow, "this test is for no pipeline, so there is no flow `\(name.text)`",
        at: name.span, label: "not a flow",
        help: "name the pipeline behind the title: `test \"...\" for pipeline_name { }`")
    }
    if let source = pipeline.sources.first(where: { $0.name == name.text }) {
      return Diagnostic(
        .unknownExpectedFlow, "`\(name.text)` is a source: it holds just what the test gives", at: name.span,
        label: "not a result", labels: [Label(source.span, "a source")], help: resultList(of: pipeline))
    }
    return misspelt(
      .unknownExpectedFlow, "the pipeline `\(pipeline.name)` has no flow `\(name.text)`", name,
      label: "not a flow", candidates: results(of: pipeline), otherwise: resultList(of: pipeline))
  }

  private static func results(of pipeline: CheckedPipeline) -> [String] {
    let sources = Set(pipeline.sources.map(\.name))
    return pipeline.sinks.map(\.name) + pipeline.flows.map(\.name).filter { !sources.contains($0) }
  }

  private static func resultList(of pipeline: CheckedPipeline) -> String {
    let names = results(of: pipeline)
    return names.isEmpty ? "the pipeline gives nothing that a test can see" : "a test sees \(list(names))"
  }

  static func flowNotCompared(_ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .flowNotCompared, "`\(name.text)` is a flow: say what its rows are", at: span, label: "holds rows",
      help:
        "write `expect \(name.text) == [...]`, or clauses of a check: `expect \(name.text) { rows(min: 1) }`")
  }

  static func flowOnTheRight(_ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .flowNotCompared, "the flow stands on the left of `==`", at: span, label: "a flow",
      fixes: [Fix("write `expect \(name.text) == [...]`")])
  }

  static func annotationInTest(_ annotation: Annotation) -> Diagnostic {
    Diagnostic(
      .unknownAnnotation, "a statement of a test has no annotations", at: annotation.span, label: "not here")
  }
}
