import Diagnosing
import Syntax

// The diagnostics of pipelines, operators and connectors, away from the checking.

/// "did you mean" as help and as an edit.
func suggesting(_ name: String?, for span: Span) -> (help: String?, fixes: [Fix]) {
  guard let name else { return (nil, []) }
  return ("did you mean `\(name)`?", [Fix("write `\(name)`", edits: [Edit(span, name)])])
}

extension Diagnostic {
  // MARK: Names

  static func duplicateStatement(_ name: Identifier, first: Span) -> Diagnostic {
    Diagnostic(
      .duplicateStatement, "`\(name.text)` is taken by another statement of this pipeline", at: name.span,
      label: "second use of the name", labels: [Label(first, "first used here")],
      help: "names are the identity of what runs: give each statement its own")
  }

  static func unknownOperator(_ name: Identifier, candidates: [String]) -> Diagnostic {
    if let hint = OperatorHints.habit(name.text) {
      return Diagnostic(
        .unknownOperator, "there is no operator `\(name.text)`", at: name.span, label: "not an operator",
        help: hint)
    }
    let (help, fixes) = suggesting(Suggestion.nearest(to: name.text, among: candidates), for: name.span)
    return Diagnostic(
      .unknownOperator, "there is no operator `\(name.text)`", at: name.span, label: "not an operator",
      help: help ?? "the operators are \(candidates.map { "`\($0)`" }.joined(separator: " "))", fixes: fixes)
  }

  static func unknownConnector(_ name: Identifier, candidates: [String]) -> Diagnostic {
    let (help, fixes) = suggesting(Suggestion.nearest(to: name.text, among: candidates), for: name.span)
    return Diagnostic(
      .unknownConnector, "there is no connector `\(name.text)`", at: name.span, label: "not a connector",
      help: help ?? "the connectors are \(candidates.map { "`\($0)`" }.joined(separator: " "))", fixes: fixes)
  }

  static func unknownOption(_ label: Identifier, of name: Identifier, _ signature: CallSignature)
    -> Diagnostic
  {
    let (help, fixes) = suggesting(
      Suggestion.nearest(to: label.text, among: signature.labels), for: label.span)
    let known = signature.labels.map { "`\($0):`" }.joined(separator: " ")
    let all = known.isEmpty ? "it has no options: `\(signature.example)`" : "it has \(known)"
    let form = signature.form.map { "the whole is `\($0)`" }
    return Diagnostic(
      .unknownOption, "the \(signature.kind) `\(name.text)` has no option `\(label.text)`", at: label.span,
      label: "not an option of `\(name.text)`",
      help: form.map { form in help.map { "\($0) \(form)" } ?? form } ?? help ?? all, fixes: fixes)
  }

  static func unknownClause(_ name: Identifier) -> Diagnostic {
    let words = ["rows", "unique", "every", "that"]
    let (help, fixes) = suggesting(Suggestion.nearest(to: name.text, among: words), for: name.span)
    return Diagnostic(
      .unknownClause, "a check has no clause `\(name.text)`", at: name.span,
      label: "not a clause of a check", help: help ?? "the clauses are `rows` `unique` `every` `that`",
      fixes: fixes)
  }

  // MARK: Arguments

  static func unexpectedArgument(
    of name: Identifier, _ signature: CallSignature, missing: String?, at span: Span
  ) -> Diagnostic {
    if let missing {
      return Diagnostic(
        .surplusInput, "this argument of `\(name.text)` needs its label", at: span,
        label: "write `\(missing): ...`", help: "as in `\(signature.example)`",
        fixes: [Fix("write `\(missing):` before it", edits: [Edit(span.startPoint, "\(missing): ")])])
    }
    let count = signature.positional.count
    let takes =
      count == 0
      ? "no argument without a label" : count == 1 ? "one argument without a label" : "\(count) arguments"
    return Diagnostic(
      .surplusInput, "the \(signature.kind) `\(name.text)` takes \(takes)", at: span,
      label: "one too many", help: "as in `\(signature.example)`")
  }

  static func repeatedOption(_ label: Identifier, of name: Identifier, first: Span) -> Diagnostic {
    Diagnostic(
      .surplusInput, "`\(label.text):` of `\(name.text)` is given twice", at: label.span,
      label: "second time", labels: [Label(first, "first given here")])
  }

