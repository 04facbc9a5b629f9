import Dataflow
import Diagnosing
import Engine
import Tasks

extension Agenda {
  /// Why a pass of a `try for` gave nothing.
  struct PassFailure {
    let message: String
    /// The name of the node that failed.
    let operatorName: String
  }
}

extension Agenda.PassFailure {
  /// What failed a pass, in one line; nil where the whole run is to end. `place` are the elements of the pass.
  init?(_ failure: RunFailure, in graph: Graph, _ place: String) {
    func name(_ node: Int) -> String { graph.nodes[node].name.prefix { $0 != "[" } + place }
    switch failure {
    case .fault(let fault):
      let column = fault.column.map { "column `\($0)`: " } ?? ""
      self.init(message: column + fault.message, operatorName: fault.operatorName)
    case .checks(let failed, _):
      self.init(
        message: failed.map { "a check does not hold: \($0.description): \($0.found)" }.joined(
          separator: "; "),
        operatorName: failed.first?.operatorName ?? "")
    case .input(let name, let error): self.init(message: "it can't be read: \(error)", operatorName: name)
    case .output(let name, let error): self.init(message: "it can't be written: \(error)", operatorName: name)
    case .work(let node, let failure as TaskFailure):
      let task = graph.nodes[node].operation.name
      self.init(
        message: ["`\(task)` \(failure.message)", failure.lines.last].compactMap(\.self).joined(
          separator: ": "),
        operatorName: name(node))
    case .work(let node, let problem as Connections.Problem):
      self.init(message: problem.diagnostic.message, operatorName: name(node))
    case .work(let node, let error): self.init(message: "\(error)", operatorName: name(node))
    case .checkpoint, .cancelled: return nil
    }
  }
}
