import Diagnosing
import Syntax

/// Findings about the declarations of tasks: signatures and clauses.
extension Diagnostic {
  // MARK: Signatures

  static func taskMark(_ mark: Span) -> Diagnostic {
    Diagnostic(
      .taskSignature, "every task may fail, so its result has no `!`", at: mark, label: "not here",
      help: "remove the `!`", fixes: [Fix("remove the `!`", isSafe: true, edits: [Edit(mark, "")])])
  }

  static func taskTakesFlow(_ flow: FlowSignature, _ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .taskSignature, "`\(name.text)` is a `\(flow.bound.typeName)`, and a task takes whole tables only",
      at: span, label: "may never end", help: "write `Table<\(flow.element)>`")
  }

  static func taskParameter(_ name: Identifier, _ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .taskSignature, "a task can't take `\(name.text)`: `\(type)` can't be handed over", at: span,
      label: "`\(type)`",
      help: "a task takes scalars, enums, records, lists and maps of them, `File`, `Directory` and `Table<T>`"
    )
  }

  static func parameterNamedOut(_ name: Identifier) -> Diagnostic {
    Diagnostic(
      .taskSignature, "in a command `{out}` is where the result goes, so no parameter has this name",
      at: name.span, label: "taken", help: "choose another name")
  }

  static func taskGivesFlow(_ flow: FlowSignature, at span: Span) -> Diagnostic {
    Diagnostic(
      .taskSignature, "a task gives a value, and `\(flow.bound.typeName)` is a flow", at: span,
      label: "a flow",
      help: "few rows go into `List<\(flow.element)>`, many into a `File`")
  }

  static func taskResult(_ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .taskSignature, "a task can't give `\(type)`", at: span, label: "`\(type)`",
      help: "it gives what JSON holds, a `File`, a `Directory`, or a record with such fields")
  }

  static func taskResultField(_ field: Field, of record: RecordType, at span: Span) -> Diagnostic {
    Diagnostic(
      .taskSignature, "a task can't give `\(record.name)`, whose `\(field.name)` is `\(field.type)`",
      at: span,
      label: "can't be given",
      labels: field.span.file == span.file ? [Label(field.span, "`\(field.type)`")] : [],
      help: "a file of the result is a field `File` or `Directory`, without `?` and in no list")
  }

  // MARK: Clauses

  static func repeatedClause(_ keyword: Identifier, first: Span) -> Diagnostic {
    Diagnostic(
      .clauseConflict, "the clause `\(keyword.text)` stands twice", at: keyword.span, label: "again",
      labels: [Label(first, "first here")], help: "keep one of them")
  }

  static func secondWork(_ keyword: Identifier, first: Identifier) -> Diagnostic {
    Diagnostic(
      .clauseConflict,
      "a task does its work in one way: `\(first.text)` and `\(keyword.text)` exclude each other",
      at: keyword.span, label: "a second way", labels: [Label(first.span, "the work is said here")],
      help: "keep one of them")
  }

  static func containerOfHTTP(_ keyword: Identifier, work: Span) -> Diagnostic {
    Diagnostic(
      .clauseConflict, "`container` says where a program runs, and `http` runs none", at: keyword.span,
      label: "nothing runs in it", labels: [Label(work, "the work is a request")],
      help: "remove `container`, or run a `command` in it")
  }

  static func taskWithoutWork(_ task: TypedTask) -> Diagnostic {
    Diagnostic(
      .taskWithoutWork, "the task `\(task.name)` does not say what does the work", at: task.span,
      label: "no `command`, `python` or `http`",
      help: "add `command \"...\"`, `python \"file.py:function\"` or `http \"https://...\"`")
  }

  static func clauseValue(_ keyword: Identifier, _ wanted: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .clauseValue, "`\(keyword.text)` takes \(wanted)", at: span, label: "does not fit",
      labels: [Label(keyword.span, "of this clause")])
  }

  static func emptyClauseRange(_ keyword: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .clauseValue, "nothing lies in this range of `\(keyword.text)`", at: span, label: "the end is less",
      help: "the smaller bound stands first")
  }

  static func unknownEffect(_ word: Identifier) -> Diagnostic {
    misspelt(
      .clauseValue, "there is no effect `\(word.text)`", word, label: "unknown effect",
      candidates: ["pure", "idempotent", "external"],
      otherwise: "there are `pure`, `idempotent(by: x -> key)` and `external`")
  }

  static func unknownTableFormat(_ word: Identifier) -> Diagnostic {
    misspelt(
      .clauseValue, "a table is not handed over as `\(word.text)`", word, label: "unknown format",
      candidates: TypedTask.TableFormat.allCases.map(\.rawValue),
      otherwise: "there are `csv`, `jsonl` and `parquet`")
  }

  static func idempotentWithoutKey(_ word: Identifier) -> Diagnostic {
    Diagnostic(
      .clauseValue, "`idempotent` needs the key by which a repetition is known", at: word.span,
      label: "of which key?", help: "write `idempotent(by: x -> x.id)`",
      fixes: [Fix("insert `(by: x -> x.id)`", edits: [Edit(word.span.endPoint, "(by: x -> x.id)")])])
  }

  static func idempotentForm(at span: Span) -> Diagnostic {
    Diagnostic(
      .clauseValue, "`idempotent` takes one key: `idempotent(by: x -> x.id)`", at: span, label: "needs `by:`")
  }

  static func keyOfJob(_ word: Identifier, parameter: Identifier?) -> Diagnostic {
    Diagnostic(
      .clauseOfOtherTask,
      "a job is known by its arguments, so `idempotent` takes no `by:` here", at: word.span,
      label: "no key here",
      labels: parameter.map { [Label($0.span, "this makes the task a job of its own")] } ?? [],
      help: "write `effect idempotent`")
  }

  static func effectKey(_ key: TypedExpression) -> Diagnostic {
    Diagnostic(
      .clauseValue, "`\(key.type)` can't be a key of `idempotent`", at: key.span, label: "not a key type",
      help: "keys are scalars but `Float` and `Json`, enums, distinct types, and rows of these")
  }

  static func unknownResource(_ name: Identifier) -> Diagnostic {
    misspelt(
      .clauseValue, "there is no resource `\(name.text)`", name, label: "unknown resource",
      candidates: ["cpu", "memory", "gpu"], otherwise: "there are `cpu`, `memory` and `gpu`")
  }

  static func resourceValue(_ name: Identifier, _ wanted: String, at span: Span) -> Diagnostic {
    Diagnostic(.clauseValue, "`\(name.text)` takes \(wanted)", at: span, label: "does not fit")
  }

  static func environmentValue(_ name: Identifier, at span: Span) -> Diagnostic {
    Diagnostic(
      .clauseValue, "`\(name.text)` of `env` takes a plain text or `secret(\"name\")`", at: span,
      label: "does not fit", help: "what changes from call to call is a parameter")
  }

  // MARK: What goes together

  static func retryOfExternal(_ keyword: Identifier, effect: TaskClause?, _ task: TypedTask) -> Diagnostic {
    Diagnostic(
      .effectForbids, "an external task is never tried again by itself, so `retry` can't stand here",
      at: keyword.span, label: "would do the work twice", labels: [cause(effect, task)],
      help:
        "if doing it twice changes nothing, say so: `effect pure`, or `effect idempotent(by: x -> key)`; else remove `retry`"
    )
  }

  static func cacheOfEffect(_ keyword: Identifier, effect: TaskClause?, _ task: TypedTask) -> Diagnostic {
    Diagnostic(
      .effectForbids, "only the answers of a pure task are kept, so `cache` can't stand here",
      at: keyword.span, label: "would skip the work", labels: [cause(effect, task)],
      help: "if the same arguments always give the same answer, write `effect pure`; else remove `cache`")
  }

  /// Where the effect is said, or the name of the task that says none.
  private static func cause(_ effect: TaskClause?, _ task: TypedTask) -> Label {
    effect.map { Label($0.span, "the effect is said here") }
      ?? Label(task.span, "external, because no `effect` says otherwise")
  }

  static func notOverHTTP(_ work: Identifier, _ type: String, at span: Span, verb: String) -> Diagnostic {
    Diagnostic(
      .clauseOfOtherTask, "`http` sends and receives JSON, so this task can't \(verb) `\(type)`", at: span,
      label: "not in JSON", labels: [Label(work.span, "the work is a request")],
      help: "use `command` or `python`")
  }

  static func clauseOfJob(_ keyword: Identifier, _ parameter: TypedTask.Parameter) -> Diagnostic {
    Diagnostic(
      .clauseOfOtherTask, "`\(keyword.text)` is for a task of single records, and this is a job of its own",
      at: keyword.span, label: "not for a job",
      labels: [Label(parameter.syntax.span, "this makes the task a job of its own")], help: "remove it")
  }

  static func formatWithoutTable(_ keyword: Identifier) -> Diagnostic {
    Diagnostic(
      .clauseOfOtherTask, "`format` says how a table is handed over, and this task takes none",
      at: keyword.span, label: "no table", help: "remove it")
  }

  static func nestedInFormat(
    _ clause: TaskClause, _ parameter: TypedTask.Parameter, field: String, _ type: Type
  ) -> Diagnostic {
    Diagnostic(
      .clauseOfOtherTask,
      "csv holds no nested values, and `\(field)` of `\(parameter.local.name)` is `\(type)`",
      at: clause.span, label: "can't hold the table",
      labels: [Label(parameter.syntax.type.span, "this table")],
      help: "use `format jsonl` or `format parquet`")
  }
}

