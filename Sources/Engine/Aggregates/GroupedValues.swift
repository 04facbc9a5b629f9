import Columns

/// Rows of all groups kept until the end: `collect`, `quantile`, `top`. Each chunk has the group of each row
/// and some columns.
final class GroupedValues: Accumulator {
  /// What becomes of a group's rows, once sorted.
  enum Result {
    /// A list of all.
    case list
    /// The one at the nearest rank of this fraction.
    case quantile(Double)
    /// The first of them as a list.
    case first(Int)
  }

  private let result: Result
  private let isOptional: Bool
  /// What rows of a group are sorted by, before the value's own order: the key of `first`, descending.
  private let key: ColumnType?
  private let order: ElementOrder
  /// The columns that make the value, and how.
  private let shape: ElementShape
  private var groups: [Buffer<Int32>] = []
  private var chunks: [Batch] = []
  private var rows = 0
  private var rowsAfterTidying = 0
  /// Whether a key column stands before the value's columns.
  private var hasKey: Bool { key != nil }

  /// `collect` and `quantile` of values of `shape`.
  init(_ result: Result, values shape: ElementShape, isOptional: Bool) {
    self.result = result
    self.shape = shape
    self.isOptional = isOptional
    order = ElementOrder(types: [ColumnType(shape.element)])
    key = nil
  }

  /// The first `count` elements of `shape` by a key, the greatest first, ties in canonical order.
  init(first count: Int, by key: ColumnType, elements shape: ElementShape, isOptional: Bool) {
    result = .first(count)
    self.shape = shape
    self.isOptional = isOptional
    order = ElementOrder(shape.element)
    self.key = key
  }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard let values = input.values else { return }
    let (rows, kept) = presentRows(values, groups)
    let present = (rows.map { values.gathered($0) } ?? values).assumingPresent
    guard hasKey else {
      // One column, whatever the type.
      return append(kept, Batch(count: present.count, columns: [present]))
    }
    let elements = rows.map { input.elements.gathered($0) } ?? input.elements
    append(kept, Batch(count: present.count, columns: [present] + elements.columns))
  }

  private func append(_ groups: Buffer<Int32>, _ batch: Batch) {
    guard batch.count > 0 else { return }
    self.groups.append(groups)
    chunks.append(batch.compacted())
    rows += batch.count
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? GroupedValues else { return }
    let byGroup = mapping.byGroup
    for (groups, chunk) in zip(other.groups, other.chunks) {
      let kept = Bitmap(count: chunk.count) { byGroup[Int(groups[$0])] >= 0 }
      let indices = kept.setIndices()
      let mapped = Buffer<Int32>(uninitialized: indices.count)
      for row in 0..<indices.count { mapped.base[row] = byGroup[Int(groups[Int(indices[row])])] }
      append(mapped, indices.count == chunk.count ? chunk : chunk.gathered(indices))
    }
  }

  /// All rows, sorted by group and then as the result wants them.
  private func sorted(_ pool: WorkerPool) -> (groups: Buffer<Int32>, rows: Batch)? {
    guard !chunks.isEmpty else { return nil }
    let all = Batch.concatenated(chunks)
    let group = Column.concatenated(groups.map { Column(count: $0.count, storage: .int32($0)) })
    var columns = [SortColumn(group, .date)]
    if let key { columns.append(SortColumn(all.columns[0], key, isDescending: true)) }
    columns += order.ties(hasKey ? Array(all.columns.dropFirst()) : all.columns)
    let rows = sortPermutation(columns, count: all.count, pool: pool)
    return (group.gathered(rows).int32s, all.gathered(rows))
  }

  /// Keeps no more rows than the result needs, so that `top` does not hold its whole input.
  override func reserve(_ count: Int) {
    guard case .first(let limit) = result, rows > 2 * rowsAfterTidying + 65_536 else { return }
    guard let (sortedGroups, batch) = sorted(WorkerPool.alone) else { return }
    var rank = 0
    let kept = Bitmap(count: batch.count) { row in
      rank = row > 0 && sortedGroups[row] == sortedGroups[row - 1] ? rank + 1 : 0
      return rank < limit
    }
    let indices = kept.setIndices()
    groups = [sortedGroups.gathered(indices)]
    chunks = [batch.gathered(indices)]
    rows = indices.count
    rowsAfterTidying = rows
  }

  override func finish(_ count: Int, _ pool: WorkerPool) throws(AggregateFault) -> Column {
    let starts = Buffer<Int32>(repeating: 0, count: count + 1)
    guard let (groups, batch) = sorted(pool) else {
      let validity = isOptional ? Bitmap(repeating: false, count: count) : nil
      let empty = shape.emptyBatch.elements(of: shape.element)
      if case .quantile = result {
        let none = Buffer<Int32>(repeating: -1, count: count)
        return empty.gatheredOptional(none)
      }
      return Column(count: count, validity: validity, storage: .list(offsets: starts, values: empty))
    }
    guard batch.count < Int32.max else {
      throw AggregateFault(message: "the lists have more than 2^31 elements together")
    }
    for row in 0..<groups.count { starts.base[Int(groups[row]) + 1] += 1 }
    for group in 0..<count { starts.base[group + 1] += starts.base[group] }
    let validity = isOptional ? Bitmap(count: count) { starts[$0] < starts[$0 + 1] } : nil
    let values =
      hasKey
      ? Batch(count: batch.count, columns: Array(batch.columns.dropFirst())).elements(of: shape.element)
      : batch.columns[0]
    switch result {
    case .list:
      return Column(count: count, validity: validity, storage: .list(offsets: starts, values: values))
    case .quantile(let fraction):
      let indices = Buffer<Int32>(uninitialized: count)
      for group in 0..<count {
        let size = Int(starts[group + 1] - starts[group])
        indices.base[group] =
          size == 0 ? -1 : starts[group] + Int32(truncatingIfNeeded: nearestRank(fraction, of: size))
      }
      return values.gatheredOptional(indices)
    case .first(let limit):
      let cut = Buffer<Int32>(repeating: 0, count: count + 1)
      for group in 0..<count {
        let size = Int(starts[group + 1] - starts[group])
        cut.base[group + 1] = cut.base[group] + Int32(truncatingIfNeeded: min(size, limit))
      }
      let indices = Buffer<Int32>(uninitialized: Int(cut[count]))
      for group in 0..<count {
        let size = cut[group + 1] - cut[group]
        for step in 0..<size { indices.base[Int(cut[group] + step)] = starts[group] + step }
      }
      return Column(
        count: count, validity: validity, storage: .list(offsets: cut, values: values.gathered(indices)))
    }
  }
}

