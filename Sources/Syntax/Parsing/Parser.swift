import Diagnosing

/// Reads tokens into the lossless tree and the abstract syntax, in one pass.
///
/// Each declaration is read in a window that ends where the next one starts, whatever brackets are open; so
/// the current kind is `endOfFile` at the window's end too. Functions named after a construct read it, report
/// what is wrong, and give its abstract syntax; they consume nothing where it does not start.
struct Parser {
  /// Levels of nesting, which bounds the stack; and of an expression's height, which bounds that of its users.
  static let deepest = 256
  static let highest = 512

  let file: SourceFile
  let bytes: UnsafeBufferPointer<UInt8>
  let tokens: UnsafeBufferPointer<Token>
  /// The finished nodes in postorder, so that a node can be put around what was read before it.
  var nodes: [SyntaxTree.Node] = []
  var diagnostics: [Diagnostic] = []

  /// Index of the current token.
  var position = 0
  /// The current token's kind; `endOfFile` from `limit` on.
  var kind = TokenKind.endOfFile
  /// Index of the token that ends the window.
  var limit = 0
  /// Index of the last token read.
  var previous = 0

  /// Whether the innermost open bracket lets a line break end what stands in it.
  var newlinesEnd = true
  /// Whether the expression is a condition, in which `=` is taken for `==`.
  var isCondition = false
  var depth = 0
  var height = 0
  var openParentheses = 0
  var openBrackets = 0
  var openBraces = 0
  /// What the last token is in messages.
  var end = "the end of the file"
  /// How many statement blocks are open.
  var statementDepth = 0
  /// The token at which the last syntax error was noticed: a second one there is the same mistake.
  var reportedAt = -1
  /// The token at which the current statement or entry begins: a line break before it ends nothing.
  var partStart = -1
  /// Whether a bracket of the last declaration was missing or wrong, so that what follows it may belong to it.
  var lacksBracket = false
  /// Whether the block is a task's, whose lines begin with a clause's word.
  var isTask = false
  /// Whether something that may be a label was read.
  var mentionsLabels = false
  private var reportedDepth = false
  /// A brace that was closed by one of lesser indentation: what to blame if one is missing at the end.
  private var suspect: Int?

  init(file: SourceFile, bytes: UnsafeBufferPointer<UInt8>, tokens: UnsafeBufferPointer<Token>) {
    self.file = file
    self.bytes = bytes
    self.tokens = tokens
    nodes.reserveCapacity(tokens.count)
  }

  // MARK: - Tokens

  /// Starts a window that ends at `limit`.
  mutating func startWindow(limit: Int) {
    self.limit = limit
    newlinesEnd = true
    isCondition = false
    depth = 0
    height = 0
    openParentheses = 0
    openBrackets = 0
    openBraces = 0
    statementDepth = 0
    isTask = false
    reportedDepth = false
    suspect = nil
    while tokens[position].kind == .unknown, position < limit { position += 1 }
    kind = position < limit ? tokens[position].kind : .endOfFile
  }

  /// Goes to the next token; must not stand at the window's end.
  @inline(__always)
  mutating func advance() {
    previous = position
    position += 1
    while position < limit, tokens[position].kind == .unknown { position += 1 }
    kind = position < limit ? tokens[position].kind : .endOfFile
  }

  /// Index of the token after the current one.
  @inline(__always)
  var nextPosition: Int {
    var next = position + 1
    while next < limit, tokens[next].kind == .unknown { next += 1 }
    return next
  }

  @inline(__always)
  func kind(at index: Int) -> TokenKind { index < limit ? tokens[index].kind : .endOfFile }

  @inline(__always)
  var nextKind: TokenKind { kind(at: nextPosition) }

  @inline(__always)
  var startsLine: Bool { tokens[position].startsLine }

  /// Whether a line break before the current token ends what was read.
  @inline(__always)
  var isAtLineEnd: Bool { newlinesEnd && startsLine || kind == .endOfFile }

  @inline(__always)
  var word: Word { kind == .name ? tokens[position].word : .other }

  /// Whether the token at an index is a word of any kind: it may be a field's or argument's name.
  @inline(__always)
  static func isWord(_ kind: TokenKind) -> Bool {
    kind.rawValue >= TokenKind.name.rawValue && kind.rawValue <= TokenKind.noneKeyword.rawValue
  }