/// Findings about commands.
extension Diagnostic {
  static func unknownPlaceholder(_ name: Identifier, _ task: TypedTask) -> Diagnostic {
    let names = task.parameters.map(\.local.name)
    return misspelt(
      .commandPlaceholder, "`{\(name.text)}` is no parameter of `\(task.name)`", name, label: "unknown",
      candidates: names + ["out"],
      otherwise:
        "there \(names.isEmpty ? "is" : "are") \(list(names + ["out"])); a brace of the shell is `\\{`")
  }

  static func computedPlaceholder(_ expression: Expression, _ task: TypedTask) -> Diagnostic {
    var help = "what is computed is computed where the task is called; a brace of the shell is `\\{`"
    if case .member = expression.kind {
      help = "a record arrives whole, as a JSON file; hand a part of it over as a parameter of its own"
    }
    return Diagnostic(
      .commandPlaceholder, "a command takes `{parameter}`, `{out}` and `{out.field}`, nothing computed",
      at: expression.span, label: "not a parameter", help: help)
  }

  static func outputFieldOfNoRecord(_ name: Identifier, _ type: Type, at span: Span) -> Diagnostic {
    Diagnostic(
      .commandPlaceholder, "the result is `\(type)`, which has no field `\(name.text)`", at: span,
      label: "no record", help: "the whole result goes to `{out}`")
  }

