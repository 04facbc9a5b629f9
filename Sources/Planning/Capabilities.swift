import Dataflow
import Diagnosing
import Semantics

/// What a backend can do; a plan that needs more is refused before anything starts.
public struct BackendCapabilities: Hashable, Sendable {
  /// The ways in which plans run.
  public typealias Mode = RunOptions.Mode

  /// What plans may need besides operators and connectors.
  public enum Feature: String, Hashable, Sendable, CaseIterable {
    /// Values of jobs, `if`.
    case jobs = "values of jobs and `if`"
    /// Steps that run many times.
    case loops = "`for`"
    /// Passes that fail without the others.
    case failingPasses = "`try for`"
    /// The flow `faults` of a pipeline with jobs.
    case faultsOfJobs = "`faults` beside values of jobs"
    /// Windows, `first`, `last`, `within:`, `as_of:`.
    case eventTime = "event time"
    /// A table that changes under what a stream keeps of it, as joins in time do.
    case refreshOfState = "`refresh:` beside a stream of anything but what joins without a time look up"
    /// `retry:` and `timeout:` of `run`.
    case runLimits = "`retry:` and `timeout:` of a run"
  }

  /// The backend's name.
  public let backend: String
  /// The modes that it runs.
  public let modes: Set<Mode>
  /// The names of the connectors whose data it can reach.
  public let connectors: Set<String>
  /// The operators that it has, by their names in the source; `task` stands for calls of tasks for each row, `hash`
  /// for hashing under a secret.
  public let operators: Set<String>
  /// The work of tasks that it does: `command`, `python`, `http`; `container` stands for the first two in one.
  public let tasks: Set<String>
  /// By connector the ways of writing that it has besides replacing all rows: `append`, `replace(by:)`, `upsert`,
  /// `delete`, `publish`.
  public let sinkOptions: [String: Set<String>]
  /// What it can do besides.
  public let features: Set<Feature>

  /// Makes a set of capabilities.
  public init(
    backend: String, modes: Set<Mode>, connectors: Set<String>, operators: Set<String>,
    tasks: Set<String> = [], sinkOptions: [String: Set<String>] = [:], features: Set<Feature> = []
  ) {
    self.tasks = tasks
    self.backend = backend
    self.modes = modes
    self.connectors = connectors
    self.operators = operators
    self.sinkOptions = sinkOptions
    self.features = features
  }

  /// What stands in the way of running `graph`: the mode where that is it, else a diagnostic for each
  /// connector and operator, and for the first use of each other thing that is missing.
  public func refusals(_ graph: Graph) -> [Diagnostic] {
    if let refusal = refusal(ofMode: graph) { return [refusal] }
    var refusals: [Diagnostic] = []
    var missing = Set(Feature.allCases).subtracting(features)
    func need(_ feature: Feature, at span: Span) {
      if missing.remove(feature) != nil { refusals.append(lacks(feature.rawValue, at: span)) }
    }
    for (index, node) in graph.nodes.enumerated() {
      switch node.operation {
      case .source(let source):
        // The rows of a call come with it, wherever services run.
        if case .request = source.connector { break }
        if let refresh = source.refresh, graph.mode == .stream, !graph.isLookedUp(index) {
          need(.refreshOfState, at: refresh.span)
        }
        refuse(source.connector.name, source.name, node.span, &refusals)
      case .sink(let sink):
        refuse(sink.connector.name, sink.name, node.span, &refusals)
        refuse(sink, graph.mode, node.span, &refusals)
      case .task(let call): if call.stub == nil { refuse(call.task, node.span, &refusals) }
      case .choose, .rows, .fail, .collect: break
      case .faults where graph.nodes.contains { $0.value != nil }: need(.faultsOfJobs, at: node.span)
      default:
        if !operators.contains(node.operation.name) {
          refuse(node.operation.name, node.span, &refusals)
          continue
        }
      }
      for need in ExpressionNeeds(node.operation).found { refuse(need, graph.mode, &refusals) }
      for (feature, span) in node.needs { need(feature, at: span) }
    }
    for region in graph.regions {
      switch region.kind {
      case .each(_, let collectsFailures): need(collectsFailures ? .failingPasses : .loops, at: region.span)
      case .when, .present: need(.jobs, at: region.span)
      }
    }
    if graph.run.retry != nil || (graph.run.timeout != nil && graph.mode != .service),
      let span = graph.run.mode?.span ?? graph.nodes.first?.span
    {
      need(.runLimits, at: span)
    }
    return refusals
  }

