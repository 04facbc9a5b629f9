import Diagnosing
import Syntax

/// Findings of family T3xx: types as written and the fit of values.
extension Diagnostic {
  static func mismatch(_ found: TypedExpression, wanted: Type) -> Diagnostic {
    let span = found.span
    if found.type.holdsSecret { return secretOutOfPlace(found) }
    if case .secret = wanted { return secretWanted(found) }
    if case .optional(let inner) = found.type, wanted.unwrapped.accepts(inner) || inner == .nothing {
      if case .literal(.none) = found.kind {
        return Diagnostic(
          .mayBeAbsent, "`none` can't stand for `\(wanted)`, which is never absent", at: span,
          label: "`\(wanted)` is wanted")
      }
      return mayBeAbsent(found, use: "used as `\(wanted)`")
    }
    if found.type.unwrapped.isNumeric, wanted.unwrapped.isNumeric {
      return numberMismatch(found, wanted: wanted.unwrapped)
    }
    var help: String?
    var fixes: [Fix] = []
    switch (found.type, wanted.unwrapped) {
    case (.distinct(let type), let raw) where type.raw == raw:
      help = "a distinct type does not convert by itself: take its raw value with `.raw`"
      fixes = [Fix("insert `.raw`", edits: appending(".raw", to: found))]
    case (let raw, .distinct(let type)) where type.raw == raw:
      help = "wrap it: `\(type.name)(...)`"
      fixes = [
        Fix(
          "wrap it in `\(type.name)(...)`",
          edits: [Edit(span.startPoint, "\(type.name)("), Edit(span.endPoint, ")")])
      ]
    case (.row, .record(let record)), (.record, .record(let record)):
      help = "construct one: `\(record.name) { ...value }` takes the fields of the same names"
    case (_, .string) where found.type.hasText:
      help = "a text of it is an interpolation: `\"{value}\"`"
    case (.string, .int), (.string, .float), (.string, .decimal), (.string, .date), (.string, .timestamp),
      (.string, .uuid):
      help = "read it with `.to_\(wanted.unwrapped.description.lowercased())()`, which can fail"
    case (.optional, .bool):
      help = "nothing but a `Bool` is true or false: compare with `none`, or use `if let`"
    case (_, .bool): help = "nothing but a `Bool` is true or false: write the comparison"
    default: break
    }
    return Diagnostic(
      .mismatch, "`\(wanted)` is wanted, and this is `\(found.type)`", at: span, label: "`\(found.type)`",
      help: help, fixes: fixes)
  }

  /// How a number becomes one of another type.
  static func conversion(from found: Type, to wanted: Type) -> String? {
    switch (found, wanted) {
    case (.int, .float), (.decimal, .float): ".to_float()"
    case (.int, .decimal), (.float, .decimal): ".to_decimal()"
    case (.float, .int), (.decimal, .int): ".to_int()"
    default: nil
    }
  }

  private static func numberMismatch(_ found: TypedExpression, wanted: Type) -> Diagnostic {
    let conversion = conversion(from: found.type.unwrapped, to: wanted)
    return Diagnostic(
      .mismatch, "`\(wanted)` is wanted, and this is `\(found.type)`", at: found.span,
      label: "`\(found.type)`",
      help: conversion.map { "numbers do not convert by themselves: add `\($0)`" },
      fixes: found.type.isOptional
        ? [] : conversion.map { [Fix("insert `\($0)`", edits: appending($0, to: found))] } ?? [])
  }

