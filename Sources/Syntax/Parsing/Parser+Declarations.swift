import Diagnosing

// Declarations, all but tasks.
extension Parser {
  /// The whole file. `starts` are the tokens that start a declaration whatever is open before them.
  mutating func program(starts: [Int]) -> Program {
    var declarations: [Declaration] = []
    var next = 0
    let end = tokens.count - 1
    while true {
      while next < starts.count, starts[next] <= position { next += 1 }
      startWindow(limit: next < starts.count ? starts[next] : end)
      if kind == .endOfFile {
        if limit == end { break }
        continue
      }
      if let declaration = declaration() { declarations.append(declaration) }
    }
    limit = tokens.count
    position = tokens.count
    finish(Mark(node: 0, token: 0), .file)
    return Program(file: file.id, declarations: declarations, mentionsLabels: mentionsLabels)
  }

  private mutating func declaration() -> Declaration? {
    let mark = mark
    let documentation = documentation(ofToken: position)
    partStart = position
    if position > 0, !startsLine {
      guard startsDeclaration else {
        if !lacksBracket { expected("the end of the line") }
        passOverJunk(mark)
        return nil
      }
      reportHere(ParsingDiagnostics.lineBreak("a declaration starts on a line of its own", here))
      reportedAt = -1
    }
    lacksBracket = false
    let reported = diagnostics.count
    let annotations = annotationsBefore()
    if word != .record, diagnostics.count == reported, let first = annotations.first {
      diagnostics.append(
        ParsingDiagnostics.misplacedAnnotation(
          "`@\(first.name.text)` stands only before a record here", first.span))
    }
    guard let kind = declarationKind(mark, annotations) else { return nil }
    return Declaration(kind, documentation: documentation, span: span(from: mark))
  }

  private mutating func declarationKind(_ mark: Mark, _ annotations: [Annotation]) -> Declaration.Kind? {
    switch word {
    case .importing: return importDeclaration(mark).map { .importing($0) }
    case .record: return recordDeclaration(mark, annotations).map { .record($0) }
    case .enumeration: return enumDeclaration(mark).map { .enumeration($0) }
    case .type: return typeDeclaration(mark).map { .distinctType($0) }
    case .label:
      advance()
      let name = valueName("a label", onLine: true)
      finish(mark, .labelDeclaration)
      endDeclaration()
      return name.map { .label($0) }
    case .declassify:
      let declassify = here
      advance()
      if kind == .fnKeyword { return functionDeclaration(mark, declassify).map { .function($0) } }
      if word == .task { return taskDeclaration(mark, declassify).map { .task($0) } }
      expected("`fn` or `task`")
      finish(mark, .error)
      return nil
    case .task: return taskDeclaration(mark, nil).map { .task($0) }
    case .pipeline: return pipelineDeclaration(mark).map { .pipeline($0) }
    case .test: return testDeclaration(mark).map { .test($0) }
    default:
      if kind == .fnKeyword { return functionDeclaration(mark, nil).map { .function($0) } }
      return misspelledDeclaration(mark, annotations)
    }
  }

