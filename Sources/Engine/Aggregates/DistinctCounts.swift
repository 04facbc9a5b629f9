import Columns

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

  override func partials(_ count: Int) -> Column {
    let columns = table.keyColumns()
    return GroupLists(columns[0].int32s, count: count).column(of: columns[1])
  }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    let (values, own) = partials.elements(taggedBy: groups)
    insert(layout.encode([Column(count: own.count, storage: .int32(own)), values], count: own.count))
  }
}
