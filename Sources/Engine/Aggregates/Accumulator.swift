import Columns

/// A growing array of plain values whose new places are filled with one value.
final class FlatArray<Value: BitwiseCopyable> {
  private(set) var base: UnsafeMutablePointer<Value>
  private(set) var count = 0
  private var capacity = 64
  private let filler: Value

  init(filledWith filler: Value) {
    self.filler = filler
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  func grow(to newCount: Int) {
    guard newCount > count else { return }
    if newCount > capacity {
      let newCapacity = max(newCount, capacity * 2)
      let new = UnsafeMutablePointer<Value>.allocate(capacity: newCapacity)
      new.initialize(from: base, count: count)
      base.deallocate()
      base = new
      capacity = newCapacity
    }
    (base + count).initialize(repeating: filler, count: newCount - count)
    count = newCount
  }

  @inline(__always) subscript(index: Int) -> Value {
    get { base[index] }
    set { base[index] = newValue }
  }

  /// A copy of the first values.
  func prefix(_ length: Int) -> Buffer<Value> {
    let copy = Buffer<Value>(uninitialized: length)
    copy.base.update(from: base, count: length)
    return copy
  }
}

extension Buffer {
  /// The values at `indices`, which are kept alive meanwhile.
  func gathered(_ indices: Buffer<Int32>) -> Buffer<Value> {
    withExtendedLifetime(indices) { gathered(indices.values) }
  }

  /// What `body` gives for each value.
  @inline(__always)
  func mapped<Other>(_ body: (Value) -> Other) -> Buffer<Other> {
    let result = Buffer<Other>(uninitialized: count)
    for index in 0..<count { result.base[index] = body(base[index]) }
    return result
  }
}

/// What an aggregate sees of some rows: the rows that its filters let through.
struct AggregateInput {
  /// Rows.
  let count: Int
  /// What the argument gives for each; nil for `count`.
  let values: Column?
  /// The elements themselves, for aggregates that keep them.
  let elements: Batch
}

/// Which groups of one set of accumulators become which of another.
final class GroupMapping {
  let from: Buffer<Int32>
  let to: Buffer<Int32>
  private let sourceGroups: Int

  init(from: Buffer<Int32>, to: Buffer<Int32>, sourceGroups: Int) {
    self.from = from
    self.to = to
    self.sourceGroups = sourceGroups
  }

  var count: Int { from.count }

  /// For each group of the source its new number, or -1.
  lazy var byGroup: Buffer<Int32> = {
    let result = Buffer<Int32>(repeating: -1, count: sourceGroups)
    for index in 0..<from.count { result.base[Int(from[index])] = to[index] }
    return result
  }()
}

/// A sum that does not fit its type: judged on the final value, so it does not depend on the order.
struct AggregateFault: Error {
  let message: String
}

/// The state of one aggregate for all groups, in flat arrays by group number. One worker fills it; the
/// states of the workers are merged in any order with the same result.
class Accumulator {
  /// Makes room for groups 0..<count.
  func reserve(_ count: Int) {}

  /// Adds rows, each to its group.
  func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    preconditionFailure("an accumulator adds")
  }

  /// Nothing more will be added: other threads may now merge this one's groups into several others.
  func seal() {}

  /// Adds what another one of the same class holds.
  func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    preconditionFailure("an accumulator merges")
  }

  /// The values of groups 0..<count.
  func finish(_ count: Int, _ pool: WorkerPool) throws(AggregateFault) -> Column {
    preconditionFailure("an accumulator finishes")
  }

  /// What groups 0..<count hold, a row each, in full: for a state that outlives the process.
  func partials(_ count: Int) -> Column { preconditionFailure("an accumulator gives what it holds") }

  /// Adds what `partials` gave: row i to group `groups[i]`, for which there is room.
  func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    preconditionFailure("an accumulator takes back what it held")
  }
}

/// Calls `body` with the row and its group, for rows whose value is present.
@inline(__always)
func forEachPresent(
  _ input: AggregateInput, _ validity: Bitmap?, _ groups: UnsafePointer<Int32>, _ body: (Int, Int) -> Void
) {
  if let validity {
    for row in 0..<input.count where validity[row] { body(row, Int(groups[row])) }
  } else {
    for row in 0..<input.count { body(row, Int(groups[row])) }
  }
}

/// The present rows of a column and their groups.
func presentRows(
  _ values: Column, _ groups: UnsafePointer<Int32>
) -> (rows: Buffer<Int32>?, groups: Buffer<Int32>) {
  guard let validity = values.validity, !validity.isFull else {
    let copy = Buffer<Int32>(uninitialized: values.count)
    copy.base.update(from: groups, count: values.count)
    return (nil, copy)
  }
  let rows = validity.setIndices()
  let kept = Buffer<Int32>(uninitialized: rows.count)
  for index in 0..<rows.count { kept.base[index] = groups[Int(rows[index])] }
  return (rows, kept)
}

/// `g.count()`.
final class CountAccumulator: Accumulator {
  private let counts = FlatArray<Int64>(filledWith: 0)

  override func reserve(_ count: Int) { counts.grow(to: count) }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    let counts = counts.base
    for row in 0..<input.count { counts[Int(groups[row])] += 1 }
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? CountAccumulator else { return }
    for index in 0..<mapping.count {
      counts[Int(mapping.to[index])] += other.counts[Int(mapping.from[index])]
    }
  }

  override func finish(_ count: Int, _ pool: WorkerPool) -> Column { partials(count) }

  override func partials(_ count: Int) -> Column {
    Column(count: count, storage: .int64(counts.prefix(count)))
  }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    let others = partials.int64s
    for row in 0..<partials.count { counts[Int(groups[row])] += others[row] }
  }
}

/// `g.any(p)` and `g.all(p)`: whether one value was seen that settles it, `true` or `false`.
final class QuantifierAccumulator: Accumulator {
  private let settling: Bool
  private let isOptional: Bool
  private let seen = FlatArray<Bool>(filledWith: false)
  private let settled = FlatArray<Bool>(filledWith: false)

  init(settling: Bool, isOptional: Bool) {
    self.settling = settling
    self.isOptional = isOptional
  }

  override func reserve(_ count: Int) {
    seen.grow(to: count)
    settled.grow(to: count)
  }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard let values = input.values else { return }
    let bits = values.bits
    forEachPresent(input, values.validity, groups) { row, group in
      seen[group] = true
      if bits[row] == settling { settled[group] = true }
    }
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? QuantifierAccumulator else { return }
    for index in 0..<mapping.count {
      let from = Int(mapping.from[index])
      let to = Int(mapping.to[index])
      seen[to] = seen[to] || other.seen[from]
      settled[to] = settled[to] || other.settled[from]
    }
  }

  override func finish(_ count: Int, _ pool: WorkerPool) -> Column {
    Column(
      count: count, validity: isOptional ? Bitmap(count: count) { seen[$0] } : nil,
      storage: .bits(Bitmap(count: count) { settled[$0] == settling }))
  }

  override func partials(_ count: Int) -> Column {
    let columns = [seen, settled].map { flags in
      Column(count: count, storage: .bits(Bitmap(count: count) { flags[$0] }))
    }
    return Column(count: count, storage: .structure(columns))
  }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    for (flags, column) in zip([seen, settled], partials.fields) {
      let bits = column.bits
      for row in 0..<partials.count where bits[row] { flags[Int(groups[row])] = true }
    }
  }
}
