import Diagnosing

// The diagnostics of YAML files, away from the reading.

extension Diagnostic {
  static func tooLong(_ file: FileID, limit: Int) -> Diagnostic {
    Diagnostic(
      .yamlLimit, "the file is longer than \(limit >> 20) MiB, and is not read", at: Span(file, 0, 0),
      label: "starts here", help: "a project file holds a few hundred lines: is this the right file?")
  }

  static func tooMany(at span: Span, limit: Int) -> Diagnostic {
    Diagnostic(
      .yamlLimit, "the file holds more than \(limit) values, and is not read", at: span,
      label: "the first one too many", help: "a project file holds a few hundred: is this the right file?")
  }

  static func tooDeep(at span: Span, limit: Int) -> Diagnostic {
    Diagnostic(
      .yamlLimit, "values are nested more than \(limit) levels deep", at: span, label: "too deep",
      help: "a project file needs five levels")
  }

  static func text(_ problem: TextProblem, in file: FileID) -> Diagnostic {
    switch problem {
    case .encoding(let bytes):
      return Diagnostic(
        .yamlText, "the file is not UTF-8",
        at: Span(file, UInt32(bytes.lowerBound), UInt32(bytes.upperBound)),
        label: "no UTF-8 from here", help: "save the file as UTF-8")
    case .control(let bytes, let scalar):
      let digits = String(scalar.value, radix: 16, uppercase: true)
      let name = "U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
      return Diagnostic(
        .yamlText, "the character \(name) can't stand in a YAML file",
        at: Span(file, UInt32(bytes.lowerBound), UInt32(bytes.upperBound)),
        label: "not a printable character",
        help: "take it out; inside double quotes it can be written as an escape")
    }
  }

  static func secondDocument(at span: Span) -> Diagnostic {
    Diagnostic(
      .secondDocument, "a second document starts here", at: span, label: "the file ends before this",
      help: "a project file is one document: take out the `---`, or give the second one a file of its own")
  }

  static func anchor(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .sharedValue, "anchors such as `&\(name)` are not read", at: span, label: "an anchor",
      help: "write the value wherever it is needed; a profile takes over another one's with `extends:`")
  }

  static func alias(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .sharedValue, "aliases such as `*\(name)` are not read", at: span, label: "an alias",
      help: "write the value itself; text that begins with `*` stands in quotes")
  }

  static func mergeKey(at span: Span) -> Diagnostic {
    Diagnostic(
      .sharedValue, "the merge key `<<` is not read", at: span, label: "a merge key",
      help: "write the keys here; a profile takes over another one's with `extends:`")
  }

  static func tag(at span: Span) -> Diagnostic {
    Diagnostic(
      .taggedValue, "tags are not read", at: span, label: "a tag",
      help: "what a value is follows from its key; text that begins with `!` stands in quotes")
  }

  static func keyIsNoText(at span: Span) -> Diagnostic {
    Diagnostic(.keyIsNoText, "a key is text, not a list or a mapping", at: span, label: "used as a key")
  }

  static func duplicateKey(_ key: String, at span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      .duplicateKey, "`\(key)` stands here twice", at: span, label: "second `\(key)`",
      labels: [Label(first, "first `\(key)`")], help: "keep one of them: neither wins")
  }
}

// MARK: What libyaml can't read

extension Diagnostic {
  /// libyaml's words are for those who know how it works: here is what they mean for the text.
  static func syntax(_ problem: EventProblem, in file: SourceFile) -> Diagnostic {
    let place = Place(file, problem.place)
    let opener = Place(file, problem.contextPlace)
    if let tab = place.tabInIndentation { return tabIndentation(at: tab) }
    if let variable = place.variable {
      return malformed(
        "`${...}` inside braces or brackets needs quotes", at: variable, label: "needs quotes",
        help: "put the value into single quotes")
    }
    switch problem.problem {
    case "mapping values are not allowed in this context":
      return unquotedColon(place)
    case "could not find expected ':'":
      return malformed(
        "this line has no `:`", at: opener.restOfLine, label: "neither a key nor a value",
        help: "an entry is `key: value`, with a space behind the `:`")
    case "found character that cannot start any token",
      "did not find expected alphabetic or numeric character":
      return malformed(
        "a value can't begin with `\(place.character)`", at: place.one, label: "needs quotes",
        help: "put the value into single quotes")
    case "did not find expected ',' or ']'":
      return malformed(
        "the list is not closed", at: opener.one, label: "opened here",
        labels: [Label(place.one, "a `,` or a `]` is wanted here")])
    case "did not find expected ',' or '}'":
      return malformed(
        "the mapping is not closed", at: opener.one, label: "opened here",
        labels: [Label(place.one, "a `,` or a `}` is wanted here")])
    case "found unexpected end of stream":
      return malformed(
        "the quotes are not closed", at: opener.one, label: "opened here",
        help: "inside single quotes, a single quote is written twice")
    case "did not find expected key":
      return malformed(
        "this does not continue the mapping above", at: place.word, label: "no key of that mapping",
        labels: [Label(opener.word, "its first key")],
        help:
          "the keys of a mapping stand at one indentation, and a value that goes on behind its quotes needs them all"
      )
    case "did not find expected '-' indicator":
      return malformed(
        "this does not continue the list above", at: place.word, label: "no `-`",
        labels: [Label(opener.one, "the list starts here")],
        help: "each element stands behind a `-`, at one indentation")
    case "block sequence entries are not allowed in this context":
      return malformed(
        "a list can't start here", at: place.one, label: "the first `-`", help: "start it on the next line")
    case "found unknown escape character":
      return malformed(
        "there is no such escape in double quotes", at: place.one, label: "behind `\\`",
        help: "inside single quotes a `\\` is a `\\`")
    case "did not find expected <document start>":
      return malformed(
        "this does not belong to what stands above", at: place.word, label: "the value before it has ended",
        help:
          "a project file is one mapping: each line is `key: value` or belongs to the one above by its indentation"
      )
    default:
      return malformed(
        "this is not YAML: \(problem.problem)", at: place.one, label: problem.context.map { "\($0)" } ?? "")
    }
  }

