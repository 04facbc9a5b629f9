import Diagnosing
import Syntax

extension OperatorRule {
  /// `window(shape, lateness:, late:)`: cuts a timed flow; groups, `aggregate` and `top` work on each window.
  static let window = OperatorRule(
    CallSignature(
      positional: ["a shape"], options: ["lateness", "late"], example: ".window(tumbling(1h), late: fail)")
  ) { checker, input, name, arguments in
    let shape = arguments.at(0).flatMap { checker.windowShape($0) }
    let lateness = arguments["lateness"].map {
      checker.duration($0, "`lateness:` of `\(name.text)`", mayBeZero: true)
    }
    let late = checker.secondResult("late", arguments, of: name)
    guard let shape else {
      let broken = FlowValue(reference: .broken, element: input.element, bound: input.bound, time: .windowed)
      let rest = FlowValue(reference: .broken, element: input.element, bound: input.bound, time: .untimed)
      return late == .bound ? .pair(broken, rest, operation: name) : .flow(broken)
    }
    return checker.add(
      .window(WindowOperation(shape: shape, lateness: lateness, late: late)), [input],
      element: input.element, second: input.element, by: name)
  }
}

/// The shapes of windows, as they are called.
private enum WindowShapes {
  static let signatures: [String: CallSignature] = [
    "tumbling": CallSignature(
      kind: "window", positional: ["a length"], options: ["zone"],
      example: "tumbling(1d, zone: \"Europe/Berlin\")"),
    "sliding": CallSignature(
      kind: "window", positional: ["a length"], required: ["every"], example: "sliding(1h, every: 5m)"),
    "session": CallSignature(kind: "window", required: ["gap"], example: "session(gap: 30m)"),
  ]

  /// As other systems call them.
  static func meant(_ name: String) -> String? {
    switch name {
    case "fixed", "tumble", "every": "tumbling"
    case "hopping", "hop", "slide": "sliding"
    case "sessions": "session"
    default: Suggestion.nearest(to: name, among: signatures.keys.sorted())
    }
  }
}

private let dayLength: Int64 = 86_400_000_000

extension FlowChecker {
  /// What stands as the first argument of `window`; nil where it was reported.
  fileprivate func windowShape(_ expression: Expression) -> WindowShape? {
    guard case .call(let callee, _, let arguments) = expression.kind, case .name(let name) = callee.kind
    else {
      return noShape(expression)
    }
    guard let signature = WindowShapes.signatures[name.text] else {
      for argument in arguments { markUses(in: argument.value) }
      report(.unknownShape(name, meant: WindowShapes.meant(name.text)))
      return nil
    }
    let matched = match(arguments, of: name, with: signature)
    guard matched.isComplete else { return nil }
    switch name.text {
    case "tumbling":
      guard let length = matched.at(0).map({ duration($0, "the length of `\(name.text)`") }) else {
        return nil
      }
      return .tumbling(length, zone: matched["zone"].map { zone($0, of: length) })
    case "sliding":
      guard let length = matched.at(0).map({ duration($0, "the length of `\(name.text)`") }),
        let every = matched["every"].map({ duration($0, option: "every:", of: name.text) })
      else { return nil }
      if let whole = length.durationLiteral, let step = every.durationLiteral, whole > 0, step > whole {
        report(.gapsBetweenWindows(at: every.span, length: length.span))
      }
      return .sliding(length, every: every)
    default:
      return matched["gap"].map { .session(gap: duration($0, option: "gap:", of: name.text)) }
    }
  }

  private func noShape(_ expression: Expression) -> WindowShape? {
    markUses(in: expression)
    switch expression.kind {
    case .error: break
    case .name(let name):
      if let signature = WindowShapes.signatures[name.text] {
        report(.shapeNotCalled(name, signature))
      } else {
        report(.unknownShape(name, meant: WindowShapes.meant(name.text)))
      }
    case .duration: report(.lengthForShape(at: expression.span))
    default: report(.shapeWanted(at: expression.span))
    }
    return nil
  }

  /// Days begin at midnight of a zone, so a window in one is of whole days.
  private func zone(_ expression: Expression, of length: TypedExpression) -> TypedExpression {
    let zone = constant(expression, expecting: .string)
    if case .literal(.string(let name)) = zone.kind, !TimeZoneNames.all.contains(name) {
      report(.unknownZone(name, at: expression.span))
    }
    if let whole = length.durationLiteral, whole > 0, whole % dayLength != 0 {
      report(.partOfDayInZone(at: length.span, zone: expression.span))
    }
    return zone
  }
}

extension Diagnostic {
  fileprivate static func unknownShape(_ name: Identifier, meant: String?) -> Diagnostic {
    let (help, fixes) = suggesting(meant, for: name.span)
    return Diagnostic(
      .windowShape, "there is no window `\(name.text)`", at: name.span, label: "not a window",
      help: help ?? "the windows are `tumbling(1h)` `sliding(1h, every: 5m)` `session(gap: 30m)`",
      fixes: fixes)
  }

  fileprivate static func shapeNotCalled(_ name: Identifier, _ signature: CallSignature) -> Diagnostic {
    Diagnostic(
      .windowShape, "the window `\(name.text)` has no length", at: name.span, label: "how long?",
      help: "as in `\(signature.example)`")
  }

  fileprivate static func lengthForShape(at span: Span) -> Diagnostic {
    Diagnostic(
      .windowShape, "a window has a shape, and this is only a length", at: span, label: "of what shape?",
      help:
        "`tumbling` for one window after the other, `sliding` for windows that overlap, `session` for pauses",
      fixes: [
        Fix("write `tumbling(...)`", edits: [Edit(span.startPoint, "tumbling("), Edit(span.endPoint, ")")])
      ])
  }

  fileprivate static func shapeWanted(at span: Span) -> Diagnostic {
    Diagnostic(
      .windowShape, "`window` is told how to cut the flow, and this does not say it", at: span,
      label: "not a window",
      help: "the windows are `tumbling(1h)` `sliding(1h, every: 5m)` `session(gap: 30m)`")
  }

  fileprivate static func gapsBetweenWindows(at span: Span, length: Span) -> Diagnostic {
    Diagnostic(
      .windowShape, "between these windows rows would be lost", at: span,
      label: "longer than a window", labels: [Label(length, "the window's length")],
      help: "`every:` is at most the length: the windows then touch or overlap")
  }

  fileprivate static func partOfDayInZone(at span: Span, zone: Span) -> Diagnostic {
    Diagnostic(
      .windowShape, "a window in a zone is of whole days", at: span, label: "not whole days",
      labels: [Label(zone, "days begin at midnight here")],
      help: "drop `zone:`, or write a length such as `1d` or `1w`")
  }
}