/// The index, from 0, of the value at the nearest rank: the least rank that covers the fraction. A product
/// that misses a whole number only by rounding is that number: 0.07 of 100 is 7.
func nearestRank(_ fraction: Double, of count: Int) -> Int {
  let place = fraction * Double(count)
  let whole = place.rounded()
  let rank = (place - whole).magnitude <= 4 * place.ulp ? whole : place.rounded(.up)
  return min(max(Int(rank), 1), count) - 1
}

/// `g.count_distinct(f)`: a table of pairs of group and value.
final class DistinctCounts: Accumulator {
  private let table: GroupTable
  private let isOptional: Bool
  private let layout: KeyLayout

  init(_ part: KeyLayout.Part, isOptional: Bool) {
    layout = KeyLayout(parts: [.int32, part])
    table = GroupTable(layout: layout)
    self.isOptional = isOptional
  }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard let values = input.values else { return }
    let (rows, kept) = presentRows(values, groups)
    let present = (rows.map { values.gathered($0) } ?? values).assumingPresent
    insert(layout.encode([Column(count: kept.count, storage: .int32(kept)), present], count: kept.count))
  }

  private func insert(_ keys: EncodedKeys) {
    let numbers = Buffer<Int32>(uninitialized: keys.count)
    table.groups(of: keys, into: numbers.base)
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? DistinctCounts, other.table.count > 0 else { return }
    let columns = other.table.keyColumns()
    let byGroup = mapping.byGroup
    let groups = columns[0].int32s
    let kept = Bitmap(count: columns[0].count) { byGroup[Int(groups[$0])] >= 0 }
    let indices = kept.setIndices()
    let mapped = Buffer<Int32>(uninitialized: indices.count)
    for row in 0..<indices.count { mapped.base[row] = byGroup[Int(groups[Int(indices[row])])] }
    insert(
      layout.encode(
        [Column(count: mapped.count, storage: .int32(mapped)), columns[1].gathered(indices)],
        count: mapped.count))
  }

  override func finish(_ count: Int, _ pool: WorkerPool) -> Column {
    let counts = Buffer<Int64>(repeating: 0, count: count)
    let width = layout.width
    for entry in 0..<table.count {
      counts.base[Int(truncatingIfNeeded: table.lanes[entry * width])] += 1
    }
    return Column(
      count: count, validity: isOptional ? Bitmap(count: count) { counts[$0] > 0 } : nil,
      storage: .int64(counts))
  }
}
