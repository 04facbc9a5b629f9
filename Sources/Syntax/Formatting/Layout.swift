/// A text with places where lines may break, in groups that break as a whole: a group stays on one line when
/// it fits there, else each of its own breaks becomes a new line, and the groups inside decide for themselves.
///
/// It is a flat list of operations. The width of any stretch on one line is the difference of two sums, so
/// printing decides each group in constant time and takes linear time in all.
struct Layout {
  /// What a break is where its group stays on one line.
  enum Flat: UInt8 {
    case nothing, space, commaAndSpace

    var width: Int { Int(rawValue) }
  }

  enum Operation {
    /// Bytes of the source.
    case source(Range<Int>)
    /// A comment of the source: it counts for no width.
    case comment(Range<Int>)
    case text(StaticString)
    /// Stands only where its group breaks.
    case whenBroken(StaticString)
    case line(Line)
    case openGroup(Int)
    case closeGroup
    case indent(Int)
  }

  struct Line {
    let flat: Flat
    /// Whether a blank line of the source is kept here.
    let keepsBlank: Bool
    /// Whether it breaks even where its group does not.
    var isHard = false
    var hasBlank = false
  }

  static let width = 100
  static let indentation = 2

  private(set) var operations: [Operation] = []
  /// For each group whether something in it has to break.
  private(set) var groupBreaks: [Bool] = []
  private var groupEnds: [Int] = []
  private var openGroups: [Int] = []
  /// The last line operation, when no text came after it.
  private(set) var lastLine: Int?

  /// Whether a break lies between the last text and what comes now.
  var isAtLine: Bool { lastLine != nil }

  mutating func append(_ operation: Operation) {
    switch operation {
    case .line(let line):
      lastLine = operations.count
      if line.isHard { breakGroups() }
    case .openGroup, .closeGroup, .indent, .whenBroken: break
    case .source, .comment, .text: lastLine = nil
    }
    operations.append(operation)
  }

  mutating func open() {
    openGroups.append(groupBreaks.count)
    operations.append(.openGroup(groupBreaks.count))
    groupBreaks.append(false)
    groupEnds.append(0)
  }

  mutating func close() {
    guard let group = openGroups.popLast() else { return }
    groupEnds[group] = operations.count
    operations.append(.closeGroup)
    if groupBreaks[group] { breakGroups() }
  }

  /// All open groups break.
  mutating func breakGroups() {
    if let group = openGroups.last { groupBreaks[group] = true }
  }

  /// Makes the break before what comes now a new line, with a blank line above it or not.
  mutating func hardenLastLine(blank: Bool) {
    guard let index = lastLine, case .line(var line) = operations[index] else { return }
    line.isHard = true
    line.hasBlank = line.hasBlank || (blank && line.keepsBlank)
    operations[index] = .line(line)
    breakGroups()
  }

  /// Keeps a blank line before what comes now, should the line break there.
  mutating func blankBeforeLastLine() {
    guard let index = lastLine, case .line(var line) = operations[index], line.keepsBlank else { return }
    line.hasBlank = true
    operations[index] = .line(line)
  }

  /// Sets a blank line at the line operation at `index`.
  mutating func setBlank(at index: Int) {
    guard case .line(var line) = operations[index] else { return }
    line.hasBlank = true
    operations[index] = .line(line)
  }

  /// Whether the operations from `start` on stand on one line when the first stands at its beginning.
  func isOneLine(from start: Int, source: [UInt8]) -> Bool {
    var columns = 0
    for operation in operations[start...] {
      switch operation {
      case .openGroup(let group): if groupBreaks[group] { return false }
      case .line(let line): if line.isHard { return false }
      case .source(let range): if source[range].contains(UInt8(ascii: "\n")) { return false }
      default: break
      }
      columns += flatWidth(operation, source)
    }
    return columns <= Layout.width
  }

