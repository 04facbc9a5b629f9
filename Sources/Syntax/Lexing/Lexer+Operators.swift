import Diagnosing

// Operators, and characters that start no token.
extension Lexer {
  mutating func lexOperator(_ start: Int, _ first: UInt8) {
    let second = byte(start + 1)
    let third = byte(start + 2)
    switch first {
    case UInt8(ascii: "."):
      if second == UInt8(ascii: ".") {
        if third == UInt8(ascii: ".") { return take(3, .ellipsis) }
        return third == UInt8(ascii: "<") ? take(3, .halfOpenRange) : take(2, .range)
      }
      single(.dot)
    case UInt8(ascii: "-"):
      second == UInt8(ascii: ">") ? take(2, .arrow) : single(.minus)
    case UInt8(ascii: "*"):
      single(.star)
    case UInt8(ascii: "/"):
      second == UInt8(ascii: "*") ? lexForeignComment(start) : single(.slash)
    case UInt8(ascii: "="):
      if second == UInt8(ascii: "=") {
        if third == UInt8(ascii: "=") { return foreign(3, .equalEqual, "==") }
        return take(2, .equalEqual)
      }
      if second == UInt8(ascii: ">") { return foreign(2, .arrow, "->") }
      single(.equals)
    case UInt8(ascii: "!"):
      if second == UInt8(ascii: "=") {
        if third == UInt8(ascii: "=") { return foreign(3, .notEqual, "!=") }
        return take(2, .notEqual)
      }
      single(.exclamation)
    case UInt8(ascii: "<"):
      if second == UInt8(ascii: "-") { return take(2, .leftArrow) }
      second == UInt8(ascii: "=") ? take(2, .lessOrEqual) : single(.less)
    case UInt8(ascii: ">"):
      second == UInt8(ascii: "=") ? take(2, .greaterOrEqual) : single(.greater)
    case UInt8(ascii: "?"):
      if second == UInt8(ascii: ".") { return take(2, .questionDot) }
      second == UInt8(ascii: "?") ? take(2, .coalesce) : single(.question)
    case UInt8(ascii: "&"):
      second == UInt8(ascii: "&") ? take(2, .andAnd) : foreign(1, .andAnd, "&&")
    case UInt8(ascii: "|"):
      if second == UInt8(ascii: ">") { return take(2, .pipe) }
      second == UInt8(ascii: "|") ? take(2, .orOr) : single(.bar)
    case UInt8(ascii: ";"):
      lexSemicolons(start)
    case UInt8(ascii: "'"):
      lexSingleQuotes(start)
    case UInt8(ascii: "#"):
      lexForeignComment(start)
    default:
      first >= 0x80 ? lexForeignScalar(start) : lexStrayByte(start, first)
    }
  }

  /// Takes an operator of another language for the one that is meant.
  private mutating func foreign(_ length: Int, _ kind: TokenKind, _ meant: String) {
    let text = String(decoding: UnsafeBufferPointer(start: base + position, count: length), as: UTF8.self)
    report(ParsingDiagnostics.foreignSpelling(text, meant: meant, span(position, position + length)))
    take(length, kind)
  }

  private mutating func lexSemicolons(_ start: Int) {
    var end = start
    while end < count, base[end] == UInt8(ascii: ";") || base[end] == UInt8(ascii: " ") {
      if base[end] == UInt8(ascii: ";") { position = end + 1 }
      end += 1
    }
    let endsLine = end == count || base[end] == UInt8(ascii: "\n") || base[end] == UInt8(ascii: "\r")
    report(ParsingDiagnostics.semicolon(span(start, position), endsLine: endsLine))
    append(.unknown, from: start)
    flags.insert(.startsLine)
  }

  private mutating func lexSingleQuotes(_ start: Int) {
    var end = start + 1
    while end < count, base[end] != UInt8(ascii: "'"), base[end] != UInt8(ascii: "\n"),
      base[end] != UInt8(ascii: "\r")
    {
      end += 1
    }
    guard byte(end) == UInt8(ascii: "'") else {
      position += 1
      reportCharacter(ParsingDiagnostics.singleQuotes(span(start, position), text: nil))
      return append(.unknown, from: start)
    }
    position = end + 1
    let text = String(
      decoding: UnsafeBufferPointer(start: base + start + 1, count: end - start - 1), as: UTF8.self)
    reportCharacter(ParsingDiagnostics.singleQuotes(span(start, position), text: text))
    append(.badLiteral, from: start)
  }

