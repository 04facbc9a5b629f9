/// The lines of one file that a diagnostic marks, drawn with their labels.
///
/// Marks within a line are underlined; the message of the rightmost stands behind it, the others hang below:
/// ```
///  5 |   let s = raw.group_by(c -> c.user).aggregate(g -> ...)
///    |           ---                       ^^^^^^^^^ needs a window
///    |           |
///    |           unbounded here
/// ```
/// Marks over several lines run along the left margin, each in a lane of its own:
/// ```
///  2 |   check report {
///    |  _______________^
///  3 | |   rows(min: 1)
///  4 | | }
///    | |_^ never closed
/// ```
struct Snippet {
  /// A place to mark.
  struct Mark {
    let span: Span
    let message: String
    let isPrimary: Bool
  }

  /// A mark within one line.
  private struct Underline {
    let start: Int
    let end: Int
    let message: String
    let isPrimary: Bool
  }

  /// A mark over several lines, in its lane.
  private struct Bracket {
    let first: Int
    let last: Int
    let startOffset: Int
    let endOffset: Int
    let message: String
    let isPrimary: Bool
  }

  /// Spans over more lines than this are drawn without their middle.
  private static let wholeSpanLimit = 6

  private let file: SourceFile
  private let severity: Severity
  private var singles: [Int: [Mark]] = [:]
  private var brackets: [Bracket] = []
  private var lines: Set<Int> = []

  init(_ marks: [Mark], in file: SourceFile, severity: Severity) {
    self.file = file
    self.severity = severity
    for mark in marks {
      let first = file.position(of: mark.span.start).line
      // The end belongs to the line of the last byte: a span may take its line break in.
      let last = file.position(of: max(mark.span.end, mark.span.start + 1) - 1).line
      guard last > first else {
        singles[first, default: []].append(mark)
        lines.insert(first)
        continue
      }
      let startOffset = Int(mark.span.start) - file.lineRange(first).lowerBound
      let endOffset = Int(mark.span.end) - file.lineRange(last).lowerBound
      brackets.append(
        Bracket(
          first: first, last: last, startOffset: startOffset, endOffset: endOffset, message: mark.message,
          isPrimary: mark.isPrimary))
      let isWhole = last - first < Self.wholeSpanLimit
      lines.formUnion(isWhole ? Array(first...last) : [first, first + 1, last - 1, last])
    }
    brackets.sort { ($0.first, -$0.last) < ($1.first, -$1.last) }
  }

  /// The greatest line number drawn.
  var lastLine: Int { lines.max() ?? 1 }

  private func style(isPrimary: Bool) -> Style { isPrimary ? .severity(severity) : .secondary }

  /// Draws the lines; `digits` is the width of the line numbers.
  func draw(on canvas: inout Canvas, digits: Int) {
    var previous: Int?
    for number in lines.sorted() {
      if let previous, number > previous + 1,
        brackets.contains(where: { $0.first <= previous && $0.last >= number })
      {
        var row = CellRow()
        putLanes(after: previous, on: &row)
        let dots = "..." + String(repeating: " ", count: max(digits, 1))
        canvas.line([(dots, .gutter)] + row.pieces)
      }
      drawLine(number, on: &canvas, digits: digits)
      previous = number
    }
  }

  private var margin: Int { 2 * brackets.count }

  /// `|` in the lanes that are open below line `number`.
  private func putLanes(after number: Int, on row: inout CellRow, except lane: Int? = nil) {
    for (index, bracket) in brackets.enumerated()
    where index != lane && bracket.first <= number && bracket.last > number {
      row.put("|", at: 1 + 2 * index, style(isPrimary: bracket.isPrimary))
    }
  }

  private func drawLine(_ number: Int, on canvas: inout Canvas, digits: Int) {
    let range = file.lineRange(number)
    var line = DisplayLine(file.bytes[range])
    let marks = singles[number] ?? []
    let starts = marks.map { line.column(of: Int($0.span.start) - range.lowerBound) }
    let ends = marks.map { line.column(of: Int($0.span.end) - range.lowerBound) }
    let bracketColumns = brackets.flatMap { bracket in
      (bracket.first == number ? [line.column(of: bracket.startOffset)] : [])
        + (bracket.last == number ? [line.column(of: bracket.endOffset)] : [])
    }
    if let low = (starts + bracketColumns).min(), let high = (ends + bracketColumns).max() {
      line.cut(around: low..<max(high, low + 1))
    }

    var lanes = CellRow()
    for (index, bracket) in brackets.enumerated() {
      let style = style(isPrimary: bracket.isPrimary)
      if bracket.first < number && number <= bracket.last {
        lanes.put("|", at: 1 + 2 * index, style)
      } else if bracket.first == number, line.column(of: bracket.startOffset) == line.firstInk {
        lanes.put("/", at: 1 + 2 * index, style)
      }
    }
    let text = line.text.isEmpty && lanes.end == 0 ? "" : " \(line.text)"
    let padding = String(repeating: " ", count: brackets.isEmpty ? 0 : max(margin + 1 - lanes.end, 0))
    canvas.line(
      [(" \(String(number).padded(to: digits)) |", .gutter)] + lanes.pieces
        + [(brackets.isEmpty ? text : padding + line.text, .plain)])

    let underlines = marks.map { mark in
      let start = line.column(of: Int(mark.span.start) - range.lowerBound)
      let end = line.column(of: Int(mark.span.end) - range.lowerBound)
      return Underline(
        start: start, end: max(end, start + 1), message: mark.message, isPrimary: mark.isPrimary)
    }
    let gutter = (String(repeating: " ", count: digits + 2) + "|", Style.gutter)
    for var row in rows(of: underlines) {
      putOpenLanes(around: number, on: &row)
      canvas.line([gutter] + row.pieces)
    }
    for row in bracketRows(at: number, line) { canvas.line([gutter] + row.pieces) }
  }

