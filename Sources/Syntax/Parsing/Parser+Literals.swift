import Diagnosing

// The values of literals.
extension Parser {
  // MARK: - Numbers

  /// The value of an integer token; nil, and reported, where it does not fit 64 bits.
  mutating func integerValue(ofToken index: Int) -> UInt64? {
    let token = tokens[index]
    var position = Int(token.start)
    var radix: UInt64 = 10
    if token.end - token.start > 2, bytes[position + 1] | 0x20 == UInt8(ascii: "x") {
      radix = 16
      position += 2
    }
    guard let value = digits(from: position, to: Int(token.end), radix: radix) else {
      diagnostics.append(ParsingDiagnostics.numberTooLarge(span(ofToken: index), "an integer fits 64 bits"))
      return nil
    }
    return value
  }

  private func digits(from start: Int, to end: Int, radix: UInt64) -> UInt64? {
    var value: UInt64 = 0
    for index in start..<end where bytes[index] != UInt8(ascii: "_") {
      let byte = bytes[index]
      let digit = Lexer.isDigit(byte) ? byte &- UInt8(ascii: "0") : (byte | 0x20) &- UInt8(ascii: "a") &+ 10
      let (product, overflows) = value.multipliedReportingOverflow(by: radix)
      let (sum, carries) = product.addingReportingOverflow(UInt64(digit))
      if overflows || carries { return nil }
      value = sum
    }
    return value
  }

  func numberText(ofToken index: Int) -> String {
    let token = tokens[index]
    let text = bytes[Int(token.start)..<Int(token.end)].filter { $0 != UInt8(ascii: "_") }
    return String(decoding: text, as: UTF8.self)
  }

  /// The value of a duration or size in its least unit; the greatest, and reported, where it does not fit.
  mutating func scaledValue(ofToken index: Int, _ units: [(suffix: String, factor: Int64)]) -> Int64 {
    let token = tokens[index]
    var end = Int(token.start)
    while end < Int(token.end), Lexer.isDigit(bytes[end]) || bytes[end] == UInt8(ascii: "_") { end += 1 }
    let suffix = bytes[end..<Int(token.end)]
    let factor = units.first { $0.suffix.utf8.elementsEqual(suffix) }?.factor ?? 1
    if let count = digits(from: Int(token.start), to: end, radix: 10), let count = Int64(exactly: count) {
      let (value, overflows) = count.multipliedReportingOverflow(by: factor)
      if !overflows { return value }
    }
    diagnostics.append(
      ParsingDiagnostics.numberTooLarge(
        span(ofToken: index), "a duration fits 292,000 years, a size 8 million TiB"))
    return .max
  }

  // MARK: - Strings

