extension Operation {
  /// What its results know of event time, given what its inputs do; one a result.
  public func times(of inputs: [FlowTime]) -> [FlowTime] {
    let first = inputs.first ?? .untimed
    let result: FlowTime
    switch self {
    case .sink, .check, .discard, .reply, .single, .toList, .task, .collect, .fail: return []
    case .split: return [first, first]
    case .source, .faults, .rows, .sort, .limit: result = .untimed
    case .map, .filter, .flatMap, .tryMap, .sample, .distinct, .join: result = first
    case .union, .choose: result = inputs.dropFirst().reduce(first) { $0.joined(with: $1) }
    case .timed, .scan, .latest, .rolling: result = .timed
    case .window: result = .windowed
    case .aggregate, .top:
      // At the window's end - 1 us.
      result = first == .windowed ? .timed : first == .any ? .any : .untimed
    }
    return secondResult == .bound ? [result, .untimed] : [result]
  }
}

/// What calls of flow functions give, as far as event time goes: found through the functions' bodies.
struct CallTimes {
  private struct Call: Hashable {
    let function: ObjectIdentifier
    let inputs: [FlowTime]
  }

  /// The most functions inside each other that are looked into; a pipeline with more is refused.
  private static let mostLevels = 100

  private var known: [Call: FlowTime] = [:]

  /// What the function gives for flows of these times.
  mutating func time(of function: FlowFunction, _ inputs: [FlowTime], level: Int = 0) -> FlowTime {
    guard let body = function.body, level < Self.mostLevels else { return .any }
    let call = Call(function: ObjectIdentifier(function), inputs: inputs)
    if let time = known[call] { return time }
    var times: [[FlowTime]] = []
    times.reserveCapacity(body.steps.count)
    func time(_ reference: FlowReference) -> FlowTime {
      times.indices.contains(reference.step) ? times[reference.step][reference.port] : .any
    }
    for step in body.steps {
      let given = step.inputs.map(time)
      switch step.kind {
      case .parameter(let index): times.append([inputs[index]])
      case .reportedSource: times.append([.any])
      case .operation(let operation): times.append(operation.times(of: given))
      case .call(let inner, _): times.append([self.time(of: inner, given, level: level + 1)])
      }
    }
    let result = body.result.map(time) ?? .any
    known[call] = result
    return result
  }
}