  @inline(__always)
  static func isReserved(_ kind: TokenKind) -> Bool {
    kind.rawValue >= TokenKind.ifKeyword.rawValue && kind.rawValue <= TokenKind.noneKeyword.rawValue
  }

  func span(ofToken index: Int) -> Span { Span(file.id, tokens[index].start, tokens[index].end) }

  var here: Span { span(ofToken: position) }

  @inline(__always)
  func text(ofToken index: Int) -> String {
    let token = tokens[index]
    return String(
      decoding: UnsafeBufferPointer(rebasing: bytes[Int(token.start)..<Int(token.end)]), as: UTF8.self)
  }

  // MARK: - Nodes

  /// Where a node starts.
  struct Mark {
    let node: Int
    let token: Int
  }

  @inline(__always)
  var mark: Mark { Mark(node: nodes.count, token: position) }

  /// Makes a node of all that was read since the mark.
  @inline(__always)
  mutating func finish(_ mark: Mark, _ kind: NodeKind) {
    nodes.append(
      SyntaxTree.Node(
        kind: kind, first: UInt32(truncatingIfNeeded: mark.token), end: UInt32(truncatingIfNeeded: position),
        size: UInt32(truncatingIfNeeded: nodes.count - mark.node + 1)))
  }

  /// From the mark to the last token read; empty behind that where nothing was read.
  @inline(__always)
  func span(from mark: Mark) -> Span {
    if previous < mark.token || position == mark.token {
      return Span(file.id, tokens[previous].end, tokens[previous].end)
    }
    return Span(file.id, tokens[mark.token].start, tokens[previous].end)
  }

  // MARK: - Errors

  /// Reports a mistake noticed at the current token, unless one was noticed there before, or the lexer has
  /// reported what stands there.
  mutating func reportHere(_ diagnostic: Diagnostic) {
    guard position != reportedAt else { return }
    reportedAt = position
    let token = tokens[position]
    if position > 0, tokens[position - 1].kind == .unknown { return }
    if position < limit, token.kind == .badLiteral || token.isUnfinished { return }
    if kind == .endOfFile, tokens[previous].isUnfinished { return }
    diagnostics.append(diagnostic)
  }

  mutating func expected(_ what: String, help: String? = nil, lineEnds: Bool = false) {
    reportHere(unexpected(what, help: help, lineEnds: lineEnds))
  }

  private func unexpected(_ what: String, help: String?, lineEnds: Bool) -> Diagnostic {
    let found: String
    var span = here
    if kind == .endOfFile {
      found =
        position + 1 == tokens.count
        ? end : lineEnds ? "the end of the line" : "the next declaration"
      span = self.span(ofToken: previous).endPoint
    } else if startsLine && (newlinesEnd && position != partStart || lineEnds) {
      found = "the end of the line"
      span = self.span(ofToken: previous).endPoint
    } else {
      found = description(ofToken: position)
      if isStrayCloser { return ParsingDiagnostics.unmatchedCloser(text(ofToken: position), span) }
    }
    return Diagnostic(
      .unexpectedToken, "expected \(what), found \(found)", at: span, label: "expected \(what)", help: help)
  }

  func description(ofToken index: Int) -> String {
    switch tokens[index].kind {
    case .string, .stringHead: "a string"
    case .stringMiddle, .stringTail: "the end of the interpolation"
    case .regex: "a regular expression"
    default: "`\(text(ofToken: index))`"
    }
  }

  /// Takes a token, or says what was expected.
  @discardableResult
  mutating func expect(_ wanted: TokenKind, _ what: @autoclosure () -> String) -> Bool {
    if kind == wanted {
      advance()
      return true
    }
    expected(what())
    return false
  }

  /// Takes a token that has to stand on the line of what is before it.
  @discardableResult
  mutating func expectOnLine(_ wanted: TokenKind, _ what: String) -> Bool {
    if kind == wanted, isAtLineEnd {
      reportHere(
        ParsingDiagnostics.lineBreak(
          "\(what) goes on the line before", here, help: "a line break ends a statement"))
    }
    if kind == wanted {
      advance()
      return true
    }
    expected(what, lineEnds: true)
    return false
  }

  // MARK: - Depth

  /// Goes one level down; false where that is too deep, which has been reported and passed over.
  mutating func descend() -> Bool {
    depth += 1
    if depth <= Parser.deepest { return true }
    depth -= 1
    reportDepth()
    return false
  }