  private func flatWidth(_ operation: Operation, _ source: [UInt8]) -> Int {
    switch operation {
    case .source(let range):
      var columns = 0
      for byte in source[range] {
        if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
        if byte & 0xC0 != 0x80 { columns += 1 }
      }
      return columns
    case .text(let text): return text.utf8CodeUnitCount
    case .line(let line): return line.flat.width
    case .comment, .whenBroken, .openGroup, .closeGroup, .indent: return 0
    }
  }

  /// The text.
  func print(_ source: [UInt8]) -> [UInt8] {
    var before = [0]
    before.reserveCapacity(operations.count + 1)
    for operation in operations { before.append(before[before.count - 1] + flatWidth(operation, source)) }
    // For each operation the width from it to the next place where a line may break.
    var ahead = [Int](repeating: 0, count: operations.count + 1)
    for index in operations.indices.reversed() {
      if case .line = operations[index] { continue }
      ahead[index] = ahead[index + 1] + before[index + 1] - before[index]
    }

    var page = Page(source: source)
    var broken = [true]
    var indent = 0
    for (index, operation) in operations.enumerated() {
      switch operation {
      case .source(let range): page.write(range)
      case .comment(let range): page.writeComment(range)
      case .text(let text): page.write(text)
      case .whenBroken(let text): if broken[broken.count - 1] { page.write(text) }
      case .indent(let change): indent += change
      case .openGroup(let group):
        let end = groupEnds[group]
        let fits = page.column + before[end] - before[index] + ahead[end] <= Layout.width
        broken.append(broken[broken.count - 1] && (groupBreaks[group] || !fits))
      case .closeGroup: broken.removeLast()
      case .line(let line):
        if line.isHard || broken[broken.count - 1] {
          page.breakLine(indent: indent * Layout.indentation, blank: line.hasBlank)
        } else if line.flat == .commaAndSpace {
          page.write(", ")
        } else if line.flat == .space {
          page.write(" ")
        }
      }
    }
    return page.finished()
  }
}

/// The text while it is written; indentation is written with the first text of a line.
private struct Page {
  let source: [UInt8]
  private var text: [UInt8] = []
  private var pendingIndent = 0
  private var isLineStart = true
  private var columnsWritten = 0

  init(source: [UInt8]) {
    self.source = source
    text.reserveCapacity(source.count + source.count / 8)
  }

  var column: Int { isLineStart ? pendingIndent : columnsWritten }

  private mutating func start() {
    guard isLineStart else { return }
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: pendingIndent))
    columnsWritten = pendingIndent
    isLineStart = false
  }

  mutating func write(_ word: StaticString) {
    start()
    word.withUTF8Buffer { text.append(contentsOf: $0) }
    columnsWritten += word.utf8CodeUnitCount
  }

  /// CR LF inside a literal becomes LF, which is its value too.
  mutating func write(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    start()
    for index in range {
      let byte = source[index]
      if byte == UInt8(ascii: "\r"), index + 1 < range.upperBound, source[index + 1] == UInt8(ascii: "\n") {
        continue
      }
      text.append(byte)
      if byte == UInt8(ascii: "\n") {
        columnsWritten = 0
      } else if byte & 0xC0 != 0x80 {
        columnsWritten += 1
      }
    }
  }

  mutating func writeComment(_ range: Range<Int>) {
    var end = range.upperBound
    while end > range.lowerBound, isBlank(source[end - 1]) { end -= 1 }
    write(range.lowerBound..<end)
  }

  mutating func breakLine(indent: Int, blank: Bool) {
    pendingIndent = indent
    guard !text.isEmpty else { return }
    if !isLineStart { text.append(UInt8(ascii: "\n")) }
    if blank, text[text.count - 1] != text[max(0, text.count - 2)] || text.count < 2 {
      text.append(UInt8(ascii: "\n"))
    }
    isLineStart = true
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  func finished() -> [UInt8] {
    var text = text
    while text.last == UInt8(ascii: "\n") { text.removeLast() }
    if !text.isEmpty { text.append(UInt8(ascii: "\n")) }
    return text
  }
}
