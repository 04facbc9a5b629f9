/// What a token is.
public enum TokenKind: UInt8, Sendable {
  /// The last token of every file; it has no text, and the trivia before it.
  case endOfFile

  // Names: the first letter decides.
  case name
  case typeName

  // Reserved words.
  case ifKeyword
  case elseKeyword
  case matchKeyword
  case forKeyword
  case inKeyword
  case letKeyword
  case fnKeyword
  case tryKeyword
  case failKeyword
  case rowKeyword
  case trueKeyword
  case falseKeyword
  case noneKeyword

  // Literals. A string with interpolations is a head `"a {`, expressions between middles `} b {`, and a
  // tail `} c"`; any other string is one token. A string in `"""` has the same kinds.
  case integer
  case number
  case duration
  case size
  case string
  case stringHead
  case stringMiddle
  case stringTail
  case regex
  /// A literal with an error that the lexer has reported.
  case badLiteral

  // Brackets.
  case leftParenthesis
  case rightParenthesis
  case leftBracket
  case rightBracket
  case leftBrace
  case rightBrace

  // Punctuation and operators.
  case comma
  case colon
  case dot
  case questionDot
  case question
  case at
  case equals
  case arrow
  case leftArrow
  case bar
  case ellipsis
  case exclamation
  case minus
  case plus
  case star
  case slash
  case percent
  case range
  case halfOpenRange
  case coalesce
  case equalEqual
  case notEqual
  case less
  case lessOrEqual
  case greater
  case greaterOrEqual
  case andAnd
  case orOr
  /// `|>`, which the language does not have.
  case pipe

  /// Bytes that are no token, or `;`: reported by the lexer, passed over by the parser.
  case unknown
}

/// One token: its kind and the bytes it covers. What lies between two tokens is trivia.
public struct Token: Sendable {
  /// What it is.
  public let kind: TokenKind
  /// Which contextual keyword a `name` spells, if any.
  let word: Word
  let flags: Flags
  /// Offset of the first byte.
  public let start: UInt32
  /// Offset past the last byte.
  public let end: UInt32

  struct Flags: OptionSet {
    let rawValue: UInt8
    /// A line break (or `;`) lies between this token and the last that is not `unknown`.
    static let startsLine = Flags(rawValue: 1)
    /// Trivia lies directly before it.
    static let hasTrivia = Flags(rawValue: 2)
    /// A `///` comment lies directly before it.
    static let hasDocumentation = Flags(rawValue: 4)
    /// A string that nothing closes ends here: reported by the lexer.
    static let isUnfinished = Flags(rawValue: 8)
  }

  var startsLine: Bool { flags.contains(.startsLine) }
  var isUnfinished: Bool { flags.contains(.isUnfinished) }
}
