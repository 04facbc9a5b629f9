import Diagnosing
import Syntax

// The built-in flow `faults`: the rows that failed where no cover stands. A sink that is derived from it takes
// them; without one a fault fails the run, epoch or call.

extension FlowChecker {
  /// Whether the name means `faults`, and nothing that a program declares.
  func isBuiltinFlow(_ name: Identifier) -> Bool {
    name.text == "faults" && scope.lookup(name.text) == nil && checker.module.symbols[name.text] == nil
  }

  /// The flow, one step however often it is used.
  func faults(_ name: Identifier) -> ChainValue {
    guard let pipeline else {
      report(.faultsInFunction(name))
      return .broken
    }
    if pipeline.faults == nil {
      let outer = statement
      statement = name.text
      let reference = add(
        .operation(.faults), [], elements: [.record(.fault)], bound: pipeline.boundOfFaults, at: name.span)
      statement = outer
      self.pipeline?.faults = (reference, name.span)
    }
    guard let reference = self.pipeline?.faults?.reference else { return .broken }
    return .flow(value(reference))
  }

  /// Faults that reach no sink are not taken: the run fails as if nothing was written.
  func checkFaults(_ pipeline: PipelineState) {
    guard let (origin, span) = pipeline.faults else { return }
    var derived: Set<Int> = [origin.step]
    for (index, step) in body.steps.enumerated()
    where step.inputs.contains(where: { derived.contains($0.step) }) {
      if case .operation(.sink) = step.kind { return }
      derived.insert(index)
    }
    if body.steps.contains(where: { $0.inputs.contains(.broken) }) || checker.diagnostics.hasErrors { return }
    report(.faultsWithoutSink(at: span))
  }
}
