import Diagnosing

/// Judges what depends on whether flows end and on their event time. Flow functions are followed into their
/// bodies with the kinds of flow that each call gives them: the same function may serve a table and a stream.
struct KindCheck {
  private(set) var diagnostics: [Diagnostic] = []
  /// Where something was reported: an operator of a function is reported once, however often it is called.
  private var seen: Set<Span> = []
  /// The calls that one is inside of, the outermost first.
  private var calls: [Span] = []
  /// Whether the bodies of called functions are known.
  private let followsCalls: Bool

  /// Judges a pipeline; `declared` has the place of the declared kind for each source's name.
  static func check(_ body: FlowBody, declared: [String: Span]) -> [Diagnostic] {
    var check = KindCheck(followsCalls: true)
    _ = check.walk(body, inputs: [], declared: declared)
    return check.diagnostics
  }

  /// Judges a function by itself: what is wrong whatever it is called with. What it calls is not followed.
  static func check(_ body: FlowBody, of function: FlowFunction) -> [Diagnostic] {
    var check = KindCheck(followsCalls: false)
    let inputs = function.flows.map { flow in
      FlowKind(unbounded: flow.bound == .stream ? flow.span : nil, time: .any)
    }
    _ = check.walk(body, inputs: inputs, declared: [:])
    return check.diagnostics
  }

  private init(followsCalls: Bool) { self.followsCalls = followsCalls }

  /// Gives the kind of the function's result.
  private mutating func walk(_ body: FlowBody, inputs: [FlowKind], declared: [String: Span]) -> FlowKind {
    var kinds: [[FlowKind]] = []
    kinds.reserveCapacity(body.steps.count)
    func kind(_ reference: FlowReference) -> FlowKind {
      guard kinds.indices.contains(reference.step), kinds[reference.step].indices.contains(reference.port)
      else { return .unknown }
      return kinds[reference.step][reference.port]
    }
    for step in body.steps {
      let given = step.inputs.map(kind)
      switch step.kind {
      case .parameter(let index): kinds.append([inputs.indices.contains(index) ? inputs[index] : .unknown])
      case .reportedSource:
        let label = Label(step.span, "has no event time")
        kinds.append([
          FlowKind(unbounded: step.bound == .stream ? step.span : nil, time: .untimed, timeOrigin: label)
        ])
      case .call(let function, _): kinds.append([call(function, given, at: step.span)])
      case .operation(.source(let source)):
        let place = declared[source.name] ?? step.span
        kinds.append(
          Operation.source(source).kinds(of: [], at: place, source: step.bound == .stream ? place : nil))
      case .operation(.faults):
        kinds.append(
          Operation.faults.kinds(of: [], at: step.span, source: step.bound == .stream ? step.span : nil))
      case .operation(let operation):
        if let found = KindRules.problem(of: operation, step, given) {
          report(found)
          kinds.append(step.elements.map { _ in .unknown })
        } else {
          kinds.append(operation.kinds(of: given, at: step.span))
        }
      }
    }
    return body.result.map(kind) ?? .unknown
  }

  private mutating func call(_ function: FlowFunction, _ inputs: [FlowKind], at span: Span) -> FlowKind {
    guard followsCalls, let body = function.body else {
      return FlowKind(unbounded: inputs.lazy.compactMap(\.unbounded).first, time: .any)
    }
    calls.append(span)
    defer { calls.removeLast() }
    return walk(body, inputs: inputs, declared: [:])
  }

  private mutating func report(_ diagnostic: Diagnostic) {
    guard seen.insert(diagnostic.span).inserted else { return }
    diagnostics.append(calls.first.map { diagnostic.adding(Label($0, "by this call")) } ?? diagnostic)
  }
}

extension Diagnostic {
  /// The same with one more place that explains it.
  fileprivate func adding(_ label: Label) -> Diagnostic {
    Diagnostic(
      code, message, at: span, label: self.label, labels: labels + [label], help: help, fixes: fixes,
      severity: severity)
  }
}
