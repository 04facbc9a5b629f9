import Diagnosing

/// Finds what never completes in a stream plan: operators that need all rows. Flow functions are followed
/// into their bodies with the kinds of flow that the call gives them.
struct BoundednessCheck {
  private(set) var diagnostics: [Diagnostic] = []
  private var seen: Set<Span> = []

  /// The flow is unbounded because of this source.
  private typealias Origin = Span?

  /// Checks a pipeline; `kinds` has the place of the declared kind for each source's name.
  mutating func check(_ body: FlowBody, kinds: [String: Span]) {
    guard body.steps.contains(where: { $0.bound == .stream }) else { return }
    _ = walk(body, inputs: [], kinds: kinds)
  }

  /// Gives the origin of the function's result.
  private mutating func walk(_ body: FlowBody, inputs: [Origin], kinds: [String: Span]) -> Origin {
    var origins: [Origin] = []
    func origin(_ reference: FlowReference) -> Origin {
      origins.indices.contains(reference.step) ? origins[reference.step] : nil
    }
    for step in body.steps {
      let sources = step.inputs.map(origin)
      switch step.kind {
      case .parameter(let index): origins.append(inputs.indices.contains(index) ? inputs[index] : nil)
      case .reportedSource: origins.append(step.bound == .stream ? step.span : nil)
      case .call(let function, _):
        guard let inner = function.body else {
          origins.append(sources.compactMap(\.self).first)
          continue
        }
        origins.append(walk(inner, inputs: sources, kinds: [:]))
      case .operation(let operation):
        if case .source(let source) = operation {
          origins.append(step.bound == .stream ? kinds[source.name] ?? step.span : nil)
          continue
        }
        origins.append(sources.compactMap(\.self).first)
        judge(operation, step, sources)
      }
    }
    return body.result.map(origin) ?? nil
  }

  private mutating func judge(_ operation: Operation, _ step: FlowStep, _ sources: [Origin]) {
    guard let source = sources.compactMap(\.self).first else { return }
    let found: Diagnostic
    switch operation {
    case .aggregate:
      found = .neverCompletes("aggregate", at: step.span, source: source, element: step.inputElement)
    case .top: found = .neverCompletes("top", at: step.span, source: source, element: step.inputElement)
    case .sort:
      found = .neverOrdered(
        "sort", at: step.span, source: source, help: "only a bounded flow has an order of all its rows")
    case .distinct:
      found = .neverOrdered(
        "distinct", at: step.span, source: source,
        help: "say how long a key is remembered, on a timed flow: `.distinct(by: ..., within: 1h)`")
    case .join(let join) where sources.allSatisfy({ $0 != nil }):
      found = .joinOfStreams(join.kind.rawValue, at: step.span, source: source)
    default: return
    }
    if seen.insert(step.span).inserted { diagnostics.append(found) }
  }
}

extension FlowStep {
  /// The type of the rows that an aggregation or `top` takes, as its lambdas have it.
  fileprivate var inputElement: Type {
    guard case .operation(let operation) = kind else { return .error }
    switch operation {
    case .aggregate(let aggregate):
      return (aggregate.key ?? aggregate.calls.lazy.compactMap(\.argument).first)?.parameters.first?.type
        ?? .error
    case .top(let top): return (top.group ?? top.keys.first?.key)?.parameters.first?.type ?? .error
    default: return .error
    }
  }
}
