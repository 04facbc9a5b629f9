import CScanning

extension CSVDialect {
  /// Calls `body` with each row of a text that has its line feed, and whether a quote stands in it where none may:
  /// such a row ends with its line.
  func forEachRow(
    of base: UnsafePointer<UInt8>, _ range: Range<Int>, _ body: (Range<Int>, _ isMisquoted: Bool) -> Void
  ) {
    let chunk = 4096
    let start = CScanningState(inside: 0, may_open: 1, must_end: 0)
    var state = start
    var positions = [UInt32](repeating: 0, count: chunk + 8)
    var row = range.lowerBound
    var at = row
    while at < range.upperBound {
      let stop = min(at + chunk, range.upperBound)
      let found = cscanning_index(base, at, stop, separator, quote, &state, &positions)
      for position in positions.prefix(found.count).map(Int.init) where base[position] == lineFeed {
        body(row..<(position + 1), false)
        row = position + 1
      }
      at = stop
      guard found.problem < stop else { continue }
      guard let end = (found.problem..<range.upperBound).first(where: { base[$0] == lineFeed }) else {
        return
      }
      body(row..<(end + 1), true)
      row = end + 1
      at = row
      state = start
    }
  }
}
