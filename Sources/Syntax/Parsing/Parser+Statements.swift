import Diagnosing

/// What a statement block belongs to, which says what may stand in it.
enum StatementContext {
  case pipeline
  case test
  /// An `if` of a pipeline.
  case branch
  /// A `for`, or an `if` inside one: an expression may be its value.
  case loop

  /// The block of an `if` or `for` inside.
  var inside: StatementContext { self == .loop ? .loop : .branch }
}

// Statements of pipelines, tests, `for` and `if`.
extension Parser {
  mutating func statementBlock(_ context: StatementContext) -> [Statement] {
    let mark = mark
    guard descend() else { return [] }
    defer { ascend() }
    let opener = open(newlinesEnd: true)
    statementDepth += 1
    var statements: [Statement] = []
    while kind != .endOfFile, kind != .rightBrace {
      if Parser.isCloser(kind), isOpen(kind) { break }
      let start = position
      partStart = position
      if let statement = statement(context) {
        if context == .loop, case .expression(let value)? = statements.last?.kind, !Parser.isEffect(value) {
          diagnostics.append(ParsingDiagnostics.unusedValue(value.span))
        }
        statements.append(statement)
      }
      if kind == .comma, position > start {
        reportHere(
          ParsingDiagnostics.lineBreak("statements are separated by line breaks, not by commas", here))
        passOver()
        continue
      }
      endStatement()
      if position == start { passOver() }
    }
    statementDepth -= 1
    close(opener)
    finish(mark, .statementBlock)
    return statements
  }

  /// Whether an expression may stand before other statements.
  private static func isEffect(_ value: Expression) -> Bool {
    switch value.kind {
    case .call(let callee, _, _):
      if case .name(let name) = callee.kind { name.text == "fail" } else { false }
    case .loop, .conditional, .error: true
    default: false
    }
  }

  private mutating func endStatement() {
    if !isAtLineEnd, kind != .rightBrace, position > 0, startsStatementHere {
      reportHere(ParsingDiagnostics.lineBreak("a statement starts on a line of its own", here))
      reportedAt = -1
      return
    }
    endLine()
  }

  /// Whether a statement's keyword and a name stand here, on the line of another statement.
  private var startsStatementHere: Bool {
    let next = kind(at: nextPosition)
    return next == .name && (kind == .letKeyword || kind == .name && word.startsStatement)
  }

  private mutating func statement(_ context: StatementContext) -> Statement? {
    let mark = mark
    let annotations = annotationsBefore()
    guard let kind = statementKind(mark, context) else { return nil }
    return Statement(kind, annotations: annotations, span: span(from: mark))
  }

  private mutating func statementKind(_ mark: Mark, _ context: StatementContext) -> Statement.Kind? {
    checkPlace(context)
    switch kind {
    case .letKeyword: return letStatement(mark)
    case .ifKeyword: return ifStatement(mark, context.inside)
    case .name where isStatementWord: return wordStatement(mark)
    case .rightBrace, .endOfFile:
      reportHere(ParsingDiagnostics.misplacedAnnotation("a statement is missing behind the annotation", here))
      return nil
    default: return expressionStatement(mark, context)
    }
  }

  private mutating func wordStatement(_ mark: Mark) -> Statement.Kind? {
    switch word {
    case .from: fromStatement(mark)
    case .into: intoStatement(mark)
    case .check: checkStatement(mark)
    case .discard: discardStatement(mark)
    case .reply: replyStatement(mark)
    case .run: runStatement(mark)
    case .given: givenStatement(mark)
    default: expectStatement(mark)
    }
  }

  /// Whether the word here is a statement's keyword and not a name that an expression starts with.
  private var isStatementWord: Bool {
    guard word.startsStatement else { return false }
    let next = nextPosition
    switch kind(at: next) {
    case .dot
    where !tokens[next].startsLine && kind(at: next + 1) == .name
      && tokens[next].end == tokens[next + 1].start && tokens[position].end == tokens[next].start:
      return false
    case .questionDot, .equalEqual, .arrow: return false
    default: return true
    }
  }

  /// Reports a statement that has no place in the block.
  private mutating func checkPlace(_ context: StatementContext) {
    let isPlaced: Bool
    switch kind {
    case .letKeyword: return
    case .ifKeyword, .forKeyword, .tryKeyword, .failKeyword: isPlaced = context != .test
    case .name where isStatementWord:
      switch word {
      case .from, .reply, .run: isPlaced = context == .pipeline
      case .given, .expect: isPlaced = context == .test
      default: isPlaced = context != .test
      }
    default: return
    }
    if isPlaced { return }
    let place =
      switch context {
      case .pipeline: "a pipeline holds `from into let check discard reply run if for fail`"
      case .test: "a test holds `given let expect`"
      case .branch, .loop: "an `if` or `for` holds `into let check discard if for fail`"
      }
    diagnostics.append(
      ParsingDiagnostics.misplaced("`\(text(ofToken: position))` can't stand here", here, help: place))
  }