  static func missingArgument(
    of name: Identifier, _ what: String, _ signature: CallSignature
  ) -> Diagnostic {
    Diagnostic(
      .missingInput, "the \(signature.kind) `\(name.text)` needs \(what)", at: name.span,
      label: "needs \(what)", help: "as in `\(signature.example)`")
  }

  static func missingOption(_ label: String, of name: Identifier, _ signature: CallSignature) -> Diagnostic {
    Diagnostic(
      .missingInput, "the \(signature.kind) `\(name.text)` needs `\(label):`", at: name.span,
      label: "needs `\(label):`", help: "as in `\(signature.example)`")
  }

  static func optionValue(
    _ option: String, of name: String, wanted: String, suggestion: String?, at span: Span
  ) -> Diagnostic {
    let (help, fixes) = suggesting(suggestion, for: span)
    return Diagnostic(
      .optionValue, "`\(option)` of `\(name)` must be \(wanted)", at: span, label: "must be \(wanted)",
      help: help, fixes: fixes)
  }

  static func optionRange(_ what: String, _ range: String, at span: Span) -> Diagnostic {
    Diagnostic(.optionValue, "\(what) must be \(range)", at: span, label: "must be \(range)")
  }

  // MARK: Failure

  static func uncoveredFlowCall(_ name: Identifier, allowsTry: Bool) -> Diagnostic {
    Diagnostic(
      .uncoveredFlowCall, "`\(name.text)` may fail, and nothing covers it", at: name.span, label: "may fail",
      help: allowsTry
        ? "write `try \(name.text)(...)`: a failure then fails the run"
        : "declare the function that calls it with `!` behind its result, and write `try \(name.text)(...)`")
  }

  static func tryOverFlow(at word: Span) -> Diagnostic {
    Diagnostic(
      .tryOverFlow, "`try` stands over a flow that can't fail", at: word, label: "covers nothing",
      help: "a failure in a lambda is covered inside that lambda")
  }

  static func elseOverFlow(at fallback: Span) -> Diagnostic {
    Diagnostic(
      .elseOverFlow, "a flow has no `else`", at: fallback, label: "never taken",
      help: "cover what may fail inside the lambda: `.map(r -> r.text.to_int() else 0)`")
  }

  // MARK: Elements

  static func elementUnknown(at span: Span) -> Diagnostic {
    Diagnostic(
      .elementType, "the type of these rows can't be told", at: span, label: "of no type",
      help: "name it, as in `Record { field: none }`")
  }

  static func elementNotStorable(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(.elementType, "a flow can't hold `\(type)`", at: span, label: "of type `\(type)`")
  }

