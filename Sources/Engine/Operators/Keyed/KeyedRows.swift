import Columns

/// Rows by key, of each key in the order of time, ties in canonical order. Which key comes first depends on the
/// keys alone, and so that partitions one after the other are in order, too.
struct KeyedRows: Sendable {
  let rows: Batch
  let times: Buffer<Int64>
  /// Where the rows of each key start, and the end.
  private let starts: Buffer<Int32>
  /// Of each key once.
  let keys: EncodedKeys

  /// Different keys.
  var runs: Int { keys.count }

  /// The rows of a key.
  func run(_ index: Int) -> Range<Int> { Int(starts[index])..<Int(starts[index + 1]) }

  /// For each row the value of its run.
  func spread(_ values: Buffer<Int32>) -> Buffer<Int32> {
    let result = Buffer<Int32>(uninitialized: rows.count)
    for index in 0..<runs { for row in run(index) { result.base[row] = values[index] } }
    return result
  }

  /// Sorts timed rows by these keys.
  /// - Parameter ties: What settles the order of rows of one key and time.
  init(_ batch: Batch, _ rowKeys: EncodedKeys, _ ties: RowTies) {
    let count = batch.count
    let table = GroupTable(layout: ties.layout)
    let groups = table.groups(of: rowKeys)
    // Hash before group: the number of a group depends on who came first. 31 bits of the hash keep it positive.
    let keyOrder = Buffer<Int64>(uninitialized: count)
    for row in 0..<count {
      keyOrder.base[row] = Int64(rowKeys.hashes[row] >> 33) << 32 | Int64(groups[row])
    }
    let order = sortPermutation(
      [
        SortColumn(Column(count: count, storage: .int64(keyOrder)), .int),
        SortColumn(Column(count: count, storage: .int64(batch.eventTimes)), .int),
      ] + ties.columns(batch), count: count)
    rows = batch.gathered(order)
    times = rows.eventTimes
    var starts: [Int32] = []
    for place in 0..<count
    where place == 0 || groups[Int(order[place])] != groups[Int(order[place - 1])] {
      starts.append(Int32(truncatingIfNeeded: place))
    }
    let first = Buffer(starts.map { groups[Int(order[Int($0)])] })
    let width = ties.layout.width
    let lanes = Buffer<UInt64>(uninitialized: first.count * width)
    for index in 0..<first.count {
      (lanes.base + index * width).update(from: table.lanes + Int(first[index]) * width, count: width)
    }
    keys = EncodedKeys(
      count: first.count, lanes: lanes, hashes: table.hashes(of: first), present: nil, owners: [table.arena])
    self.starts = Buffer(starts + [Int32(truncatingIfNeeded: count)])
  }
}

/// How rows of one key and one time are ordered: by the columns that are kept of them.
struct RowTies: Sendable {
  let layout: KeyLayout
  private let order: ElementOrder
  private let kept: [Int]

  /// - Parameter kept: The columns of the element that are not placeholders; nil for all.
  init(_ layout: KeyLayout, _ order: ElementOrder, kept: [Bool]?) {
    self.layout = layout
    self.kept = order.types.indices.filter { kept?[$0] ?? true }
    self.order = ElementOrder(types: self.kept.map { order.types[$0] })
  }

  func columns(_ batch: Batch) -> [SortColumn] { order.ties(kept.map { batch.columns[$0] }) }
}

extension Batch {
  /// The event times of a timed flow's rows.
  var eventTimes: Buffer<Int64> {
    guard let times = tags?.times else { preconditionFailure("a timed flow tells the time of each row") }
    return times
  }
}
