import Columns

/// What a sum is asked for.
enum SumResult {
  case sum
  /// Of `Int` a `Float`, of others in the type of the values.
  case mean
  /// The standard deviation of a sample.
  case deviation
}

/// A total of terms that does not depend on their order.
protocol ExactTotal: Sendable {
  associatedtype Term: BitwiseCopyable
  init()
  mutating func add(_ term: Term)
  mutating func merge(_ other: Self)
  /// The total of some words, and the words of a total.
  init(words: UnsafeBufferPointer<Int64>)
  func append(to words: inout [Int64])
  static func terms(_ column: Column) -> Buffer<Term>
  /// The values of the groups' totals, of `counts[i]` terms each; any value of no terms.
  static func column(
    _ totals: [Self], counts: UnsafePointer<Int64>, _ result: SumResult
  ) throws(AggregateFault) -> Storage
}

/// `sum`, `mean` and `stddev`, for one kind of total. The subclasses are there for the loop over the rows: an
/// inherited method of a generic class would ask for its types row by row.
class SumAccumulator<Total: ExactTotal>: Accumulator {
  private let result: SumResult
  private let isOptional: Bool
  private var totals: [Total] = []
  private let counts = FlatArray<Int64>(filledWith: 0)

  init(_ result: SumResult, isOptional: Bool) {
    self.result = result
    self.isOptional = isOptional
  }

  override func reserve(_ count: Int) {
    guard count > totals.count else { return }
    totals.append(contentsOf: repeatElement(Total(), count: count - totals.count))
    counts.grow(to: count)
  }

  @inline(__always)
  fileprivate final func addTerms(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard let column = input.values else { return }
    let buffer = Total.terms(column)
    let terms = buffer.base
    let counts = counts.base
    totals.withUnsafeMutableBufferPointer { totals in
      forEachPresent(input, column.validity, groups) { row, group in
        totals[group].add(terms[row])
        counts[group] += 1
      }
    }
    withExtendedLifetime(buffer) {}
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? SumAccumulator<Total> else { return }
    for index in 0..<mapping.count {
      let from = Int(mapping.from[index])
      let to = Int(mapping.to[index])
      totals[to].merge(other.totals[from])
      counts[to] += other.counts[from]
    }
  }

  override func finish(_ count: Int, _ pool: WorkerPool) throws(AggregateFault) -> Column {
    let needed: Int64 = result == .deviation ? 2 : 1
    return Column(
      count: count, validity: isOptional ? Bitmap(count: count) { counts[$0] >= needed } : nil,
      storage: try Total.column(totals, counts: counts.base, result))
  }

  override func partials(_ count: Int) -> Column {
    var words: [Int64] = []
    let offsets = Buffer<Int32>(uninitialized: count + 1)
    offsets.base[0] = 0
    for group in 0..<count {
      totals[group].append(to: &words)
      offsets.base[group + 1] = Int32(words.count)
    }
    let values = Column(count: words.count, storage: .int64(Buffer(words)))
    return Column(
      count: count,
      storage: .structure([
        Column(count: count, storage: .list(offsets: offsets, values: values)),
        Column(count: count, storage: .int64(counts.prefix(count))),
      ]))
  }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    let (offsets, values) = partials.fields[0].lists
    let words = values.int64s.values
    let others = partials.fields[1].int64s
    for row in 0..<partials.count {
      let group = Int(groups[row])
      let range = Int(offsets[row])..<Int(offsets[row + 1])
      totals[group].merge(Total(words: UnsafeBufferPointer(rebasing: words[range])))
      counts[group] += others[row]
    }
    withExtendedLifetime(values) {}
  }
}

final class IntegerSums: SumAccumulator<IntegerSum> {
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) { addTerms(input, groups) }
}

final class DecimalSums: SumAccumulator<DecimalSum> {
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) { addTerms(input, groups) }
}

final class FloatSums: SumAccumulator<FloatSum> {
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) { addTerms(input, groups) }
}

final class Deviations: SumAccumulator<FloatMoments> {
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) { addTerms(input, groups) }
}

/// The values of all groups.
private func groupValues<Value: BitwiseCopyable>(
  _ count: Int, _ value: (Int) throws(AggregateFault) -> Value
) throws(AggregateFault) -> Buffer<Value> {
  let values = Buffer<Value>(uninitialized: count)
  for group in 0..<count { values.base[group] = try value(group) }
  return values
}

extension IntegerSum: ExactTotal {
  static func terms(_ column: Column) -> Buffer<Int64> { column.int64s }

  static func column(
    _ totals: [IntegerSum], counts: UnsafePointer<Int64>, _ result: SumResult
  ) throws(AggregateFault) -> Storage {
    if result == .mean {
      return .float64(
        try groupValues(totals.count) { group in
          counts[group] == 0 ? 0 : totals[group].mean(of: counts[group])
        })
    }
    return .int64(
      try groupValues(totals.count) { group throws(AggregateFault) in
        guard let value = totals[group].value else {
          throw AggregateFault(message: "the sum is outside of what 64 bits hold")
        }
        return value
      })
  }
}

extension DecimalSum: ExactTotal {
  static func terms(_ column: Column) -> Buffer<Int128> { column.int128s }

  static func column(
    _ totals: [DecimalSum], counts: UnsafePointer<Int64>, _ result: SumResult
  ) throws(AggregateFault) -> Storage {
    .int128(
      try groupValues(totals.count) { group throws(AggregateFault) in
        if result == .mean { return counts[group] == 0 ? 0 : totals[group].mean(of: counts[group]) }
        guard let value = totals[group].value else {
          throw AggregateFault(message: "the sum has more than the 38 digits of a `Decimal`")
        }
        return value
      })
  }
}

extension FloatSum: ExactTotal {
  static func terms(_ column: Column) -> Buffer<Double> { column.floats }

  static func column(
    _ totals: [FloatSum], counts: UnsafePointer<Int64>, _ result: SumResult
  ) throws(AggregateFault) -> Storage {
    .float64(
      try groupValues(totals.count) { group in
        result == .mean ? totals[group].value / Double(max(counts[group], 1)) : totals[group].value
      })
  }
}

extension FloatMoments: ExactTotal {
  static func terms(_ column: Column) -> Buffer<Double> {
    switch column.storage {
    case .float64(let values): return values
    case .int64(let values): return values.mapped { Double($0) }
    case .int128(let values): return values.mapped { Double($0) / 1e18 }
    default: preconditionFailure("only numbers deviate")
    }
  }

  static func column(
    _ totals: [FloatMoments], counts: UnsafePointer<Int64>, _ result: SumResult
  ) throws(AggregateFault) -> Storage {
    .float64(try groupValues(totals.count) { group in totals[group].deviation ?? 0 })
  }
}
