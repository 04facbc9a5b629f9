import Diagnosing
import Syntax

/// What is known of a pipeline besides its flows, while it is checked.
struct PipelineState {
  /// A parameter.
  struct Parameter {
    let name: String
    let type: Type
    let hasDefault: Bool
    let span: Span
  }

  /// A `reply` statement.
  struct Reply {
    /// Nil where it was reported.
    let status: Int?
    let flow: FlowValue
    /// The word `reply`.
    let span: Span
  }

  /// In order.
  var parameters: [Parameter] = []
  /// How bounded the whole is, as the declared kinds of its sources say.
  let bound: Boundedness
  /// The same with what is bound to the sources: as bounded as its rows that failed are.
  let boundOfFaults: Boundedness
  /// What its `run` says.
  var run = RunOptions()
  /// Where `delivery: exactly_once` is asked for.
  var exactlyOnce: Span?
  /// In order.
  var replies: [Reply] = []
  /// The step of `faults`, once it is used, and its first use.
  var faults: (reference: FlowReference, span: Span)?
  /// The names that the statements bind, and where each stands.
  var order = StatementOrder([])
  /// The flows that were used before their statement, which was reported.
  var usedEarly: Set<String> = []

  init(_ pipeline: PipelineDeclaration, _ bindings: Bindings) {
    var bound = Boundedness.table
    var boundOfFaults = Boundedness.table
    for case .from(let source, let type, _) in pipeline.statements.map(\.kind) {
      guard case .named(nil, let name, _) = type.kind else { continue }
      switch name.text {
      case "Stream":
        bound = bound.joined(with: .stream)
        if !bindings.givesTable(source) { boundOfFaults = boundOfFaults.joined(with: .stream) }
      case "Request":
        bound = bound.joined(with: .request)
        boundOfFaults = boundOfFaults.joined(with: .request)
      default: break
      }
    }
    self.bound = bound
    self.boundOfFaults = boundOfFaults
    order = StatementOrder(pipeline.statements)
  }

  /// The mode that follows from the sources.
  var mode: RunOptions.Mode {
    switch bound {
    case .table, .any: .batch
    case .stream: .stream
    case .request: .service
    }
  }
}

extension FlowChecker {
  /// What can be judged when all statements are known.
  func checkWhole(_ syntax: PipelineDeclaration) {
    guard let pipeline else { return }
    checkMode(pipeline)
    checkFaults(pipeline)
    checkService(pipeline, syntax.name)
    checkDelivery(pipeline)
    checkLookups()
    checkRefresh(pipeline)
  }

  /// `delivery: exactly_once` holds only where every source and sink can keep it.
  private func checkDelivery(_ pipeline: PipelineState) {
    guard let span = pipeline.exactlyOnce else { return }
    var weak: [(name: String, span: Span, why: String)] = []
    for step in body.steps {
      switch step.kind {
      case .operation(.source(let source)) where step.bound == .stream && !source.connector.isReplayable:
        weak.append((source.name, step.span, "can't be read again after a failure"))
      case .operation(.sink(let sink)) where sink.connector.promise == .atLeastOnce:
        weak.append((sink.name, step.span, "at least once: what was written can't be taken back"))
      default: break
      }
    }
    if !weak.isEmpty { report(.weakDelivery(weak, at: span)) }
  }

  /// In a batch every source is read once.
  private func checkRefresh(_ pipeline: PipelineState) {
    guard pipeline.bound == .table else { return }
    for case .operation(.source(let source)) in body.steps.map(\.kind) {
      if let refresh = source.refresh { report(.refreshInBatch(at: refresh.span)) }
    }
  }
}
