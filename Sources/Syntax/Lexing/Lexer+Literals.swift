import Diagnosing

// Numbers with their suffixes, strings with interpolations, regular expressions.
extension Lexer {
  // MARK: - Numbers

  mutating func lexNumber(_ start: Int) {
    if base[start] == UInt8(ascii: "0"), byte(start + 1) | 0x20 == UInt8(ascii: "x") {
      return lexHexadecimal(start)
    }
    skipDigits()
    var isWhole = true
    if byte(position) == UInt8(ascii: ".") {
      let next = byte(position + 1)
      if Lexer.isDigit(next) {
        isWhole = false
        position += 1
        skipDigits()
      } else if next != UInt8(ascii: "."), !Lexer.isNameByte(next), next < 0x80 {
        position += 1
        report(ParsingDiagnostics.missingFraction(span(start, position)))
        return append(.badLiteral, from: start)
      }
    }
    if byte(position) | 0x20 == UInt8(ascii: "e") {
      let sign = byte(position + 1)
      let signLength = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") ? 1 : 0
      if Lexer.isDigit(byte(position + 1 + signLength)) {
        isWhole = false
        position += 1 + signLength
        skipDigits()
      }
    }
    let suffix = position
    let reported = diagnostics.count
    skipNameBytes()
    diagnostics.removeLast(diagnostics.count - reported)
    if suffix == position {
      guard hasPlainUnderscores(start, position) else {
        return badNumber(start, ParsingDiagnostics.underscore)
      }
      return append(isWhole ? .integer : .number, from: start)
    }
    lexSuffix(start, suffix, isWhole: isWhole)
  }

  @inline(__always)
  private mutating func skipDigits() {
    while position < count, Lexer.isDigit(base[position]) || base[position] == UInt8(ascii: "_") {
      position += 1
    }
  }

  /// Whether each `_` stands between two digits.
  private func hasPlainUnderscores(_ start: Int, _ end: Int) -> Bool {
    for index in start..<end where base[index] == UInt8(ascii: "_") {
      guard index > start, index + 1 < end, Lexer.isHexDigit(base[index - 1]),
        Lexer.isHexDigit(base[index + 1])
      else { return false }
    }
    return true
  }

