/// Diagnostics for machines; the shape is versioned and documented in the reference of the command line.
public struct JSONRenderer: Sendable {
  private let sources: SourceMap

  /// A renderer for diagnostics of `sources`.
  public init(_ sources: SourceMap) { self.sources = sources }

  /// The whole report: `{"version":1,"diagnostics":[...],"summary":{...}}`.
  public func report(_ diagnostics: [Diagnostic], _ summary: DiagnosticSummary) -> JSONValue {
    .members([
      "version": .int(1),
      "diagnostics": .array(diagnostics.map { value($0) }),
      "summary": .members([
        "errors": .int(Int64(summary.errors)),
        "warnings": .int(Int64(summary.warnings)),
        "files": .int(Int64(summary.files)),
      ]),
    ])
  }

  /// One diagnostic; what is to be seen at its own place comes as the first of the labels.
  public func value(_ diagnostic: Diagnostic) -> JSONValue {
    let own = diagnostic.label.isEmpty ? [] : [Label(diagnostic.span, diagnostic.label)]
    return .members([
      "code": .string(diagnostic.code.text),
      "severity": .string(diagnostic.severity.rawValue),
      "message": .string(diagnostic.message),
      "file": .string(sources[diagnostic.span.file].path),
      "range": range(diagnostic.span),
      "labels": .array(
        (own + diagnostic.labels).map { label in
          .members([
            "file": .string(sources[label.span.file].path),
            "range": range(label.span),
            "message": .string(label.message),
          ])
        }),
      "help": .optional(diagnostic.help),
      "fixes": .array(diagnostic.fixes.map { value($0) }),
    ])
  }

  private func value(_ fix: Fix) -> JSONValue {
    .members([
      "title": .string(fix.title),
      "safe": .bool(fix.isSafe),
      "edits": .array(
        fix.edits.map { edit in
          .members([
            "file": .string(sources[edit.span.file].path),
            "range": range(edit.span),
            "text": .string(edit.text),
          ])
        }),
    ])
  }

  private func range(_ span: Span) -> JSONValue {
    let file = sources[span.file]
    return .members([
      "start": value(file.position(of: span.start)), "end": value(file.position(of: span.end)),
    ])
  }

  private func value(_ position: Position) -> JSONValue {
    .members([
      "line": .int(Int64(position.line)),
      "column": .int(Int64(position.column)),
      "offset": .int(Int64(position.offset)),
    ])
  }
}
