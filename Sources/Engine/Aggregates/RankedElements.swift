import Columns

/// `g.top(n, by: f)`, and `top` of windows: the first elements of each group by keys, ties in canonical order, as
/// lists.
final class RankedElements: GroupedRows {
  /// What elements are ranked by.
  struct Rule {
    /// The type of each key, and whether the greatest comes first; absent ones come last.
    let keys: [(type: ColumnType, isDescending: Bool)]
    let limit: Int
    /// Whether those stay, too, whose keys equal the last one's.
    let keepsTies: Bool
    /// Whether elements whose key is absent are no candidates.
    let skipsAbsent: Bool
  }

  private let rule: Rule
  private let isOptional: Bool
  private let shape: ElementShape
  private let order: ElementOrder
  private var rowsAfterCut = 0
  /// Whether cutting what comes is worth it: not where nearly all of it stays.
  private var cutsEarly = true

  /// Ranks elements of `shape`.
  init(_ rule: Rule, elements shape: ElementShape, isOptional: Bool) {
    self.rule = rule
    self.shape = shape
    self.isOptional = isOptional
    order = ElementOrder(shape.element)
  }

  /// `values` are the keys: the only one, or a structure of several.
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard var values = input.values else { return }
    var elements = input.elements
    let (rows, kept) = presentRows(rule.skipsAbsent ? values : values.assumingPresent, groups)
    if let rows {
      values = values.gathered(rows).assumingPresent
      elements = elements.gathered(rows)
    }
    let keys = rule.keys.count == 1 ? [values] : values.fields
    let batch = Batch(count: kept.count, columns: keys + elements.columns)
    guard cutsEarly, batch.count > 1024 else { return append(kept, batch) }
    let ranked = ranked(kept, batch, WorkerPool.alone)
    cutsEarly = ranked.count * 2 < batch.count
    append(kept.gathered(ranked), batch.gathered(ranked))
  }

  /// The rows that stay, by group and in order.
  private func ranked(_ groups: Buffer<Int32>, _ batch: Batch, _ pool: WorkerPool) -> Buffer<Int32> {
    guard rule.limit > 0 else { return Buffer(uninitialized: 0) }
    var columns = [SortColumn(Column(count: groups.count, storage: .int32(groups)), .date)]
    for (column, key) in zip(batch.columns, rule.keys) {
      columns.append(SortColumn(column, key.type, isDescending: key.isDescending))
    }
    let ties = order.ties(Array(batch.columns.dropFirst(rule.keys.count)))
    let rows = sortPermutation(columns + ties, count: batch.count, pool: pool)
    let sameKeys = RowOrder(columns.map(\.column), columns.map(\.column), by: columns.map(\.order))
    var rank = 0
    let stays = Bitmap(count: rows.count) { place in
      let row = Int(rows[place])
      rank = place > 0 && groups[row] == groups[Int(rows[place - 1])] ? rank + 1 : 0
      if rank < rule.limit { return true }
      // Equal to the last one that counts.
      return rule.keepsTies && sameKeys.compare(row, Int(rows[place - (rank - rule.limit + 1)])) == 0
    }
    return rows.gathered(stays.setIndices())
  }

  /// Keeps no more rows than count, so that it does not hold its whole input.
  override func reserve(_ count: Int) {
    guard rows > 2 * rowsAfterCut + 65_536 else { return }
    cut()
    rowsAfterCut = rows
  }

  private func cut() {
    guard let (groups, batch) = all() else { return }
    let ranked = ranked(groups, batch, WorkerPool.alone)
    replace(by: groups.gathered(ranked), batch.gathered(ranked))
  }

  override func seal() { if chunks.count > 1 { cut() } }

  override func finish(_ count: Int, _ pool: WorkerPool) throws(AggregateFault) -> Column {
    let starts = Buffer<Int32>(repeating: 0, count: count + 1)
    var elements = shape.emptyBatch
    if let (groups, batch) = all() {
      let ranked = ranked(groups, batch, pool)
      guard ranked.count < Int32.max else {
        throw AggregateFault(message: "the lists have more than 2^31 elements together")
      }
      for row in ranked.values { starts.base[Int(groups[Int(row)]) + 1] += 1 }
      for group in 0..<count { starts.base[group + 1] += starts.base[group] }
      elements = Batch(
        count: ranked.count, columns: batch.columns.dropFirst(rule.keys.count).map { $0.gathered(ranked) })
    }
    return Column(
      count: count, validity: isOptional ? Bitmap(count: count) { starts[$0] < starts[$0 + 1] } : nil,
      storage: .list(offsets: starts, values: elements.elements(of: shape.element)))
  }
}
