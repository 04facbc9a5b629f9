extension FlowStep {
  /// Whether something that was reported, perhaps by the parser, is missing.
  fileprivate var isBroken: Bool {
    if case .reportedSource = kind { return true }
    return inputs.contains(.broken)
  }
}

/// What comes of a pipeline when its flow functions are inlined, found without doing it: a few functions that
/// call each other twice would give more operators than any machine holds.
struct Inlining {
  /// The most operators of one pipeline.
  static let mostSteps = 10_000
  /// The most functions inside each other.
  private static let mostLevels = 100

  /// Whether every step has its inputs, and all functions that are called, also by called ones, a body.
  private(set) var isSound = true
  /// Whether there are too many operators or levels.
  private(set) var isTooLarge = false
  private var steps: [ObjectIdentifier: Int] = [:]

  init(of body: FlowBody) {
    isTooLarge = count(body, level: 0) > Self.mostSteps || isTooLarge
  }

  private mutating func count(_ body: FlowBody, level: Int) -> Int {
    if level > Self.mostLevels {
      isTooLarge = true
      return 0
    }
    var total = 0
    for step in body.steps {
      if step.isBroken { isSound = false }
      guard case .call(let function, _) = step.kind else {
        total += 1
        continue
      }
      let id = ObjectIdentifier(function)
      if let known = steps[id] {
        total += known
      } else if let inner = function.body {
        let found = count(inner, level: level + 1)
        steps[id] = found
        total += found
      } else {
        isSound = false
      }
      total = min(total, Self.mostSteps + 1)
    }
    return total
  }
}
