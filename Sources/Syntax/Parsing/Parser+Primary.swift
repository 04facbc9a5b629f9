import Diagnosing

// What an expression begins with.
extension Parser {
  mutating func primary() -> Expression {
    switch kind {
    case .name:
      if nextKind == .arrow, !(newlinesEnd && tokens[nextPosition].startsLine) { return lambda() }
      if startsLine, startsStatement || newlinesEnd && nextKind == .colon {
        expected("an expression", lineEnds: true)
        return missingExpression()
      }
      return name()
    case .typeName, .failKeyword: return name()
    case .integer: return literal(.integer(integerValue(ofToken: position)))
    case .number: return literal(.number(numberText(ofToken: position)))
    case .duration: return literal(.duration(scaledValue(ofToken: position, Units.durations)))
    case .size: return literal(.size(scaledValue(ofToken: position, Units.sizes)))
    case .trueKeyword: return literal(.boolean(true))
    case .falseKeyword: return literal(.boolean(false))
    case .noneKeyword: return literal(.none)
    case .string: return literal(.string(stringParts(ofToken: position)))
    case .regex: return literal(.regex(regexText(ofToken: position)))
    case .badLiteral: return literal(.error)
    case .stringHead: return interpolatedString()
    case .dot: return enumCase()
    case .leftParenthesis: return isLambda ? lambdaWithList() : parenthesized()
    case .leftBracket: return listOrMap()
    case .leftBrace: return block()
    case .rowKeyword: return row()
    case .ifKeyword: return conditional()
    case .matchKeyword: return match()
    case .forKeyword: return loop(mark, collectsFailures: false)
    default:
      expected("an expression", help: helpForExpression)
      return missingExpression()
    }
  }

  private var helpForExpression: String? {
    switch kind {
    case .greater where previous + 1 == position && tokens[previous].kind == .less: "unequal is written `!=`"
    case .equals where Parser.isOperator(tokens[previous].kind):
      "there is no assignment: a name is bound once"
    default: nil
    }
  }

  private static func isOperator(_ kind: TokenKind) -> Bool {
    kind == .plus || kind == .minus || kind == .star || kind == .slash
  }

  private mutating func literal(_ kind: Expression.Kind) -> Expression {
    let mark = mark
    let span = here
    advance()
    finish(mark, .literal)
    return Expression(kind, span: span)
  }

  private mutating func name() -> Expression {
    let mark = mark
    let isAbsent = word == .null
    let name = takeName()
    finish(mark, .nameExpression)
    if isAbsent {
      diagnostics.append(ParsingDiagnostics.foreignSpelling(name.text, meant: "none", name.span))
      return Expression(.none, span: name.span)
    }
    return Expression(.name(name), span: name.span)
  }

  private mutating func enumCase() -> Expression {
    let mark = mark
    if nextKind == .integer, tokens[position].end == tokens[nextPosition].start {
      advance()
      advance()
      finish(mark, .literal)
      diagnostics.append(ParsingDiagnostics.missingInteger(span(from: mark)))
      return Expression(.error, span: span(from: mark))
    }
    advance()
    guard !(startsLine && startsStatement), let name = memberName("an enum case") else {
      finish(mark, .enumCaseExpression)
      return Expression(.error, span: span(from: mark))
    }
    finish(mark, .enumCaseExpression)
    return Expression(.enumCase(name), span: span(from: mark))
  }

  private mutating func parenthesized() -> Expression {
    let mark = mark
    let opener = open(newlinesEnd: false)
    let value = expression()
    if kind == .comma {
      expected("`)`", help: "there are no tuples: `row { a: x, b: y }` is a record without a name")
      skip(toComma: false)
    } else if kind != .rightParenthesis, !Parser.isCloser(kind), kind != .endOfFile, kind != .stringTail,
      kind != .stringMiddle, !(startsLine && startsStatement)
    {
      expected("`)`")
      skip(toComma: false)
    }
    close(opener)
    finish(mark, .parenthesizedExpression)
    return Expression(value.kind, span: span(from: mark))
  }

  private mutating func row() -> Expression {
    let mark = mark
    advance()
    guard kind == .leftBrace else {
      expected("`{` with the row's fields", help: "`row` is a reserved word: `row { a: x }`")
      finish(mark, .rowExpression)
      return Expression(.error, span: span(from: mark))
    }
    let fields = initializers()
    finish(mark, .rowExpression)
    return Expression(.row(fields), span: span(from: mark))
  }