  static func flatMapWithoutList(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .elementType, "`flat_map` needs a list for each row, and this is `\(type)`", at: span,
      label: "not a list",
      help: type.isOptional
        ? "an absent value is no row: `if let x = ... { [x] } else { [] }`" : "for one row write `.map(...)`")
  }

  // MARK: Flows and values

  static func valueAsFlow(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .valueAsFlow, "a flow is wanted here, and this is a value of type `\(type)`", at: span,
      label: "a value, not a flow", help: "a flow comes from `from`, from `let` or from a flow function")
  }

  static func flowMember(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .valueAsFlow, "a flow has no field `\(name.text)`: fields belong to its records", at: name.span,
      label: "not a field of one record",
      help: "reach into the records with a lambda, as in `.map(r -> r.\(name.text))`")
  }

  static func operatorNotCalled(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .missingInput, "the operator `\(name.text)` is not called", at: name.span,
      label: "needs its arguments in `( )`")
  }

  static func optionalChain(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .valueAsFlow, "a flow is never absent, so `?.` has nothing to skip", at: name.span,
      label: "write `.\(name.text)`")
  }

  static func unconsumed(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .unconsumed, "the flow `\(name.text)` is never used", at: name.span, label: "nothing consumes it",
      help: "use it, or say `discard \(name.text)` to count its rows and drop them")
  }

  static func unboundResult(_ operation: Identifier) -> Diagnostic {
    let isTry = operation.text == "try_map"
    return Diagnostic(
      .unboundResult, "`\(operation.text)` has two results, and only one is bound", at: operation.span,
      label: "two results",
      help: isTry
        ? "bind both: `let ok, failed = ...try_map(...)`, or say `failed: discard` or `failed: fail`"
        : operation.text == "split"
          ? "bind both as the whole right side: `let one, other = ....split(...)`"
          : "bind both: `let rows, late = ....\(operation.text)(...)`, or say `late: discard` or `late: fail`"
    )
  }

  static func secondName(_ name: Identifier, operation: Identifier?) -> Diagnostic {
    Diagnostic(
      .secondName,
      operation.map { "`\($0.text)` has one result, so there is nothing for `\(name.text)`" }
        ?? "there is one result, so there is nothing for `\(name.text)`",
      at: name.span, label: "no second result",
      help: "two names stand before an operator with two results: `try_map`, `split`, or one that can be late"
    )
  }

  static func directedResult(_ label: Identifier, at name: Identifier) -> Diagnostic {
    Diagnostic(
      .secondName,
      "`\(label.text):` says where \(label.text) rows go, so there is nothing for `\(name.text)`",
      at: name.span, label: "no second result", labels: [Label(label.span, "said here")],
      help: "drop the second name, or `\(label.text):`")
  }

  static func danglingGroup(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .danglingGroup, "groups are consumed in the chain that makes them", at: name.span,
      label: "nothing takes the groups",
      help:
        "go on with `.aggregate(g -> ...)`, `.top(n, by: ...)`, or on a timed flow `scan`, `latest`, `rolling`"
    )
  }

  static func afterGroup(_ name: Identifier, group: Identifier) -> Diagnostic {
    Diagnostic(
      .danglingGroup, "`\(name.text)` does not work on groups", at: name.span,
      label: "only `aggregate`, `top`, `scan`, `latest` and `rolling` follow `group_by`",
      labels: [Label(group.span, "grouped here")])
  }

  static func needsGroups(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .needsGroups, "`\(name.text)` works on groups", at: name.span, label: "no `group_by` before",
      help: "group first: `.group_by(r -> r.key).\(name.text)(...)`")
  }

  static func lateWithoutTime(_ label: Span, of name: String, needs: String) -> Diagnostic {
    Diagnostic(
      .lateWithoutTime, "nothing is late at a `\(name)` without \(needs)", at: label,
      label: "never used", help: "drop `late:`, or say \(needs)")
  }

  static func bothTimes(_ label: Identifier, of name: Identifier, first: Identifier) -> Diagnostic {
    Diagnostic(
      .bothTimes, "`\(name.text)` takes `within:` or `as_of:`, not both", at: label.span,
      label: "the second of the two", labels: [Label(first.span, "the first")],
      help: "`within:` gives every match that near, `as_of:` the newest one before")
  }

  static func limitWithoutSort(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .limitWithoutSort, "`limit` without an order would keep arbitrary rows", at: name.span,
      label: "only after `sort`",
      help: "write `.sort(by: r -> ...).limit(n)`, or `.top(n, by: r -> ...)` for the greatest")
  }

  static func nothingToDo(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .emptyPipeline, "the pipeline `\(name.text)` does nothing", at: name.span, label: "no statements",
      help: "read with `from name: Table<Record> = csv(\"...\")` and write with `into name = ... <- flow`")
  }

  static func tooLarge(_ name: Identifier, steps: Int) -> Diagnostic {
    Diagnostic(
      .tooLarge, "the pipeline `\(name.text)` is too large", at: name.span,
      label: "more than \(steps) operators, or functions more than 100 deep",
      help: "flow functions are inlined at each call: let fewer of them call each other")
  }

  // MARK: Types of flows

  static func sinkType(_ name: Identifier, declared: Type, found: Type, at span: Span, type: Span)
    -> Diagnostic
  {
    Diagnostic(
      .flowType, "`\(name.text)` is declared to hold `\(declared)`, but the flow holds `\(found)`", at: span,
      label: difference(found, from: declared) ?? "holds `\(found)`", labels: [Label(type, "declared here")],
      help: remedy(found, to: declared))
  }

  static func unionTypes(_ left: Type, _ right: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .flowType, "`union` needs two flows of one type: `\(left)` and `\(right)` differ", at: span,
      label: difference(right, from: left) ?? "holds `\(right)`", help: remedy(right, to: left))
  }

  static func argumentType(
    _ parameter: String, of function: String, wanted: Type, found: Type, at span: Span, declared: Span
  ) -> Diagnostic {
    Diagnostic(
      .flowType, "`\(parameter)` of `\(function)` is a flow of `\(wanted)`, but this flow holds `\(found)`",
      at: span, label: difference(found, from: wanted) ?? "holds `\(found)`",
      labels: [Label(declared, "declared here")], help: remedy(found, to: wanted))
  }

  static func resultType(_ name: String, wanted: Type, found: Type, at span: Span, declared: Span)
    -> Diagnostic
  {
    Diagnostic(
      .flowType, "`\(name)` gives a flow of `\(wanted)`, but its body holds `\(found)`", at: span,
      label: difference(found, from: wanted) ?? "holds `\(found)`",
      labels: [Label(declared, "declared here")], help: remedy(found, to: wanted))
  }

  static func bindingType(_ wanted: Type, found: Type, at span: Span, declared: Span) -> Diagnostic {
    Diagnostic(
      .flowType, "a flow of `\(wanted)` is declared, but this one holds `\(found)`", at: span,
      label: difference(found, from: wanted) ?? "holds `\(found)`",
      labels: [Label(declared, "declared here")], help: remedy(found, to: wanted))
  }

  static func sourceWithoutKind(_ name: Identifier, type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .sourceKind, "`\(name.text)` is a flow: say what kind", at: span, label: "write `Table<\(type)>`",
      fixes: type == .error ? [] : [Fix("write `Table<\(type)>`", edits: [Edit(span, "Table<\(type)>")])])
  }

  static func sourceOfAnyKind(_ name: Identifier, element: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .sourceKind, "`\(name.text)` must say whether it ends: `Flow` is for functions", at: span,
      label: "write `Table<\(element)>` or `Stream<\(element)>`")
  }

  static func wrongKind(_ what: String, wanted: Boundedness, found: Boundedness, at span: Span) -> Diagnostic
  {
    Diagnostic(
      .wrongKind, "\(what) must be a `\(wanted.typeName)`, and this is a `\(found.typeName)`", at: span,
      label: "a `\(found.typeName)`",
      help: found == .any
        ? "a `Flow` \(wanted == .table ? "may be unbounded" : "may end"): declare a `\(wanted.typeName)`"
        : nil)
  }
}

