import Columns
import Dataflow
import Diagnosing
import Engine
import JobStore
import Planning
import Semantics
import Tasks

/// Says what went wrong in a run, at the place in the program that it concerns.
struct RunDiagnostics {
  let graph: Graph
  let plan: Plan

  /// The findings, and the position of the job that is to blame, where it is known.
  func findings(_ failure: RunFailure) -> (diagnostics: [Diagnostic], job: Int?) {
    switch failure {
    case .fault(let fault): return ([diagnostic(fault)], job(of: fault.node))
    case .checks(let failed, let warnings):
      let findings = failed.map { diagnostic($0, .error) } + warnings.map { diagnostic($0, .warning) }
      return (findings, failed.first.flatMap { job(of: $0.node) })
    case .input(let name, let error):
      let node = node { if case .source(let source) = $0 { source.name == name } else { false } }
      return (
        [diagnostic(.unreadableSource, "the source `\(name)` can't be read", error, node)],
        node.flatMap { job(of: $0) }
      )
    case .output(let name, let error):
      let node = node {
        if case .sink(let sink) = $0 { sink.name == name.prefix { $0 != "[" } } else { false }
      }
      return (
        [diagnostic(.unwritableSink, "the sink `\(name)` can't be written", error, node)],
        node.flatMap { job(of: $0) }
      )
    case .checkpoint(let error as CheckpointError): return (error.diagnostics(graph), nil)
    case .checkpoint(let error):
      return ([diagnostic(.unwritableCheckpoint, "the stream's state can't be kept", error, nil)], nil)
    case .work(let node, let failure as TaskFailure): return ([diagnostic(failure, node)], job(of: node))
    case .work(let node, let problem as Connections.Problem): return ([problem.diagnostic], job(of: node))
    case .work(let node, let error):
      return ([diagnostic(.failedTask, "`\(graph.nodes[node].name)` failed", error, node)], job(of: node))
    case .cancelled: return ([], nil)
    }
  }

  /// A finding about a task, with the last lines that it wrote.
  func diagnostic(_ failure: TaskFailure, _ node: Int) -> Diagnostic {
    let log = failure.log.map { WorkPlaces.shown($0) }
    let lines =
      failure.lines.isEmpty
      ? nil : "it wrote last:\n" + failure.lines.map { "  \($0)" }.joined(separator: "\n")
    let help = [failure.help, lines, log.map { "its log is `\($0)`" }].compactMap(\.self)
    return Diagnostic(
      .failedTask, "`\(graph.nodes[node].operation.name)` \(failure.message)", at: graph.nodes[node].span,
      label: "fails here", help: help.isEmpty ? nil : help.joined(separator: "\n"))
  }

  /// A finding about a connector.
  func diagnostic(_ code: Code, _ what: String, _ error: any Error, _ node: Int?) -> Diagnostic {
    let span = node.map { graph.nodes[$0].span } ?? Span(FileID(0), 0, 0)
    guard let fault = error as? RowFault else {
      return Diagnostic(code, "\(what): \(error)", at: span, label: "fails here")
    }
    return Diagnostic(
      code, "\(what): \(Self.column(fault.column))\(fault.message)", at: span, label: fault.position,
      help: fault.help)
  }

  private func diagnostic(_ fault: RunFault) -> Diagnostic {
    let message = "\(Self.column(fault.column))\(fault.message)"
    if fault.node < graph.nodes.count, case .source(let source) = graph.nodes[fault.node].operation {
      // What names a line, message or column is about what the source holds, not about the source.
      let isAboutRows = fault.column != nil || source.connector.isRow(fault.position)
      let what =
        isAboutRows
        ? "a row of `\(source.name)` does not fit its record" : "the source `\(source.name)` can't be read"
      return Diagnostic(
        isAboutRows ? .refusedRow : .unreadableSource, "\(what): \(message)", at: fault.span,
        label: fault.position,
        help: fault.help)
    }
    let place = fault.position.isEmpty ? "" : "on the row of \(fault.position)"
    return Diagnostic(
      .failedOperation, "`\(fault.operatorName)` failed: \(message)", at: fault.span, label: place,
      help: fault.help)
  }

  private static func column(_ name: String?) -> String { name.map { "column `\($0)`: " } ?? "" }

  func diagnostic(_ check: FailedCheck, _ severity: Severity) -> Diagnostic {
    let examples = check.examples.isEmpty ? nil : "for example \(check.examples.joined(separator: ", "))"
    return Diagnostic(
      .failedCheck, "a check does not hold: \(check.description)", at: check.span, label: check.found,
      help: examples,
      severity: severity)
  }

  private func node(where matches: (Operation) -> Bool) -> Int? {
    graph.nodes.firstIndex { matches($0.operation) }
  }

  /// The position of the job that holds a node.
  func job(of node: Int) -> Int? { plan.jobs.firstIndex { $0.nodes.contains(node) } }
}

extension Connector {
  /// Whether a position is one of a row: `file:line`, or `topic/partition/offset`.
  fileprivate func isRow(_ position: String) -> Bool {
    let (separator, count): (Character, Int) = if case .kafka = self { ("/", 2) } else { (":", 1) }
    let parts = position.split(separator: separator, omittingEmptySubsequences: false)
    return parts.count > count
      && parts.suffix(count).allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
  }
}

extension RunError {
  /// The error that `diagnostics` stand for: the first, with the text of them all.
  init?(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    guard let first = diagnostics.first(where: { $0.severity == .error }) else { return nil }
    self.init(
      code: first.code.text, message: first.message, text: TextRenderer(sources).render(diagnostics),
      json: JSONRenderer(sources).value(first).compact)
  }
}