  static func operatorUndefined(
    _ sign: TypedOperator, _ place: Span, _ left: TypedExpression, _ right: TypedExpression
  ) -> Diagnostic {
    let labels = [Label(left.span, "`\(left.type)`"), Label(right.span, "`\(right.type)`")]
    if left.type.isNumeric, right.type.isNumeric {
      let narrow = left.type == .int || right.type == .float ? left : right
      let wide = narrow.span == left.span ? right.type : left.type
      let conversion = conversion(from: narrow.type, to: wide) ?? ".to_float()"
      return Diagnostic(
        .operatorUndefined, "`\(sign.rawValue)` does not mix `\(left.type)` and `\(right.type)`", at: place,
        label: "two kinds of numbers", labels: labels, help: "convert one of them: add `\(conversion)`",
        fixes: [Fix("insert `\(conversion)`", edits: appending(conversion, to: narrow))])
    }
    var help: String?
    switch (left.type, right.type) {
    case (.string, _) where sign == .add, (_, .string) where sign == .add:
      help = "strings interpolate: `\"{a}{b}\"`"
    case (.list, .list) where sign == .add: help = "join lists with `a.concat(b)`"
    case (.date, .duration):
      help = "a `Date` takes a literal of whole days or weeks: `d + 1d`; months are `d.plus(months: 1)`"
    case (.duration, .timestamp) where sign == .add: help = "the time stands first: `t + 5m`"
    case (.date, .date): help = "take the days' times apart: only `Timestamp - Timestamp` is defined"
    case (.distinct(let type), _) where type.raw.isNumeric, (_, .distinct(let type)) where type.raw.isNumeric:
      help = "a distinct type has no arithmetic: use `.raw`"
    case (.duration, _): help = "durations are added and subtracted; `d.seconds()` is a number"
    default: break
    }
    return Diagnostic(
      .operatorUndefined,
      "`\(sign.rawValue)` is not defined for `\(left.type)` and `\(right.type)`", at: place,
      label: "not defined", labels: labels, help: help)
  }

  static func notNegatable(_ value: TypedExpression) -> Diagnostic {
    Diagnostic(
      .operatorUndefined, "`-` is not defined for `\(value.type)`", at: value.span, label: "`\(value.type)`")
  }

  static func notComparable(
    _ left: TypedExpression, _ sign: TypedOperator, _ place: Span, _ right: TypedExpression
  ) -> Diagnostic {
    var help: String?
    let one = left.type.unwrapped
    let other = right.type.unwrapped
    if let conversion = conversion(from: one, to: other), one == .int || other == .float {
      help = "numbers do not convert by themselves: add `\(conversion)`"
    } else if let conversion = conversion(from: other, to: one) {
      help = "numbers do not convert by themselves: add `\(conversion)`"
    }
    if case .distinct(let type) = one { help = "compare with a `\(type.name)`, or use `.raw`" }
    if case .distinct(let type) = other { help = "compare with a `\(type.name)`, or use `.raw`" }
    return Diagnostic(
      .operatorUndefined, "`\(sign.rawValue)` can't compare `\(left.type)` with `\(right.type)`", at: place,
      label: "different types",
      labels: [Label(left.span, "`\(left.type)`"), Label(right.span, "`\(right.type)`")], help: help)
  }

  static func notOrdered(_ type: Type, _ sign: TypedOperator, _ place: Span) -> Diagnostic {
    Diagnostic(
      .notComparable, "`\(type)` has no order for `\(sign.rawValue)`", at: place, label: "not ordered",
      help: "numbers, strings, times, enums and distinct types of these have one")
  }

  static func notEquatable(_ value: TypedExpression, _ sign: TypedOperator, _ place: Span) -> Diagnostic {
    Diagnostic(
      .notComparable, "`\(value.type)` can't be compared with `\(sign.rawValue)`", at: place,
      label: "not comparable")
  }

  static func notSortable(_ key: TypedExpression) -> Diagnostic {
    Diagnostic(
      .notComparable, "`\(key.type)` has no order, so it is no key", at: key.span, label: "no order")
  }

  static func notAContainer(_ container: TypedExpression, _ place: Span) -> Diagnostic {
    let help =
      container.type == .string
      ? "a part of a string: `text.contains(part)`" : "`in` looks into lists and the keys of maps"
    return Diagnostic(
      .operatorUndefined, "`in` can't look into `\(container.type)`", at: place, label: "needs a list or map",
      labels: [Label(container.span, "`\(container.type)`")], help: help)
  }

  static func neverContained(
    _ element: TypedExpression, _ container: TypedExpression, _ place: Span
  ) -> Diagnostic {
    Diagnostic(
      .operatorUndefined, "a `\(element.type)` is never in `\(container.type)`", at: place,
      label: "different types",
      labels: [Label(element.span, "`\(element.type)`"), Label(container.span, "`\(container.type)`")])
  }