  private mutating func listOrMap() -> Expression {
    let mark = mark
    var values: [Expression] = []
    var entries: [(key: Expression, value: Expression)] = []
    list(open(newlinesEnd: false)) { parser in
      let start = parser.mark
      let first = parser.expression()
      guard parser.kind == .colon, parser.position > start.token else {
        if parser.position > start.token { values.append(first) }
        return
      }
      parser.advance()
      let value = parser.expression()
      parser.finish(start, .mapEntry)
      entries.append((first, value))
    }
    let span = span(from: mark)
    if entries.isEmpty {
      finish(mark, .listExpression)
      return Expression(.list(values), span: span)
    }
    finish(mark, .mapExpression)
    if let value = values.first {
      diagnostics.append(
        Diagnostic(.unexpectedToken, "every entry of a map has a key: `key: value`", at: value.span))
    }
    return Expression(.map(entries), span: span)
  }

  // MARK: - Blocks

  /// `{ let a = x, then one expression }`; stands at the brace.
  mutating func block() -> Expression {
    let mark = mark
    guard descend() else { return missingExpression() }
    defer { ascend() }
    let opener = open(newlinesEnd: true)
    var bindings: [BlockBinding] = []
    var value: Expression?
    var isReported = false
    while kind != .endOfFile, kind != .rightBrace {
      if Parser.isCloser(kind), isOpen(kind) { break }
      if kind == .stringMiddle || kind == .stringTail { break }
      if kind == .name, startsLine, startsStatement { break }
      if kind == .comma, reportedAt != position {
        expected("the end of the block")
      }
      let start = position
      partStart = position
      blockPart(&bindings, &value, &isReported, isFirst: start == opener.token + 1)
      if position == start { passOver() }
    }
    if value == nil, kind == .rightBrace, reportedAt != position, !isReported {
      diagnostics.append(ParsingDiagnostics.missingValue(here))
    }
    close(opener)
    finish(mark, .block)
    height += 1
    let span = span(from: mark)
    return Expression(.block(bindings, value ?? Expression(.error, span: span.endPoint)), span: span)
  }

  private mutating func blockPart(
    _ bindings: inout [BlockBinding], _ value: inout Expression?, _ isReported: inout Bool, isFirst: Bool
  ) {
    if kind == .letKeyword {
      if let binding = binding(mark) {
        bindings.append(BlockBinding(names: binding.names, type: binding.type, value: binding.value))
      } else {
        isReported = true
      }
      endPart()
      return
    }
    if let value, !isReported {
      if case .error = value.kind {} else { diagnostics.append(ParsingDiagnostics.unusedValue(value.span)) }
      isReported = true
    }
    if kind == .leftParenthesis || kind == .leftBracket, !isFirst, startsLine {
      reportHere(
        ParsingDiagnostics.lineBreak(
          "a statement that follows another can't start with `\(text(ofToken: position))`", here,
          help: "bind it with `let`, or move it to the end of the line before"))
      reportedAt = -1
    }
    let reported = diagnostics.count
    if !passOverForeignStatement() {
      value = expression()
      endPart()
    }
    if diagnostics.count > reported || reportedAt == position { isReported = true }
  }

  /// Ends a binding or the value of a block.
  private mutating func endPart() {
    if !isAtLineEnd, kind == .letKeyword, nextKind == .name {
      reportHere(ParsingDiagnostics.lineBreak("a `let` starts on a line of its own", here))
      reportedAt = -1
      return
    }
    endLine()
  }

  /// Reports `return x`, `var x = 1`, and statements of pipelines in a block; whether nothing is left of it.
  private mutating func passOverForeignStatement() -> Bool {
    guard kind == .name else { return false }
    let next = nextPosition
    guard !tokens[next].startsLine else { return false }
    switch kind(at: next) {
    case .leftParenthesis, .leftBracket, .leftBrace, .dot, .minus, .exclamation: return false
    default: guard startsExpression(kind(at: next)), word != .not else { return false }
    }
    let text = text(ofToken: position)
    switch text {
    case "return", "yield":
      reportHere(
        ParsingDiagnostics.foreignSpelling(
          "there is no `\(text)`: the last expression of a block is its value", help: "leave the word out",
          here))
      passOver()
      reportedAt = -1
      return false
    case "var", "val", "const":
      reportHere(ParsingDiagnostics.foreignSpelling(text, meant: "let", here))
    case _ where word.startsStatement:
      reportHere(
        ParsingDiagnostics.misplaced(
          "`\(text)` stands only in a pipeline or test", here,
          help: "a block holds `let` bindings, then one expression: its value"))
    default: return false
    }
    skip(toComma: false)
    return true
  }

  // MARK: - Branches

  /// What an `if` asks; `=` in it is taken for `==`.
  mutating func condition() -> Condition {
    let mark = mark
    let outer = isCondition
    isCondition = true
    defer {
      isCondition = outer
      finish(mark, .condition)
    }
    guard kind == .letKeyword else { return .holds(expression()) }
    advance()
    let name = valueName("the present value")
    if kind == .equals { advance() } else { expected("`=` and the value that may be absent") }
    let value = expression()
    return name.map { .present($0, value) } ?? .holds(Expression(.error, span: value.span))
  }

