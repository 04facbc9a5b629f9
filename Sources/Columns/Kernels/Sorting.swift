// Sorting by keys: the first 64 bits of a key sort by radix, what they leave equal by the rest.

/// A column of keys and how it orders.
public struct SortColumn: Sendable {
  /// The keys.
  public let column: Column
  /// What they are, and which way they go.
  public let order: OrderKey

  /// Keys in ascending order unless told otherwise.
  public init(_ column: Column, _ type: ColumnType, isDescending: Bool = false) {
    self.column = column
    order = OrderKey(type, isDescending: isDescending)
  }
}

/// The rows in order of the keys, first keys first; rows that are equal in all keys stay as they are.
public func sortPermutation(_ keys: [SortColumn], count: Int) -> Buffer<Int32> {
  let rows = Buffer<Int32>(uninitialized: count)
  for row in 0..<count { rows.base[row] = Int32(truncatingIfNeeded: row) }
  guard !keys.isEmpty, count > 1 else { return rows }
  let columns = keys.map(\.column)
  let order = RowOrder(columns, columns, by: keys.map(\.order))
  let room = Buffer<SortEntry>(uninitialized: count)
  let spare = Buffer<SortEntry>(uninitialized: count)
  Sorter(keys: keys, order: order, rows: rows.base, entries: room.base, spare: spare.base)
    .sort(0..<count, by: 0)
  return rows
}

private struct SortEntry: BitwiseCopyable {
  let prefix: UInt64
  let row: Int32
}

private struct Sorter {
  let keys: [SortColumn]
  let order: RowOrder
  let rows: UnsafeMutablePointer<Int32>
  let entries: UnsafeMutablePointer<SortEntry>
  let spare: UnsafeMutablePointer<SortEntry>

  func sort(_ range: Range<Int>, by key: Int) {
    if range.count < 48 { return compareAll(range, from: key) }
    let isExact = fillPrefixes(range, key)
    sortEntries(range)
    for index in range { rows[index] = entries[index].row }
    if isExact, key + 1 == keys.count { return }
    // The prefixes are read before the runs behind them reuse the room: runs only write within themselves.
    var start = range.lowerBound
    while start < range.upperBound {
      let prefix = entries[start].prefix
      var end = start + 1
      while end < range.upperBound, entries[end].prefix == prefix { end += 1 }
      if end - start > 1 {
        if isExact || areEqual(start..<end, key) {
          if key + 1 < keys.count { sort(start..<end, by: key + 1) }
        } else {
          compareAll(start..<end, from: key)
        }
      }
      start = end
    }
  }

  private func compareAll(_ range: Range<Int>, from key: Int) {
    var part = UnsafeMutableBufferPointer(start: rows + range.lowerBound, count: range.count)
    part.sort { a, b in
      let comparison = order.compare(Int(a), Int(b), from: key)
      return comparison != 0 ? comparison < 0 : a < b
    }
  }

  private func areEqual(_ range: Range<Int>, _ key: Int) -> Bool {
    let column = keys[key].column
    let first = Int(rows[range.lowerBound])
    for index in range.dropFirst() where !column.isEqual(Int(rows[index]), to: column, first) { return false }
    return true
  }

  /// Writes the leading bits of the key of each row, so that they compare as the keys do; says whether equal
  /// bits mean equal keys.
  private func fillPrefixes(_ range: Range<Int>, _ key: Int) -> Bool {
    let column = keys[key].column
    let flip: UInt64 = keys[key].order.isDescending ? ~0 : 0
    let sign: UInt64 = 1 << 63
    var isExact = column.validity == nil
    @inline(__always) func fill(_ prefix: (Int) -> UInt64) {
      if let validity = column.validity {
        for index in range {
          let row = Int(rows[index])
          entries[index] = SortEntry(prefix: validity[row] ? prefix(row) ^ flip : ~0, row: rows[index])
        }
      } else {
        for index in range {
          entries[index] = SortEntry(prefix: prefix(Int(rows[index])) ^ flip, row: rows[index])
        }
      }
    }
    switch column.storage {
    case .bits(let bits): fill { bits[$0] ? 1 : 0 }
    case .int32(let values): fill { UInt64(bitPattern: Int64(values.base[$0])) ^ sign }
    case .int64(let values): fill { UInt64(bitPattern: values.base[$0]) ^ sign }
    case .float64(let values):
      fill { row in
        let value = values.base[row]
        let bits = value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : value.bitPattern
        return bits & sign == 0 ? bits ^ sign : ~bits
      }
    case .int128(let values):
      isExact = false
      let turned: UInt64 = keys[key].order.type == .uuid ? 0 : sign
      fill { UInt64(truncatingIfNeeded: values.base[$0] >> 64) ^ turned }
    case .text(let views, _):
      isExact = false
      fill { row in
        let view = views.base[row]
        let first = UInt64(UInt32(truncatingIfNeeded: view.head >> 32).byteSwapped) << 32
        if view.isInline { return first | view.tail.byteSwapped >> 32 }
        return view.withBytes { bytes in
          guard let base = UnsafeRawPointer(bytes.baseAddress) else { return first }
          return UInt64(bigEndian: base.loadUnaligned(as: UInt64.self))
        }
      }
    case .list, .vector, .structure:
      isExact = false
      fill { _ in 0 }
    }
    return isExact
  }

  /// Sorts the entries of a range by prefix; equal ones keep their order.
  private func sortEntries(_ range: Range<Int>) {
    var part = UnsafeMutableBufferPointer(start: entries + range.lowerBound, count: range.count)
    var isSorted = true
    for index in 1..<part.count where part[index].prefix < part[index - 1].prefix {
      isSorted = false
      break
    }
    if isSorted { return }
    if part.count < 512 {
      part.sort { $0.prefix != $1.prefix ? $0.prefix < $1.prefix : $0.row < $1.row }
      return
    }
    var from = part.baseAddress ?? entries
    var to = spare + range.lowerBound
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 8 * 256) { counts in
      counts.initialize(repeating: 0)
      for index in 0..<part.count {
        let prefix = from[index].prefix
        for digit in 0..<8 { counts[digit * 256 + Int(prefix >> UInt64(8 * digit) & 255)] += 1 }
      }
      for digit in 0..<8 {
        let shift = UInt64(8 * digit)
        let count = counts.baseAddress.unsafelyUnwrapped + digit * 256
        if count[Int(from[0].prefix >> shift & 255)] == part.count { continue }
        var total = 0
        for value in 0..<256 {
          let size = count[value]
          count[value] = total
          total += size
        }
        for index in 0..<part.count {
          let entry = from[index]
          let value = Int(entry.prefix >> shift & 255)
          to[count[value]] = entry
          count[value] += 1
        }
        swap(&from, &to)
      }
    }
    if from != part.baseAddress, let base = part.baseAddress { base.update(from: from, count: part.count) }
  }
}