  static func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6
  }

  private mutating func badNumber(_ start: Int, _ diagnostic: (Span) -> Diagnostic) {
    report(diagnostic(span(start, position)))
    append(.badLiteral, from: start)
  }

  private mutating func lexHexadecimal(_ start: Int) {
    position += 2
    let digits = position
    skipNameBytes()
    let isHexadecimal = (digits..<position).allSatisfy {
      Lexer.isHexDigit(base[$0]) || base[$0] == UInt8(ascii: "_")
    }
    guard isHexadecimal, position > digits else {
      return badNumber(start, ParsingDiagnostics.badHexadecimal)
    }
    guard hasPlainUnderscores(digits, position) else {
      return badNumber(start, ParsingDiagnostics.underscore)
    }
    append(.integer, from: start)
  }

  private mutating func lexSuffix(_ start: Int, _ suffix: Int, isWhole: Bool) {
    let text = String(
      decoding: UnsafeBufferPointer(start: base + suffix, count: position - suffix), as: UTF8.self)
    let kind: TokenKind =
      Units.durations.contains { $0.suffix == text }
      ? .duration : Units.sizes.contains { $0.suffix == text } ? .size : .badLiteral
    if kind == .badLiteral {
      report(ParsingDiagnostics.unknownSuffix(text, span(suffix, position)))
    } else if !isWhole {
      report(ParsingDiagnostics.fractionOfUnit(text, span(start, position)))
      return append(.badLiteral, from: start)
    } else if !hasPlainUnderscores(start, suffix) {
      return badNumber(start, ParsingDiagnostics.underscore)
    }
    append(kind, from: start)
  }

  // MARK: - Regular expressions

  /// Raw text in which a backslash keeps the next character from closing it.
  mutating func lexRegex(_ start: Int) {
    position += 1
    var high: UInt8 = 0
    while position < count, base[position] != UInt8(ascii: "\n") {
      let current = base[position]
      position += 1
      if current == UInt8(ascii: "\"") {
        if high >= 0x80 { validate(start, position) }
        return append(.regex, from: start)
      }
      high |= current
      if current == UInt8(ascii: "\\"), byte(position) != UInt8(ascii: "\n"), position < count {
        position += 1
      }
    }
    if base[position - 1] == UInt8(ascii: "\r") { position -= 1 }
    reportUnclosedString(start)
    appendUnfinished(.badLiteral, from: start)
  }

  // MARK: - Strings

  private enum ChunkEnd { case closed, interpolation, unfinished }

  mutating func lexString(_ start: Int) {
    let isBlock = byte(start + 1) == UInt8(ascii: "\"") && byte(start + 2) == UInt8(ascii: "\"")
    position = start + (isBlock ? 3 : 1)
    if isBlock, flags.contains(.startsLine), openStrings.last?.isBlock == true {
      closeUnfinishedString(withQuotes: true)
      return
    }
    let limit = isBlock ? limitOfBlock(start) : Int.max
    switch scanChunk(from: start, isBlock: isBlock, limit: limit) {
    case .closed:
      append(.string, from: start)
    case .interpolation:
      openStrings.append(
        OpenString(start: start, isBlock: isBlock, limit: limit, interpolation: position - 1))
      append(.stringHead, from: start)
    case .unfinished:
      if !isBlock { reportUnclosedString(start) }
      appendUnfinished(.badLiteral, from: start)
    }
  }

  /// Goes on with the text of the innermost open string, behind the `}` of an interpolation.
  mutating func resumeString() {
    let open = openStrings[openStrings.count - 1]
    let start = position
    position += 1
    switch scanChunk(from: start, isBlock: open.isBlock, limit: open.limit) {
    case .closed:
      openStrings.removeLast()
      append(.stringTail, from: start)
    case .interpolation:
      openStrings[openStrings.count - 1].interpolation = position - 1
      append(.stringMiddle, from: start)
    case .unfinished:
      openStrings.removeLast()
      if !open.isBlock { reportUnclosedString(open.start) }
      appendUnfinished(.stringTail, from: start)
    }
  }

  /// Appends the end of a string that nothing closes; that of a block ends at the start of a line.
  private mutating func appendUnfinished(_ kind: TokenKind, from start: Int) {
    flags.insert(.isUnfinished)
    append(kind, from: start)
    if position > 0, base[position - 1] == UInt8(ascii: "\n") { flags.insert(.startsLine) }
  }

  /// Passes over text up to and with its end: the closing quotes, or the `{` of an interpolation.
  private mutating func scanChunk(from start: Int, isBlock: Bool, limit: Int) -> ChunkEnd {
    let end = min(limit, count)
    let quote = UInt8(ascii: "\"")
    var high: UInt8 = 0
    var result = ChunkEnd.unfinished
    scan: while position < end {
      let current = base[position]
      switch current {
      case quote:
        if !isBlock {
          position += 1
        } else if byte(position + 1) == quote, byte(position + 2) == quote {
          position += 3
        } else {
          position += 1
          continue scan
        }
        result = .closed
        break scan
      case UInt8(ascii: "{"):
        position += 1
        result = .interpolation
        break scan
      case UInt8(ascii: "\\"):
        position += 1
        if position < end, base[position] >= 0x20 { position += 1 }
        if base[position - 1] == UInt8(ascii: "u"), position < end, base[position] == UInt8(ascii: "{") {
          position += 1
        }
      case UInt8(ascii: "\n") where !isBlock:
        if base[position - 1] == UInt8(ascii: "\r") { position -= 1 }
        break scan
      default:
        if current < 0x20, current != UInt8(ascii: "\t"), !isLineBreak(position, current) {
          reportCharacter(
            ParsingDiagnostics.controlCharacter(Unicode.Scalar(current), span(position, position + 1)))
        }
        high |= current
        position += 1
      }
    }
    if high >= 0x80 { validate(start, position) }
    return result
  }

  private func isLineBreak(_ position: Int, _ current: UInt8) -> Bool {
    current == UInt8(ascii: "\n")
      || current == UInt8(ascii: "\r") && byte(position + 1) == UInt8(ascii: "\n")
  }

  /// Where the `"""` at `start` ends if nothing closes it: at the next line that starts a declaration.
  /// What closes it stands first on its line, so a `"""` behind other text opens another string.
  private mutating func limitOfBlock(_ start: Int) -> Int {
    var at = start + 3
    var declaration: Int?
    var isIndentation = false
    while at < count {
      switch base[at] {
      case UInt8(ascii: "\n"):
        at += 1
        isIndentation = true
        if declaration == nil, startsDeclaration(at) { declaration = at }
        continue
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        break
      case UInt8(ascii: "\"") where byte(at + 1) == UInt8(ascii: "\"") && byte(at + 2) == UInt8(ascii: "\""):
        if isIndentation || declaration == nil { return Int.max }
        report(ParsingDiagnostics.unclosedBlock(span(start, start + 3)))
        return declaration ?? count
      case UInt8(ascii: "\\"):
        at += 1
        isIndentation = false
      default:
        isIndentation = false
      }
      at += 1
    }
    report(ParsingDiagnostics.unclosedBlock(span(start, start + 3)))
    return declaration ?? count
  }

  /// Whether a line starts with the keyword and the name of a declaration.
  private func startsDeclaration(_ start: Int) -> Bool {
    var end = start
    while end < count, Lexer.isNameByte(base[end]) { end += 1 }
    guard end > start, byte(end) == UInt8(ascii: " ") else { return false }
    let next = byte(end + 1)
    switch String(decoding: UnsafeBufferPointer(start: base + start, count: end - start), as: UTF8.self) {
    case "import", "test": return next == UInt8(ascii: "\"")
    case "record", "enum", "type", "task", "pipeline", "fn", "declassify", "label":
      return Lexer.isNameByte(next) && !Lexer.isDigit(next)
    default: return false
    }
  }

  /// Ends the strings whose line ends inside an interpolation.
  mutating func closeStringsOfLine() {
    while let open = openStrings.last, !open.isBlock { closeUnfinishedString() }
  }

  /// Ends the innermost open string inside its interpolation. Several on one line are one mistake, that of
  /// the outermost.
  mutating func closeUnfinishedString(withQuotes: Bool = false) {
    let open = openStrings.removeLast()
    let isInner = openStrings.last.map { !$0.isBlock } ?? false
    if !isInner, !open.isBlock || open.limit == Int.max {
      report(ParsingDiagnostics.unclosedInterpolation(span(open.interpolation, open.interpolation + 1)))
    }
    appendUnfinished(.stringTail, from: withQuotes ? position - 3 : position)
  }

  /// Reports a string that its line doesn't close, unless the line ends inside another one too.
  private mutating func reportUnclosedString(_ start: Int) {
    if let open = openStrings.last, !open.isBlock { return }
    report(ParsingDiagnostics.unclosedString(span(start, position)))
  }
}

/// The suffixes of durations and sizes.
enum Units {
  /// In microseconds.
  static let durations: [(suffix: String, factor: Int64)] = [
    ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000),
    ("w", 604_800_000_000),
  ]
  /// In bytes.
  static let sizes: [(suffix: String, factor: Int64)] = [
    ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
  ]
}
