import Diagnosing
import Syntax

// Operators that keep something for each key and go through a timed flow row by row.

extension OperatorRule {
  /// An operator that works only behind `group_by`.
  private static func keyed(_ signature: CallSignature, apply: @escaping ApplyToGroups) -> OperatorRule {
    OperatorRule(signature, applyToGroups: apply) { checker, input, name, arguments in
      for argument in arguments.all { checker.markUses(in: argument) }
      if input.element != .error { checker.report(.needsGroups(name)) }
      return .broken
    }
  }

  /// `scan(init, (s, x) -> s, emit: (s, x) -> R, ttl:, late:)`: a state for each key.
  static let scan = keyed(
    CallSignature(
      positional: ["a first state", "a lambda that gives the next state"], required: ["emit"],
      options: ["ttl", "late"],
      example: ".scan(0, (s, r) -> s + r.amount, emit: (s, r) -> row { r.shop, total: s }, late: fail)")
  ) { checker, input, key, name, arguments in
    checker.scan(input, key, name, arguments)
  }

  /// `latest(ttl:, late:)`: the newest row of each key.
  static let latest = keyed(
    CallSignature(options: ["ttl", "late"], example: ".latest(ttl: 30d, late: fail)")
  ) {
    checker, input, key, name, arguments in
    let ttl = arguments["ttl"].map { checker.duration($0, option: "ttl:", of: name.text) }
    let late = checker.secondResult("late", arguments, of: name)
    return checker.add(
      .latest(LatestOperation(key: key, ttl: ttl, late: late)), [input], element: input.element,
      second: input.element, by: name)
  }

  /// `rolling(d, (x, g) -> R, late:)`: each row with the rows of its key that are not older than that.
  static let rolling = keyed(
    CallSignature(
      positional: ["a length", "a lambda over the row and its group"], options: ["late"],
      example: ".rolling(1h, (r, g) -> row { r.id, total: g.sum(o -> o.amount) }, late: fail)")
  ) { checker, input, key, name, arguments in
    checker.rolling(input, key, name, arguments)
  }
}

extension FlowChecker {
  fileprivate func scan(
    _ input: FlowValue, _ key: TypedLambda, _ name: Identifier, _ arguments: CallArguments
  ) -> ChainValue {
    let initial = arguments.at(0).map { constant($0, expecting: nil) }
    let state = initial.map { elementType($0) } ?? .error
    let step = arguments.at(1).map {
      lambda($0, [state, input.element], expecting: state == .error ? nil : state)
    }
    let emit = arguments["emit"].map { lambda($0, [state, input.element]) }
    let ttl = arguments["ttl"].map { duration($0, option: "ttl:", of: name.text) }
    let late = secondResult("late", arguments, of: name)
    guard let initial, let step, let emit else { return .broken }
    let operation = ScanOperation(key: key, initial: initial, step: step, emit: emit, ttl: ttl, late: late)
    return add(
      .scan(operation), [input], element: elementType(emit.body), second: input.element, by: name)
  }

  fileprivate func rolling(
    _ input: FlowValue, _ key: TypedLambda, _ name: Identifier, _ arguments: CallArguments
  ) -> ChainValue {
    let span = arguments.at(0).map { duration($0, "the length of `\(name.text)`") }
    let late = secondResult("late", arguments, of: name)
    guard let span, let expression = arguments.at(1) else { return .broken }
    // The row itself is in the group, which is never empty.
    let group = GroupFrame(element: input.element, key: key.body.type, mayBeEmpty: false, hasWindow: false)
    guard let (row, aggregate) = aggregation(overRow: expression, of: group, key: key) else { return .broken }
    let operation = RollingOperation(key: key, span: span, row: row, aggregate: aggregate, late: late)
    return add(
      .rolling(operation), [input], element: elementType(aggregate.result), second: input.element, by: name)
  }
}
