/// Integers, as their field's name and bounds say.
enum IntegerValues {
  static func maker(_ name: String, _ limits: Limits) -> @Sendable (Cell, inout Dice) -> Int64 {
    let usual = usual(FieldName(name))
    // The usual values where they lie within the bounds, else whatever does.
    let low = max(limits.low, usual.lowerBound)
    let high = min(limits.high, usual.upperBound)
    let (least, greatest) = limits.isBounded || low > high ? (limits.low, limits.high) : (low, high)
    let width = UInt64(bitPattern: greatest &- least)
    return { _, dice in least &+ Int64(bitPattern: dice.upTo(width)) }
  }

  private static func usual(_ name: FieldName) -> ClosedRange<Int64> {
    switch name.last {
    case "id", "key", "number", "no": 1...1000
    case "quantity", "qty", "count", "items", "units", "pieces": 1...10
    case "age": 18...90
    case "year": 2000...2025
    case "month": 1...12
    case "day": 1...28
    case "hour": 0...23
    case "minute", "second": 0...59
    case "percent": 0...100
    case "score", "rating", "stars", "rank", "priority", "level": 1...5
    case "port": 1024...65_535
    case "cents", "price", "amount", "total", "cost": 100...10_000
    default: 0...1000
    }
  }
}
