import Columns

/// Dates, timestamps and durations. Without bounds, times go on with the rows, as in a log.
enum TimeValues {
  static let day: Int64 = 86_400_000_000
  static let second: Int64 = 1_000_000
  /// 2025-01-01, where times begin, in days.
  static let firstDay = Int64(CivilCalendar.days(year: 2025, month: 1, day: 1))
  /// Times begin anew after a year.
  private static let days: UInt64 = 365

  static func dates(_ name: String, _ limits: Limits) -> @Sendable (Cell, inout Dice) -> Int32 {
    if limits.isBounded {
      let low = max(limits.low, -719_162)
      let width = UInt64(max(min(limits.high, 2_932_896) - low, 0))
      return { _, dice in Int32(low + Int64(dice.upTo(width))) }
    }
    if FieldName(name).words.contains(where: { $0.hasPrefix("birth") || $0 == "born" }) {
      let first = Int64(CivilCalendar.days(year: 1950, month: 1, day: 1))
      return { _, dice in Int32(first + Int64(dice.below(20_000))) }
    }
    return { cell, dice in Int32(firstDay + Int64((cell.row / 20 &+ dice.below(3)) % days)) }
  }

  static func timestamps(_ name: String, _ limits: Limits) -> @Sendable (Cell, inout Dice) -> Int64 {
    if limits.isBounded {
      let low = max(limits.low, -719_162 * day)
      let high = min(limits.high, 2_932_896 * day)
      let seconds = UInt64(max(high - low, 0) / second)
      return { _, dice in low + Int64(dice.upTo(seconds)) * second }
    }
    // About one a minute, now and then one that comes late.
    return { cell, dice in
      let offset = (cell.row &* 60 &+ dice.below(90)) % (days * 86_400)
      return firstDay * day + Int64(offset) * second
    }
  }

  static func durations(_ limits: Limits) -> @Sendable (Cell, inout Dice) -> Int64 {
    guard limits.isBounded else { return { _, dice in Int64(dice.below(7200)) * second } }
    let low = limits.low
    let width = UInt64(bitPattern: limits.high &- low)
    // Whole seconds behind the lower bound.
    return { _, dice in low &+ Int64(bitPattern: dice.upTo(width / UInt64(second)) &* UInt64(second)) }
  }
}

/// Random uuids of version 4.
enum Uuids {
  static func uuid(_ high: UInt64, _ low: UInt64) -> Int128 {
    let top = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
    let bottom = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    return Int128(truncatingIfNeeded: UInt128(top) << 64 | UInt128(bottom))
  }

  /// The uuid number `index` of a sequence in which none comes twice.
  static func uuid(at index: UInt64) -> Int128 {
    // Odd factors and shifts within 62 bits are bijections.
    let mask: UInt64 = 0x3FFF_FFFF_FFFF_FFFF
    var bits = index &* 0x9E37_79B9_7F4A_7C15 & mask
    bits = (bits ^ bits >> 29) &* 0xBF58_476D_1CE4_E5B9 & mask
    return uuid(Dice.mixed(index), bits ^ bits >> 31)
  }
}
