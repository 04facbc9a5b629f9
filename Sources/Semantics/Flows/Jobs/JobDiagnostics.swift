import Diagnosing
import Syntax

// The diagnostics of jobs and their values, away from the checking.

extension Diagnostic {
  static func jobOutOfPlace(_ what: String, _ why: PartPlace.Why?, at span: Span) -> Diagnostic {
    let place: String
    let label: String
    switch why {
    case .branch: (place, label) = ("a branch inside an expression", "may never run")
    case .lambda: (place, label) = ("a lambda", "would run for each row")
    case .block: (place, label) = ("a block inside an expression", "bind it outside")
    case .shortCircuit(let sign): (place, label) = ("the right side of `\(sign)`", "may never run")
    case .fallback: (place, label) = ("the right side of `else`", "may never run")
    case .loop, nil: (place, label) = ("a larger expression", "a statement of its own")
    }
    return Diagnostic(
      .jobOutOfPlace, "\(what) can't stand in \(place)", at: span, label: label,
      help: why.isBranch
        ? "let the `if` be the whole right side of a `let`: then one of its branches runs"
        : "a job is planned before anything runs: bind its value with `let` on a line of its own")
  }

  static func loopOutOfPlace(at span: Span) -> Diagnostic { jobOutOfPlace("`for`", nil, at: span) }

