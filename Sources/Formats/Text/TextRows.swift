import Columns
import Synchronization

/// Where each row of a block lies; asked only where something is wrong.
struct TextRows: Sendable {
  private let whole: TextBlock
  private let ranges: [Range<Int>]

  var count: Int { ranges.count }

  /// The rows of a delimited text.
  init(of block: TextBlock, _ plan: CSVPlan) {
    whole = block
    var ranges: [Range<Int>] = []
    var end = block.range.lowerBound
    // A line feed stands behind an unterminated block: its last row may be misquoted, and so end there.
    let scanned = block.range.lowerBound..<(block.range.upperBound + (block.isUnterminated ? 1 : 0))
    plan.dialect.forEachRow(of: block.base, scanned) { row, _ in
      end = row.upperBound
      if plan.fieldCount == 1 || !block.holds(row, only: [carriageReturn, lineFeed]) { ranges.append(row) }
    }
    if end < block.range.upperBound { ranges.append(end..<block.range.upperBound) }
    self.ranges = ranges
  }

  /// The lines that are not blank.
  init(ofLines block: TextBlock) {
    whole = block
    var ranges: [Range<Int>] = []
    var start = block.range.lowerBound
    for end in block.range where block.base[end] == lineFeed {
      let line = start..<(end + 1)
      if !block.holds(line, only: [0x20, 0x09, carriageReturn, lineFeed]) { ranges.append(line) }
      start = end + 1
    }
    self.ranges = ranges
  }

  /// The bytes of a row, its line feed among them.
  func range(_ row: Int) -> Range<Int> { ranges[row] }

  /// The row without its line end.
  func text(_ row: Int) -> String {
    var range = ranges[row]
    for end in [lineFeed, carriageReturn] where !range.isEmpty && whole.base[range.upperBound - 1] == end {
      range = range.lowerBound..<(range.upperBound - 1)
    }
    let bytes = UnsafeBufferPointer(start: whole.base + range.lowerBound, count: range.count)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A block of some of the rows.
  func block(_ rows: Range<Int>) -> TextBlock {
    guard let first = rows.first, let last = rows.last else {
      var block = whole
      block.range = whole.range.lowerBound..<whole.range.lowerBound
      block.lineFeeds = 0
      return block
    }
    let range = ranges[first].lowerBound..<ranges[last].upperBound
    return TextBlock(
      bytes: whole.bytes, range: range, firstLine: whole.line(at: range.lowerBound),
      lineFeeds: countBytes(whole.base + range.lowerBound, range.count, lineFeed, 0).first,
      isUnterminated: whole.base[range.upperBound - 1] != lineFeed)
  }

  /// Found once, when first asked for.
  final class Memo: Sendable {
    private let rows = Mutex<TextRows?>(nil)

    func value(_ make: () -> TextRows) -> TextRows {
      rows.withLock { rows in
        if let rows { return rows }
        let made = make()
        rows = made
        return made
      }
    }
  }
}

extension TextBlock {
  fileprivate func holds(_ range: Range<Int>, only bytes: [UInt8]) -> Bool {
    range.allSatisfy { bytes.contains(base[$0]) }
  }
}
