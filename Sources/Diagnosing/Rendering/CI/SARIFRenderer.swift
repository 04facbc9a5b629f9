/// Diagnostics as a SARIF 2.1.0 log, which code hosts and editors read.
public struct SARIFRenderer: Sendable {
  /// What is told about a code that may be found.
  public struct Rule: Sendable {
    let entry: CatalogueEntry
    let name: String?
    let severity: Severity
    let tags: [String]

    /// A rule with its name, its default severity, and words to filter by.
    public init(
      _ entry: CatalogueEntry, name: String? = nil, severity: Severity = .error, tags: [String] = []
    ) {
      self.entry = entry
      self.name = name
      self.severity = severity
      self.tags = tags
    }
  }

  /// A finding that was asked not to be told.
  public struct Suppressed: Sendable {
    let diagnostic: Diagnostic
    let kind: String
    let reason: String

    /// `kind` is `inSource` or `external`.
    public init(_ diagnostic: Diagnostic, kind: String, reason: String) {
      self.diagnostic = diagnostic
      self.kind = kind
      self.reason = reason
    }
  }

  private let sources: SourceMap
  private let version: String
  private let rules: [Rule]
  private let positions: [Code: Int]

  /// A renderer for diagnostics of `sources`, found by this version of the program with these rules.
  public init(_ sources: SourceMap, version: String, rules: [Rule]) {
    self.sources = sources
    self.version = version
    self.rules = rules
    positions = Dictionary(
      rules.enumerated().map { ($1.entry.code, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The whole log, of one run.
  public func log(_ diagnostics: [Diagnostic], suppressed: [Suppressed] = []) -> JSONValue {
    .members([
      "$schema": .string("https://json.schemastore.org/sarif-2.1.0.json"),
      "version": .string("2.1.0"),
      "runs": .array([
        .members([
          "tool": .members([
            "driver": .members([
              "name": .string("thalweg"),
              "version": .string(version),
              "rules": .array(rules.map { value($0) }),
            ])
          ]),
          "columnKind": .string("unicodeCodePoints"),
          "artifacts": .array(
            sources.files.map {
              .members(["location": location($0), "sourceLanguage": .string("thalweg")])
            }),
          "results": .array(
            diagnostics.map { result($0, suppression: nil) }
              + suppressed.map { result($0.diagnostic, suppression: $0) }),
        ])
      ]),
    ])
  }

  private func value(_ rule: Rule) -> JSONValue {
    let entry = rule.entry
    var members: [(key: String, value: JSONValue)] = [("id", .string(entry.code.text))]
    if let name = rule.name { members.append(("name", .string(name))) }
    members += [
      ("shortDescription", .members(["text": .string(entry.title)])),
      ("fullDescription", .members(["text": .string(entry.explanation)])),
      ("help", .members(["text": .string(entry.text), "markdown": .string(entry.markdown)])),
      ("defaultConfiguration", .members(["level": .string(rule.severity.rawValue)])),
    ]
    if !rule.tags.isEmpty {
      members.append(("properties", .members(["tags": .array(rule.tags.map { .string($0) })])))
    }
    return .object(members)
  }

  private func result(_ diagnostic: Diagnostic, suppression: Suppressed?) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [("ruleId", .string(diagnostic.code.text))]
    if let position = positions[diagnostic.code] { members.append(("ruleIndex", .int(Int64(position)))) }
    members += [
      ("level", .string(diagnostic.severity.rawValue)),
      ("message", .members(["text": .string(diagnostic.wholeMessage)])),
      ("locations", .array([.members(["physicalLocation": physical(diagnostic.span)])])),
    ]
    if !diagnostic.labels.isEmpty {
      members.append(
        (
          "relatedLocations",
          .array(
            diagnostic.labels.enumerated().map { index, label in
              .members([
                "id": .int(Int64(index)), "physicalLocation": physical(label.span),
                "message": .members(["text": .string(label.message)]),
              ])
            })
        ))
    }
    let fixes = diagnostic.fixes.filter { !$0.edits.isEmpty }
    if !fixes.isEmpty { members.append(("fixes", .array(fixes.map { value($0) }))) }
    if let suppression {
      members.append(
        (
          "suppressions",
          .array([
            .members(["kind": .string(suppression.kind), "justification": .string(suppression.reason)])
          ])
        ))
    }
    return .object(members)
  }

  private func value(_ fix: Fix) -> JSONValue {
    var files: [FileID] = []
    for edit in fix.edits where !files.contains(edit.span.file) { files.append(edit.span.file) }
    return .members([
      "description": .members(["text": .string(fix.title)]),
      "artifactChanges": .array(
        files.map { id in
          .members([
            "artifactLocation": location(sources[id]),
            "replacements": .array(
              fix.edits.filter { $0.span.file == id }.map { edit in
                .members([
                  "deletedRegion": region(edit.span),
                  "insertedContent": .members(["text": .string(edit.text)]),
                ])
              }),
          ])
        }),
    ])
  }

  private func physical(_ span: Span) -> JSONValue {
    .members(["artifactLocation": location(sources[span.file]), "region": region(span)])
  }

  private func location(_ file: SourceFile) -> JSONValue {
    .members(["uri": .string(Self.uri(file.path)), "index": .int(Int64(file.id.index))])
  }

  private func region(_ span: Span) -> JSONValue {
    let file = sources[span.file]
    let start = file.position(of: span.start)
    let end = file.position(of: span.end)
    return .members([
      "startLine": .int(Int64(start.line)), "startColumn": .int(Int64(start.column)),
      "endLine": .int(Int64(end.line)), "endColumn": .int(Int64(end.column)),
    ])
  }

  /// A path as a relative or absolute reference: what may not stand in one is escaped.
  private static func uri(_ path: String) -> String {
    let path = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    var result = path.hasPrefix("/") ? "file://" : ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%\(byte < 16 ? "0" : "")\(digits)"
      }
    }
    return result
  }
}

extension CatalogueEntry {
  /// What `thalweg explain` prints, as Markdown.
  public var markdown: String {
    """
    \(explanation)

    This gives \(code):
    ```thalweg
    \(bad)
    ```
    This does not:
    ```thalweg
    \(good)
    ```

    """
  }
}
