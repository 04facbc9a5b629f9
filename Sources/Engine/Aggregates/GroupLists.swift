import Columns

/// Rows by group: those of group `g` are `rows[offsets[g]..<offsets[g + 1]]`, in their order.
struct GroupLists {
  let offsets: Buffer<Int32>
  let rows: Buffer<Int32>

  /// The rows of groups 0..<count, by the group of each.
  init(_ groups: Buffer<Int32>, count: Int) {
    offsets = Buffer(repeating: 0, count: count + 1)
    rows = Buffer(uninitialized: groups.count)
    for group in groups.values { offsets.base[Int(group) + 1] += 1 }
    for group in 0..<count { offsets.base[group + 1] += offsets.base[group] }
    let next = offsets.sliced(0..<count)
    for (row, group) in groups.values.enumerated() {
      rows.base[Int(next.base[Int(group)])] = Int32(truncatingIfNeeded: row)
      next.base[Int(group)] += 1
    }
    withExtendedLifetime((groups, next)) {}
  }

  /// The rows of a group.
  func rows(of group: Int) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(rebasing: rows.values[Int(offsets[group])..<Int(offsets[group + 1])])
  }

  /// A list of values for each group, of the values of all rows.
  func column(of values: Column) -> Column {
    Column(
      count: offsets.count - 1, storage: .list(offsets: offsets, values: values.gathered(rows)))
  }
}

extension Column {
  /// The elements of all lists of the column, and for each what `tags` says of its list.
  func elements<Tag>(taggedBy tags: UnsafePointer<Tag>) -> (values: Column, tags: Buffer<Tag>) {
    let (offsets, values) = lists
    let first = offsets[0]
    let own = Buffer<Tag>(uninitialized: Int(offsets[count] - first))
    for row in 0..<count {
      for element in offsets[row]..<offsets[row + 1] { own.base[Int(element - first)] = tags[row] }
    }
    return (values.sliced(Int(first)..<Int(offsets[count])), own)
  }
}