  private mutating func conditional() -> Expression {
    let mark = mark
    guard descend() else { return missingExpression() }
    defer { ascend() }
    advance()
    let condition = condition()
    let then = expectBrace("the branch") ? block() : missingExpression()
    var otherwise: Expression?
    if kind == .elseKeyword, nextKind != .arrow {
      advance()
      if kind == .ifKeyword {
        otherwise = conditional()
      } else {
        otherwise = expectBrace("the other branch", onLine: false) ? block() : missingExpression()
      }
    }
    finish(mark, .ifExpression)
    height += 1
    return Expression(.conditional(condition, then: then, otherwise: otherwise), span: span(from: mark))
  }

  /// `for a in xs, b in ys { statements }`; stands at `for`, the mark at `try` or `for`.
  mutating func loop(_ mark: Mark, collectsFailures: Bool) -> Expression {
    advance()
    var variables: [LoopVariable] = []
    while kind == .name || kind == .typeName || Parser.isReserved(kind) && kind != .inKeyword {
      let start = self.mark
      guard let name = valueName("the loop's element") else { break }
      let hasIn = expect(.inKeyword, "`in` and the values")
      let values = hasIn ? expression() : missingExpression()
      finish(start, .loopVariable)
      variables.append(LoopVariable(name: name, values: values))
      if kind != .comma { break }
      advance()
    }
    if variables.isEmpty { expected("the name of the loop's element") }
    let statements = expectBrace("the loop's statements") ? statementBlock(.loop) : []
    finish(mark, .forExpression)
    height += 1
    return Expression(
      .loop(variables, statements, collectsFailures: collectsFailures), span: span(from: mark))
  }

  // MARK: - Match

  private mutating func match() -> Expression {
    let mark = mark
    advance()
    let value = expression()
    var arms: [MatchArm] = []
    if expectBrace("the cases") {
      let start = self.mark
      list(open(newlinesEnd: false)) { parser in
        if let arm = parser.matchArm() { arms.append(arm) }
      }
      finish(start, .matchArmList)
    }
    finish(mark, .matchExpression)
    height += 1
    return Expression(.match(value, arms), span: span(from: mark))
  }

  private mutating func matchArm() -> MatchArm? {
    let mark = mark
    var patterns: [Pattern] = []
    while true {
      guard let pattern = pattern() else { break }
      patterns.append(pattern)
      if kind != .bar && kind != .orOr { break }
      if kind == .orOr {
        diagnostics.append(ParsingDiagnostics.foreignSpelling("||", meant: "|", here))
      }
      advance()
    }
    if patterns.isEmpty { return nil }
    if kind == .colon {
      diagnostics.append(ParsingDiagnostics.foreignSpelling(":", meant: "->", here))
      advance()
    } else if !expect(.arrow, "`->` and the value of this case") {
      finish(mark, .matchArm)
      return nil
    }
    let value = expression()
    finish(mark, .matchArm)
    return MatchArm(patterns: patterns, value: value, span: span(from: mark))
  }

  private mutating func pattern() -> Pattern? {
    let mark = mark
    let kind: Pattern.Kind
    switch self.kind {
    case .dot:
      advance()
      guard let name = memberName("an enum case") else {
        finish(mark, .pattern)
        return nil
      }
      kind = .enumCase(name)
    case .noneKeyword:
      advance()
      kind = .none
    case .elseKeyword:
      advance()
      kind = .otherwise
    case .name where word == .null:
      diagnostics.append(ParsingDiagnostics.foreignSpelling(text(ofToken: position), meant: "none", here))
      advance()
      kind = .none
    case .name where text(ofToken: position) == "_" || text(ofToken: position) == "default":
      diagnostics.append(ParsingDiagnostics.foreignSpelling(text(ofToken: position), meant: "else", here))
      advance()
      kind = .otherwise
    case .name: kind = .binding(takeName())
    case .minus, .integer, .number, .duration, .size, .string, .regex, .trueKeyword, .falseKeyword,
      .badLiteral:
      kind = .literal(literalPattern())
    case .typeName where nextKind == .dot:
      diagnostics.append(
        ParsingDiagnostics.foreignSpelling("a case is written without its enum: `.paid`", here))
      advance()
      advance()
      guard let name = memberName("an enum case") else {
        finish(mark, .pattern)
        return nil
      }
      kind = .enumCase(name)
    default:
      expected("a pattern: a `.case`, a literal, `none`, a name or `else`")
      return nil
    }
    finish(mark, .pattern)
    return Pattern(kind, span: span(from: mark))
  }

  private mutating func literalPattern() -> Expression {
    let mark = mark
    guard kind == .minus else { return primary() }
    advance()
    guard kind == .integer || kind == .number || kind == .duration else {
      expected("a number")
      return missingExpression()
    }
    let value = primary()
    finish(mark, .unaryExpression)
    return Expression(.unary(.minus, value), span: span(from: mark))
  }
}
