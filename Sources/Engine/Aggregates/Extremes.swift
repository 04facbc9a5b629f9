import Columns

/// Values of a storage as keys that compare in canonical order.
protocol ExtremeCoding {
  associatedtype Raw: BitwiseCopyable
  associatedtype Key: BitwiseCopyable & Comparable
  static var zero: Key { get }
  static func key(_ raw: Raw) -> Key
  static func raw(_ key: Key) -> Raw
  static func values(_ column: Column) -> Buffer<Raw>
  static func storage(_ values: Buffer<Raw>) -> Storage
}

enum Int64Coding: ExtremeCoding {
  static let zero: Int64 = 0
  static func key(_ raw: Int64) -> Int64 { raw }
  static func raw(_ key: Int64) -> Int64 { key }
  static func values(_ column: Column) -> Buffer<Int64> { column.int64s }
  static func storage(_ values: Buffer<Int64>) -> Storage { .int64(values) }
}

enum Int32Coding: ExtremeCoding {
  static let zero: Int32 = 0
  static func key(_ raw: Int32) -> Int32 { raw }
  static func raw(_ key: Int32) -> Int32 { key }
  static func values(_ column: Column) -> Buffer<Int32> { column.int32s }
  static func storage(_ values: Buffer<Int32>) -> Storage { .int32(values) }
}

enum DecimalCoding: ExtremeCoding {
  static let zero: Int128 = 0
  static func key(_ raw: Int128) -> Int128 { raw }
  static func raw(_ key: Int128) -> Int128 { key }
  static func values(_ column: Column) -> Buffer<Int128> { column.int128s }
  static func storage(_ values: Buffer<Int128>) -> Storage { .int128(values) }
}

enum UuidCoding: ExtremeCoding {
  static let zero: UInt128 = 0
  static func key(_ raw: Int128) -> UInt128 { UInt128(truncatingIfNeeded: raw) }
  static func raw(_ key: UInt128) -> Int128 { Int128(truncatingIfNeeded: key) }
  static func values(_ column: Column) -> Buffer<Int128> { column.int128s }
  static func storage(_ values: Buffer<Int128>) -> Storage { .int128(values) }
}

/// NaN is greatest; of the zeros -0.0 is taken to be less, so that the choice does not depend on the order.
enum FloatCoding: ExtremeCoding {
  static let zero: UInt64 = 1 << 63
  static func key(_ raw: Double) -> UInt64 { orderedBits(raw) }
  static func raw(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 0 ? ~key : key & ~(1 << 63))
  }
  static func values(_ column: Column) -> Buffer<Double> { column.floats }
  static func storage(_ values: Buffer<Double>) -> Storage { .float64(values) }
}

/// `g.min(f)` and `g.max(f)` of values of a fixed width. The subclasses are there for the loop over the rows, as
/// in `SumAccumulator`.
class Extremes<Coding: ExtremeCoding>: Accumulator {
  private let isMaximum: Bool
  private let isOptional: Bool
  private let best = FlatArray<Coding.Key>(filledWith: Coding.zero)
  private let seen = FlatArray<Bool>(filledWith: false)

  init(isMaximum: Bool, isOptional: Bool) {
    self.isMaximum = isMaximum
    self.isOptional = isOptional
  }

  override func reserve(_ count: Int) {
    best.grow(to: count)
    seen.grow(to: count)
  }

  @inline(__always) private func take(_ key: Coding.Key, _ group: Int) {
    let current = best.base[group]
    if !seen.base[group] || (isMaximum ? current < key : key < current) {
      best.base[group] = key
      seen.base[group] = true
    }
  }

  @inline(__always)
  fileprivate final func addValues(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard let column = input.values else { return }
    let values = Coding.values(column).base
    forEachPresent(input, column.validity, groups) { row, group in take(Coding.key(values[row]), group) }
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? Extremes<Coding> else { return }
    for index in 0..<mapping.count {
      let from = Int(mapping.from[index])
      if other.seen[from] { take(other.best[from], Int(mapping.to[index])) }
    }
  }

  override func finish(_ count: Int, _ pool: WorkerPool) -> Column {
    isOptional ? partials(count) : partials(count).assumingPresent
  }

  override func partials(_ count: Int) -> Column {
    let values = Buffer<Coding.Raw>(uninitialized: count)
    for group in 0..<count { values.base[group] = Coding.raw(best[group]) }
    return Column(
      count: count, validity: Bitmap(count: count) { seen[$0] }, storage: Coding.storage(values))
  }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    let values = Coding.values(partials)
    for row in 0..<partials.count where partials.isPresent(row) {
      take(Coding.key(values[row]), Int(groups[row]))
    }
  }
}

final class Int64Extremes: Extremes<Int64Coding> {
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) { addValues(input, groups) }
}

final class Int32Extremes: Extremes<Int32Coding> {
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) { addValues(input, groups) }
}

final class FloatExtremes: Extremes<FloatCoding> {
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) { addValues(input, groups) }
}

final class DecimalExtremes: Extremes<DecimalCoding> {
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) { addValues(input, groups) }
}

final class UuidExtremes: Extremes<UuidCoding> {
  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) { addValues(input, groups) }
}

/// `g.min(f)` and `g.max(f)` of text; its own copies of the bytes.
final class TextExtremes: Accumulator {
  private let isMaximum: Bool
  private let isOptional: Bool
  private let best = FlatArray<TextView>(filledWith: TextView())
  private let seen = FlatArray<Bool>(filledWith: false)
  private var arena = TextArena()
  /// Bytes in the arena, and those that were still needed when it was last tidied.
  private var copied = 0
  private var needed = 0

  init(isMaximum: Bool, isOptional: Bool) {
    self.isMaximum = isMaximum
    self.isOptional = isOptional
  }

  override func reserve(_ count: Int) {
    best.grow(to: count)
    seen.grow(to: count)
  }

  @inline(__always) private func take(_ view: TextView, _ group: Int) {
    let current = best.base[group]
    if !seen.base[group] || (isMaximum ? current < view : view < current) {
      best.base[group] = view.isInline ? view : copy(view)
      seen.base[group] = true
    }
  }

  private func copy(_ view: TextView) -> TextView {
    copied += view.count
    return view.withBytes { arena.add($0) }
  }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard let column = input.values else { return }
    let values = column.texts.base
    forEachPresent(input, column.validity, groups) { row, group in take(values[row], group) }
    tidy()
  }

  /// Drops the bytes of texts that have been beaten, once they are most of the arena.
  private func tidy() {
    guard copied > 2 * needed + 1 << 20 else { return }
    let old = arena
    arena = TextArena()
    copied = 0
    for group in 0..<best.count where !best[group].isInline { best[group] = copy(best[group]) }
    needed = copied
    withExtendedLifetime(old) {}
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? TextExtremes else { return }
    for index in 0..<mapping.count {
      let from = Int(mapping.from[index])
      if other.seen[from] { take(other.best[from], Int(mapping.to[index])) }
    }
  }

  override func finish(_ count: Int, _ pool: WorkerPool) -> Column {
    isOptional ? partials(count) : partials(count).assumingPresent
  }

  override func partials(_ count: Int) -> Column {
    Column(
      count: count, validity: Bitmap(count: count) { seen[$0] },
      storage: .text(best.prefix(count), owners: [arena]))
  }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) {
    let values = partials.texts
    for row in 0..<partials.count where partials.isPresent(row) { take(values[row], Int(groups[row])) }
    tidy()
  }
}