  // MARK: - Sources, sinks, bindings

  private mutating func fromStatement(_ mark: Mark) -> Statement.Kind? {
    advance()
    let name = valueName("the source", onLine: true)
    let hasColon = expect(.colon, "`:` and the source's type")
    let type = hasColon || kind == .typeName ? type(allowsLabels: true) : missingType()
    let connector = value(behind: "the source's connector")
    finish(mark, .fromStatement)
    return name.map { .from(name: $0, type: type, connector: connector) }
  }

  private mutating func intoStatement(_ mark: Mark) -> Statement.Kind? {
    advance()
    let name = valueName("the sink", onLine: true)
    var type: TypeSyntax?
    if kind == .colon {
      advance()
      type = self.type(allowsLabels: true)
    }
    let connector = value(behind: "the sink's connector")
    var flow = missingExpression()
    if kind == .leftArrow {
      advance()
      flow = expression()
    } else {
      expected("`<-` and the flow to write", lineEnds: true)
    }
    finish(mark, .intoStatement)
    return name.map { .into(name: $0, type: type, connector: connector, flow: flow) }
  }

  /// `= expression`.
  private mutating func value(behind what: String) -> Expression {
    if kind == .equals {
      advance()
    } else {
      expected("`=` and \(what)")
      if isAtLineEnd || !startsExpression(kind) { return missingExpression() }
    }
    return expression()
  }

  /// `let a, b: type = expression` as the statement's parts; stands at `let`.
  mutating func binding(_ mark: Mark) -> (names: [Identifier], type: TypeSyntax?, value: Expression)? {
    advance()
    var names: [Identifier] = []
    var isNamed = true
    repeat {
      if kind == .comma, !names.isEmpty { advance() }
      if kind == .name, word == .other, text(ofToken: position) == "mut" || text(ofToken: position) == "var",
        nextKind == .name
      {
        reportHere(ParsingDiagnostics.foreignSpelling("a name is bound once: there is no `mut`", here))
        passOver()
      }
      if startsLine, startsStatement {
        expected("a name to bind", lineEnds: true)
        isNamed = false
        break
      }
      guard let name = valueName("a binding") else {
        isNamed = false
        break
      }
      names.append(name)
    } while kind == .comma
    var type: TypeSyntax?
    if kind == .colon {
      advance()
      type = self.type(allowsLabels: true)
    }
    let value = value(behind: "a value")
    finish(mark, .letStatement)
    return isNamed || !names.isEmpty ? (names, type, value) : nil
  }

  private mutating func letStatement(_ mark: Mark) -> Statement.Kind? {
    binding(mark).map { .bind(names: $0.names, type: $0.type, value: $0.value) }
  }

  // MARK: - Checks and what becomes of flows

  private mutating func checkStatement(_ mark: Mark) -> Statement.Kind? {
    advance()
    let flow = operand("the flow to check")
    var clauses: [CheckClause] = []
    if kind == .leftBrace {
      _ = expectBrace("the checks")
      clauses = checkClauses()
    } else {
      expected("`{` with the checks", lineEnds: true)
    }
    finish(mark, .checkStatement)
    return .check(flow: flow, clauses: clauses)
  }

  private mutating func checkClauses() -> [CheckClause] {
    let mark = mark
    var clauses: [CheckClause] = []
    list(open(newlinesEnd: true)) { parser in
      let start = parser.mark
      var warn: Span?
      if parser.word == .warn, Parser.isWord(parser.nextKind), !parser.tokens[parser.nextPosition].startsLine
      {
        warn = parser.here
        parser.advance()
      }
      guard let name = parser.valueName("a check") else { return }
      var arguments: [Argument] = []
      if parser.kind == .leftParenthesis, !parser.isAtLineEnd {
        arguments = parser.argumentList()
      } else {
        parser.expected("`(` with the check's arguments", lineEnds: true)
      }
      parser.finish(start, .checkClause)
      clauses.append(
        CheckClause(warn: warn, name: name, arguments: arguments, span: parser.span(from: start)))
    }
    finish(mark, .checkClauseList)
    return clauses
  }

  private mutating func discardStatement(_ mark: Mark) -> Statement.Kind? {
    advance()
    let flow = operand("the flow to discard")
    finish(mark, .discardStatement)
    return .discard(flow)
  }

  /// An expression on the line of the keyword before it.
  private mutating func operand(_ what: String) -> Expression {
    let goesOn = kind == .minus || kind == .dot
    if isAtLineEnd && !goesOn || !startsExpression(kind) {
      expected(what, lineEnds: true)
      return missingExpression()
    }
    return expression()
  }

