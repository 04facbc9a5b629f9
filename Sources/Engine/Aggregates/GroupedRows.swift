import Columns

/// Rows of all groups kept until the end. Each chunk has the group of each row and some columns.
class GroupedRows: Accumulator {
  private(set) var groups: [Buffer<Int32>] = []
  private(set) var chunks: [Batch] = []
  /// Rows of all chunks.
  private(set) var rows = 0

  final func append(_ groups: Buffer<Int32>, _ batch: Batch) {
    guard batch.count > 0 else { return }
    self.groups.append(groups)
    // The aggregates know of event time what they keep in columns.
    chunks.append(batch.tagged(nil).compacted())
    rows += batch.count
  }

  /// Keeps these rows in place of all.
  final func replace(by groups: Buffer<Int32>, _ batch: Batch) {
    self.groups = [groups]
    chunks = [batch]
    rows = batch.count
  }

  /// All rows and the group of each; nil without any.
  final func all() -> (groups: Buffer<Int32>, rows: Batch)? {
    guard !chunks.isEmpty else { return nil }
    let group = Column.concatenated(groups.map { Column(count: $0.count, storage: .int32($0)) })
    return (group.int32s, Batch.concatenated(chunks))
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? GroupedRows else { return }
    let byGroup = mapping.byGroup
    for (groups, chunk) in zip(other.groups, other.chunks) {
      let kept = Bitmap(count: chunk.count) { byGroup[Int(groups[$0])] >= 0 }
      let indices = kept.setIndices()
      let mapped = Buffer<Int32>(uninitialized: indices.count)
      for row in 0..<indices.count { mapped.base[row] = byGroup[Int(groups[Int(indices[row])])] }
      append(mapped, indices.count == chunk.count ? chunk : chunk.gathered(indices))
    }
  }

  /// A list of structures.
  override func partials(_ count: Int) -> Column {
    let groups: Buffer<Int32>
    let batch: Batch
    (groups, batch) = all() ?? (Buffer(uninitialized: 0), Batch(count: 0, columns: []))
    let values = Column(count: batch.count, storage: .structure(batch.columns))
    return GroupLists(groups, count: count).column(of: values)
  }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    let (values, own) = partials.elements(taggedBy: groups)
    append(own, Batch(count: own.count, columns: values.fields))
  }
}
