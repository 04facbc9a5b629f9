import Diagnosing
import Syntax

extension OperatorRule {
  /// `timed(f, delay:, idle:)`: stamps each row with its event time. It stands close to the source, because a
  /// row is late by what came before it in its partition.
  static let timed = OperatorRule(
    CallSignature(
      positional: ["a lambda that gives the time"], required: ["delay"], options: ["idle"],
      example: ".timed(r -> r.at, delay: 10s)")
  ) { checker, input, name, arguments in
    let time = arguments.at(0).map { checker.lambda($0, [input.element], expecting: .timestamp) }
    let delay = arguments["delay"].map { checker.duration($0, "`delay:` of `\(name.text)`", mayBeZero: true) }
    let idle = arguments["idle"].map { checker.duration($0, option: "idle:", of: name.text) }
    guard let time, let delay else {
      return .flow(FlowValue(reference: .broken, element: input.element, bound: input.bound, time: .timed))
    }
    return .flow(
      checker.add(
        .timed(TimedOperation(time: time, delay: delay, idle: idle)), [input], element: input.element,
        at: name.span))
  }
}