  static func unknownOutputField(_ name: Identifier, _ record: RecordType) -> Diagnostic {
    let files = record.fields.filter(\.type.isFileOrDirectory).map(\.name)
    return misspelt(
      .commandPlaceholder, "the result `\(record.name)` has no field `\(name.text)`", name,
      label: "unknown field", candidates: files,
      otherwise: files.isEmpty
        ? "it has no file; the whole result goes to `{out}`" : "its files are \(list(files))")
  }

  static func outputFieldOfValue(_ name: Identifier, _ field: Field, at span: Span) -> Diagnostic {
    Diagnostic(
      .commandPlaceholder, "`\(name.text)` is `\(field.type)`, and only a file has a place of its own",
      at: span,
      label: "no file", labels: field.span.file == span.file ? [Label(field.span, "`\(field.type)`")] : [],
      help: "it is read from the JSON at `{out}`, or from standard output")
  }

  static func quotedPlaceholder(_ expression: Expression, in place: ShellText.Place) -> Diagnostic {
    let (place, label, help) =
      switch place {
      case .comment: ("in a shell comment", "never read", "take it out of the comment")
      case .hereDocument:
        (
          "in a here-document", "would be spliced into text",
          "hand it over as an argument before the document"
        )
      default:
        (
          "inside shell quotes", "would be spliced into text",
          "take the quotes away: what is put in is always one argument, whatever is in it"
        )
      }
    return Diagnostic(
      .placeholderInQuotes, "a value can't stand \(place)", at: expression.span, label: label, help: help
    )
  }

  static func escapedPlaceholder(_ expression: Expression) -> Diagnostic {
    Diagnostic(
      .placeholderInQuotes, "a value can't stand right behind a backslash of the shell", at: expression.span,
      label: "would be spliced into text", help: "put a space between them, or take the backslash away")
  }