  private func refusal(ofMode graph: Graph) -> Diagnostic? {
    guard !modes.contains(graph.mode) else { return nil }
    let cause = graph.nodes.first { node in
      guard case .source = node.operation, let flow = node.outputs.first else { return false }
      switch graph.mode {
      case .batch: return true
      case .stream: return flow.bound == .stream
      case .service: return flow.bound == .request
      }
    }
    let mode = graph.mode.rawValue
    return Diagnostic(
      .backendLacks, "the backend `\(backend)` runs no \(mode) plans",
      at: cause?.span ?? Span(FileID(0), 0, 0),
      label: "makes it a \(mode) plan",
      help: "it runs \(modes.map(\.rawValue).sorted().joined(separator: ", ")) plans; "
        + "`thalweg plan` shows what would run")
  }

  private func refuse(_ name: String, _ span: Span, _ refusals: inout [Diagnostic]) {
    guard !operators.contains(name) else { return }
    add(lacks("`\(name)`", at: span), to: &refusals)
  }

  private func refuse(_ need: ExpressionNeeds.Need, _ mode: Mode, _ refusals: inout [Diagnostic]) {
    guard let task = need.task else { return refuse(need.name, need.span, &refusals) }
    if !operators.contains(need.name) {
      add(lacks("tasks for each row", at: need.span), to: &refusals)
    } else if mode != .batch {
      add(lacks("tasks for each row of a \(mode.rawValue)", at: need.span), to: &refusals)
    } else {
      refuse(task, need.span, &refusals)
    }
  }

  private func add(_ refusal: Diagnostic, to refusals: inout [Diagnostic]) {
    if !refusals.contains(refusal) { refusals.append(refusal) }
  }

  private func lacks(_ what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .backendLacks, "the backend `\(backend)` does not run \(what) yet", at: span, label: "needs \(what)")
  }

  /// A call of a task.
  private func refuse(_ task: TypedTask, _ span: Span, _ refusals: inout [Diagnostic]) {
    let options = task.options
    let work = task.work.map(\.word) ?? ""
    var missing: [String] = []
    if !tasks.contains(work) {
      missing.append(tasks.isEmpty ? "tasks" : "tasks of `\(work)`")
    } else {
      if options.container != nil, !tasks.contains("container") { missing.append("tasks in a `container`") }
      if options.cache != nil { missing.append("tasks with a `cache`") }
      if options.gpu ?? 0 > 0 { missing.append("tasks that need a `gpu`") }
      if options.format == .parquet { missing.append("tasks with `format parquet`") }
    }
    for what in missing { add(lacks(what, at: span), to: &refusals) }
  }

  private func refuse(
    _ sink: SinkOperation, _ mode: Mode, _ span: Span, _ refusals: inout [Diagnostic]
  ) {
    guard connectors.contains(sink.connector.name) else { return }
    var wanted = sink.publishesAlways ? ["publish"] : []
    switch sink.write {
    // Epochs are added one by one, whatever runs them.
    case .append: if mode != .stream { wanted.append("append") }
    case .replace(by: nil): break
    case .replace: wanted.append("replace(by:)")
    case .upsert: wanted.append("upsert")
    case .delete: wanted.append("delete")
    }
    for option in wanted {
      let isPublish = option == "publish"
      // Epochs and calls have no checks of their own that come after their rows.
      if sinkOptions[sink.connector.name]?.contains(option) == true, !isPublish || mode == .batch { continue }
      let what = isPublish ? "publish before the checks" : "write with `\(option)`"
      refusals.append(
        Diagnostic(
          .backendLacks, "the backend `\(backend)` can't \(what) yet", at: span,
          label: isPublish ? "has `publish: always`" : "has `write: \(option)`"))
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

extension TypedTask.Work {
  /// The clause's word.
  fileprivate var word: String {
    switch self {
    case .command: "command"
    case .python: "python"
    case .http: "http"
    }
  }
}

extension Graph {
  /// Whether all that a stream has to do with a bounded source is to look rows up in what comes of it.
  fileprivate func isLookedUp(_ source: Int) -> Bool {
    var comes: Set<Int> = [source]
    var isLookedUp = false
    for (index, node) in nodes.enumerated() where node.inputs.contains(where: { comes.contains($0.node) }) {
      guard node.outputs.contains(where: { $0.bound == .stream }) else {
        comes.insert(index)
        continue
      }
      guard case .join = node.operation, !matchesByTime(index), !comes.contains(node.inputs[0].node) else {
        return false
      }
      isLookedUp = true
    }
    return isLookedUp
  }
}
