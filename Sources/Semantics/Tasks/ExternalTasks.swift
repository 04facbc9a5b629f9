import Diagnosing

/// Finds external tasks in a stream plan: a stream goes back and replays after a crash, and a task that is
/// neither pure nor idempotent must not be done again. Flow functions are followed into their bodies.
struct ExternalTasks {
  private(set) var diagnostics: [Diagnostic] = []
  private var seen: Set<Span> = []

  /// Where the unbounded flow comes from; nil for a bounded one.
  private typealias Origin = Span?

  /// Checks a pipeline; `kinds` has the place of the declared kind for each source's name.
  mutating func check(_ body: FlowBody, kinds: [String: Span]) {
    guard body.steps.contains(where: { $0.bound == .stream }) else { return }
    _ = walk(body, inputs: [], kinds: kinds)
  }

  private mutating func walk(_ body: FlowBody, inputs: [Origin], kinds: [String: Span]) -> Origin {
    var origins: [Origin] = []
    func origin(_ reference: FlowReference) -> Origin {
      origins.indices.contains(reference.step) ? origins[reference.step] : nil
    }
    for step in body.steps {
      let source = step.inputs.lazy.compactMap(origin).first
      switch step.kind {
      case .parameter(let index): origins.append(inputs.indices.contains(index) ? inputs[index] : nil)
      case .reportedSource: origins.append(step.bound == .stream ? step.span : nil)
      case .call(let function, _):
        guard let inner = function.body else {
          origins.append(source)
          continue
        }
        origins.append(walk(inner, inputs: step.inputs.map(origin), kinds: [:]))
      case .operation(.source(let operation)):
        origins.append(step.bound == .stream ? kinds[operation.name] ?? step.span : nil)
      case .operation(let operation):
        origins.append(source)
        guard let source, let lambda = operation.rowLambda else { continue }
        lambda.body.visit { part in
          guard case .task(let task, _) = part.kind, case .external = task.effect, task.work != nil,
            seen.insert(part.span).inserted
          else { return }
          diagnostics.append(.externalInStream(task, at: part.span, source: source))
        }
      }
    }
    return body.result.map(origin) ?? nil
  }
}

extension Operation {
  /// The lambda of an operator that may call tasks.
  fileprivate var rowLambda: TypedLambda? {
    switch self {
    case .map(let lambda), .flatMap(let lambda), .tryMap(let lambda, _): lambda
    default: nil
    }
  }
}
