import CScanning
import Columns

/// Decodes one block: finds the field ends of some rows, then reads them column by column.
final class CSVDecoder {
  let plan: CSVPlan
  let block: TextBlock
  let base: UnsafePointer<UInt8>
  var outputs: [CSVOutput]
  /// Rows decoded so far; after a fault those before its row.
  var rows = 0
  /// Whether the block is UTF-8 as a whole, so that no field must be asked.
  let isUTF8: Bool
  /// The first value that does not fit: of the first row, there of the first column.
  var fault: CSVValueFault?

  /// Bytes scanned at once: what is found in them stays in the nearest cache.
  private static let chunk = 32 * 1024

  init(plan: CSVPlan, block: TextBlock) {
    self.plan = plan
    self.block = block
    base = block.base
    isUTF8 = UTF8Check.isValid(block.base + block.range.lowerBound, block.range.count)
    // A row has at least one line feed: more rows than those cannot come.
    outputs = plan.columns.map { CSVOutput($0, capacity: block.lineFeeds) }
  }

  func decode() throws -> Batch {
    // The entry before a field's end is the end of the field before it; entry 0 is the one before the first.
    var ends = FieldEnds(before: block.range.lowerBound)
    var state = CScanningState(inside: 0, may_open: 1, must_end: 0)
    var at = block.range.lowerBound
    while at < block.range.upperBound {
      let stop = min(at + Self.chunk, block.range.upperBound)
      ends.reserve(stop - at + 8)
      let found = cscanning_index(
        base, at, stop, plan.dialect.separator, plan.dialect.quote, &state, ends.base + ends.count)
      ends.count += found.count
      try consume(&ends, rowEnds: found.row_ends)
      if found.problem < stop { throw shapeFault.misquoted(found.problem) }
      at = stop
    }
    if block.isUnterminated { throw shapeFault.unterminated(from: ends.rowStart) }
    return Batch(
      count: rows, columns: zip(plan.columns, outputs).map { $1.finish($0, count: rows, block: block) })
  }

  private var shapeFault: CSVFault { CSVFault(name: plan.name, block: block, dialect: plan.dialect) }

  /// Decodes the whole rows; what remains is the beginning of one.
  private func consume(_ ends: inout FieldEnds, rowEnds: Int) throws {
    let width = plan.fieldCount
    var first = 1
    let whole = (ends.count - 1) / width
    if rowEnds == whole, areRowEnds(ends, whole) {
      // As many row ends as rows, each where it should be: none is anywhere else.
      if whole > 0 { try decode(CSVRun(ends: ends.base + first, count: whole, width: width)) }
      ends.keep(from: first + whole * width)
      return
    }
    while first < ends.count {
      var count = 0
      while isRegular(ends, first + count * width) { count += 1 }
      if count > 0 { try decode(CSVRun(ends: ends.base + first, count: count, width: width)) }
      first += count * width
      if first == ends.count { break }
      if width > 1, isBlank(ends, first) {
        first += 1
        continue
      }
      let start = Int(ends.base[first - 1] &+ 1)
      let limit = min(first + width, ends.count)
      if let end = (first..<limit).first(where: { isLineFeed(ends, $0) }) {
        throw shapeFault.ragged(at: start, expected: width, found: end - first + 1)
      }
      if limit == first + width { throw shapeFault.ragged(at: start, expected: width, found: nil) }
      break
    }
    ends.keep(from: first)
  }

  private func isLineFeed(_ ends: borrowing FieldEnds, _ entry: Int) -> Bool {
    base[Int(ends.base[entry])] == lineFeed
  }

  private func areRowEnds(_ ends: borrowing FieldEnds, _ count: Int) -> Bool {
    var entry = plan.fieldCount
    for _ in 0..<count {
      if !isLineFeed(ends, entry) { return false }
      entry += plan.fieldCount
    }
    return true
  }

  private func isRegular(_ ends: borrowing FieldEnds, _ first: Int) -> Bool {
    let last = first + plan.fieldCount - 1
    guard last < ends.count, isLineFeed(ends, last) else { return false }
    for entry in first..<last where isLineFeed(ends, entry) { return false }
    return true
  }

  private func isBlank(_ ends: borrowing FieldEnds, _ entry: Int) -> Bool {
    guard isLineFeed(ends, entry) else { return false }
    let start = Int(ends.base[entry - 1] &+ 1)
    let end = Int(ends.base[entry])
    return start == end || (start + 1 == end && base[start] == carriageReturn)
  }

  /// Reads some rows, column by column; a fault of an earlier row makes later rows not worth reading.
  private func decode(_ run: CSVRun) throws {
    var limit = run.count
    for (order, column) in plan.columns.enumerated() where limit > 0 {
      guard let index = column.index else { continue }
      let fields = CSVFields(
        base: base, ends: run.ends + index, width: run.width, count: limit, quote: plan.dialect.quote,
        isLast: index == run.width - 1, null: column.null, isUTF8: isUTF8)
      outputs[order].beginRun(run.count, rows: rows)
      if let bad = outputs[order].read(fields, column) {
        limit = bad.row
        fault = CSVValueFault(fields: fields, column: column, bad: bad)
      }
    }
    rows += limit
    if let fault { throw fault.rowFault(plan: plan, block: block) }
  }
}

/// Rows with the right number of fields, one after the other.
struct CSVRun {
  /// The end of the first field; the entry before it is there, too.
  let ends: UnsafePointer<UInt32>
  let count: Int
  let width: Int
}

/// A growing list of positions.
struct FieldEnds: ~Copyable {
  private(set) var base: UnsafeMutablePointer<UInt32>
  private var capacity: Int
  var count = 1

  init(before start: Int) {
    capacity = 16 * 1024
    base = .allocate(capacity: capacity)
    // At the very start this wraps around, and one more is 0 again.
    base[0] = UInt32(truncatingIfNeeded: start &- 1)
  }

  deinit { base.deallocate() }

  /// Where the first field that is not consumed begins.
  var rowStart: Int { Int(base[0] &+ 1) }

  mutating func reserve(_ extra: Int) {
    guard count + extra > capacity else { return }
    capacity = max(count + extra, capacity * 2)
    let moved = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity)
    moved.update(from: base, count: count)
    base.deallocate()
    base = moved
  }

  /// Forgets what is before the entry before `first`.
  mutating func keep(from first: Int) {
    base.update(from: base + (first - 1), count: count - first + 1)
    count -= first - 1
  }
}
