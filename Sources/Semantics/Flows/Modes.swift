import Diagnosing
import Syntax

// The mode of a pipeline follows from its sources; `run MODE` only asserts it.

extension RunOptions.Mode {
  /// The mode of a plan with these sources.
  public init(ofSources bounds: some Sequence<Boundedness>) {
    var mode = RunOptions.Mode.batch
    for bound in bounds {
      if bound == .request { mode = .service }
      if bound == .stream, mode == .batch { mode = .stream }
    }
    self = mode
  }
}

extension CheckedPipeline {
  /// The way in which it runs, as its sources have it.
  public var mode: RunOptions.Mode {
    RunOptions.Mode(
      ofSources: body.steps.lazy.compactMap { step in
        switch step.kind {
        case .reportedSource, .operation(.source): step.bound
        case .parameter, .operation, .call: nil
        }
      })
  }
}

extension FlowChecker {
  /// Reports a `run` of another mode than the sources give.
  func checkMode(_ pipeline: PipelineState) {
    let mode = RunOptions.Mode(ofSources: sourceKinds.lazy.map(\.bound))
    // A stream and a request together were reported: neither mode is the right one.
    let isMixed = mode == .service && sourceKinds.contains { $0.bound == .stream }
    if let asserted = pipeline.run.mode, asserted.name != mode, !isMixed {
      report(.mode(asserted.name, at: asserted.span, is: mode, because: why(mode, not: asserted.name)))
    }
  }

  /// The source that gives the mode, as a label.
  private func deciding(_ mode: RunOptions.Mode) -> Label? {
    switch mode {
    case .batch: sourceKinds.first { $0.bound == .table }.map { Label($0.span, "bounded here") }
    case .stream: sourceKinds.first { $0.bound == .stream }.map { Label($0.span, "unbounded here") }
    case .service: sourceKinds.first { $0.bound == .request }.map { Label($0.span, "a request here") }
    }
  }

  private func why(_ mode: RunOptions.Mode, not asserted: RunOptions.Mode) -> (text: String, label: Label?) {
    let label = deciding(mode)
    return switch mode {
    case .batch where label == nil: ("it has no source", nil)
    case .batch: (asserted == .stream ? "all sources are bounded" : "no source is a `Request`", label)
    case .stream: ("a source is unbounded", label)
    case .service: ("a source is a request", label)
    }
  }
}

extension Diagnostic {
  fileprivate static func mode(
    _ asserted: RunOptions.Mode, at span: Span, is mode: RunOptions.Mode,
    because why: (text: String, label: Label?)
  ) -> Diagnostic {
    Diagnostic(
      .modeMismatch, "`run \(asserted.rawValue)` does not fit: \(why.text)", at: span,
      label: "the sources give a \(mode.rawValue) plan", labels: why.label.map { [$0] } ?? [],
      help: "the mode follows from the sources, and `run` only asserts it",
      fixes: [Fix("write `run \(mode.rawValue)`", edits: [Edit(span, mode.rawValue)])])
  }
}
