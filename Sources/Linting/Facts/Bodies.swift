import Diagnosing
import Semantics
import Syntax

/// One checked pipeline or flow function, with who consumes what.
final class CheckedBody: Sendable {
  let body: FlowBody
  /// The steps that take a result of each step.
  let consumers: [[Int]]
  /// Whether it is a pipeline's.
  let isPipeline: Bool

  init(_ body: FlowBody, isPipeline: Bool) {
    self.body = body
    self.isPipeline = isPipeline
    var consumers = [[Int]](repeating: [], count: body.steps.count)
    for (index, step) in body.steps.enumerated() {
      for input in step.inputs where input.step >= 0 { consumers[input.step].append(index) }
    }
    if let result = body.result, result.step >= 0 { consumers[result.step].append(-1) }
    self.consumers = consumers
  }
}

/// A step of a body.
struct StepPlace {
  let body: CheckedBody
  let index: Int

  /// The step.
  var step: FlowStep { body.body.steps[index] }

  /// What the step does, unless it is a call or was reported.
  var operation: Operation? {
    if case .operation(let operation) = step.kind { operation } else { nil }
  }

  /// The steps that take one of its results.
  var consumers: [StepPlace] {
    body.consumers[index].filter { $0 >= 0 }.map { StepPlace(body: body, index: $0) }
  }

  /// Whether its result is what the function gives.
  var isResult: Bool { body.consumers[index].contains(-1) }

  /// The step that gives its input at a position.
  func input(_ position: Int = 0) -> StepPlace? {
    guard position < step.inputs.count, step.inputs[position].step >= 0 else { return nil }
    return StepPlace(body: body, index: step.inputs[position].step)
  }
}

/// The checked bodies of one file.
struct FileBodies: Sendable {
  var functions: [TypedFunction] = []
  var flows: [CheckedBody] = []

  /// The step whose operator's name starts at a place.
  func step(at span: Span) -> StepPlace? {
    for body in flows {
      // A body's steps are few; their names lie in its own stretch of the file.
      for (index, step) in body.body.steps.enumerated() where step.span.start == span.start {
        return StepPlace(body: body, index: index)
      }
    }
    return nil
  }
}