  /// The `///` lines before a token, joined by newlines.
  private func documentation(ofToken index: Int) -> String? {
    guard tokens[index].flags.contains(.hasDocumentation) else { return nil }
    let start = index == 0 ? 0 : Int(tokens[index - 1].end)
    var lines: [String] = []
    var line = start
    let end = Int(tokens[index].start)
    // A comment on the line of the token before says nothing about this one.
    while index > 0, line < end, bytes[line - 1] != UInt8(ascii: "\n") { line += 1 }
    while line < end {
      var lineEnd = line
      while lineEnd < end, bytes[lineEnd] != UInt8(ascii: "\n") { lineEnd += 1 }
      var text = line
      while text < lineEnd, bytes[text] == UInt8(ascii: " ") || bytes[text] == UInt8(ascii: "\t") {
        text += 1
      }
      if Trivia.isDocumentation(bytes, text, lineEnd) {
        text += 3
        if text < lineEnd, bytes[text] == UInt8(ascii: " ") { text += 1 }
        var last = lineEnd
        while last > text, bytes[last - 1] <= UInt8(ascii: " ") { last -= 1 }
        lines.append(String(decoding: UnsafeBufferPointer(rebasing: bytes[text..<last]), as: UTF8.self))
      }
      line = lineEnd + 1
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  // MARK: - What is no declaration

  /// Reads a declaration whose keyword is misspelled or another language's; else reports, and passes over
  /// what stands here up to the next declaration.
  private mutating func misspelledDeclaration(_ mark: Mark, _ annotations: [Annotation]) -> Declaration.Kind?
  {
    if kind == .endOfFile { return nil }
    let next = nextPosition
    if kind == .name, Parser.isWord(kind(at: next)), !tokens[next].startsLine,
      let meant = Spelling.declaration(text(ofToken: position))
    {
      diagnostics.append(
        ParsingDiagnostics.notADeclaration(
          "`\(text(ofToken: position))` declares nothing", here,
          fixes: [Fix("did you mean `\(meant)`?", edits: [Edit(here, meant)])]))
      switch meant {
      case "record": return recordDeclaration(mark, annotations).map { .record($0) }
      case "enum": return enumDeclaration(mark).map { .enumeration($0) }
      case "type": return typeDeclaration(mark).map { .distinctType($0) }
      case "task": return taskDeclaration(mark, nil).map { .task($0) }
      case "pipeline": return pipelineDeclaration(mark).map { .pipeline($0) }
      case "fn": return functionDeclaration(mark, nil).map { .function($0) }
      default: break
      }
    }
    reportHere(noDeclaration())
    passOverJunk(mark)
    return nil
  }

  /// Whether a declaration's keyword or annotation stands here.
  private var startsDeclaration: Bool { word.startsDeclaration || kind == .fnKeyword || kind == .at }

  /// Passes over what is no declaration, up to a line that starts one.
  private mutating func passOverJunk(_ mark: Mark) {
    var open = 0
    repeat {
      if kind == .leftBrace || kind == .leftParenthesis || kind == .leftBracket { open += 1 }
      if Parser.isCloser(kind) { open = max(0, open - 1) }
      advance()
    } while kind != .endOfFile
      && !(startsLine && open == 0 && startsDeclaration)
    finish(mark, .error)
  }

  private func noDeclaration() -> Diagnostic {
    if Parser.isCloser(kind) {
      return ParsingDiagnostics.unmatchedCloser(text(ofToken: position), here)
    }
    let isStatement = word.startsStatement || kind == .letKeyword
    return ParsingDiagnostics.notADeclaration(
      isStatement
        ? "`\(text(ofToken: position))` stands only inside a pipeline or test"
        : "expected a declaration, found \(description(ofToken: position))",
      here,
      help: isStatement
        ? "look for a `}` before it that closes too much"
        : "declarations start with `import record enum type label fn task pipeline test`")
  }

  // MARK: - Imports and types

  private mutating func importDeclaration(_ mark: Mark) -> ImportDeclaration? {
    advance()
    defer { finish(mark, .importDeclaration) }
    guard kind == .string, !isAtLineEnd else {
      if kind == .stringHead {
        reportHere(
          Diagnostic(
            .unexpectedToken, "the path of an import is a plain string, without interpolation", at: here))
      } else {
        expected("the path of a file, as a string", lineEnds: true)
      }
      skip(toComma: false)
      return nil
    }
    let path = quoted()
    if word == .asName, !isAtLineEnd {
      advance()
      guard let name = valueName("a namespace", onLine: true) else { return nil }
      return ImportDeclaration(path: path, names: .namespace(name))
    }
    guard kind == .leftBrace, !isAtLineEnd else {
      expected("`{` with the names to import, or `as`", lineEnds: true)
      skip(toComma: false)
      return nil
    }
    let list = self.mark
    var names: [Identifier] = []
    self.list(open(newlinesEnd: true)) { parser in
      if parser.kind == .typeName || parser.kind == .name {
        names.append(parser.takeName())
      } else {
        parser.expected("a name to import")
      }
    }
    finish(list, .importNames)
    return ImportDeclaration(path: path, names: .selected(names))
  }

  /// A plain string as a name; its span covers the quotes.
  private mutating func quoted() -> Identifier {
    let span = here
    let parts = stringParts(ofToken: position)
    advance()
    if case .text(let text)? = parts.first { return Identifier(text, span) }
    return Identifier("", span)
  }

  private mutating func recordDeclaration(_ mark: Mark, _ annotations: [Annotation]) -> RecordDeclaration? {
    advance()
    let name = typeName("the record")
    var fields: [FieldDeclaration] = []
    if expectBrace("the record's fields") {
      let list = self.mark
      self.list(open(newlinesEnd: true)) { parser in
        if let field = parser.field() { fields.append(field) }
      }
      finish(list, .fieldList)
    }
    finish(mark, .recordDeclaration)
    return name.map { RecordDeclaration(annotations: annotations, name: $0, fields: fields) }
  }

  /// Whether the `{` of a declaration's body stands here; reports where it does not.
  mutating func expectBrace(_ what: String, onLine: Bool = true) -> Bool {
    if kind == .leftBrace {
      if onLine, isAtLineEnd {
        reportHere(
          ParsingDiagnostics.lineBreak(
            "`{` goes on the line before", here, help: "a line break ends a statement"))
      }
      return true
    }
    expected("`{` with \(what)", lineEnds: true)
    if kind != .endOfFile, !startsLine { skip(toComma: false) }
    return false
  }

  private mutating func field() -> FieldDeclaration? {
    let mark = mark
    if kind == .at {
      reportHere(
        ParsingDiagnostics.misplacedAnnotation(
          "a field's labels and annotations stand behind its type, on its line", here)
      )
      _ = annotationsOnLine()
      while kind == .at { _ = annotation() }
      if !startsLine { reportedAt = -1 } else { return nil }
    }
    guard let name = memberName("a field") else { return nil }
    let hasColon = expect(.colon, "`:` and the field's type")
    let type = hasColon || kind == .typeName ? self.type(allowsLabels: false) : missingType()
    let annotations = annotationsOnLine()
    let defaultValue = defaultValue()
    finish(mark, .field)
    return FieldDeclaration(
      name: name, type: type, annotations: annotations, defaultValue: defaultValue, span: span(from: mark))
  }

  func missingType() -> TypeSyntax { TypeSyntax(.error, span: span(from: mark)) }

  private mutating func defaultValue() -> Expression? {
    guard kind == .equals, !isAtLineEnd else { return nil }
    advance()
    return expression()
  }

  private mutating func enumDeclaration(_ mark: Mark) -> EnumDeclaration? {
    advance()
    let name = typeName("the enum")
    var cases: [Identifier] = []
    var annotations: [[Annotation]] = []
    if expectBrace("the enum's cases") {
      let list = self.mark
      self.list(open(newlinesEnd: true)) { parser in
        let entry = parser.mark
        guard let name = parser.valueName("an enum case") else { return }
        cases.append(name)
        annotations.append(parser.annotationsOnLine())
        parser.finish(entry, .enumCase)
      }
      finish(list, .enumCaseList)
    }
    finish(mark, .enumDeclaration)
    return name.map { EnumDeclaration(name: $0, cases: cases, caseAnnotations: annotations) }
  }

  private mutating func typeDeclaration(_ mark: Mark) -> DistinctTypeDeclaration? {
    advance()
    let name = typeName("the type")
    let hasEquals = expectOnLine(.equals, "`=`")
    let raw = hasEquals || kind == .typeName && !isAtLineEnd ? type(allowsLabels: true) : missingType()
    finish(mark, .typeDeclaration)
    endDeclaration()
    return name.map { DistinctTypeDeclaration(name: $0, raw: raw) }
  }

  /// Passes over what stands behind a declaration without braces.
  private mutating func endDeclaration() {
    if !isAtLineEnd { endLine() }
  }

  // MARK: - Functions, pipelines, tests

  private mutating func functionDeclaration(_ mark: Mark, _ declassify: Span?) -> FunctionDeclaration? {
    advance()
    let name = valueName("the function")
    if kind == .less, !isAtLineEnd {
      reportHere(
        Diagnostic(.unexpectedToken, "a function has no type parameters", at: here, label: "expected `(`"))
      _ = typeArguments()
      reportedAt = -1
    }
    let parameters = parameterList()
    let result = result()
    let unlabels = unlabels()
    let body: Expression =
      expectBrace("the function's body") ? block() : Expression(.error, span: span(from: self.mark))
    finish(mark, .functionDeclaration)
    return name.map {
      FunctionDeclaration(
        declassify: declassify, name: $0, parameters: parameters, result: result, unlabels: unlabels,
        body: body)
    }
  }

  mutating func parameterList() -> [ParameterDeclaration] {
    guard kind == .leftParenthesis, !isAtLineEnd else {
      expected("`(` with the parameters", lineEnds: true)
      return []
    }
    let mark = mark
    var parameters: [ParameterDeclaration] = []
    list(open(newlinesEnd: false), until: .arrow) { parser in
      if let parameter = parser.parameter() { parameters.append(parameter) }
    }
    finish(mark, .parameterList)
    return parameters
  }

  private mutating func parameter() -> ParameterDeclaration? {
    let mark = mark
    guard let name = valueName("a parameter") else { return nil }
    let hasColon = expect(.colon, "`:` and the parameter's type")
    let type = hasColon || kind == .typeName ? self.type(allowsLabels: true) : missingType()
    let value = defaultValue()
    finish(mark, .parameter)
    return ParameterDeclaration(name: name, type: type, defaultValue: value, span: span(from: mark))
  }

  mutating func result() -> ResultSyntax? {
    let mark = mark
    guard kind == .arrow else {
      expected("`->` and the type of the result", lineEnds: true)
      if kind != .leftBrace, kind != .endOfFile, !startsLine { skip(toComma: false) }
      return nil
    }
    if isAtLineEnd {
      reportHere(
        ParsingDiagnostics.lineBreak(
          "`->` goes on the line before", here, help: "a line break ends a statement"))
    }
    advance()
    var type = type(allowsLabels: true)
    var fallible: Span?
    if kind == .exclamation, !isAtLineEnd {
      if !type.labels.isEmpty {
        reportHere(ParsingDiagnostics.misplacedAnnotation("labels are written last: behind the `!`", here))
      }
      fallible = here
      advance()
      let labels = annotationsOnLine().map(\.name)
      if !labels.isEmpty { type = TypeSyntax(type.kind, labels: type.labels + labels, span: type.span) }
    }
    finish(mark, .result)
    return ResultSyntax(type: type, fallible: fallible)
  }

  mutating func unlabels() -> [Identifier] {
    guard word == .unlabels, !isAtLineEnd else { return [] }
    mentionsLabels = true
    let mark = mark
    advance()
    var labels: [Identifier] = []
    repeat {
      if kind == .comma, !labels.isEmpty { advance() }
      guard let name = valueName("a label", onLine: labels.isEmpty) else { break }
      labels.append(name)
    } while kind == .comma && !isAtLineEnd
    finish(mark, .unlabels)
    return labels
  }

  private mutating func pipelineDeclaration(_ mark: Mark) -> PipelineDeclaration? {
    advance()
    let name = valueName("the pipeline", onLine: true)
    let parameters = kind == .leftParenthesis && !isAtLineEnd ? parameterList() : []
    let statements = expectBrace("the pipeline's statements") ? statementBlock(.pipeline) : []
    finish(mark, .pipelineDeclaration)
    return name.map { PipelineDeclaration(name: $0, parameters: parameters, statements: statements) }
  }

  private mutating func testDeclaration(_ mark: Mark) -> TestDeclaration? {
    advance()
    var title: Identifier?
    if kind == .string, !isAtLineEnd {
      title = quoted()
    } else {
      if kind == .stringHead {
        reportHere(
          Diagnostic(
            .unexpectedToken, "the title of a test is a plain string, without interpolation", at: here))
        _ = expression()
      } else {
        expected("the test's title, as a string", lineEnds: true)
        if kind == .name { passOver() }
      }
    }
    var pipeline: Identifier?
    var arguments: [Argument] = []
    if kind == .forKeyword, !isAtLineEnd {
      advance()
      pipeline = valueName("the pipeline under test")
      if kind == .leftParenthesis, !isAtLineEnd { arguments = argumentList() }
    }
    let statements = expectBrace("the test's statements") ? statementBlock(.test) : []
    finish(mark, .testDeclaration)
    return title.map {
      TestDeclaration(title: $0, pipeline: pipeline, arguments: arguments, statements: statements)
    }
  }
}
