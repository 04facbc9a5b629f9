import Columns

/// `g.collect(f)`, and `g.quantile(f, q)` of values that fit no word: the values of each group, sorted.
final class GroupedValues: GroupedRows {
  /// What becomes of a group's values, once sorted.
  enum Result {
    /// A list of all.
    case list
    /// The one at the nearest rank of this fraction.
    case quantile(Double)
  }

  private let result: Result
  private let isOptional: Bool
  private let shape: ElementShape
  private let order: ElementOrder

  /// Of values of `shape`.
  init(_ result: Result, values shape: ElementShape, isOptional: Bool) {
    self.result = result
    self.shape = shape
    self.isOptional = isOptional
    order = ElementOrder(types: [ColumnType(shape.element)])
  }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard let values = input.values else { return }
    let (rows, kept) = presentRows(values, groups)
    let present = (rows.map { values.gathered($0) } ?? values).assumingPresent
    // One column, whatever the type.
    append(kept, Batch(count: present.count, columns: [present]))
  }

  /// All values, sorted by group and then in canonical order, and where each group's begin.
  private func sorted(_ count: Int, _ pool: WorkerPool) -> (starts: Buffer<Int32>, values: Column) {
    let starts = Buffer<Int32>(repeating: 0, count: count + 1)
    guard let (groups, batch) = all() else {
      return (starts, shape.emptyBatch.elements(of: shape.element))
    }
    for group in groups.values { starts.base[Int(group) + 1] += 1 }
    for group in 0..<count { starts.base[group + 1] += starts.base[group] }
    let group = SortColumn(Column(count: groups.count, storage: .int32(groups)), .date)
    let rows = sortPermutation([group] + order.ties(batch.columns), count: batch.count, pool: pool)
    return (starts, batch.columns[0].gathered(rows))
  }

  override func finish(_ count: Int, _ pool: WorkerPool) throws(AggregateFault) -> Column {
    guard rows < Int32.max else {
      throw AggregateFault(message: "the lists have more than 2^31 elements together")
    }
    let (starts, values) = sorted(count, pool)
    switch result {
    case .list:
      let validity = isOptional ? Bitmap(count: count) { starts[$0] < starts[$0 + 1] } : nil
      return Column(count: count, validity: validity, storage: .list(offsets: starts, values: values))
    case .quantile(let fraction):
      let indices = Buffer<Int32>(uninitialized: count)
      for group in 0..<count {
        let size = Int(starts[group + 1] - starts[group])
        indices.base[group] =
          size == 0 ? -1 : starts[group] + Int32(truncatingIfNeeded: nearestRank(fraction, of: size))
      }
      return values.gatheredOptional(indices)
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
