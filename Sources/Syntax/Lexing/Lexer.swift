import Diagnosing

/// Cuts bytes into tokens. Every byte belongs to one token or to the trivia between two; what is no token
/// becomes one of kind `unknown` or `badLiteral` and is reported here, so that the parser stays silent on it.
struct Lexer {
  let file: FileID
  let base: UnsafePointer<UInt8>
  let count: Int
  let vocabulary = Vocabulary()
  var position = 0
  var tokens: [Token] = []
  /// Positions in `tokens` of words that may start a declaration: they start a line.
  var declarationWords: [Int] = []
  var diagnostics: [Diagnostic] = []
  /// Strings whose interpolation is being read, the innermost last.
  var openStrings: [OpenString] = []
  var flags: Token.Flags = [.startsLine]
  private var reportedOnLine = false
  var reportedEncoding = false
  private var lacksCommentEnd = false

  /// A string in one of whose interpolations the lexer stands.
  struct OpenString {
    let start: Int
    let isBlock: Bool
    /// Where an unclosed `"""` is taken to end; `Int.max` for a closed one.
    let limit: Int
    /// Offset of the `{`.
    var interpolation: Int
    var braces = 0
  }

  init(file: FileID, bytes: UnsafeBufferPointer<UInt8>) {
    self.file = file
    count = bytes.count
    base = bytes.baseAddress ?? UnsafePointer(bitPattern: 8)!
    tokens.reserveCapacity(count / 3 + 16)
  }

  @inline(__always)
  func byte(_ position: Int) -> UInt8 { position < count ? base[position] : 0 }

  func span(_ start: Int, _ end: Int) -> Span { Span(file, UInt32(start), UInt32(end)) }

  mutating func run() {
    if count >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF { position = 3 }
    while skipTrivia() { lexToken() }
    while !openStrings.isEmpty { closeUnfinishedString() }
    append(.endOfFile, from: count)
  }

  /// Appends a token from `start` to `position`.
  @inline(__always)
  mutating func append(_ kind: TokenKind, from start: Int, word: Word = .other) {
    tokens.append(
      Token(
        kind: kind, word: word, flags: flags, start: UInt32(truncatingIfNeeded: start),
        end: UInt32(truncatingIfNeeded: position)))
    flags = []
  }

  /// Passes over white space and comments; false at the end of the file.
  @inline(__always)
  private mutating func skipTrivia() -> Bool {
    let start = position
    while position < count {
      switch base[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"):
        position += 1
      case UInt8(ascii: "\n"):
        if !openStrings.isEmpty { closeStringsOfLine() }
        position += 1
        startLine()
      case UInt8(ascii: "\r") where byte(position + 1) == UInt8(ascii: "\n"):
        if !openStrings.isEmpty { closeStringsOfLine() }
        position += 2
        startLine()
      case UInt8(ascii: "/") where byte(position + 1) == UInt8(ascii: "/"):
        skipComment()
      default:
        if position > start { flags.insert(.hasTrivia) }
        return true
      }
    }
    return false
  }

  private mutating func startLine() {
    flags.insert(.startsLine)
    reportedOnLine = false
    while let open = openStrings.last, position >= open.limit { closeUnfinishedString() }
  }

  private mutating func skipComment() {
    let start = position
    var high: UInt8 = 0
    while position < count, base[position] != UInt8(ascii: "\n") {
      high |= base[position]
      position += 1
    }
    if position > start, base[position - 1] == UInt8(ascii: "\r"), position < count { position -= 1 }
    if high >= 0x80 { validate(start, position) }
    if byte(start + 2) == UInt8(ascii: "/"), byte(start + 3) != UInt8(ascii: "/") {
      flags.insert(.hasDocumentation)
    }
  }

