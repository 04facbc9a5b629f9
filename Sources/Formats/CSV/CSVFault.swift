import Columns

/// What is wrong with the shape of a text: quotes and the number of fields.
struct CSVFault {
  let name: String
  let block: TextBlock
  let dialect: CSVDialect

  func position(_ byte: Int) -> String { "\(name):\(block.line(at: byte))" }

  private var quote: String { String(Unicode.Scalar(dialect.quote)) }

  /// The byte at `problem` is a quote inside of an unquoted field, or text behind a closing quote.
  func misquoted(_ problem: Int) -> RowFault {
    if block.base[problem] == dialect.quote {
      return RowFault(
        position: position(problem), message: "a `\(quote)` inside of a field that does not begin with one",
        help:
          "quote the whole field and double the quotes inside: `\(quote)a \(quote)\(quote)b\(quote)\(quote)\(quote)`"
      )
    }
    let opening = lastOpening(before: problem)
    let line = block.line(at: opening)
    let origin = line == block.line(at: problem) ? "" : " that opened in line \(line)"
    let rest = UnsafeBufferPointer(
      start: block.base + problem, count: min(20, block.range.upperBound - problem))
    let found = Wording.quoted(
      Array(rest.prefix { $0 != dialect.separator && $0 != lineFeed }).withUnsafeBufferPointer {
        String(decoding: $0, as: UTF8.self)
      })
    return RowFault(
      position: position(problem),
      message: "expected the end of the field after the quote\(origin), found \(found)",
      help: "a quote inside of a quoted field is doubled: `\(quote)\(quote)`")
  }

  /// The text ends inside of quotes; rows before `start` are whole.
  func unterminated(from start: Int) -> RowFault {
    RowFault(
      position: position(lastOpening(before: block.range.upperBound, from: start)),
      message: "a quoted field opens here and is never closed",
      help: "close it, or double the quote if it belongs to the text")
  }

  private func lastOpening(before end: Int, from start: Int? = nil) -> Int {
    var isInside = false
    var opening = block.range.lowerBound
    for at in (start ?? block.range.lowerBound)..<end where block.base[at] == dialect.quote {
      isInside.toggle()
      // The second of two quotes does not open a field.
      if isInside, at == 0 || block.base[at - 1] != dialect.quote { opening = at }
    }
    return opening
  }

  /// A row that begins at `start` and has another number of fields than it should; nil for more.
  func ragged(at start: Int, expected: Int, found: Int?) -> RowFault {
    let count = found.map { "\($0)" } ?? "more"
    let help =
      found == nil
      ? "a field that holds `\(String(Unicode.Scalar(dialect.separator)))` must be quoted"
      : dialect.hasHeader
        ? "every row has as many fields as the header" : "every row has as many fields as the first"
    return RowFault(
      position: position(start), message: "expected \(plural(expected, "field")), found \(count)", help: help)
  }
}
