import Diagnosing
import Syntax

/// Findings of family F4xx: absence and failure.
extension Diagnostic {
  /// `use` reads "interpolated", "indexed".
  static func mayBeAbsent(_ value: TypedExpression, use: String) -> Diagnostic {
    Diagnostic(
      .mayBeAbsent, "this may be absent and can't be \(use)", at: value.span, label: "`\(value.type)`",
      help: "say what stands for it with `?? ...`, or take it apart with `if let x = ...` or `match`")
  }

  static func absentOperand(_ value: TypedExpression, _ sign: String, _ place: Span) -> Diagnostic {
    Diagnostic(
      .mayBeAbsent, "`\(sign)` needs a value, and this may be absent", at: value.span,
      label: "`\(value.type)`",
      help: "say what stands for it with `?? ...`, or take it apart with `if let x = ...` or `match`")
  }

  static func memberOfAbsent(_ receiver: TypedExpression, _ name: Identifier) -> Diagnostic {
    let between = Span(name.span.file, receiver.span.end, name.span.start)
    let isPoint = between.end == between.start + 1
    return Diagnostic(
      .mayBeAbsent, "this may be absent, so `.\(name.text)` can't be read from it", at: receiver.span,
      label: "`\(receiver.type)`",
      help:
        "write `?.\(name.text)`, which is absent too then, or take it apart with `if let x = ...` or `match`",
      fixes: isPoint ? [Fix("write `?.`", edits: [Edit(between, "?.")])] : [])
  }

  static func optionalMemberOfPresent(_ receiver: TypedExpression, _ name: Identifier) -> Diagnostic {
    let between = Span(name.span.file, receiver.span.end, name.span.start)
    let isPoint = between.end == between.start + 2
    return Diagnostic(
      .neverAbsent, "this is never absent, so `?.` has nothing to do", at: receiver.span,
      label: "`\(receiver.type)`", help: "write `.\(name.text)`",
      fixes: isPoint ? [Fix("write `.`", isSafe: true, edits: [Edit(between, ".")])] : [])
  }

  static func coalescedFailure(_ value: TypedExpression, _ place: Span) -> Diagnostic {
    Diagnostic(
      .uncovered, "this can fail, and `??` is for what may be absent", at: value.span,
      label: "fails rather than being absent", help: "cover it with `else`",
      fixes: [Fix("write `else`", isSafe: true, edits: [Edit(place, "else")])])
  }

  static func coalescedPresent(_ value: TypedExpression, _ otherwise: Span) -> Diagnostic {
    Diagnostic(
      .neverAbsent, "this is never absent, so `??` has nothing to do", at: value.span,
      label: "`\(value.type)`", help: "remove `??` and what follows",
      fixes: [
        Fix(
          "remove `??` and what follows",
          edits: [Edit(Span(value.span.file, value.span.end, otherwise.end), "")])
      ])
  }

  static func comparedWithNone(_ value: TypedExpression, _ sign: TypedOperator, at span: Span) -> Diagnostic {
    Diagnostic(
      .neverAbsent, "this is never absent, so it never equals `none`", at: span,
      label: "always \(sign == .equal ? "false" : "true")", labels: [Label(value.span, "`\(value.type)`")])
  }

  static func presentAnyway(_ value: TypedExpression, _ word: String) -> Diagnostic {
    Diagnostic(
      .neverAbsent, "this is never absent, so \(word) has nothing to ask", at: value.span,
      label: "`\(value.type)`", help: "bind it with `let`")
  }

  static func noneOfPresent(_ subject: TypedExpression, at span: Span) -> Diagnostic {
    Diagnostic(
      .neverAbsent, "what is matched is never absent", at: span, label: "never taken",
      labels: [Label(subject.span, "`\(subject.type)`")])
  }

  static func bindingOfPresent(_ subject: TypedExpression, _ name: Identifier) -> Diagnostic {
    Diagnostic(
      .neverAbsent, "what is matched is never absent, so it needs no name when present", at: name.span,
      label: "not optional", labels: [Label(subject.span, "`\(subject.type)`")],
      help: "write `else` to take every other value")
  }

  // MARK: - Failure

  static func uncovered(
    _ operation: Fallible, at span: Span, of whole: Span, _ context: Cover
  ) -> Diagnostic {
    let what: String
    let why: String
    switch operation {
    case .index:
      what = "indexing a list"
      why = "there may be no element at this position"
    case .division(let sign):
      what = "`\(sign.rawValue)`"
      why = "the divisor may be zero"
    case .function(let function):
      what = "`\(function.name)`"
      why = "it is declared with `!`"
    case .standard(let name, let reason):
      what = "`\(name)`"
      why = reason
    case .fail:
      what = "`fail`"
      why = "it always fails"
    }
    var ways = "`... else value` gives another value"
    switch context {
    case .statement: ways += ", `try ...` fails the run"
    case .function: ways += ", `try ...` hands the failure to the caller"
    case .none: ways += ", and in a function with a `!` behind its result `try ...` hands the failure on"
    case .tryMap: break
    }
    var fixes: [Fix] = []
    if context.allowsTry {
      fixes.append(Fix("insert `try`", edits: [Edit(whole.startPoint, "try ")]))
    }
    return Diagnostic(
      .uncovered, "\(what) can fail, and nothing covers it", at: span, label: why, help: ways, fixes: fixes)
  }

  /// `place` is the word `try`, or the fallback of an `else`.
  static func coverOverNothing(
    _ cover: CoverWord, _ value: Span, _ place: Span, isAbsent: Bool = false
  ) -> Diagnostic {
    switch cover {
    case .else where isAbsent:
      Diagnostic(
        .coverOverNothing, "this may be absent, which is no failure, so `else` has nothing to cover",
        at: value,
        label: "never fails", help: "for what may be absent it is `??`",
        fixes: [
          Fix("write `??`", isSafe: true, edits: [Edit(Span(value.file, value.end, place.start), " ?? ")])
        ])
    case .else:
      Diagnostic(
        .coverOverNothing, "nothing here can fail, so `else` has nothing to cover", at: value,
        label: "never fails", help: "remove `else` and what follows",
        fixes: [
          Fix(
            "remove `else` and what follows", edits: [Edit(Span(value.file, value.end, place.end), "")])
        ])
    case .try:
      Diagnostic(
        .coverOverNothing, "nothing here can fail, so `try` has nothing to cover", at: place,
        label: "never fails", labels: [], help: "remove `try`",
        fixes: [
          Fix(
            "remove `try`", isSafe: true, edits: [Edit(Span(value.file, place.start, value.start), "")])
        ])
    case .tryMap:
      Diagnostic(
        .coverOverNothing, "nothing in this lambda can fail, so `try_map` has nothing to cover", at: value,
        label: "never fails", help: "use `map`")
    }
  }

  static func tryOutOfPlace(_ context: Cover, at span: Span) -> Diagnostic {
    let help =
      context == .tryMap
      ? "`try_map` covers everything in its lambda: remove `try`"
      : "declare the failure, `-> T!`, or cover it here: `... else value`"
    return Diagnostic(
      .tryOutOfPlace,
      context == .tryMap
        ? "`try` can't stand in the lambda of `try_map`" : "`try` has nowhere to hand a failure to",
      at: span, label: "not here", help: help)
  }
}
