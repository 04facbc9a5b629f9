/// A fixed-point number wide enough for sums of floats and of their squares: digit k counts 2^(32k + lowest).
/// Digits are signed and may exceed 32 bits; carries are passed on before they overflow.
final class WideAccumulator: @unchecked Sendable {
  // Unchecked: `FloatSum` writes it only while it is the one owner.
  /// The exponent of the lowest digit: under the square of the least float.
  static let lowest = -2176
  /// Up to the square of the greatest float, and room for 2^63 of them.
  static let length = 137
  private var digits: [Int64]
  private var additions = 0

  init() { digits = Array(repeating: 0, count: Self.length) }

  init(_ other: WideAccumulator) {
    digits = other.digits
    additions = other.additions
  }

  /// A number of these digits.
  init(digits: [Int64]) { self.digits = digits }

  /// All digits, none but the last beyond 32 bits.
  var carriedDigits: [Int64] {
    let copy = WideAccumulator(self)
    copy.carry()
    return copy.digits
  }

  func add(_ term: Double) {
    guard term != 0 else { return }
    let exponent = max(term.exponentBitPattern, 1)
    let hidden: UInt64 = term.exponentBitPattern == 0 ? 0 : 1 << 52
    add(
      UInt128(term.significandBitPattern | hidden), exponent: Int(exponent) - 1075,
      isNegative: term < 0)
  }

  func addSquare(of term: Double) {
    let exponent = max(term.exponentBitPattern, 1)
    let hidden: UInt64 = term.exponentBitPattern == 0 ? 0 : 1 << 52
    let significand = UInt128(term.significandBitPattern | hidden)
    add(significand * significand, exponent: 2 * (Int(exponent) - 1075), isNegative: false)
  }

  /// Adds `magnitude` times 2^`exponent`; the magnitude has at most 106 bits.
  private func add(_ magnitude: UInt128, exponent: Int, isNegative: Bool) {
    let place = exponent - Self.lowest
    let shift = UInt128(place & 31)
    var index = place >> 5
    // The bits that a shift would push out of 128 come first.
    var low = magnitude << shift
    var high = shift == 0 ? 0 : UInt64(truncatingIfNeeded: magnitude >> (128 - shift))
    while low != 0 || high != 0 {
      let digit = Int64(truncatingIfNeeded: low & 0xFFFF_FFFF)
      digits[index] += isNegative ? -digit : digit
      low = low >> 32 | UInt128(high) << 96
      high = 0
      index += 1
    }
    additions += 1
    if additions >= 1 << 28 { carry() }
  }

  func add(_ other: WideAccumulator) {
    // Carried first, both are small enough to add.
    let others = WideAccumulator(other)
    others.carry()
    carry()
    for index in digits.indices { digits[index] += others.digits[index] }
    additions += 1
  }

  /// Brings every digit but the last into 0..<2^32.
  private func carry() {
    var carry: Int64 = 0
    for index in digits.indices.dropLast() {
      let sum = digits[index] + carry
      digits[index] = sum & 0xFFFF_FFFF
      carry = sum >> 32
    }
    digits[digits.count - 1] += carry
    additions = 0
  }

  /// The value.
  var number: ExactNumber {
    carry()
    let isNegative = digits[digits.count - 1] < 0
    var magnitude = digits
    if isNegative {
      var carry: Int64 = 0
      for index in magnitude.indices {
        let sum = -magnitude[index] + carry
        magnitude[index] = index == magnitude.count - 1 ? sum : sum & 0xFFFF_FFFF
        carry = sum >> 32
      }
    }
    return ExactNumber(
      isNegative: isNegative, lowest: Self.lowest, digits: magnitude.map { UInt32(truncatingIfNeeded: $0) })
  }
}

/// Sign and magnitude of a number of any size: digit k counts 2^(32k + lowest).
struct ExactNumber {
  let isNegative: Bool
  let lowest: Int
  /// Without zeros at either end.
  let digits: [UInt32]