  private static func malformed(
    _ message: String, at span: Span, label: String, labels: [Label] = [], help: String? = nil,
    fixes: [Fix] = []
  ) -> Diagnostic {
    Diagnostic(.malformedYAML, message, at: span, label: label, labels: labels, help: help, fixes: fixes)
  }

  private static func tabIndentation(at span: Span) -> Diagnostic {
    let spaces = String(repeating: "  ", count: Int(span.end - span.start))
    return Diagnostic(
      .tabIndentation, "a line can't be indented with tabs", at: span, label: "a tab",
      help: "how wide a tab is depends on who looks: YAML wants spaces",
      fixes: [Fix("write two spaces for each tab", edits: [Edit(span, spaces)])])
  }

  /// `key: text with: a colon`, most often a connector with an option.
  private static func unquotedColon(_ place: Place) -> Diagnostic {
    guard let value = place.valueOfLine else {
      return malformed(
        "a key can't stand here", at: place.one, label: "this `:` makes a key",
        help: "the keys of a mapping stand at one indentation, each on its line")
    }
    let fixes =
      value.isQuotable
      ? [
        Fix(
          "put it into single quotes", isSafe: true,
          edits: [Edit(value.span.startPoint, "'"), Edit(value.span.endPoint, "'")])
      ] : []
    return malformed(
      "text with a `:` and a space needs quotes", at: value.span, label: "needs quotes",
      labels: [Label(place.one, "this `:` would make a key")],
      help: "put it into single quotes, or behind a `|` on the lines below", fixes: fixes)
  }
}

/// A place in a file, and what stands around it.
private struct Place {
  private let file: SourceFile
  private let offset: Int

  init(_ file: SourceFile, _ offset: Int) {
    self.file = file
    self.offset = min(offset, file.bytes.count)
  }

  private func span(_ start: Int, _ end: Int) -> Span { Span(file.id, UInt32(start), UInt32(end)) }
  private var bytes: [UInt8] { file.bytes }
  private var lineStart: Int { bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0 }
  private var lineEnd: Int {
    var end = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
    while end > offset, [0x20, 0x09, 0x0D].contains(bytes[end - 1]) { end -= 1 }
    return end
  }

  /// The character here; nothing at the end of a line.
  var one: Span {
    guard offset < bytes.count, ![0x0A, 0x0D].contains(bytes[offset]) else { return span(offset, offset) }
    var end = offset + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return span(offset, end)
  }

  var character: String { file.text(one) }

  /// Up to the next space.
  var word: Span {
    var end = offset
    while end < bytes.count, ![0x20, 0x09, 0x0A, 0x0D].contains(bytes[end]) { end += 1 }
    return span(offset, end)
  }

  var restOfLine: Span { span(offset, lineEnd) }

  /// The tabs among the spaces at the start of the line.
  var tabInIndentation: Span? {
    let start = lineStart
    let end = bytes[start...].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? bytes.count
    guard let first = bytes[start..<end].firstIndex(of: 0x09) else { return nil }
    return span(first, bytes[first..<end].firstIndex { $0 != 0x09 } ?? end)
  }

  /// The `${...}` whose brace stands here.
  var variable: Span? {
    guard offset > 0, offset < bytes.count, bytes[offset - 1] == 0x24, bytes[offset] == 0x7B else {
      return nil
    }
    return span(offset - 1, bytes[offset..<lineEnd].firstIndex(of: 0x7D).map { $0 + 1 } ?? lineEnd)
  }

  /// The value behind the line's first `: `, where the place is in it.
  var valueOfLine: (span: Span, isQuotable: Bool)? {
    let line = bytes[lineStart..<lineEnd]
    var index = line.startIndex
    while index + 1 < line.endIndex, !(line[index] == 0x3A && line[index + 1] == 0x20) { index += 1 }
    guard index + 1 < line.endIndex, index < offset else { return nil }
    let start = line[(index + 1)...].firstIndex { $0 != 0x20 } ?? line.endIndex
    guard start < line.endIndex, start < offset else { return nil }
    let value = line[start...]
    // Behind a quote the text has ended; a comment may follow it.
    let isQuotable =
      ![0x22, 0x27, 0x5B, 0x7B].contains(value[start]) && !value.contains(0x27) && !value.contains(0x23)
    return (span(start, lineEnd), isQuotable)
  }
}
