import Columns
import Formats

/// The different values that a column of a key may have, in an order of their own.
struct Domain: Sendable {
  /// The greatest number stands for more than any table has.
  let count: UInt64
  private let value: Value

  /// The value at an index below `count`.
  private enum Value: Sendable {
    case bits(@Sendable (UInt64) -> Bool)
    case int32(@Sendable (UInt64) -> Int32)
    case int64(@Sendable (UInt64) -> Int64)
    case float64(@Sendable (UInt64) -> Double)
    case int128(@Sendable (UInt64) -> Int128)
    case text(@Sendable (UInt64) -> String)
    case bytes(@Sendable (UInt64) -> [UInt8])
  }

  private init(_ count: UInt64, _ value: Value) {
    self.count = count
    self.value = value
  }

  func maker(_ place: KeyDigits.Place) -> ScalarMaker {
    switch value {
    case .bits(let value): .bits { cell, _ in value(place.digit(cell.row)) }
    case .int32(let value): .int32 { cell, _ in value(place.digit(cell.row)) }
    case .int64(let value): .int64 { cell, _ in value(place.digit(cell.row)) }
    case .float64(let value): .float64 { cell, _ in value(place.digit(cell.row)) }
    case .int128(let value): .int128 { cell, _ in value(place.digit(cell.row)) }
    case .text(let value): .text { cell, _ in value(place.digit(cell.row)) }
    case .bytes(let value): .bytes { cell, _ in value(place.digit(cell.row)) }
    }
  }

  /// The values of a field, as many as `rows` if there are.
  init(_ field: FieldSchema, rows: UInt64) throws(SynthesisProblem) {
    let limits = try Limits(field)
    switch field.type {
    case .bool: self.init(2, .bits { $0 == 1 })
    case .int: self = Self.integers(limits, from: 1, step: 1, rows)
    case .duration: self = Self.integers(limits, from: 0, step: TimeValues.second, rows)
    case .timestamp:
      let start = TimeValues.firstDay * TimeValues.day
      self = Self.integers(limits, from: start, step: 60 * TimeValues.second, rows)
    case .date:
      let days = Self.integers(limits, from: TimeValues.firstDay, step: 1, rows)
      guard case .int64(let value) = days.value else { preconditionFailure("days are integers") }
      let last: Int64 = 2_932_896
      let room = limits.isBounded ? days.count : UInt64(last - TimeValues.firstDay + 1)
      self.init(room, .int32 { Int32(value($0)) })
    case .enumeration(let cases):
      let allowed = (0..<Int64(cases.count)).filter { limits.allows($0) }
      if allowed.isEmpty { throw Limits.nothingLeft(field) }
      self = Self.choice(allowed) { values in .int32 { Int32(values($0)) } }
    case .float: self = try Self.floats(field, rows)
    case .decimal:
      if let choice = limits.wideChoice {
        self = Self.choice(choice.different) { .int128($0) }
      } else if field.constraints.isEmpty {
        self.init(1_000_000_000_000_000_000, .int128 { (Int128($0) + 1) * 1_000_000_000_000_000_000 })
      } else {
        let steps = try DecimalSteps(field, atLeast: rows)
        self.init(steps.count, .int128 { steps[$0] })
      }
    case .uuid:
      if let choice = limits.wideChoice {
        self = Self.choice(choice.different) { .int128($0) }
      } else {
        self.init(1 << 62, .int128 { Uuids.uuid(at: $0) })
      }
    case .string: self = try Self.texts(field)
    case .bytes:
      self.init(
        .max,
        .bytes { index in
          let bits = Dice.mixed(index)
          return (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
        })
    case .json: self.init(.max, .text { "\($0 + 1)" })
    case .list, .map, .vector, .structure:
      throw SynthesisProblem(
        field.name, "`\(field.name)` is a key of type `\(field.type.languageName)`, which can't be made",
        help: "a key of plain values can")
    }
  }

  /// Integers in order; closer together than `step` where there would be too few.
  private static func integers(_ limits: Limits, from start: Int64, step: Int64, _ rows: UInt64) -> Domain {
    if let choice = limits.choice { return Self.choice(choice.different) { .int64($0) } }
    guard limits.isBounded else {
      return Domain(UInt64((Int64.max - start) / step), .int64 { start + Int64($0) * step })
    }
    let low = limits.low
    let width = UInt64(bitPattern: limits.high &- low)
    var step = UInt64(step)
    if width / step < rows { step = 1 }
    let stride = step
    let count = width / stride
    return Domain(count == .max ? count : count + 1, .int64 { low &+ Int64(bitPattern: $0 &* stride) })
  }

  /// Values of a list, not in its order.
  private static func choice<Element: Sendable>(
    _ values: [Element], _ value: (@escaping @Sendable (UInt64) -> Element) -> Value
  ) -> Domain {
    let shuffle = Shuffle(UInt64(values.count))
    return Domain(UInt64(values.count), value { values[Int(shuffle[$0])] })
  }

  private static func floats(_ field: FieldSchema, _ rows: UInt64) throws(SynthesisProblem) -> Domain {
    var low = 1.0
    var high = 9_007_199_254_740_992.0
    for constraint in field.constraints {
      switch constraint {
      case .floatRange(let least, let greatest): (low, high) = (max(low, least), min(high, greatest))
      case .oneOfFloats(let values): return choice(values.different) { .float64($0) }
      default: break
      }
    }
    if case .floatRange(let least, _)? = field.constraints.first { low = least }
    // Whole numbers, or thousandths where there are too few of them.
    for unit in [1.0, 1000.0] {
      let first = (low * unit).rounded(.up)
      let last = (high * unit).rounded(.down)
      guard first.magnitude < 4e15, last >= first else { continue }
      let count = UInt64(min(last - first, 4e15)) + 1
      if count >= rows || unit > 1 { return Domain(count, .float64 { (first + Double($0)) / unit }) }
    }
    throw SynthesisProblem(field.name, "the bounds of `\(field.name)` leave too few values for a key")
  }

  private static func texts(_ field: FieldSchema) throws(SynthesisProblem) -> Domain {
    let constraints = TextConstraints(field)
    if let choice = constraints.choice {
      if choice.isEmpty { throw Limits.nothingLeft(field) }
      return Self.choice(choice.different) { .text($0) }
    }
    if !constraints.patterns.isEmpty {
      let domain = try PatternDomain(constraints.patterns, field: field.name)
      return Domain(domain.count, .text { domain[$0] })
    }
    let name = FieldName(field.name)
    return Domain(.max, .text { name.text(at: $0) })
  }
}

extension Array where Element: Hashable {
  /// Each element once, in order.
  fileprivate var different: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

/// A bijection of `0..<count` that leaves no obvious order.
struct Shuffle: Sendable {
  private let count: UInt64
  private let factor: UInt64

  init(_ count: UInt64) {
    self.count = count
    // About the golden section of the whole, and without a common divisor.
    var factor = max(UInt64((UInt128(count) * 618) / 1000), 1)
    while Self.divisor(factor, count) > 1 { factor += 1 }
    self.factor = factor
  }

  subscript(index: UInt64) -> UInt64 {
    count < 2 ? 0 : UInt64((UInt128(index) * UInt128(factor) + UInt128(count / 2)) % UInt128(count))
  }

  private static func divisor(_ first: UInt64, _ second: UInt64) -> UInt64 {
    var (a, b) = (first, second)
    while b > 0 { (a, b) = (b, a % b) }
    return a
  }
}
