import Diagnosing
import Syntax

// Leaks: what carries a label where there is no room for it.

extension Diagnostic {
  static func fieldWithoutLabel(
    _ field: Field, of record: RecordType, _ entry: LabelEntry, at span: Span
  ) -> Diagnostic {
    leak(
      .fieldWithoutLabel, "the field `\(field.name)` of `\(record.name)` has no label `@\(entry.label)`",
      entry, at: span, also: [Label(field.span, "not labelled `@\(entry.label)`")],
      help: "label the field: `\(field.name): \(field.type) @\(entry.label)`; or mask the value")
  }

  static func resultWithoutLabel(
    _ function: String, _ entry: LabelEntry, at span: Span, declared: TypeSyntax
  ) -> Diagnostic {
    leak(
      .resultWithoutLabel, "the result of `\(function)` is not labelled `@\(entry.label)`", entry, at: span,
      also: [Label(declared.span, "declared without `@\(entry.label)`")],
      help: "label the result; or mask the value",
      fixes: [Fix("label the result", edits: [Edit(declared.span.endPoint, " @\(entry.label)")])])
  }

  static func bindingWithoutLabel(
    _ name: String, _ entry: LabelEntry, at span: Span, declared: Span
  ) -> Diagnostic {
    leak(
      .bindingWithoutLabel, "the type of `\(name)` is not labelled `@\(entry.label)`", entry, at: span,
      also: [Label(declared, "declared without `@\(entry.label)`")],
      help: "label the type, leave it out, or mask the value")
  }

  static func sinkTypeWithoutLabel(
    _ name: String, _ entry: LabelEntry, at span: Span, declared: Span
  ) -> Diagnostic {
    leak(
      .bindingWithoutLabel, "the type of `\(name)` has no room for `@\(entry.label)`", entry, at: span,
      also: [Label(declared, "declared without `@\(entry.label)`")],
      help: "label the fields of the type that carry it, or mask them")
  }

  static func sinkNotAllowed(
    _ sink: SinkOperation, _ leak: LabelLeak, _ connector: Expression?, at span: Span
  ) -> Diagnostic {
    .leak(
      .sinkNotAllowed, "\(leak.what) `@\(leak.label)` into the sink `\(sink.name)`", leak.entry, at: span,
      help: "\(leak.remedy), or open the sink: `allow: [\(labels: sink.allow, leak.label)]`",
      fixes: connector.flatMap { openSink($0, sink.allow, leak.label) }.map { [$0] } ?? [])
  }

  /// The call of the connector with one label more.
  private static func openSink(_ connector: Expression, _ allow: [Identifier], _ label: String) -> Fix? {
    guard case .call(_, _, let arguments) = connector.kind else { return nil }
    let title = "let `@\(label)` out: `allow: [\(labels: allow, label)]`"
    if let last = allow.last { return Fix(title, edits: [Edit(last.span.endPoint, ", \(label)")]) }
    if arguments.contains(where: { $0.label?.text == "allow" }) { return nil }
    let end = connector.span.end - 1
    let text = arguments.isEmpty ? "allow: [\(label)]" : ", allow: [\(label)]"
    return Fix(title, edits: [Edit(Span(connector.span.file, end, end), text)])
  }

  static func replyNotAllowed(_ leak: LabelLeak, allow: [Identifier], at span: Span) -> Diagnostic {
    .leak(
      .replyNotAllowed, "\(leak.what) `@\(leak.label)` into the reply", leak.entry, at: span,
      help: "\(leak.remedy), or open the reply: `reply ... allow [\(labels: allow, leak.label)]`")
  }

  static func keyNotAllowed(_ sink: SinkOperation, _ entry: LabelEntry, at span: Span) -> Diagnostic {
    leak(
      .sinkNotAllowed, "the key of the sink `\(sink.name)` carries `@\(entry.label)`", entry, at: span,
      help: "hash the key, or open the sink: `allow: [\(labels: sink.allow, entry.label)]`")
  }

