import Diagnosing

// The text between `"""`: lines, without the indentation of the closing quotes.
extension Parser {
  /// Bytes of white space before the closing quotes; reports where they don't stand on a line of their own,
  /// or where text stands behind the opening ones.
  mutating func blockIndentation(head: Int, tail: Int) -> Int {
    let first = Int(tokens[head].start) + 3
    let close = Int(tokens[tail].end) - 3
    var start = close
    while start > Int(tokens[tail].start), isBlank(bytes[start - 1]) { start -= 1 }
    let isAlone = start > Int(tokens[tail].start) && bytes[start - 1] == UInt8(ascii: "\n")
    var text = first
    while text < Int(tokens[head].end), isBlank(bytes[text]) || bytes[text] == UInt8(ascii: "\r") {
      text += 1
    }
    if text == Int(tokens[head].end) || bytes[text] != UInt8(ascii: "\n") {
      diagnostics.append(
        ParsingDiagnostics.blockLayout(
          "the text starts on the line after `\"\"\"`", span(ofToken: head, first - 3, first)))
    } else if !isAlone {
      diagnostics.append(
        ParsingDiagnostics.blockLayout(
          "the closing `\"\"\"` stands on a line of its own", span(ofToken: tail, close, close + 3)))
    }
    return isAlone ? close - start : 0
  }

  private func span(ofToken index: Int, _ start: Int, _ end: Int) -> Span {
    Span(file.id, UInt32(start), UInt32(end))
  }

  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  /// The text of one chunk: the first begins behind the line of the opening quotes, the last ends before the
  /// line of the closing ones, and each line that begins in it loses the indentation.
  mutating func blockText(_ start: Int, _ end: Int, _ indentation: Int, isFirst: Bool, isLast: Bool) -> String
  {
    var position = start
    var end = end
    var startsLine = false
    if isFirst {
      while position < end, bytes[position] != UInt8(ascii: "\n") {
        if !isBlank(bytes[position]), bytes[position] != UInt8(ascii: "\r") { break }
        position += 1
      }
      if position < end, bytes[position] == UInt8(ascii: "\n") {
        position += 1
        startsLine = true
      }
    }
    if isLast {
      var line = end
      while line > position, isBlank(bytes[line - 1]) { line -= 1 }
      if line > position, bytes[line - 1] == UInt8(ascii: "\n") {
        end = line - 1
        if end > position, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      } else if line == position, startsLine {
        return ""
      }
    }
    var text: [UInt8] = []
    while position < end {
      if startsLine {
        position = skipIndentation(position, end, indentation)
        startsLine = false
        continue
      }
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\n"):
        text.append(byte)
        position += 1
        startsLine = true
      case UInt8(ascii: "\r") where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "\n"):
        position += 1
      case UInt8(ascii: "\\"):
        if let next = continuation(position, end) {
          position = next
          startsLine = true
        } else {
          position = escape(position, end, &text)
        }
      default:
        text.append(byte)
        position += 1
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The offset behind a backslash that joins its line with the next.
  private func continuation(_ start: Int, _ end: Int) -> Int? {
    var next = start + 1
    if next < end, bytes[next] == UInt8(ascii: "\r") { next += 1 }
    return next < end && bytes[next] == UInt8(ascii: "\n") ? next + 1 : nil
  }

  /// Passes over the indentation of a line; reports a line that has less and is not blank.
  private mutating func skipIndentation(_ start: Int, _ end: Int, _ indentation: Int) -> Int {
    var position = start
    while position < end, position - start < indentation, isBlank(bytes[position]) { position += 1 }
    if position - start < indentation, position < end, bytes[position] != UInt8(ascii: "\n"),
      bytes[position] != UInt8(ascii: "\r")
    {
      diagnostics.append(
        ParsingDiagnostics.blockLayout(
          "this line is indented less than the closing `\"\"\"`",
          Span(file.id, UInt32(start), UInt32(position + 1)),
          help: "the indentation of the closing quotes is removed from every line"))
    }
    return position
  }
}