  @inline(__always)
  mutating func ascend() { depth -= 1 }

  /// Passes over the rest of what is nested too deeply.
  mutating func reportDepth() {
    if !reportedDepth { diagnostics.append(ParsingDiagnostics.tooDeep(here)) }
    reportedDepth = true
    reportedAt = position
    skip(toComma: true)
  }

  // MARK: - Brackets

  /// An open bracket.
  struct Opener {
    let token: Int
    let newlinesEnd: Bool
    let isCondition: Bool
  }

  /// Takes an opening bracket and says what line breaks mean up to its end.
  mutating func open(newlinesEnd: Bool) -> Opener {
    let opener = Opener(token: position, newlinesEnd: self.newlinesEnd, isCondition: isCondition)
    switch kind {
    case .leftParenthesis: openParentheses += 1
    case .leftBracket: openBrackets += 1
    default: openBraces += 1
    }
    self.newlinesEnd = newlinesEnd
    isCondition = false
    advance()
    return opener
  }

  /// Takes the closing bracket, or reports that it is missing.
  mutating func close(_ opener: Opener) {
    let wanted = Parser.closer(of: tokens[opener.token].kind)
    switch wanted {
    case .rightParenthesis: openParentheses -= 1
    case .rightBracket: openBrackets -= 1
    default: openBraces -= 1
    }
    newlinesEnd = opener.newlinesEnd
    isCondition = opener.isCondition
    if kind == wanted {
      if wanted == .rightBrace { compareIndentation(opener) }
      advance()
    } else if Parser.isCloser(kind), !isOpen(kind) {
      reportHere(
        ParsingDiagnostics.wrongCloser(
          text(ofToken: position), opener: span(ofToken: opener.token), Parser.text(of: wanted), here))
      lacksBracket = true
      advance()
    } else {
      reportUnclosed(opener, wanted)
    }
  }

  private mutating func reportUnclosed(_ opener: Opener, _ wanted: TokenKind) {
    let token = wanted == .rightBrace && kind == .endOfFile ? suspect ?? opener.token : opener.token
    let found = kind == .endOfFile ? span(ofToken: previous).endPoint : here
    lacksBracket = true
    if wanted == .rightBrace {
      // Values that seemed unused stand behind the block that was not closed.
      let start = tokens[token].start
      while let last = diagnostics.last, last.code == .blockShape, last.span.start > start {
        diagnostics.removeLast()
      }
    }
    reportHere(
      ParsingDiagnostics.unclosedBracket(
        text(ofToken: token), span(ofToken: token), before: found, Parser.text(of: wanted)))
    reportedAt = position
  }

  static func closer(of kind: TokenKind) -> TokenKind {
    switch kind {
    case .leftParenthesis: .rightParenthesis
    case .leftBracket: .rightBracket
    default: .rightBrace
    }
  }

  static func isCloser(_ kind: TokenKind) -> Bool {
    kind == .rightParenthesis || kind == .rightBracket || kind == .rightBrace
  }

  static func text(of closer: TokenKind) -> String {
    switch closer {
    case .rightParenthesis: ")"
    case .rightBracket: "]"
    default: "}"
    }
  }

  /// Whether a bracket that a closer of this kind would close is open.
  func isOpen(_ closer: TokenKind) -> Bool {
    switch closer {
    case .rightParenthesis: openParentheses > 0
    case .rightBracket: openBrackets > 0
    case .rightBrace: openBraces > 0
    default: false
    }
  }

  var isStrayCloser: Bool { Parser.isCloser(kind) && !isOpen(kind) }

  /// Remembers the first brace whose closer, first on its line, is indented less than the line it opened on.
  private mutating func compareIndentation(_ opener: Opener) {
    guard suspect == nil, startsLine, position > opener.token + 1 else { return }
    if indentation(ofLineAt: tokens[position].start) < indentation(ofLineAt: tokens[opener.token].start) {
      suspect = opener.token
    }
  }

  private func indentation(ofLineAt offset: UInt32) -> Int {
    var start = Int(offset)
    while start > 0, bytes[start - 1] != UInt8(ascii: "\n"), Int(offset) - start < 1_000 { start -= 1 }
    var end = start
    while end < bytes.count, bytes[end] == UInt8(ascii: " ") || bytes[end] == UInt8(ascii: "\t") { end += 1 }
    return end - start
  }
}