  private mutating func replyStatement(_ mark: Mark) -> Statement.Kind? {
    advance()
    let flow = operand("the flow to reply")
    var status: Expression?
    var allow: [Identifier] = []
    if word == .status, !isAtLineEnd {
      advance()
      status = operand("a status such as `201`")
    }
    if word == .allow, !isAtLineEnd {
      advance()
      if kind == .leftBracket, !isAtLineEnd {
        let list = self.mark
        self.list(open(newlinesEnd: false)) { parser in
          if let name = parser.valueName("a label") { allow.append(name) }
        }
        finish(list, .listExpression)
      } else {
        expected("`[` with the labels", lineEnds: true)
      }
    }
    finish(mark, .replyStatement)
    return .reply(flow: flow, status: status, allow: allow)
  }

  private mutating func runStatement(_ mark: Mark) -> Statement.Kind? {
    advance()
    let mode = isAtLineEnd || kind == .leftBrace ? nil : valueName("the mode")
    var options: [Argument] = []
    if kind == .leftBrace, !isAtLineEnd {
      options = optionList("an option", takesTypes: false)
    } else {
      expected(mode == nil ? "`batch`, `stream`, `service` or `{`" : "`{` with the options", lineEnds: true)
    }
    finish(mark, .runStatement)
    return .run(mode: mode, options: options)
  }

  // MARK: - Tests

  private mutating func givenStatement(_ mark: Mark) -> Statement.Kind? {
    advance()
    let name = valueName("a source or task", onLine: true)
    let value = value(behind: "what it gives")
    finish(mark, .givenStatement)
    return name.map { .given(name: $0, value: value) }
  }

  private mutating func expectStatement(_ mark: Mark) -> Statement.Kind? {
    advance()
    if kind == .name, !isAtLineEnd, nextKind == .leftBrace, !tokens[nextPosition].startsLine {
      let name = takeName()
      let clauses = checkClauses()
      finish(mark, .expectFlowStatement)
      return .expectFlow(name: name, clauses: clauses)
    }
    let condition = operand("a condition, or a flow with `{` and checks")
    finish(mark, .expectStatement)
    return .expect(condition)
  }

  // MARK: - Branches and expressions

  private mutating func ifStatement(_ mark: Mark, _ context: StatementContext) -> Statement.Kind? {
    advance()
    let condition = condition()
    let then = expectBrace("the branch") ? statementBlock(context) : []
    var otherwise: [Statement] = []
    if kind == .elseKeyword {
      advance()
      if kind == .ifKeyword {
        let inner = self.mark
        if descend() {
          if let kind = ifStatement(inner, context) {
            otherwise = [Statement(kind, span: span(from: inner))]
          }
          ascend()
        }
      } else if expectBrace("the other branch", onLine: false) {
        otherwise = statementBlock(context)
      }
    }
    finish(mark, .ifStatement)
    return .conditional(condition: condition, then: then, otherwise: otherwise)
  }

  private mutating func expressionStatement(_ mark: Mark, _ context: StatementContext) -> Statement.Kind? {
    if kind == .name, let kind = misspelledStatement(mark) { return kind }
    let isPlaced: Bool =
      switch kind {
      case .forKeyword, .failKeyword, .tryKeyword: true
      default: context == .loop
      }
    guard isPlaced || startsExpression(kind) else {
      expected("a statement")
      return nil
    }
    let value = expression()
    finish(mark, .expressionStatement)
    if !isPlaced, kind == .equals {
      endLine()
    } else if !isPlaced, reportedAt != position || isAtLineEnd {
      reportUnplaced(value)
    }
    return .expression(value)
  }

  private mutating func reportUnplaced(_ value: Expression) {
    if case .error = value.kind { return }
    diagnostics.append(
      ParsingDiagnostics.misplaced(
        "an expression alone does nothing here", value.span,
        help: "bind it with `let`, or write it with `into NAME = CONNECTOR <- FLOW`"))
    if !isAtLineEnd, kind != .rightBrace { skip(toComma: false) }
  }

  /// A statement whose keyword is misspelled or another language's.
  private mutating func misspelledStatement(_ mark: Mark) -> Statement.Kind? {
    let next = nextPosition
    guard kind(at: next) == .name, !tokens[next].startsLine,
      let meant = Spelling.statement(text(ofToken: position))
    else { return nil }
    diagnostics.append(
      ParsingDiagnostics.misplaced(
        "no statement starts with `\(text(ofToken: position))`", here,
        fixes: [Fix("did you mean `\(meant)`?", edits: [Edit(here, meant)])]))
    switch meant {
    case "from": return fromStatement(mark)
    case "into": return intoStatement(mark)
    case "let": return letStatement(mark)
    case "check": return checkStatement(mark)
    case "discard": return discardStatement(mark)
    case "reply": return replyStatement(mark)
    case "run": return runStatement(mark)
    case "given": return givenStatement(mark)
    default: return expectStatement(mark)
    }
  }
}