  /// `re"..."`: as it is, but for `\"`.
  func regexText(ofToken index: Int) -> String {
    let token = tokens[index]
    var text: [UInt8] = []
    var position = Int(token.start) + 3
    let end = Int(token.end) - 1
    while position < end {
      if bytes[position] == UInt8(ascii: "\\"), position + 1 < end {
        if bytes[position + 1] != UInt8(ascii: "\"") { text.append(bytes[position]) }
        text.append(bytes[position + 1])
        position += 2
      } else {
        text.append(bytes[position])
        position += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The pieces of a string without interpolation.
  mutating func stringParts(ofToken index: Int) -> [StringPart] {
    let token = tokens[index]
    var start = Int(token.start)
    let end = Int(token.end)
    if isBlockString(at: start) {
      let indentation = blockIndentation(head: index, tail: index)
      let text = blockText(start + 3, end - 3, indentation, isFirst: true, isLast: true)
      return text.isEmpty ? [] : [.text(text)]
    }
    start += 1
    let text = lineText(start, end - 1)
    return text.isEmpty ? [] : [.text(text)]
  }

  private func isBlockString(at start: Int) -> Bool {
    start + 2 < bytes.count && bytes[start + 1] == UInt8(ascii: "\"")
      && bytes[start + 2] == UInt8(ascii: "\"")
  }

  /// Head, expression, middle, expression, tail; stands at the head.
  mutating func interpolatedString() -> Expression {
    let mark = mark
    let head = position
    let isBlock = isBlockString(at: Int(tokens[head].start))
    let outer = (newlinesEnd, isCondition)
    newlinesEnd = false
    isCondition = false
    var chunks = [head]
    var values: [Expression] = []
    let reported = diagnostics.count
    advance()
    while true {
      if kind == .stringMiddle || kind == .stringTail, !isUnfinished {
        reportHere(ParsingDiagnostics.emptyInterpolation(emptyInterpolation(head)))
        values.append(missingExpression())
      } else {
        values.append(expression())
      }
      if kind != .stringMiddle, kind != .stringTail, kind != .endOfFile {
        expected("`}` at the end of the interpolation", help: "a brace as text is written `\\{`")
        skip(toComma: false)
        while kind != .stringMiddle, kind != .stringTail, kind != .endOfFile {
          passOver()
          skip(toComma: false)
        }
      }
      guard kind == .stringMiddle || kind == .stringTail else { break }
      chunks.append(position)
      let isTail = kind == .stringTail
      if isTail, isUnfinished {
        // The lexer has reported that an interpolation is never closed: what else is wrong in it follows.
        diagnostics.removeLast(diagnostics.count - reported)
      }
      if isTail { (newlinesEnd, isCondition) = outer }
      advance()
      if isTail { break }
    }
    (newlinesEnd, isCondition) = outer
    finish(mark, .interpolatedString)
    height += 1
    return Expression(.string(parts(chunks, values, isBlock: isBlock)), span: span(from: mark))
  }

  private var isUnfinished: Bool { tokens[position].isUnfinished }
  private func emptyInterpolation(_ head: Int) -> Span {
    Span(file.id, tokens[previous].end - 1, tokens[position].start + 1)
  }

  private mutating func parts(_ chunks: [Int], _ values: [Expression], isBlock: Bool) -> [StringPart] {
    var parts: [StringPart] = []
    let last = chunks.count - 1
    let tail = chunks[last]
    let isClosed = tokens[tail].kind == .stringTail && !tokens[tail].isUnfinished
    let indentation = isBlock && isClosed ? blockIndentation(head: chunks[0], tail: tail) : 0
    if !isClosed { return values.map { .interpolation($0) } }
    for (number, chunk) in chunks.enumerated() {
      let token = tokens[chunk]
      let isFirst = number == 0
      let isLast = number == last
      let start = Int(token.start) + (isFirst ? isBlock ? 3 : 1 : 1)
      let end = Int(token.end) - (token.kind == .stringTail ? isBlock ? 3 : 1 : 1)
      if start < end {
        let text =
          isBlock
          ? blockText(start, end, indentation, isFirst: isFirst, isLast: isLast) : lineText(start, end)
        if !text.isEmpty { parts.append(.text(text)) }
      }
      if number < values.count { parts.append(.interpolation(values[number])) }
    }
    return parts
  }

  private mutating func lineText(_ start: Int, _ end: Int) -> String {
    guard start < end else { return "" }
    let plain = UnsafeBufferPointer(rebasing: bytes[start..<end])
    guard plain.contains(UInt8(ascii: "\\")) else { return String(decoding: plain, as: UTF8.self) }
    var text: [UInt8] = []
    var position = start
    while position < end {
      if bytes[position] == UInt8(ascii: "\\") {
        position = escape(position, end, &text)
      } else {
        text.append(bytes[position])
        position += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends what the escape at `start` stands for; gives the offset behind it.
  mutating func escape(_ start: Int, _ end: Int, _ text: inout [UInt8]) -> Int {
    let byte = start + 1 < end ? bytes[start + 1] : 0
    switch byte {
    case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
    case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
    case UInt8(ascii: "r"): text.append(UInt8(ascii: "\r"))
    case UInt8(ascii: "0"): text.append(0)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "}"): text.append(byte)
    case UInt8(ascii: "u"): return unicodeEscape(start, end, &text)
    default:
      var last = start + 1
      if last < end, bytes[last] >= UInt8(ascii: " ") {
        last += 1
        while last < end, bytes[last] & 0xC0 == 0x80 { last += 1 }
      }
      let span = Span(file.id, UInt32(start), UInt32(last))
      let help: String? =
        switch byte {
        case UInt8(ascii: "'"): "`'` needs no backslash"
        case UInt8(ascii: "("): "a string interpolates with `{expression}`"
        case UInt8(ascii: "d"), UInt8(ascii: "w"), UInt8(ascii: "s"), UInt8(ascii: "b"), UInt8(ascii: "."):
          "a regular expression is written `re\"...\"`; a backslash as text is `\\\\`"
        default: nil
        }
      diagnostics.append(ParsingDiagnostics.badEscape("`\(file.text(span))` is no escape", span, help: help))
      return last
    }
    return start + 2
  }

  /// `\u{1F600}`.
  private mutating func unicodeEscape(_ start: Int, _ end: Int, _ text: inout [UInt8]) -> Int {
    var position = start + 2
    var value: UInt32 = 0
    var count = 0
    if position < end, bytes[position] == UInt8(ascii: "{") {
      position += 1
      while position < end, Lexer.isHexDigit(bytes[position]) {
        let byte = bytes[position]
        let digit = Lexer.isDigit(byte) ? byte &- UInt8(ascii: "0") : (byte | 0x20) &- UInt8(ascii: "a") &+ 10
        if count < 8 { value = value << 4 | UInt32(digit) }
        count += 1
        position += 1
      }
      if position < end, bytes[position] == UInt8(ascii: "}"), count >= 1, count <= 8,
        let scalar = Unicode.Scalar(value)
      {
        text.append(contentsOf: Array(String(Character(scalar)).utf8))
        return position + 1
      }
      if position < end, bytes[position] == UInt8(ascii: "}") { position += 1 }
    }
    let span = Span(file.id, UInt32(start), UInt32(position))
    diagnostics.append(
      ParsingDiagnostics.badEscape(
        "`\(file.text(span))` names no character", span, help: "write `\\u{1F600}`"))
    return position
  }
}
