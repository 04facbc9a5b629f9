import Formats

/// Floats and decimals. Floats are made by one division each, so that the last bit is the same everywhere.
enum NumberValues {
  static func floats(_ field: FieldSchema) throws(SynthesisProblem) -> @Sendable (Cell, inout Dice) -> Double
  {
    var low = -Double.greatestFiniteMagnitude
    var high = Double.greatestFiniteMagnitude
    var isBounded = false
    var choice: [Double]?
    for constraint in field.constraints {
      switch constraint {
      case .floatRange(let least, let greatest):
        low = max(low, least)
        high = min(high, greatest)
        isBounded = true
      case .oneOfFloats(let values): choice = choice.map { $0.filter { values.contains($0) } } ?? values
      default: break
      }
    }
    if let all = choice {
      let left = all.filter { !isBounded || ($0 >= low && $0 <= high) }
      if left.isEmpty { throw Limits.nothingLeft(field) }
      return { _, dice in dice.pick(left) }
    }
    if !(low <= high) { throw Limits.nothingLeft(field) }
    guard isBounded else {
      let usual = usual(FieldName(field.name))
      return { _, dice in
        Double(Int64(dice.below(usual.steps)) + usual.first) / usual.unit
      }
    }
    let (least, greatest) = (low, high)
    // Hundredths where the bounds leave room for them: numbers are to be read.
    let first = (low * 100).rounded(.up)
    let steps = (high * 100).rounded(.down) - first
    if steps >= 10, first.magnitude < 1e15, steps < 1e15 {
      return { _, dice in
        min(max((first + Double(dice.upTo(UInt64(steps)))) / 100, least), greatest)
      }
    }
    return { _, dice in
      let share = Double(dice.below(1 << 20)) / Double(1 << 20)
      return min(max(least * (1 - share) + greatest * share, least), greatest)
    }
  }

  /// Values are `(first + n) / unit` for `n` below `steps`.
  private static func usual(_ name: FieldName) -> (first: Int64, steps: UInt64, unit: Double) {
    switch name.last {
    case "share", "rate", "ratio", "fraction", "probability", "weight": (0, 1001, 1000)
    case "lat", "latitude": (-90_0000, 180_0001, 10_000)
    case "lon", "lng", "longitude": (-180_0000, 360_0001, 10_000)
    case "temperature", "temp": (-200, 601, 10)
    case "score", "rating": (0, 51, 10)
    case "percent": (0, 1001, 10)
    default: (0, 100_000, 100)
    }
  }

  static func decimals(_ field: FieldSchema) throws(SynthesisProblem)
    -> @Sendable (Cell, inout Dice) -> Int128
  {
    let limits = try Limits(field)
    let steps = try DecimalSteps(field)
    if let choice = limits.wideChoice {
      let left = choice.filter { steps.holds($0) }
      if left.isEmpty { throw Limits.nothingLeft(field) }
      return { _, dice in dice.pick(left) }
    }
    return { _, dice in steps[dice.below(steps.count)] }
  }
}

/// Evenly spaced decimals within a field's bounds: whole cents where some fit, finer ones where not.
struct DecimalSteps: Sendable {
  private let low: Int128
  private let high: Int128
  private let first: Int128
  private let step: Int128
  let count: UInt64

  /// Has at least so many steps, where the bounds leave room for them.
  init(_ field: FieldSchema, atLeast wanted: UInt64 = 1) throws(SynthesisProblem) {
    var bounds: (low: Int128, high: Int128)?
    for case .decimalRange(let least, let greatest) in field.constraints {
      bounds = bounds.map { (max($0.low, least), min($0.high, greatest)) } ?? (least, greatest)
    }
    if let bounds, bounds.low > bounds.high { throw Limits.nothingLeft(field) }
    // 1.00 to 500.00.
    let one: Int128 = 1_000_000_000_000_000_000
    low = bounds?.low ?? one
    high = bounds?.high ?? 500 * one
    var step = one / 100
    while step > 1, Self.count(low, high, step) < wanted { step /= 10 }
    self.step = step
    first = low.roundedUp(to: step)
    count = Self.count(low, high, step)
  }

  private static func count(_ low: Int128, _ high: Int128, _ step: Int128) -> UInt64 {
    let first = low.roundedUp(to: step)
    if first < low || first > high { return 0 }
    let (width, overflow) = high.subtractingReportingOverflow(first)
    return overflow ? 1 << 62 : UInt64(min(width / step, (1 << 62) - 1)) + 1
  }

  func holds(_ value: Int128) -> Bool { value >= low && value <= high }

  subscript(index: UInt64) -> Int128 { min(first + Int128(index) * step, high) }
}

extension Int128 {
  fileprivate func roundedUp(to step: Int128) -> Int128 {
    let down = self / step * step
    return down < self ? down &+ step : down
  }
}