  init(isNegative: Bool, lowest: Int, digits: [UInt32]) {
    let first = digits.firstIndex { $0 != 0 } ?? digits.count
    let last = digits.lastIndex { $0 != 0 } ?? first - 1
    self.isNegative = isNegative
    self.lowest = lowest + 32 * first
    self.digits = first <= last ? Array(digits[first...last]) : []
  }

  func multiplied(by factor: UInt64) -> ExactNumber {
    let product = Self.product(digits, [UInt32(truncatingIfNeeded: factor), UInt32(factor >> 32)])
    return ExactNumber(isNegative: isNegative, lowest: lowest, digits: product)
  }

  /// This less the square of another; the result is not negative.
  func minusSquare(of other: ExactNumber) -> ExactNumber {
    let square = ExactNumber(
      isNegative: false, lowest: 2 * other.lowest, digits: Self.product(other.digits, other.digits))
    if square.digits.isEmpty { return self }
    let bottom = min(lowest, square.lowest)
    let offset = (lowest - bottom) / 32
    let otherOffset = (square.lowest - bottom) / 32
    let length = max(offset + digits.count, otherOffset + square.digits.count)
    var difference = [UInt32](repeating: 0, count: length)
    var borrow: Int64 = 0
    for index in 0..<length {
      let a = index >= offset && index - offset < digits.count ? Int64(digits[index - offset]) : 0
      let b =
        index >= otherOffset && index - otherOffset < square.digits.count
        ? Int64(square.digits[index - otherOffset]) : 0
      let value = a - b + borrow
      difference[index] = UInt32(truncatingIfNeeded: value)
      borrow = value >> 32
    }
    return ExactNumber(isNegative: false, lowest: bottom, digits: difference)
  }

  private static func product(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var result = [UInt32](repeating: 0, count: a.count + b.count)
    for (i, x) in a.enumerated() {
      var carry: UInt64 = 0
      for (j, y) in b.enumerated() {
        let value = UInt64(x) * UInt64(y) + UInt64(result[i + j]) + carry
        result[i + j] = UInt32(truncatingIfNeeded: value)
        carry = value >> 32
      }
      result[i + b.count] = UInt32(truncatingIfNeeded: carry)
    }
    return result
  }

  /// The highest 64 bits, the exponent of the lowest of these, and whether a bit below them is set.
  private var leading: (bits: UInt64, exponent: Int, isInexact: Bool)? {
    guard let top = digits.last else { return nil }
    func digit(_ back: Int) -> UInt64 {
      back < digits.count ? UInt64(digits[digits.count - 1 - back]) : 0
    }
    let shift = UInt64(top.leadingZeroBitCount)
    var bits = (digit(0) << 32 | digit(1)) << shift
    if shift > 0 { bits |= digit(2) >> (32 - shift) }
    var isInexact = shift > 0 ? digit(2) << (shift + 32) != 0 : digit(2) != 0
    if digits.count > 3 { isInexact = isInexact || digits[0..<digits.count - 3].contains { $0 != 0 } }
    let exponent = lowest + 32 * (digits.count - 2) - Int(shift)
    return (bits, exponent, isInexact)
  }

  /// The magnitude as a float in [1, 2) times a power of 2; nil of zero.
  var scientific: (significand: Double, exponent: Int)? {
    guard let (bits, exponent, isInexact) = leading else { return nil }
    // A sticky bit makes the one rounding right.
    let significand = Double(bits | (isInexact ? 1 : 0)) * 0x1p-63
    return (significand, exponent + 63)
  }

  /// The nearest float, half to even.
  var rounded: Double {
    guard let (bits, exponent, isInexact) = leading else { return 0 }
    // The exponent of the last bit that the result can hold, subnormal or not.
    let last = max(exponent + 11, -1074)
    let drop = last - exponent
    var significand: UInt64
    if drop > 64 {
      significand = 0
    } else {
      significand = drop == 64 ? 0 : bits >> UInt64(drop)
      let rest = drop == 64 ? bits : bits << UInt64(64 - drop)
      let half: UInt64 = 1 << 63
      if rest > half || (rest == half && (isInexact || significand & 1 == 1)) { significand += 1 }
    }
    return Double(sign: isNegative ? .minus : .plus, exponent: last, significand: Double(significand))
  }
}