  static func unclosedShellQuote(_ place: ShellText.Place, at span: Span) -> Diagnostic {
    Diagnostic(
      .clauseValue, "the quote `\(place.rawValue)` of this command is never closed", at: span,
      label: "the shell would refuse it")
  }

  static func emptyCommand(at span: Span) -> Diagnostic {
    Diagnostic(.clauseValue, "this command is empty", at: span, label: "does nothing")
  }

  static func resultNotWritten(_ keyword: Identifier, _ task: TypedTask) -> Diagnostic {
    Diagnostic(
      .outputNotWritten, "nothing in this command says where the `\(task.result)` goes", at: keyword.span,
      label: "without `{out}`",
      labels: task.syntax.result.map { [Label($0.type.span, "must be written")] } ?? [],
      help: "hand `{out}` to the program, which writes it there")
  }

  static func fieldNotWritten(_ keyword: Identifier, _ field: Field) -> Diagnostic {
    Diagnostic(
      .outputNotWritten, "nothing in this command says where `\(field.name)` of the result goes",
      at: keyword.span, label: "without `{out.\(field.name)}`",
      labels: field.span.file == keyword.span.file ? [Label(field.span, "a `\(field.type)`")] : [],
      help:
        "hand `{out.\(field.name)}` to the program, which writes the \(field.type == .file ? "file" : "directory") there"
    )
  }
}

/// Findings about calls of tasks.
extension Diagnostic {
  /// Why a call can't stand in a place; nil where it may.
  static func taskOutOfPlace(_ task: TypedTask, _ name: Identifier, _ place: TaskPlace) -> Diagnostic? {
    if task.isJob {
      let job = Label(task.span, "a job of its own")
      let labels = task.span.file == name.span.file ? [job] : []
      return Diagnostic(
        .taskOutOfPlace, "`\(name.text)` works on whole tables or files, so it is no part of an expression",
        at: name.span, label: "a job of its own", labels: labels,
        help: "call it in a statement of a pipeline: `let result = \(name.text)(...)`")
    }
    let why: String
    var help = "call it in the lambda of `map`, `flat_map` or `try_map`"
    switch place {
    case .rows: return nil
    case .operatorLambda(let operation):
      why = "the lambda of `\(operation)` only decides about rows, and a task does work"
      help = "call it in a `map` before, and use its result here"
    case .listLambda(let function):
      why = "the lambda of a list's `\(function)` runs inside one row, and a task works across rows"
      help = "make the elements rows with `flat_map`, then call it in a `map`"
    case .function(let function):
      why = "`\(function)` is a function, which is pure, and a task does work"
      help = "call it in the lambda of `map`, `flat_map` or `try_map`, and hand its result to `\(function)`"
    case .elsewhere: why = "a task does work for rows, and there are none here"
    }
    return Diagnostic(
      .taskOutOfPlace, "the task `\(name.text)` can't be called here: \(why)", at: name.span,
      label: "not here",
      help: help)
  }

  static func variesByRow(
    _ row: TypedExpression, _ parameter: TypedTask.Parameter, _ task: TypedTask
  ) -> Diagnostic {
    Diagnostic(
      .variesByRow,
      "`\(parameter.local.name)` of `\(task.name)` is the same for all rows, and this differs from row to row",
      at: row.span, label: "of the row",
      labels: parameter.syntax.span.file == row.span.file
        ? [Label(parameter.syntax.span, "follows the record")] : [],
      help:
        "put it into the record, `\(task.parameters.first?.local.type.description ?? "")`, or hand over a constant"
    )
  }

  static func externalInStream(_ task: TypedTask, at span: Span, source: Span) -> Diagnostic {
    let effect = task.syntax.clauses.first { $0.keyword.text == "effect" }
    var labels = [Label(source, "unbounded here")]
    if task.span.file == span.file {
      labels.append(
        effect.map { Label($0.span, "external here") }
          ?? Label(task.span, "external, because no `effect` says otherwise"))
    }
    return Diagnostic(
      .externalInStream, "`\(task.name)` is external, and a stream does its work again after a crash",
      at: span,
      label: "might be done twice", labels: labels,
      help:
        "if doing it twice changes nothing, say so in the task: `effect pure`, or `effect idempotent(by: x -> key)`"
    )
  }
}
