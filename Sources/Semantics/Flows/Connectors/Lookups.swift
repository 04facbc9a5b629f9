import Diagnosing
import Syntax

extension FlowChecker {
  /// A source with `load: lookup` has no rows of its own: it answers the keys that a join asks for.
  func checkLookups() {
    for (index, step) in body.steps.enumerated() {
      guard case .operation(.source(let source)) = step.kind,
        case .postgres(let options) = source.connector, options.load == .lookup
      else { continue }
      for user in body.steps where user.inputs.contains(where: { $0.step == index }) {
        if case .operation(.join) = user.kind, user.inputs.count == 2, user.inputs[0].step != index {
          continue
        }
        if case .call = user.kind { continue }
        report(.lookupUse(source.name, at: user.span, source: step.span))
        break
      }
    }
  }
}
