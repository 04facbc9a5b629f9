extension ScalarText {
  /// A unit and its microseconds, greatest first. `w` is read, but not written: `14d` says it as well.
  private static let units: [(name: StaticString, size: Int64)] = [
    ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000),
    ("s", 1_000_000), ("ms", 1000), ("us", 1),
  ]

  /// The language's own notation, `1d2h30m`, `90s`, `-250ms`, units once each and the greatest first; or
  /// ISO 8601 without years and months: `P1DT2H30M`, `PT0.5S`.
  public static func parseDuration(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard let start = text.baseAddress, text.count > 1 else { return nil }
    let end = start + text.count
    var place = start
    let isNegative = place[0] == asciiMinus
    if isNegative || place[0] == asciiPlus { place += 1 }
    guard place < end else { return nil }
    return place[0] == UInt8(ascii: "P")
      ? parseISODuration(place + 1, end, isNegative: isNegative)
      : parseUnits(place, end, isNegative: isNegative)
  }

  private static func parseUnits(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, isNegative: Bool
  ) -> Int64? {
    var place = start
    var total: Int64 = 0
    var next = 0
    while place < end {
      guard let count = parseMagnitude(&place, end) else { return nil }
      var length = 0
      while place + length < end, place[length] &- asciiZero > 9 { length += 1 }
      let name = UnsafeBufferPointer(start: place, count: length)
      guard
        let unit = units[next...].firstIndex(where: { unit in
          unit.name.withUTF8Buffer { $0.elementsEqual(name) }
        }),
        add(count, of: units[unit].size, to: &total, isNegative: isNegative)
      else { return nil }
      next = unit + 1
      place += length
    }
    return total
  }

  private static func parseISODuration(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, isNegative: Bool
  ) -> Int64? {
    var place = start
    var total: Int64 = 0
    var isTime = false
    var last: Int64 = .max
    guard place < end else { return nil }
    while place < end {
      if place[0] == UInt8(ascii: "T"), !isTime {
        isTime = true
        place += 1
        guard place < end else { return nil }
      }
      guard let count = parseMagnitude(&place, end), place < end else { return nil }
      var fraction: Int64 = 0
      if place[0] == UInt8(ascii: ".") || place[0] == UInt8(ascii: ",") {
        place += 1
        guard let digits = parseFraction(&place, end), place < end, place[0] == UInt8(ascii: "S") else {
          return nil
        }
        fraction = -digits
      }
      let size: Int64
      switch (place[0], isTime) {
      case (UInt8(ascii: "W"), false): size = 604_800_000_000
      case (UInt8(ascii: "D"), false): size = 86_400_000_000
      case (UInt8(ascii: "H"), true): size = 3_600_000_000
      case (UInt8(ascii: "M"), true): size = 60_000_000
      case (UInt8(ascii: "S"), true): size = 1_000_000
      default: return nil
      }
      guard size < last, add(count, of: size, to: &total, isNegative: isNegative),
        add(fraction, of: 1, to: &total, isNegative: isNegative)
      else { return nil }
      last = size
      place += 1
    }
    return total
  }

  private static func parseMagnitude(_ place: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>)
    -> Int64?
  {
    let start = place
    while place < end, place[0] &- asciiZero <= 9 { place += 1 }
    guard place > start else { return nil }
    // Negative numbers reach one further, so that the least duration can be read back as well.
    return parseLongInt(start, place, isNegative: true)
  }

  /// `negated` is 0 or less.
  private static func add(_ negated: Int64, of size: Int64, to total: inout Int64, isNegative: Bool) -> Bool {
    let (product, overflow) = negated.multipliedReportingOverflow(by: isNegative ? size : -size)
    let (sum, carry) = total.addingReportingOverflow(product)
    total = sum
    return !overflow && !carry
  }

  /// The language's own notation, days the greatest unit: `1d2h`, `90s` as `1m30s`, `0s`.
  public static func writeDuration(_ microseconds: Int64, to place: UnsafeMutablePointer<UInt8>) -> Int {
    if microseconds == 0 { return copy("0s", to: place) }
    var next = place
    if microseconds < 0 {
      next[0] = asciiMinus
      next += 1
    }
    var rest = microseconds.magnitude
    for unit in units.dropFirst() {
      let (count, remainder) = rest.quotientAndRemainder(dividingBy: UInt64(unit.size))
      rest = remainder
      if count == 0 { continue }
      next += writeDigits(count, to: next)
      next += copy(unit.name, to: next)
    }
    return next - place
  }
}
