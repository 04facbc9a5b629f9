import Diagnosing

// Tasks and their clauses, each on a line.
extension Parser {
  mutating func taskDeclaration(_ mark: Mark, _ declassify: Span?) -> TaskDeclaration? {
    advance()
    let name = valueName("the task", onLine: true)
    let parameters = parameterList()
    let result = result()
    let unlabels = unlabels()
    let clauses = expectBrace("the task's clauses") ? taskBody() : []
    finish(mark, .taskDeclaration)
    return name.map {
      TaskDeclaration(
        declassify: declassify, name: $0, parameters: parameters, result: result, unlabels: unlabels,
        clauses: clauses)
    }
  }

  private mutating func taskBody() -> [TaskClause] {
    let mark = mark
    let opener = open(newlinesEnd: true)
    statementDepth += 1
    isTask = true
    var clauses: [TaskClause] = []
    while kind != .endOfFile, kind != .rightBrace {
      if Parser.isCloser(kind), isOpen(kind) { break }
      let start = position
      partStart = position
      if let clause = taskClause() { clauses.append(clause) }
      if kind == .comma, position > start {
        reportHere(
          ParsingDiagnostics.lineBreak(
            "each clause of a task is a line of its own: no comma separates them", here))
        skip(toComma: false)
      } else {
        endLine("the end of the clause")
        if position == start { passOver() }
      }
    }
    statementDepth -= 1
    isTask = false
    close(opener)
    finish(mark, .taskBody)
    return clauses
  }

  private mutating func taskClause() -> TaskClause? {
    let mark = mark
    guard kind == .name else {
      expected("a clause such as `command`, `effect` or `timeout`")
      return nil
    }
    let word = text(ofToken: position)
    guard TaskWords.clauses.contains(word) else {
      let meant = Spelling.clause(word)
      reportHere(
        ParsingDiagnostics.misplaced(
          "a task has no clause `\(word)`", here,
          help: meant == nil ? "the clauses are `\(TaskWords.clauses.joined(separator: " "))`" : nil,
          fixes: meant.map { [Fix("did you mean `\($0)`?", edits: [Edit(here, $0)])] } ?? []))
      let keyword = Identifier(meant ?? word, here)
      skip(toComma: false)
      return TaskClause(keyword: keyword, operands: [], entries: [], span: keyword.span)
    }
    let keyword = takeName()
    var operands: [Expression] = []
    var entries: [Argument] = []
    switch word {
    case "python", "command", "http", "container":
      if kind == .string || kind == .stringHead || kind == .badLiteral, !isAtLineEnd {
        operands.append(expression())
      } else {
        expected("a string", lineEnds: true)
      }
    case "effect":
      effect(&operands, &entries)
    case "resources", "env":
      guard kind == .leftBrace, !isAtLineEnd else {
        expected("`{` with the entries", lineEnds: true)
        break
      }
      entries = optionList("an entry", takesTypes: word == "env")
    case "batch": operand("the number of rows", &operands, then: "within")
    case "retry": operand("the number of attempts", &operands, then: "backoff")
    case "replicas": operand("a number or a range", &operands)
    case "timeout", "cache": operand("a duration", &operands)
    case "allow":
      if kind == .leftBracket, !isAtLineEnd {
        operands.append(expression())
      } else {
        expected("`[` with the labels", lineEnds: true)
      }
    default: operandWord("`csv`, `jsonl` or `parquet`", &operands)
    }
    finish(mark, .taskClause)
    return TaskClause(keyword: keyword, operands: operands, entries: entries, span: span(from: mark))
  }

  /// An expression, and behind it a word with another.
  private mutating func operand(_ what: String, _ operands: inout [Expression], then word: String? = nil) {
    guard !isAtLineEnd, startsExpression(kind) else { return expected(what, lineEnds: true) }
    operands.append(expression())
    guard let word, kind == .name, !isAtLineEnd else { return }
    guard text(ofToken: position) == word else { return expected("`\(word)` or the end of the line") }
    operandWord("`\(word)`", &operands)
    operand("a duration or a range of durations", &operands)
  }

  private mutating func operandWord(_ what: String, _ operands: inout [Expression]) {
    guard kind == .name, !isAtLineEnd else { return expected(what, lineEnds: true) }
    let mark = mark
    let name = takeName()
    finish(mark, .nameExpression)
    operands.append(Expression(.name(name), span: name.span))
  }

  private mutating func effect(_ operands: inout [Expression], _ entries: inout [Argument]) {
    operandWord("`pure`, `idempotent(by: ...)` or `external`", &operands)
    guard kind == .leftParenthesis, !isAtLineEnd, case .name(let name)? = operands.first?.kind else { return }
    if name.text == "idempotent" { entries = argumentList() }
  }

  /// `{ name: value, ... }`, entries separated by commas or line breaks.
  mutating func optionList(_ what: String, takesTypes: Bool) -> [Argument] {
    let mark = mark
    var entries: [Argument] = []
    list(open(newlinesEnd: true)) { parser in
      let entry = parser.mark
      guard let name = parser.memberName(what, allowsTypes: takesTypes) else { return }
      let hasValue = parser.labelColon("`:` and the value of `\(name.text)`")
      let value = hasValue ? parser.expression() : parser.missingExpression()
      parser.finish(entry, .argument)
      entries.append(Argument(label: name, value: value))
    }
    finish(mark, .optionList)
    return entries
  }

  /// The `:` behind a label, or the `=` that was written for it.
  mutating func labelColon(_ what: @autoclosure () -> String) -> Bool {
    if kind == .equals {
      diagnostics.append(ParsingDiagnostics.labelColon(here))
      advance()
      return true
    }
    return expect(.colon, what())
  }
}
