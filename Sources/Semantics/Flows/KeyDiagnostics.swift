import Diagnosing
import Syntax

// The diagnostics of keys, join conditions and groups.

extension Diagnostic {
  // MARK: Keys and conditions

  static func notAKey(_ type: Type, of operation: String, at span: Span) -> Diagnostic {
    let why: String
    switch type.unwrapped {
    case .float:
      why = "a `Float` has no exact equality to group by; round it and use `.to_decimal()`, or an `Int`"
    case .record: why = "take one of its fields, or several as `row { r.a, r.b }`"
    default:
      why =
        "keys are scalars but `Float` and `Json`, enums, distinct types, their optionals, and rows of these"
    }
    return Diagnostic(
      .notAKey, "`\(type)` can't be a key of `\(operation)`", at: span, label: "of type `\(type)`", help: why)
  }

  static func notSortable(_ type: Type, of operation: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .notSortable, "`\(operation)` can't order by `\(type)`", at: span, label: "of type `\(type)`",
      help: "order by a number, a text, a time, an enum, a `Bool`, a distinct type, or a row of these")
  }

  static func notSummable(_ type: Type, of aggregate: String, at span: Span) -> Diagnostic {
    let help: String
    switch type.unwrapped {
    case .distinct: help = "a distinct type is no number: use its `.raw`"
    case .duration: help = "use `.seconds()`"
    case .string: help = "turn the text into a number first: `.to_int() else ...`, `.to_decimal() else ...`"
    case .bool: help = "count with `g.where(r -> ...).count()`"
    default: help = "`\(aggregate)` works on `Int`, `Float` and `Decimal`"
    }
    return Diagnostic(
      .notSummable, "`\(aggregate)` needs numbers, and this is `\(type)`", at: span,
      label: "of type `\(type)`",
      help: help)
  }

  static func joinWithoutEquality(_ name: Identifier, at span: Span, left: String, right: String)
    -> Diagnostic
  {
    Diagnostic(
      .joinWithoutEquality, "`\(name.text)` needs an equality between the two sides", at: span,
      label: "no `\(left)... == \(right)...` that every match must fulfil",
      help: "write `\(left).key == \(right).key && ...`: each side of `==` uses one of the two")
  }

  static func joinOfOptionals(_ name: Identifier, at span: Span, left: Type) -> Diagnostic {
    Diagnostic(
      .joinOfOptionals, "both sides of this equality may be absent", at: span, label: "both are `\(left)`",
      help:
        "what is absent matches nothing: filter it out of one side, and give it a key without `?`"
    )
  }

  // MARK: Groups

  static func unknownAggregate(_ name: Identifier) -> Diagnostic {
    let (help, fixes) = suggesting(
      AggregateHints.meant(name.text) ?? Suggestion.nearest(to: name.text, among: Aggregates.names),
      for: name.span)
    return Diagnostic(
      .unknownAggregate, "a group has no `\(name.text)`", at: name.span, label: "not an aggregate",
      help: help ?? "a group has \(Aggregates.names.map { "`\($0)`" }.joined(separator: " "))", fixes: fixes)
  }

  static func aggregateNotCalled(_ name: Identifier, _ signature: CallSignature) -> Diagnostic {
    Diagnostic(
      .missingInput, "the aggregate `\(name.text)` is not called", at: name.span,
      label: "needs `( )`", help: "as in `\(signature.example)`")
  }

  static func keyCalled(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .surplusInput, "`\(name.text)` is a value, not a function", at: name.span,
      label: "write it without `( )`")
  }

  static func noKey(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .noGroupKey, "there is no `key`: the flow is not grouped", at: name.span, label: "no `group_by` before",
      help: "group first: `.group_by(r -> r.shop).aggregate(g -> ...)`")
  }

  static func windowAsValue(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .narrowedGroup, "a window is no value", at: name.span, label: "has a start and an end",
      help: "take `g.window.start` or `g.window.end`, a `Timestamp`")
  }

  static func unknownPartOfWindow(_ name: Identifier) -> Diagnostic {
    misspelt(
      .unknownAggregate, "a window has no `\(name.text)`", name, label: "not a part of a window",
      candidates: ["start", "end"], otherwise: "a window has `start` and `end`")
  }

  static func narrowedGroupAsValue(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .narrowedGroup, "a group is no value", at: name.span, label: "narrows the group",
      help: "take an aggregate of it: `g.where(r -> ...).count()`")
  }

  static func groupInRow(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .groupInRow, "`\(name.text)` of the group is not known while its rows are read", at: name.span,
      label: "inside a lambda over the rows",
      help: "aggregate first and compute with the results, or join the aggregates back to the rows")
  }

  static func rowInItsGroup(_ row: Local, at span: Span) -> Diagnostic {
    Diagnostic(
      .groupInRow, "the row `\(row.name)` is not seen while the rows of its group are read", at: span,
      label: "uses `\(row.name)`",
      help: "compute with what the aggregates give, and with the row, behind them")
  }

  static func groupValueInRow(_ local: Local, at span: Span) -> Diagnostic {
    Diagnostic(
      .groupInRow, "`\(local.name)` of the group is not known while its rows are read", at: span,
      label: "uses `\(local.name)`",
      help: "aggregate first and compute with the results, or join the aggregates back to the rows")
  }
}

/// Aggregates as other languages call them.
private enum AggregateHints {
  static func meant(_ name: String) -> String? {
    switch name {
    case "avg", "average": "mean"
    case "std", "stdev", "stddev_samp": "stddev"
    case "n", "size", "len", "length": "count"
    case "nunique", "n_unique", "distinct": "count_distinct"
    case "median", "percentile", "percentile_cont": "quantile"
    case "list", "array_agg", "collect_list": "collect"
    case "filter": "where"
    case "argmin": "min_by"
    case "argmax": "max_by"
    default: nil
    }
  }
}
