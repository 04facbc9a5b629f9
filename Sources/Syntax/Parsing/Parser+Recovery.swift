import Diagnosing

// Lists in brackets, and how to go on behind a mistake.
extension Parser {
  /// Reads the entries of a list and its closing bracket. Entries are separated by commas, or by line breaks
  /// where the bracket says so.
  ///
  /// A token of the kind `until` never stands in the list: it belongs behind it.
  @inline(__always)
  mutating func list(_ opener: Opener, until: TokenKind = .endOfFile, _ entry: (inout Parser) -> Void) {
    let closer = Parser.closer(of: tokens[opener.token].kind)
    while kind != closer, !endsList {
      let start = position
      partStart = position
      entry(&self)
      if kind == .comma {
        advance()
      } else if kind == until || (position > start && followsList(closedBy: closer)) {
        break
      } else if kind != closer, !endsList, !(newlinesEnd && startsLine) {
        separator(after: start, opener)
      } else if position == start, kind != closer, !endsList {
        skip(toComma: true)
        if kind == .comma { advance() } else if position == start { passOver() }
      }
    }
    close(opener)
  }

  /// Whether the token stands behind a list rather than in it: the closing parenthesis was forgotten.
  private func followsList(closedBy closer: TokenKind) -> Bool {
    closer == .rightParenthesis && (kind == .leftBrace || kind == .arrow)
  }

  /// Whether no further entry can follow: the bracket is closed by something else, or never.
  private var endsList: Bool {
    switch kind {
    case .endOfFile, .stringMiddle, .stringTail: true
    case .rightParenthesis, .rightBracket, .rightBrace: true
    case .name, .letKeyword: startsLine && startsStatement
    default: false
    }
  }

  /// Reports the missing comma behind an entry that began at `start`.
  private mutating func separator(after start: Int, _ opener: Opener) {
    if position > start, startsEntry, reportedAt != position {
      reportHere(ParsingDiagnostics.missingComma(span(ofToken: previous)))
      reportedAt = -1
      return
    }
    if position > start {
      expected("`,` or `\(Parser.text(of: Parser.closer(of: tokens[opener.token].kind)))`")
    } else {
      expected("an entry")
    }
    skip(toComma: true)
    if kind == .comma { advance() } else if position == start, !endsList { passOver() }
  }

  /// Whether the current token may be the first of an entry.
  private var startsEntry: Bool {
    switch kind {
    case .elseKeyword, .ellipsis: true
    case .minus, .leftParenthesis, .leftBracket: false
    case .dot: startsLine
    default: startsExpression(kind)
    }
  }

  /// Whether an expression may start with a token.
  func startsExpression(_ kind: TokenKind) -> Bool {
    switch kind {
    case .name, .typeName, .ifKeyword, .matchKeyword, .forKeyword, .tryKeyword, .failKeyword, .rowKeyword,
      .trueKeyword, .falseKeyword, .noneKeyword, .integer, .number, .duration, .size, .string, .stringHead,
      .regex, .badLiteral, .leftParenthesis, .leftBracket, .leftBrace, .dot, .minus, .exclamation:
      true
    default: false
    }
  }

  /// Whether the current token, the first of its line, starts a statement: its keyword and a name. No two
  /// names stand side by side in an expression, so this ends whatever bracket is open.
  var startsStatement: Bool {
    let next = nextPosition
    let following = kind(at: next)
    if kind == .letKeyword { return following == .name && !tokens[next].startsLine }
    if kind == .name, isTask { return startsClause(next) }
    guard kind == .name, statementDepth > 0, tokens[position].word.startsStatement else { return false }
    if tokens[next].startsLine { return false }
    return following == .name || tokens[position].word == .run && following == .leftBrace
  }

  /// Whether the current token, the first of its line, starts a clause of a task.
  private func startsClause(_ next: Int) -> Bool {
    switch kind(at: next) {
    case .name, .integer, .duration, .string, .stringHead, .leftBrace:
      !tokens[next].startsLine && TaskWords.clauses.contains(text(ofToken: position))
    default: false
    }
  }

  /// Takes one token that fits nowhere.
  mutating func passOver() {
    let mark = mark
    advance()
    finish(mark, .error)
  }

  /// Passes over the rest of a broken entry or statement: to a comma outside of brackets (if told so), to a
  /// bracket that closes what is open, to the end of the line where that counts, to the next statement.
  mutating func skip(toComma: Bool) {
    let mark = mark
    var parentheses = 0
    var brackets = 0
    var braces = 0
    var strings = 0
    while kind != .endOfFile {
      let isOutside = parentheses + brackets + braces + strings == 0
      if startsLine, position > mark.token, newlinesEnd && isOutside || startsStatement { break }
      if isOutside, toComma, kind == .comma { break }
      if endsSkip(&parentheses, &brackets, &braces, &strings) { break }
      advance()
    }
    if position > mark.token { finish(mark, .error) }
    reportedAt = newlinesEnd && startsLine && position > mark.token ? -1 : position
  }

  /// Counts a bracket; whether it closes one that was open before.
  private func endsSkip(
    _ parentheses: inout Int, _ brackets: inout Int, _ braces: inout Int, _ strings: inout Int
  )
    -> Bool
  {
    switch kind {
    case .leftParenthesis: parentheses += 1
    case .leftBracket: brackets += 1
    case .leftBrace: braces += 1
    case .stringHead: strings += 1
    case .rightParenthesis:
      if parentheses == 0 { return openParentheses > 0 && braces == 0 }
      parentheses -= 1
    case .rightBracket:
      if brackets == 0 { return openBrackets > 0 && braces == 0 }
      brackets -= 1
    case .rightBrace:
      if braces == 0 { return openBraces > 0 }
      braces -= 1
    case .stringMiddle: return strings == 0
    case .stringTail:
      if strings == 0 { return true }
      strings -= 1
    default: break
    }
    return false
  }

  /// Sees to it that a statement or entry ends here; passes over what is left of the line.
  mutating func endLine(_ what: String = "the end of the line") {
    if isAtLineEnd || kind == .rightBrace && openBraces > 0 { return }
    if kind == .equals {
      let name = tokens[previous].kind == .name ? span(ofToken: previous) : nil
      reportHere(ParsingDiagnostics.assignment(here, name: name))
    }
    expected(what, help: helpBehindStatement)
    skip(toComma: false)
  }

  private var helpBehindStatement: String? {
    switch kind {
    case .leftArrow: "`<-` is one token: write `< -` with a space to compare with a negative number"
    case .colon: "a type stands only on parameters, fields, results and sources"
    default: nil
    }
  }
}