/// What differs between the element of a flow and the one that is wanted, in a few words.
private func difference(_ found: Type, from wanted: Type) -> String? {
  guard let wantedFields = wanted.columns, let foundFields = found.columns else { return nil }
  for field in wantedFields {
    guard let other = foundFields.first(where: { $0.name == field.name }) else {
      return "field `\(field.name)` is missing"
    }
    if other.type != field.type {
      return "field `\(field.name)` is `\(other.type)`, not `\(field.type)`"
    }
  }
  for field in foundFields where !wantedFields.contains(where: { $0.name == field.name }) {
    return "`\(wanted)` has no field `\(field.name)`"
  }
  return nil
}

private func remedy(_ found: Type, to wanted: Type) -> String? {
  guard case .record(let record) = wanted, let wantedFields = wanted.columns, let fields = found.columns
  else {
    return nil
  }
  let fits = wantedFields.allSatisfy { field in
    fields.contains { $0.name == field.name && $0.type == field.type }
  }
  return fits
    ? "construct the record: `.map(r -> \(record.name) { ...r })`"
    : "construct a `\(record.name)` in the last `map`, `select:` or `aggregate`"
}

extension Type {
  /// Whether flows of this and of `other` are of one type; broken parts, which were reported, fit everything.
  func fits(_ other: Type) -> Bool { accepts(other) || isBroken || other.isBroken }

  /// Whether an error was reported for some part of an unnamed type.
  private var isBroken: Bool {
    switch self {
    case .error: true
    case .optional(let inner), .list(let inner), .map(let inner): inner.isBroken
    case .row(let row): row.types.contains(where: \.isBroken)
    default: false
    }
  }

  /// The names and types of a record's or row's fields.
  var columns: [(name: String, type: Type)]? {
    switch self {
    case .record(let record): record.fields.map { ($0.name, $0.type) }
    case .row(let row): Array(zip(row.names, row.types)).map { (name: $0.0, type: $0.1) }
    default: nil
    }
  }

  /// The first field that is a timestamp.
  var firstTimestamp: String? {
    columns?.first { $0.type == .timestamp }?.name
  }
}