  static func labelInPlace(_ connector: String, _ entry: LabelEntry, at span: Span) -> Diagnostic {
    leak(
      .labelInPlace, "what `\(connector)` is told carries `@\(entry.label)`", entry, at: span,
      help: "paths and names show in plans and logs: mask or hash the value")
  }

  static func labelInText(_ entry: LabelEntry, at span: Span) -> Diagnostic {
    leak(
      .labelInText, "the text of this failure carries `@\(entry.label)`", entry, at: span,
      help: "the text of a failure shows in logs and reports: mask the value, or leave it out")
  }

  static func argumentNotAllowed(
    _ task: TypedTask, _ index: Int, _ entry: LabelEntry, at span: Span
  ) -> Diagnostic {
    leak(
      .argumentNotAllowed, "the task `\(task.name)` does not allow `@\(entry.label)`", entry, at: span,
      also: [Label(task.span, "has no line `allow [\(labels: task.options.allow, entry.label)]`")],
      help: "mask the value, drop the field, or write `allow [\(labels: task.options.allow, entry.label)]` "
        + "into the task")
  }

  static func parameterNotAllowed(
    _ task: TypedTask, _ parameter: ParameterDeclaration, _ entry: LabelEntry
  ) -> Diagnostic {
    leak(
      .argumentNotAllowed,
      "`\(parameter.name.text)` is labelled `@\(entry.label)`, which the task `\(task.name)` does not allow",
      entry, at: parameter.name.span,
      help: "write `allow [\(labels: task.options.allow, entry.label)]` into the task")
  }

  static func taskResultWithoutLabel(_ task: TypedTask, _ entry: LabelEntry, at span: Span) -> Diagnostic {
    leak(
      .resultWithoutLabel, "the result of the task `\(task.name)` is not labelled `@\(entry.label)`", entry,
      at: span,
      help: "a result carries what its arguments carry: label it `@\(entry.label)`, or write "
        + "`declassify` before `task` and `unlabels \(entry.label)` behind the result",
      fixes: [Fix("label the result", edits: [Edit(span.endPoint, " @\(entry.label)")])])
  }

  /// A leak with the way by which the label came: where it stands, and where it passed last.
  private static func leak(
    _ code: Code, _ message: String, _ entry: LabelEntry, at span: Span, also: [Label] = [], help: String,
    fixes: [Fix] = []
  ) -> Diagnostic {
    var way: [Label] = []
    var seen: Set<Span> = [span]
    var next = entry.trail
    while let trail = next {
      if seen.insert(trail.span).inserted { way.append(Label(trail.span, trail.text)) }
      next = trail.previous
    }
    // The newest come first; the oldest says where the label stands.
    if way.count > 4, let origin = way.last { way = Array(way.prefix(3)) + [origin] }
    let places = way.reversed() + also.filter { !seen.contains($0.span) }
    return Diagnostic(
      code, message, at: span, label: "carries `@\(entry.label)`", labels: Array(places), help: help,
      fixes: fixes)
  }
}

extension LabelEntry {
  /// The label's name; only named labels are reported.
  fileprivate var label: String { name ?? "" }
}

extension LabelLeak {
  /// The start of the message.
  fileprivate var what: String {
    switch columns.count {
    case 0: "the rows carry"
    case 1: "the column `\(columns[0])` carries"
    default: "the columns \(columns.map { "`\($0)`" }.joined(separator: ", ")) carry"
    }
  }

  fileprivate var remedy: String {
    switch columns.count {
    case 0: "mask or hash them"
    case 1: "mask, hash or drop the column"
    default: "mask, hash or drop the columns"
    }
  }
}

extension String.StringInterpolation {
  /// The labels of an `allow` and one more.
  fileprivate mutating func appendInterpolation(labels: [Identifier], _ label: String) {
    appendLiteral((labels.map(\.text) + [label]).joined(separator: ", "))
  }
}