  static func jobInFunction(_ what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .jobInFunction, "\(what) stands in pipelines only", at: span, label: "not in a function",
      help: "functions are inlined into plans, and jobs belong to the plan: hand the value to the function")
  }

  static func unusedJobValue(_ name: Identifier, what: String) -> Diagnostic {
    Diagnostic(
      .unusedJobValue, "the \(what) `\(name.text)` is never used", at: name.span, label: "nothing uses it",
      help: "use it, or take the statement away: it would run for nothing")
  }

  static func uselessLoop(at span: Span) -> Diagnostic {
    Diagnostic(
      .unusedJobValue, "this `for` does nothing that anything sees", at: span,
      label: "nothing uses its value",
      help: "bind its value: `let results = for ...`, or write something in it with `into`")
  }

  // MARK: Loops

  static func loopOverFlow(_ name: Identifier, at span: Span) -> Diagnostic {
    let end = Span(span.file, span.end, span.end)
    return Diagnostic(
      .loopElements, "`for` goes over a list, and this is a flow", at: span, label: "a flow",
      help: "its passes are planned as jobs: say how many there are at most",
      fixes: [Fix("insert `.to_list(max: 1000)`", edits: [Edit(end, ".to_list(max: 1000)")])])
  }

  static func loopOverValue(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .loopElements, "`for` goes over a list, and this is `\(type)`", at: span, label: "not a list",
      help: "as in `for d in [2, 4]`, `for d in 1..4` or `for r in rows.to_list(max: 100)`")
  }

  static func loopElements(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .loopElements, "`for` needs elements of a key type, and these are `\(type)`", at: span,
      label: "a list of `\(type)`",
      help: "an element names its pass: take a field that tells them apart, as in `.map(r -> r.id)`")
  }

  static func repeatedElement(at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .repeatedElement, "this element stands twice in the list of a `for`", at: span, label: "again",
      labels: [Label(first, "first here")], help: "an element names its pass: each stands once")
  }

  static func sameTarget(_ variable: String, connector: String, at span: Span, loop: Span) -> Diagnostic {
    Diagnostic(
      .sameTarget, "every pass of this `for` would write to the same place", at: span,
      label: "does not depend on `\(variable)`", labels: [Label(loop, "runs once for each `\(variable)`")],
      help: "let the target tell them apart, as in `csv(\"out-{\(variable)}.csv\")`")
  }

  static func loopWithoutValue(at span: Span) -> Diagnostic {
    Diagnostic(
      .loopWithoutValue, "this `for` gives no value", at: span, label: "its passes end without one",
      help: "end the pass, and each branch of an `if` that ends it, with an expression")
  }

  static func flowAsPass(at span: Span) -> Diagnostic {
    Diagnostic(
      .loopWithoutValue, "a pass of a `for` gives a value, and this is a flow", at: span, label: "a flow",
      help: "write the flow with `into`, or take its row with `.single()`, its rows with `.to_list(max: ...)`"
    )
  }

  static func failuresUnbound(at span: Span) -> Diagnostic {
    Diagnostic(
      .loopFailures, "`try for` has two results: what succeeded, and what failed", at: span,
      label: "two results", help: "bind both: `let results, failures = try for ...`")
  }

  static func noFailures(_ name: Identifier, loop: Span) -> Diagnostic {
    Diagnostic(
      .loopFailures, "this `for` has one result, so there is nothing for `\(name.text)`", at: name.span,
      label: "no second result", labels: [Label(loop, "one failed pass fails the run")],
      help: "`try for` goes on when a pass fails, and gives the failures",
      fixes: [Fix("write `try for`", edits: [Edit(loop.startPoint, "try ")])])
  }

  // MARK: Branches

  static func branchFlowsDiffer(_ one: Type, _ other: Type, at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .branchFlowsDiffer, "the branches give different flows: of `\(one)` and of `\(other)`", at: span,
      label: "holds `\(other)`", labels: [Label(first, "holds `\(one)`")],
      help: "bring both to one record with `.map(r -> Record { ... })`")
  }

  static func hiddenName(_ name: Identifier, _ word: String, at place: Span) -> Diagnostic {
    Diagnostic(
      .hiddenName, "`\(name.text)` is known only inside its `\(word)`", at: name.span,
      label: "not known here",
      labels: [Label(place, "bound in this `\(word)`")],
      help: word == "if"
        ? "take the value out: `let x = if ... { a } else { b }`"
        : "take the values out: `let results = for ... { ...; value }`")
  }

  static func alwaysFails(at span: Span) -> Diagnostic {
    Diagnostic(
      .alwaysFails, "every run of this pipeline would fail here", at: span, label: "always reached",
      help: "let it depend on a value: `if metrics.auc < 0.7 { fail(\"...\") }`, or write a `check`")
  }

  // MARK: Former names

  static func namelessStatement(at span: Span) -> Diagnostic {
    Diagnostic(
      .formerName, "`@was` names a statement, and this one has no name", at: span, label: "no name to change",
      help: "it stands before `from`, `let` and `into`")
  }

  static func formerNameText(at span: Span) -> Diagnostic {
    Diagnostic(
      .formerName, "`@was` takes one name in quotes", at: span, label: "as in `@was(\"old\")`")
  }

  static func formerNameTwice(_ name: String, at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .formerName, "`\(name)` is the former name of another statement", at: span, label: "again",
      labels: [Label(first, "first here")], help: "one statement goes on with the state of another")
  }

  static func formerNameLives(_ name: String, at span: Span, statement: Span, isOwn: Bool) -> Diagnostic {
    Diagnostic(
      .formerName,
      isOwn ? "`\(name)` is the name that the statement has" : "`\(name)` is still the name of a statement",
      at: span, label: isOwn ? "not a former name" : "not free",
      labels: isOwn ? [] : [Label(statement, "has the name")],
      help: isOwn
        ? "`@was` says what it was called before" : "its state belongs to the statement that has the name")
  }

  // MARK: Modes

  static func jobsNeedBatch(at span: Span, source: Span, isStream: Bool) -> Diagnostic {
    Diagnostic(
      .jobsNeedBatch, "jobs and their values belong to batch plans", at: span,
      label: "needs a plan that ends",
      labels: [Label(source, "makes this a \(isStream ? "stream" : "service") plan")],
      help: isStream
        ? "a stream never ends: read what ends with a pipeline of its own, or bring rows together with `join`"
        : "a call has no jobs: compute the value in a batch, and read it here as a table")
  }

  static func valueOfUnbounded(_ name: String, at span: Span, source: Span) -> Diagnostic {
    Diagnostic(
      .valueOfUnbounded, "`\(name)` never completes on an unbounded flow", at: span,
      label: "needs all rows", labels: [Label(source, "unbounded here")],
      help: "read a bounded source, or bring the rows together with `join`")
  }
}

extension PartPlace.Why? {
  fileprivate var isBranch: Bool {
    if case .branch? = self { true } else { false }
  }
}
