import Dataflow
import Diagnosing
import Semantics

/// What a backend can do; a plan that needs more is refused before anything starts.
public struct BackendCapabilities: Hashable, Sendable {
  /// The ways in which plans run.
  public enum Mode: String, Hashable, Sendable {
    case batch
    case stream
    case service
  }
  /// The backend's name.
  public let backend: String
  /// The modes that it runs.
  public let modes: Set<Mode>
  /// The names of the connectors whose data it can reach.
  public let connectors: Set<String>
  /// The operators that it has, by their names in the source; `task` stands for calls of all tasks, `hash` for
  /// hashing under a secret.
  public let operators: Set<String>

  /// What its sinks can do besides replacing all rows: names of write modes, and `publish`.
  public let sinkOptions: Set<String>

  /// Makes a set of capabilities.
  public init(
    backend: String, modes: Set<Mode>, connectors: Set<String>, operators: Set<String>,
    sinkOptions: Set<String> = []
  ) {
    self.backend = backend
    self.modes = modes
    self.connectors = connectors
    self.operators = operators
    self.sinkOptions = sinkOptions
  }

  /// What stands in the way of running `graph`, a diagnostic for each operator that needs what is missing.
  public func refusals(_ graph: Graph) -> [Diagnostic] {
    var refusals: [Diagnostic] = []
    for node in graph.nodes {
      switch node.operation {
      case .source(let source):
        refuse(source.connector.name, source.name, node.span, &refusals)
      case .sink(let sink):
        refuse(sink.connector.name, sink.name, node.span, &refusals)
        refuse(sink, node.span, &refusals)
      default: refuse(node, &refusals)
      }
      for need in ExpressionNeeds(node.operation).found { refuse(need.name, need.span, &refusals) }
      if let flow = node.outputs.first(where: { !isRunnable($0.bound) }) {
        let mode = flow.bound == .stream ? "stream" : "service"
        refusals.append(
          Diagnostic(
            .backendLacks, "the backend `\(backend)` runs no \(mode) plans", at: node.span,
            label: "makes it a \(mode) plan"))
      }
    }
    return refusals
  }

  private func refuse(_ node: Node, _ refusals: inout [Diagnostic]) {
    var name = node.operation.name
    if case .task = node.operation { name = "task" }
    refuse(name, node.span, &refusals)
  }

  private func refuse(_ name: String, _ span: Span, _ refusals: inout [Diagnostic]) {
    guard !operators.contains(name) else { return }
    let what = name == "task" ? "tasks" : "`\(name)`"
    let refusal = Diagnostic(
      .backendLacks, "the backend `\(backend)` does not run \(what) yet", at: span, label: "needs \(what)")
    if !refusals.contains(refusal) { refusals.append(refusal) }
  }

  private func isRunnable(_ bound: FlowType.Bound) -> Bool {
    switch bound {
    case .table: modes.contains(.batch)
    case .stream: modes.contains(.stream)
    case .request: modes.contains(.service)
    }
  }

  private func refuse(_ sink: SinkOperation, _ span: Span, _ refusals: inout [Diagnostic]) {
    guard connectors.contains(sink.connector.name) else { return }
    var wanted = sink.publishesAlways ? ["publish"] : []
    switch sink.write {
    case .append: wanted.append("append")
    case .replace(by: nil): break
    case .replace: wanted.append("replace(by:)")
    case .upsert: wanted.append("upsert")
    case .delete: wanted.append("delete")
    }
    for option in wanted where !sinkOptions.contains(option) {
      refusals.append(
        Diagnostic(
          .backendLacks,
          "the backend `\(backend)` can't \(option == "publish" ? "publish before the checks" : "write with `\(option)`") yet",
          at: span, label: option == "publish" ? "has `publish: always`" : "has `write: \(option)`"))
    }
  }

  private func refuse(_ connector: String, _ name: String, _ span: Span, _ refusals: inout [Diagnostic]) {
    guard !connectors.contains(connector) else { return }
    refusals.append(
      Diagnostic(
        .backendLacks, "the backend `\(backend)` can't reach `\(connector)`, which `\(name)` needs", at: span,
        label: "needs `\(connector)`",
        help: "it reaches \(connectors.sorted().map { "`\($0)`" }.joined(separator: ", "))"))
  }
}