  static func branchesDiffer(_ first: Type, _ other: TypedExpression) -> Diagnostic {
    Diagnostic(
      .branchesDiffer, "the parts give different types: `\(first)` and `\(other.type)`", at: other.span,
      label: "`\(other.type)`, not `\(first)`", help: "all parts must give one type, or `none`")
  }

  static func needsContext(_ type: Type, at span: Span) -> Diagnostic {
    switch type {
    case .optional:
      Diagnostic(
        .needsContext, "nothing says what `none` is absent of", at: span, label: "of what type?",
        help: "give the name a type: `let x: Int? = none`")
    case .nothing:
      Diagnostic(
        .needsContext, "this always fails and so has no value to name", at: span, label: "never a value")
    default:
      Diagnostic(
        .needsContext, "nothing says what this is empty of", at: span, label: "of what type?",
        help: "give the name a type: `let xs: List<Int> = []`")
    }
  }

  static func caseNeedsContext(_ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .needsContext, "nothing says which enum `.\(name.text)` belongs to", at: span, label: "of which enum?",
      help: "give the name a type: `let s: Status = .\(name.text)`")
  }

  static func caseOfNoEnum(_ name: Identifier, _ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .mismatch, "`\(type)` is wanted, and `.\(name.text)` is a case of an enum", at: span,
      label: "an enum's case")
  }

  static func integerTooLarge(at span: Span) -> Diagnostic {
    Diagnostic(
      .numberOutOfRange, "this number does not fit `Int`", at: span, label: "too large",
      help: "an `Int` goes from -9,223,372,036,854,775,808 to 9,223,372,036,854,775,807")
  }

  static func fractionAsInt(_ text: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .numberOutOfRange, "`Int` is wanted, and `\(text)` is not written as a whole number", at: span,
      label: "not an `Int`", help: "write a whole number, or make the other side a `Float` with `.to_float()`"
    )
  }

  static func decimalOutOfRange(at span: Span) -> Diagnostic {
    Diagnostic(
      .numberOutOfRange, "this number does not fit `Decimal`", at: span, label: "too many digits",
      help: "a `Decimal` has 20 digits before the point and 18 after it")
  }

  static func floatTooLarge(at span: Span) -> Diagnostic {
    Diagnostic(.numberOutOfRange, "this number does not fit `Float`", at: span, label: "too large")
  }

  static func noText(_ value: TypedExpression) -> Diagnostic {
    let help: String? =
      switch value.type {
      case .json, .list, .map, .record, .row: "write it as JSON: `{json.encode(value)}`"
      case .bytes: "write it in base 64: `{value.base64()}`"
      default: nil
      }
    return Diagnostic(
      .noText, "`\(value.type)` has no text of its own", at: value.span, label: "can't be interpolated",
      help: help)
  }

  static func regexOutOfPlace(at span: Span) -> Diagnostic {
    Diagnostic(
      .regexMisused, "a regular expression is no value", at: span, label: "not here",
      help: "it stands as the argument of `matches`, `capture` and `@pattern`")
  }

  static func regexWanted(at span: Span) -> Diagnostic {
    Diagnostic(
      .regexMisused, "a regular expression is wanted here, written `re\"...\"`", at: span,
      label: "not a regular expression")
  }

  static func badRegex(_ problem: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .badLiteral, "this regular expression is broken: \(problem)", at: span, label: "does not compile",
      help: "the syntax is RE2's: no backreferences, no look-around")
  }

  static func sizeOutOfPlace(at span: Span) -> Diagnostic {
    Diagnostic(
      .mismatch, "a size is no value", at: span, label: "not here",
      help: "sizes stand in options; as a number of bytes write an `Int`")
  }

  static func badDate(_ text: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .badLiteral, "`\(text)` is no date", at: span, label: "no such day",
      help: "write year, month and day: `date(\"2026-01-31\")`")
  }

  static func badTimestamp(_ text: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .badLiteral, "`\(text)` is no time", at: span, label: "no such time",
      help: "write `timestamp(\"2026-01-31T23:59:59Z\")`, with up to 6 digits of a second's fraction")
  }

  static func badUuid(_ text: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .badLiteral, "`\(text)` is no UUID", at: span, label: "not a UUID",
      help: "write 32 hexadecimal digits: `uuid(\"01234567-89ab-cdef-0123-456789abcdef\")`")
  }

  static func literalFunctionArguments(_ name: Identifier, at span: Span) -> Diagnostic {
    let help: String =
      switch name.text {
      case "date": "read another text with `text.to_date()`, which can fail"
      case "timestamp": "read another text with `text.to_timestamp()`, which can fail"
      default: "read another text with `text.to_uuid()`, which can fail"
      }
    return Diagnostic(
      .badLiteral, "`\(name.text)(\"...\")` takes one string literal", at: span, label: "not a literal",
      help: help)
  }

  static func rangeOf(_ bound: TypedExpression) -> Diagnostic {
    Diagnostic(
      .mismatch, "a range of `\(bound.type)` is no value", at: bound.span, label: "`\(bound.type)`",
      help: "a range of `Int` is a list; others stand only where an option asks")
  }

  static func notIndexable(_ value: TypedExpression) -> Diagnostic {
    Diagnostic(
      .operatorUndefined, "`\(value.type)` has no elements to index", at: value.span,
      label: "`\(value.type)`",
      help: value.type == .string ? "a part of a string: `text.slice(start, end)`" : nil)
  }

  static func listWanted(_ value: TypedExpression) -> Diagnostic {
    Diagnostic(
      .mismatch, "a list is wanted, and this is `\(value.type)`", at: value.span, label: "`\(value.type)`")
  }

  static func ifWithoutElse(at span: Span) -> Diagnostic {
    Diagnostic(
      .ifWithoutElse, "an `if` that gives a value needs an `else`", at: span, label: "no `else`",
      help: "say what the value is otherwise: `else { none }`")
  }

  // MARK: - Types as written

  static func flowAsValueType(_ bound: Boundedness, at span: Span) -> Diagnostic {
    Diagnostic(
      .flowAsValueType, "`\(bound.typeName)` is a flow, not the type of a value", at: span, label: "a flow",
      help: "the type of a list is `List<T>`")
  }

  static func valueAsFlowType(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .flowAsValueType, "a function over flows gives a flow, and this is `\(type)`", at: span,
      label: "not a flow", help: "write `Table<\(type)>` or `Flow<\(type)>`")
  }

  static func numberAsType(at span: Span) -> Diagnostic {
    Diagnostic(.badType, "a number is no type", at: span, label: "not a type")
  }

  static func wrongTypeArguments(_ name: String, wanted: Int, found: Int, at span: Span) -> Diagnostic {
    let form =
      switch name {
      case "Map": "Map<String, T>"
      case "Vector": "Vector<384>"
      default: wanted == 0 ? name : "\(name)<T>"
      }
    return Diagnostic(
      .badType,
      "`\(name)` takes \(count(wanted, "type argument")), and \(found) \(found == 1 ? "is" : "are") given",
      at: span, label: "write `\(form)`")
  }

  static func mapKey(_ key: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .badType, "the keys of a map are strings, not `\(key)`", at: span, label: "write `String`",
      fixes: [Fix("write `String`", edits: [Edit(span, "String")])])
  }

  static func vectorSize(at span: Span) -> Diagnostic {
    Diagnostic(
      .badType, "`Vector` takes its length, a positive number", at: span, label: "write `Vector<384>`")
  }

  static func distinctOf(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .distinctOfNoScalar, "a distinct type wraps a scalar, and this is `\(type)`", at: span,
      label: "not a scalar", help: "declare a `record` for more than one value")
  }

  /// `3 things`, `1 thing`.
  static func count(_ number: Int, _ thing: String) -> String {
    switch number {
    case 0: "no \(thing)s"
    case 1: "one \(thing)"
    default: "\(number) \(thing)s"
    }
  }
}
