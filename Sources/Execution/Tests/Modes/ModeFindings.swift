import Dataflow
import Diagnosing
import Engine
import Planning
import Semantics

/// What a test tells of a mode that does not mean the same as the batch.
struct ModeFindings {
  private let test: CheckedTest
  private let graph: Graph
  private let mode: String
  private let help: String

  /// - Parameters:
  ///   - mode: `stream`, `service`.
  ///   - help: How it is shown again.
  init(_ test: CheckedTest, _ graph: Graph, mode: String, help: String) {
    self.test = test
    self.graph = graph
    self.mode = mode
    self.help = help
  }

  /// It failed, and the batch did not.
  func failures(_ failure: RunFailure) -> [TestFailure] {
    RunDiagnostics(graph: graph, plan: Plan(graph)).findings(failure).diagnostics.map { finding in
      TestFailure(
        Diagnostic(
          finding.code, "as a \(mode): \(finding.message)", at: finding.span, label: finding.label,
          labels: finding.labels, help: help))
    }
  }

  /// It gave other rows.
  func difference(_ rows: RowDifference, of output: String, at place: String) -> [TestFailure] {
    var text = DifferenceText(rows)
    var failure = TestFailure(
      Diagnostic(
        .modesDiffer, "`\(output)` has other rows as a \(mode) than as a batch, \(place)",
        at: test.span, label: text.summary, help: help))
    failure.difference = "    (- as a batch, + as a \(mode))\n" + text.lines()
    return [failure]
  }
}
