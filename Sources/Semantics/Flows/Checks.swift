import Diagnosing
import Syntax

extension FlowChecker {
  private static let clauseSignatures: [String: CallSignature] = [
    "rows": CallSignature(kind: "check", options: ["min", "max"], example: "rows(min: 1)"),
    "unique": CallSignature(kind: "check", positional: ["a key"], example: "unique(r -> r.id)"),
    "every": CallSignature(
      kind: "check", positional: ["a condition"], options: ["at_least"],
      example: "every(r -> r.amount >= 0, at_least: 0.99)"),
    "that": CallSignature(
      kind: "check", positional: ["a lambda over all rows", "a message"], optionalPositional: 1,
      example: "that(g -> g.count() < 1000, \"too many rows\")"),
  ]

  /// One line of a `check`; nil where it was reported.
  func clause(_ clause: CheckClause, of input: FlowValue) -> CheckOperation? {
    guard let signature = Self.clauseSignatures[clause.name.text] else {
      report(.unknownClause(clause.name))
      for argument in clause.arguments { markUses(in: argument.value) }
      return nil
    }
    let arguments = match(clause.arguments, of: clause.name, with: signature)
    if input.bound == .stream, clause.name.text != "every" {
      let source = sourceKinds.first { $0.bound == .stream }?.span
      report(.checkOfUnbounded(clause.name, source: source))
      for argument in clause.arguments { markUses(in: argument.value) }
      return nil
    }
    guard arguments.isComplete else { return nil }
    var description = sources[clause.span.file].text(textSpan(of: clause))
    let condition: CheckOperation.Condition
    switch clause.name.text {
    case "rows":
      if arguments.labelled.isEmpty {
        if !arguments.hasStrangers { report(.missingOption("min", of: clause.name, signature)) }
        return nil
      }
      let least = arguments["min"].map { rowCount($0, of: "rows") }
      let most = arguments["max"].map { rowCount($0, of: "rows") }
      if case .literal(.int(let low))? = least?.kind, case .literal(.int(let high))? = most?.kind, low > high,
        let span = most?.span
      {
        report(.optionRange("`max:` of `rows`", "at least `min:`", at: span))
      }
      condition = .rows(min: least, max: most)
    case "unique":
      guard let expression = arguments.at(0) else { return nil }
      condition = .unique(keyLambda(expression, input, of: "unique"))
    case "every":
      guard let expression = arguments.at(0) else { return nil }
      let lambda = lambda(expression, [input.element], expecting: .bool)
      condition = .every(lambda, atLeast: arguments["at_least"].map { fraction($0, of: "every") })
    default:
      guard let expression = arguments.at(0) else { return nil }
      let group = GroupFrame(element: input.element, key: nil, mayBeEmpty: true, hasWindow: false)
      let operation = aggregation(expression, of: group, key: nil, expecting: .bool)
      if let message = arguments.at(1) {
        description = literalText(message, option: "the message", of: "that") ?? description
      }
      guard let operation else { return nil }
      condition = .that(operation)
    }
    return CheckOperation(
      condition: condition, warns: clause.warn != nil, description: description, span: clause.span)
  }

  /// The clause without its `warn`.
  private func textSpan(of clause: CheckClause) -> Span {
    Span(clause.span.file, clause.name.span.start, clause.span.end)
  }
}
