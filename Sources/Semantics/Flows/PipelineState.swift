import Diagnosing
import Syntax

/// What is known of a pipeline besides its flows, while it is checked.
struct PipelineState {
  /// A `reply` statement.
  struct Reply {
    let status: Int
    let flow: FlowValue
    /// The word `reply`.
    let span: Span
  }

  /// How bounded the whole is, as the declared kinds of its sources say.
  let bound: Boundedness
  /// What its `run` says.
  var run = RunOptions()
  /// In order.
  var replies: [Reply] = []
  /// The step of `faults`, once it is used, and its first use.
  var faults: (reference: FlowReference, span: Span)?

  init(_ pipeline: PipelineDeclaration) {
    var bound = Boundedness.table
    for case .from(_, let type, _) in pipeline.statements.map(\.kind) {
      guard case .named(nil, let name, _) = type.kind else { continue }
      switch name.text {
      case "Stream": bound = bound.joined(with: .stream)
      case "Request": bound = bound.joined(with: .request)
      default: break
      }
    }
    self.bound = bound
  }
}

extension FlowChecker {
  /// What can be judged when all statements are known.
  func checkWhole(_ syntax: PipelineDeclaration) {
    guard let pipeline else { return }
    checkFaults(pipeline)
    checkService(pipeline, syntax.name)
  }
}