  private mutating func lexStrayByte(_ start: Int, _ first: UInt8) {
    position += 1
    while position < count, base[position] == first { position += 1 }
    reportCharacter(ParsingDiagnostics.unexpectedCharacter(Unicode.Scalar(first), span(start, position)))
    append(.unknown, from: start)
  }

  // MARK: - Beyond ASCII

  /// The scalar at an offset and its length in bytes; nil where the bytes are not UTF-8.
  private func scalar(at position: Int) -> (Unicode.Scalar, Int)? {
    let lead = base[position]
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    guard position + length <= count else { return nil }
    let bytes = UnsafeBufferPointer(start: base + position, count: length)
    guard let text = String(validating: bytes, as: UTF8.self), let scalar = text.unicodeScalars.first else {
      return nil
    }
    return (scalar, length)
  }

  /// Goes on with a name that holds letters beyond ASCII; reports it.
  mutating func skipForeignLetters() {
    let start = position
    while position < count {
      if Lexer.isNameByte(base[position]) {
        position += 1
      } else if base[position] >= 0x80, let (scalar, length) = scalar(at: position),
        scalar.properties.isAlphabetic
      {
        position += length
      } else {
        break
      }
    }
    if position > start { reportCharacter(ParsingDiagnostics.foreignLetters(span(start, position))) }
  }

  private mutating func lexForeignScalar(_ start: Int) {
    guard let (scalar, length) = scalar(at: start) else {
      while position < count, base[position] >= 0x80, self.scalar(at: position) == nil { position += 1 }
      reportEncoding(start, position)
      return append(.unknown, from: start)
    }
    switch scalar {
    case "\u{2192}", "\u{21D2}": return foreign(length, .arrow, "->")
    case "\u{2264}": return foreign(length, .lessOrEqual, "<=")
    case "\u{2265}": return foreign(length, .greaterOrEqual, ">=")
    case "\u{2260}": return foreign(length, .notEqual, "!=")
    case "\u{2212}", "\u{2013}": return foreign(length, .minus, "-")
    case "\u{00D7}": return foreign(length, .star, "*")
    case "\u{2026}": return foreign(length, .ellipsis, "...")
    case "\u{201C}", "\u{201D}", "\u{201E}": return lexTypographicQuotes(start)
    default: break
    }
    if scalar.properties.isAlphabetic {
      skipForeignLetters()
      return append(scalar.properties.isUppercase ? .typeName : .name, from: start)
    }
    position += length
    reportCharacter(ParsingDiagnostics.unexpectedCharacter(scalar, span(start, position)))
    append(.unknown, from: start)
  }

  private mutating func lexTypographicQuotes(_ start: Int) {
    var end = start + 3
    while end < count, base[end] != UInt8(ascii: "\n"), base[end] != UInt8(ascii: "\r") {
      if base[end] == 0xE2, byte(end + 1) == 0x80, 0x9C...0x9E ~= byte(end + 2) {
        position = end + 3
        report(ParsingDiagnostics.typographicQuotes(span(start, position)))
        return append(.badLiteral, from: start)
      }
      end += 1
    }
    position = start + 3
    reportCharacter(ParsingDiagnostics.typographicQuotes(span(start, position)))
    append(.unknown, from: start)
  }

  /// Reports bytes that are not UTF-8, once a file.
  mutating func reportEncoding(_ start: Int, _ end: Int) {
    if !reportedEncoding { report(ParsingDiagnostics.invalidEncoding(span(start, end), byte: base[start])) }
    reportedEncoding = true
  }

  /// Checks that the bytes of a comment or string are UTF-8.
  mutating func validate(_ start: Int, _ end: Int) {
    if reportedEncoding { return }
    if String(validating: UnsafeBufferPointer(start: base + start, count: end - start), as: UTF8.self) != nil
    {
      return
    }
    var at = start
    while at < end {
      if base[at] < 0x80 {
        at += 1
      } else if let (_, length) = scalar(at: at), at + length <= end {
        at += length
      } else {
        return reportEncoding(at, at + 1)
      }
    }
  }
}