  private mutating func lexToken() {
    let start = position
    let first = base[position]
    switch first {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
      lexName(start)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      position += 1
      skipNameBytes()
      append(.typeName, from: start)
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      lexNumber(start)
    case UInt8(ascii: "\""):
      lexString(start)
    case UInt8(ascii: "("): single(.leftParenthesis)
    case UInt8(ascii: ")"): single(.rightParenthesis)
    case UInt8(ascii: "["): single(.leftBracket)
    case UInt8(ascii: "]"): single(.rightBracket)
    case UInt8(ascii: "{"):
      if !openStrings.isEmpty { openStrings[openStrings.count - 1].braces += 1 }
      single(.leftBrace)
    case UInt8(ascii: "}"):
      guard let open = openStrings.last else { return single(.rightBrace) }
      if open.braces == 0 { return resumeString() }
      openStrings[openStrings.count - 1].braces -= 1
      single(.rightBrace)
    case UInt8(ascii: ","): single(.comma)
    case UInt8(ascii: ":"): single(.colon)
    case UInt8(ascii: "@"): single(.at)
    case UInt8(ascii: "%"): single(.percent)
    case UInt8(ascii: "+"): single(.plus)
    default: lexOperator(start, first)
    }
  }

  @inline(__always)
  mutating func single(_ kind: TokenKind) { take(1, kind) }

  @inline(__always)
  mutating func take(_ length: Int, _ kind: TokenKind) {
    let start = position
    position += length
    append(kind, from: start)
  }

  private mutating func lexName(_ start: Int) {
    position += 1
    skipNameBytes()
    let length = position - start
    guard length <= Vocabulary.longestWord, length >= 2 else { return append(.name, from: start) }
    var low: UInt64 = 0
    var high: UInt64 = 0
    if start + 16 <= count {
      let raw = UnsafeRawPointer(base + start)
      low = raw.loadUnaligned(as: UInt64.self).littleEndian
      if length < 8 {
        low &= (1 &<< UInt64(8 * length)) &- 1
      } else {
        high = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
        high &= (1 &<< UInt64(8 * (length - 8))) &- 1
      }
    } else {
      for index in 0..<length {
        if index < 8 {
          low |= UInt64(base[start + index]) << UInt64(8 * index)
        } else {
          high |= UInt64(base[start + index]) << UInt64(8 * (index - 8))
        }
      }
    }
    let found = vocabulary.find(low, high)
    if length == 2, base[start] == UInt8(ascii: "r"), base[start + 1] == UInt8(ascii: "e"),
      byte(position) == UInt8(ascii: "\"")
    {
      return lexRegex(start)
    }
    if found.word.startsDeclaration || found.kind == .fnKeyword, flags.contains(.startsLine) {
      declarationWords.append(tokens.count)
    }
    append(found.kind, from: start, word: found.word)
  }

  /// Passes over the rest of a name.
  @inline(__always)
  mutating func skipNameBytes() {
    while position < count, Lexer.isNameByte(base[position]) { position += 1 }
    if position < count, base[position] >= 0x80 { skipForeignLetters() }
  }

  @inline(__always)
  static func isNameByte(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  // MARK: - Reporting

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  /// Reports stray characters, once a line.
  mutating func reportCharacter(_ diagnostic: Diagnostic) {
    if !reportedOnLine { diagnostics.append(diagnostic) }
    reportedOnLine = true
  }

  /// Takes a comment of another language as one token.
  mutating func lexForeignComment(_ start: Int) {
    position += 1
    if base[start] == UInt8(ascii: "/"), !lacksCommentEnd {
      var end = start + 2
      while end < count, !(base[end] == UInt8(ascii: "*") && byte(end + 1) == UInt8(ascii: "/")) { end += 1 }
      if end < count { position = end + 2 } else { lacksCommentEnd = true }
    }
    if position == start + 1 {
      while position < count, base[position] != UInt8(ascii: "\n"), base[position] != UInt8(ascii: "\r") {
        position += 1
      }
    }
    report(ParsingDiagnostics.foreignComment(span(start, position)))
    append(.unknown, from: start)
    flags.insert(.startsLine)
  }
}
