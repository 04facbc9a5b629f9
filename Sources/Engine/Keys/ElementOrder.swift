import Columns
import Semantics

/// The canonical order of a flow's elements, as keys of a sort.
struct ElementOrder: Sendable {
  /// What each column holds.
  let types: [ColumnType]

  init(_ element: Type) { types = ColumnField.columns(of: element).map(\.type) }

  init(types: [ColumnType]) { self.types = types }

  /// The sort columns that settle ties between rows of these columns, so that rows which are still equal are
  /// the same: -0.0, which equals 0.0, comes first only after everything else.
  func ties(_ columns: [Column]) -> [SortColumn] {
    let values = zip(columns, types).map { SortColumn($0, $1) }
    let bits = zip(columns, types).compactMap { column, type -> SortColumn? in
      guard type == .float else { return nil }
      return SortColumn(Column(count: column.count, storage: .int64(column.floats.bits)), .int)
    }
    return values + bits
  }

  /// Compares rows of `left` with rows of `right`; 0 only for rows that are the same.
  func comparison(_ left: [Column], _ right: [Column]) -> RowOrder {
    let a = ties(left)
    let b = ties(right)
    return RowOrder(a.map(\.column), b.map(\.column), by: a.map(\.order))
  }
}

extension Buffer where Value == Double {
  /// The bits of the floats as integers.
  fileprivate var bits: Buffer<Int64> {
    let result = Buffer<Int64>(uninitialized: count)
    for index in 0..<count { result.base[index] = Int64(bitPattern: base[index].bitPattern) }
    return result
  }
}

/// `sortPermutation` by all workers: parts are sorted, then neighbours merged.
func sortPermutation(_ keys: [SortColumn], count: Int, pool: WorkerPool) -> Buffer<Int32> {
  precondition(count <= Int32.max, "at most 2^31 rows can be sorted")
  let workers = pool.count
  guard count >= 65_536, workers > 1, !pool.isBusy else { return sortPermutation(keys, count: count) }
  @Sendable func cut(_ index: Int) -> Int { count * index / workers }
  var source = Buffer<Int32>(uninitialized: count)
  var target = Buffer<Int32>(uninitialized: count)
  let parts = source
  pool.forEach(workers) { index in
    let range = cut(index)..<cut(index + 1)
    let part = sortPermutation(
      keys.map {
        SortColumn($0.column.sliced(range), $0.order.type, isDescending: $0.order.isDescending)
      }, count: range.count)
    for row in 0..<range.count { parts.base[range.lowerBound + row] = part[row] + Int32(range.lowerBound) }
  }
  let order = RowOrder(keys.map(\.column), keys.map(\.column), by: keys.map(\.order))
  var width = 1
  while width < workers {
    let (from, to, step) = (source, target, width)
    pool.forEach((workers + 2 * width - 1) / (2 * width)) { pair in
      let low = cut(pair * 2 * step)
      let middle = cut(min(pair * 2 * step + step, workers))
      let high = cut(min(pair * 2 * step + 2 * step, workers))
      merge(from.base, low, middle, high, into: to.base, order)
    }
    swap(&source, &target)
    width *= 2
  }
  return source
}

private func merge(
  _ rows: UnsafePointer<Int32>, _ low: Int, _ middle: Int, _ high: Int,
  into target: UnsafeMutablePointer<Int32>, _ order: RowOrder
) {
  var left = low
  var right = middle
  for next in low..<high {
    if right == high || (left < middle && order.compare(Int(rows[left]), Int(rows[right])) <= 0) {
      target[next] = rows[left]
      left += 1
    } else {
      target[next] = rows[right]
      right += 1
    }
  }
}

/// The bits of a float, one pattern for all NaNs and for both zeros.
@inline(__always) func canonicalBits(_ value: Double) -> UInt64 {
  value.isNaN ? Double.nan.bitPattern : value == 0 ? 0 : value.bitPattern
}

/// Unsigned bits in the order of floats, NaN greatest; -0.0 comes before 0.0.
@inline(__always) func orderedBits(_ value: Double) -> UInt64 {
  let bits = value.isNaN ? Double.nan.bitPattern : value.bitPattern
  return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
}
