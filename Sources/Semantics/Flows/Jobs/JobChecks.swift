import Diagnosing
import Syntax

// What is known of a pipeline's jobs when all its statements are.

extension FlowChecker {
  /// Remembers that a name stands for the value of jobs, which something must use.
  func watch(_ local: Local, _ name: Identifier, what: String) {
    jobs.bound[local.id] = (name, what)
    checker.watched.insert(local.id)
  }

  /// Reports what is wrong with the jobs of a pipeline as a whole.
  func checkJobs() {
    checkFormerNames()
    for (id, bound) in jobs.bound.sorted(by: { $0.key < $1.key }) where checker.watched.contains(id) {
      report(.unusedJobValue(bound.name, what: bound.what))
    }
    checkMode()
  }

  /// Jobs belong to batches: no other plan comes to an end at which their values are known.
  private func checkMode() {
    guard let cause = sourceKinds.first(where: { $0.bound == .stream || $0.bound == .request }) else {
      return
    }
    var isReported = false
    for step in body.steps {
      guard case .operation(let operation) = step.kind else { continue }
      switch operation {
      case .single, .toList:
        if let source = unboundedSource(of: step) {
          let name = if case .single = operation { "single" } else { "to_list" }
          report(.valueOfUnbounded(name, at: step.span, source: source))
          isReported = true
        }
      default: break
      }
    }
    if isReported { return }
    let found: Span
    if let step = body.steps.first(where: { $0.value != nil || $0.isChoice }) {
      found = step.span
    } else if let region = body.regions.first {
      found = region.span
    } else {
      return
    }
    report(.jobsNeedBatch(at: found, source: cause.span, isStream: cause.bound == .stream))
  }

  /// Where the unbounded source of a step's rows is declared.
  private func unboundedSource(of step: FlowStep) -> Span? {
    var open = step.inputs
    var seen: Set<Int> = []
    while let next = open.popLast() {
      guard body.steps.indices.contains(next.step), seen.insert(next.step).inserted else { continue }
      let giver = body.steps[next.step]
      guard giver.bound == .stream else { continue }
      if giver.inputs.isEmpty {
        return sourceKinds.first { $0.name == giver.statement }?.span ?? giver.span
      }
      open += giver.inputs
    }
    return nil
  }
}

extension FlowStep {
  /// Whether it takes one of two flows.
  fileprivate var isChoice: Bool {
    if case .operation(.choose) = kind { true } else { false }
  }
}
