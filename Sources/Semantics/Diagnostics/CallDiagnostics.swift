import Diagnosing
import Syntax

/// Findings of family T3xx: calls, lambdas, constructions, matches, annotations.
extension Diagnostic {
  static func tooManyArguments(_ name: Identifier, wanted: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      .wrongArguments, "`\(name.text)` takes \(count(wanted, "argument"))", at: span, label: "one too many")
  }

  static func labelMissing(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .wrongArguments, "this argument needs its label: `\(name):`", at: span, label: "which one is it?",
      help: "a parameter with a default is named at the call",
      fixes: [Fix("insert `\(name): `", edits: [Edit(span.startPoint, "\(name): ")])])
  }

  static func labelOnPositional(_ label: Identifier, value: Span) -> Diagnostic {
    Diagnostic(
      .wrongArguments, "`\(label.text)` is given by its position, without a label", at: label.span,
      label: "no label here", help: "only a parameter with a default is named at the call",
      fixes: [
        Fix(
          "remove the label", isSafe: true,
          edits: [Edit(Span(label.span.file, label.span.start, value.start), "")])
      ])
  }

  static func missingArguments(_ missing: [CallParameter], of name: Identifier, at span: Span) -> Diagnostic {
    let names = list(missing.map { $0.isLabelled ? "\($0.name):" : $0.name })
    return Diagnostic(
      .wrongArguments, "`\(name.text)` needs \(names)", at: Span(span.file, name.span.start, span.end),
      label: missing.count == 1 ? "an argument is missing" : "\(missing.count) arguments are missing")
  }

  static func wrapArguments(_ type: DistinctType, at span: Span) -> Diagnostic {
    Diagnostic(
      .wrongArguments, "`\(type.name)(...)` takes one value of type `\(type.raw)`", at: span,
      label: "one argument")
  }

  static func failArguments(at span: Span) -> Diagnostic {
    Diagnostic(.wrongArguments, "`fail(...)` takes one text", at: span, label: "one argument")
  }

  static func typeArgumentsOfCall(_ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .wrongArguments, "`\(name.text)` takes no type arguments", at: span, label: "not here",
      help: "only `json.parse<T>(x)` takes one")
  }

  static func parseNeedsType(at span: Span) -> Diagnostic {
    Diagnostic(
      .wrongArguments, "`json.parse` needs the type to read", at: span, label: "of what type?",
      help: "write `json.parse<Order>(text)`")
  }

  static func parseOf(_ value: TypedExpression) -> Diagnostic {
    Diagnostic(
      .mismatch, "`json.parse` reads a `String` or `Bytes`, and this is `\(value.type)`", at: value.span,
      label: "`\(value.type)`")
  }

  static func notInJson(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(.mismatch, "JSON can't hold `\(type)`", at: span, label: "`\(type)`")
  }

  static func elementDoesNotFit(_ name: Identifier, _ type: Type, _ problem: String) -> Diagnostic {
    Diagnostic(
      .elementDoesNotFit, "`\(name.text)` \(problem), and this is `\(type)`", at: name.span,
      label: "`\(type)`")
  }

  static func functionWithoutCall(_ name: Identifier, _ type: Type) -> Diagnostic {
    Diagnostic(
      .callForm, "`\(name.text)` is a function of `\(type)`: call it", at: name.span, label: "without `()`",
      fixes: [Fix("insert `()`", edits: [Edit(name.span.endPoint, "()")])])
  }

  static func fieldCalled(_ name: Identifier, _ type: Type) -> Diagnostic {
    Diagnostic(
      .callForm, "`\(name.text)` is a field, not a function", at: name.span, label: "a field",
      help: "write it without `()`")
  }

  static func needsRaw(_ name: Identifier, _ type: DistinctType) -> Diagnostic {
    Diagnostic(
      .callForm, "`\(type.name)` has no `\(name.text)`, its raw `\(type.raw)` has", at: name.span,
      label: "needs `.raw`", help: "write `.raw.\(name.text)(...)`",
      fixes: [Fix("insert `raw.`", edits: [Edit(name.span.startPoint, "raw.")])])
  }

  // MARK: - Lambdas

  static func lambdaOutOfPlace(at span: Span) -> Diagnostic {
    Diagnostic(
      .lambdaMisused, "a lambda is no value", at: span, label: "not here",
      help: "it stands as an argument of an operator or a list's function")
  }

  static func lambdaWanted(_ count: Int, at span: Span) -> Diagnostic {
    let form = lambdaForm(count)
    return Diagnostic(
      .lambdaMisused, "a lambda is wanted here: `\(form)`", at: span, label: "not a lambda")
  }

  static func functionForLambda(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .lambdaMisused, "a lambda is wanted here, and `\(name.text)` is a function", at: name.span,
      label: "not a lambda", help: "write `x -> \(name.text)(x)`",
      fixes: [Fix("write `x -> \(name.text)(x)`", edits: [Edit(name.span, "x -> \(name.text)(x)")])])
  }

  static func lambdaParameters(wanted: Int, found: Int, at span: Span) -> Diagnostic {
    Diagnostic(
      .lambdaMisused,
      "this lambda takes \(count(wanted, "parameter")), and \(found) \(found == 1 ? "is" : "are") named",
      at: span, label: "write `\(lambdaForm(wanted))`")
  }

  private static func lambdaForm(_ count: Int) -> String {
    switch count {
    case 1: "x -> ..."
    case 2: "(a, b) -> ..."
    default: "(...) -> ..."
    }
  }

  // MARK: - Constructions

  static func constructionOf(_ type: Type, at span: Span) -> Diagnostic {
    let help: String? =
      switch type {
      case .distinct(let type): "wrap a value: `\(type.name)(...)`"
      case .enumeration: "write a case: `.name`"
      case .map: "write `[\"key\": value]`"
      case .list: "write `[a, b]`"
      default: nil
      }
    return Diagnostic(
      .constructionOfNoRecord, "`\(type)` is no record and has no fields to set", at: span,
      label: "not a record",
      help: help)
  }

  static func missingFields(_ names: [String], of record: RecordType, at span: Span) -> Diagnostic {
    Diagnostic(
      .missingFields, "`\(record.name)` needs \(list(names))", at: span,
      label: names.count == 1 ? "a field is missing" : "\(names.count) fields are missing",
      help: "every field without a default is named")
  }

  static func spreadNotFirst(at span: Span) -> Diagnostic {
    Diagnostic(
      .badSpread, "`...` stands first, once", at: span, label: "not here",
      help: "the fields after it replace what it brings")
  }

  static func spreadOf(_ value: TypedExpression) -> Diagnostic {
    Diagnostic(
      .badSpread, "`...` takes a record or row, and this is `\(value.type)`", at: value.span,
      label: "`\(value.type)`")
  }

  static func spreadFieldDiffers(_ field: Field, found: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .badSpread, "`\(field.name)` is `\(field.type)`, and `...` brings `\(found)`", at: span,
      label: "another type", help: "name the field: `\(field.name): ...`")
  }

  static func spreadGivesNothing(_ value: TypedExpression, _ record: RecordType) -> Diagnostic {
    Diagnostic(
      .badSpread, "`\(value.type)` has no field that `\(record.name)` declares", at: value.span,
      label: "brings nothing")
  }

  // MARK: - Match

  static func notExhaustive(_ missing: [String], of type: Type, at span: Span, subject: Span) -> Diagnostic {
    let isOpen = missing.contains("else")
    return Diagnostic(
      .notExhaustive,
      isOpen && missing.count == 1
        ? "this `match` does not say what to do with every other `\(type.unwrapped)`"
        : "this `match` has no arm for \(list(missing))", at: subject, label: "`\(type)`",
      help: isOpen
        ? "add an arm `else -> ...`" : "add \(missing.count == 1 ? "the arm" : "the arms"), or `else -> ...`")
  }

  static func unreachablePattern(_ span: Span, after isComplete: Bool) -> Diagnostic {
    Diagnostic(
      .unreachablePattern, "this pattern is never reached", at: span, label: "never reached",
      help: isComplete
        ? "the patterns before it take every value" : "a pattern before it takes the same values")
  }

  static func patternDiffers(_ pattern: String, _ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .badPattern, "a `\(type)` is never \(pattern)", at: span, label: "does not fit `\(type)`")
  }

  static func patternOfDistinct(_ type: DistinctType, at span: Span) -> Diagnostic {
    Diagnostic(
      .badPattern, "a literal is never a `\(type.name)`", at: span, label: "does not fit `\(type.name)`",
      help: "match its raw value: `match x.raw { ... }`")
  }

  static func patternNotLiteral(at span: Span) -> Diagnostic {
    Diagnostic(
      .badPattern, "a pattern is a literal, `.case`, `none`, a name or `else`", at: span,
      label: "not a literal")
  }

  static func elseJoined(at span: Span) -> Diagnostic {
    Diagnostic(
      .badPattern, "`else` takes every value and stands alone", at: span, label: "not with `|`")
  }

  static func bindingJoined(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .badPattern, "`\(name.text)` names the present value and stands alone", at: name.span,
      label: "not with `|`")
  }

  // MARK: - Declarations

  static func notConstant(_ what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .notConstant, "\(what) must be a constant", at: span, label: "not a constant",
      help: "literals, cases, lists, maps and records of these, `date(\"...\")`, `Id(7)`")
  }

  static func badAnnotation(_ message: String, at span: Span, label: String = "", help: String? = nil)
    -> Diagnostic
  {
    Diagnostic(.badAnnotation, message, at: span, label: label, help: help)
  }

  /// `what` has no `part`.
  static func emptyDeclaration(_ name: Identifier, _ what: String, _ part: String) -> Diagnostic {
    Diagnostic(
      .badType, "the \(what) `\(name.text)` has no \(part)", at: name.span, label: "empty",
      help: "declare at least one \(part)")
  }
}