  /// `|` in the lanes that pass the rows below the text of line `number`.
  private func putOpenLanes(around number: Int, on row: inout CellRow) {
    for (index, bracket) in brackets.enumerated() where bracket.first < number && number <= bracket.last {
      row.put("|", at: 1 + 2 * index, style(isPrimary: bracket.isPrimary))
    }
  }

  /// The underlines of one line and the messages below them.
  private func rows(of underlines: [Underline]) -> [CellRow] {
    guard !underlines.isEmpty else { return [] }
    let origin = margin + 1
    var marks = CellRow()
    for underline in underlines.sorted(by: { !$0.isPrimary && $1.isPrimary }) {
      marks.fill(
        underline.isPrimary ? "^" : "-", from: origin + underline.start,
        count: underline.end - underline.start,
        style(isPrimary: underline.isPrimary))
    }
    // From right to left; of two at one place the primary comes first.
    var hanging = underlines.sorted { left, right in
      (left.start, left.end, left.isPrimary ? 1 : 0) > (right.start, right.end, right.isPrimary ? 1 : 0)
    }
    if let rightmost = hanging.first, underlines.allSatisfy({ $0.end <= rightmost.end }) {
      marks.put(" \(rightmost.message)", at: marks.end, style(isPrimary: rightmost.isPrimary))
      hanging.removeFirst()
    }
    hanging.removeAll { $0.message.isEmpty }
    var rows = [marks]
    guard !hanging.isEmpty else { return rows }
    var bars = CellRow()
    for underline in hanging {
      bars.put("|", at: origin + underline.start, style(isPrimary: underline.isPrimary))
    }
    rows.append(bars)
    for (index, underline) in hanging.enumerated() {
      var row = CellRow()
      for other in hanging[(index + 1)...] where other.start < underline.start {
        row.put("|", at: origin + other.start, style(isPrimary: other.isPrimary))
      }
      row.put(underline.message, at: origin + underline.start, style(isPrimary: underline.isPrimary))
      rows.append(row)
    }
    return rows
  }

  /// The rows that open and close brackets at line `number`.
  private func bracketRows(at number: Int, _ line: DisplayLine) -> [CellRow] {
    var rows: [CellRow] = []
    for (index, bracket) in brackets.enumerated() where bracket.first == number {
      let column = line.column(of: bracket.startOffset)
      guard column != line.firstInk else { continue }
      var row = CellRow()
      putOpenLanes(around: number, on: &row)
      putStarted(before: index, at: number, line, on: &row)
      let lane = 1 + 2 * index
      row.fill(
        "_", from: lane + 1, count: margin + 1 + column - lane - 1, style(isPrimary: bracket.isPrimary))
      row.put("^", at: margin + 1 + column, style(isPrimary: bracket.isPrimary))
      rows.append(row)
    }
    for (index, bracket) in brackets.enumerated().reversed() where bracket.last == number {
      let column = max(line.column(of: bracket.endOffset) - 1, 0)
      var row = CellRow()
      putLanes(after: number, on: &row)
      for (other, open) in brackets.enumerated() where other < index && open.last == number {
        row.put("|", at: 1 + 2 * other, style(isPrimary: open.isPrimary))
      }
      let lane = 1 + 2 * index
      row.put("|", at: lane, style(isPrimary: bracket.isPrimary))
      row.fill(
        "_", from: lane + 1, count: margin + 1 + column - lane - 1, style(isPrimary: bracket.isPrimary))
      row.put("^", at: margin + 1 + column, style(isPrimary: bracket.isPrimary))
      row.put(" \(bracket.message)", at: row.end, style(isPrimary: bracket.isPrimary))
      rows.append(row)
    }
    return rows
  }

  /// `|` in the lanes before `lane` that have begun on this very line.
  private func putStarted(before lane: Int, at number: Int, _ line: DisplayLine, on row: inout CellRow) {
    for (index, bracket) in brackets.enumerated() where index < lane && bracket.first == number {
      row.put("|", at: 1 + 2 * index, style(isPrimary: bracket.isPrimary))
    }
  }
}

extension String {
  /// Right-aligned in `width` columns.
  func padded(to width: Int) -> String {
    String(repeating: " ", count: Swift.max(width - count, 0)) + self
  }
}
