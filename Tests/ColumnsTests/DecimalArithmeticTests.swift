import Columns
import Testing

/// Magnitudes of any size in base 2^32, lowest first: slow and obvious.
private struct Big: Comparable {
  var digits: [UInt32]

  init(_ value: UInt128) { digits = (0..<4).map { UInt32(truncatingIfNeeded: value >> (32 * UInt128($0))) } }
  private init(digits: [UInt32]) { self.digits = digits }

  static func * (a: Big, b: Big) -> Big {
    var result = [UInt32](repeating: 0, count: a.digits.count + b.digits.count)
    for (i, x) in a.digits.enumerated() {
      var carry: UInt64 = 0
      for (j, y) in b.digits.enumerated() {
        let value = UInt64(x) * UInt64(y) + UInt64(result[i + j]) + carry
        result[i + j] = UInt32(truncatingIfNeeded: value)
        carry = value >> 32
      }
      result[i + b.digits.count] = UInt32(carry)
    }
    return Big(digits: result)
  }

  static func < (a: Big, b: Big) -> Bool {
    for index in (0..<max(a.digits.count, b.digits.count)).reversed() {
      let x = index < a.digits.count ? a.digits[index] : 0
      let y = index < b.digits.count ? b.digits[index] : 0
      if x != y { return x < y }
    }
    return false
  }

  static func == (a: Big, b: Big) -> Bool { !(a < b) && !(b < a) }

  /// Bit by bit.
  func divided(by divisor: Big) -> (quotient: Big, remainder: Big) {
    var quotient = Big(digits: Array(repeating: 0, count: digits.count))
    var remainder = Big(digits: Array(repeating: 0, count: digits.count + 1))
    for bit in (0..<32 * digits.count).reversed() {
      var carry = digits[bit / 32] >> UInt32(bit % 32) & 1
      for index in remainder.digits.indices {
        let next = remainder.digits[index] >> 31
        remainder.digits[index] = remainder.digits[index] << 1 | carry
        carry = next
      }
      if !(remainder < divisor) {
        remainder.subtract(divisor)
        quotient.digits[bit / 32] |= 1 << UInt32(bit % 32)
      }
    }
    return (quotient, remainder)
  }

  private mutating func subtract(_ other: Big) {
    var borrow: Int64 = 0
    for index in digits.indices {
      let y = index < other.digits.count ? Int64(other.digits[index]) : 0
      let value = Int64(digits[index]) - y + borrow
      digits[index] = UInt32(truncatingIfNeeded: value)
      borrow = value >> 32
    }
  }

  /// The quotient rounded half to even; nil from 10^38 on.
  func rounded(by divisor: Big) -> UInt128? {
    var (quotient, remainder) = divided(by: divisor)
    let twice = remainder * Big(2)
    if divisor < twice || (divisor == twice && quotient.digits[0] & 1 == 1) {
      for index in quotient.digits.indices {
        quotient.digits[index] &+= 1
        if quotient.digits[index] != 0 { break }
      }
    }
    guard quotient < Big(DecimalSum.bound) else { return nil }
    return (0..<4).reduce(UInt128(0)) { $0 | UInt128(quotient.digits[$1]) << (32 * UInt128($1)) }
  }
}

@Suite struct DecimalArithmeticTests {
  private let scale = Big(1_000_000_000_000_000_000)

  private func signed(_ magnitude: UInt128?, _ isNegative: Bool) -> Int128? {
    magnitude.map { isNegative ? -Int128($0) : Int128($0) }
  }

  @Test(arguments: 0..<20)
  func productsAndQuotientsAreRoundedOnce(_ seed: Int) {
    var random = Random(UInt64(seed))
    for _ in 0..<100 {
      let pair = (0..<2).map { _ -> Int128 in
        let bits = UInt128(random.next()) << 64 | UInt128(random.next())
        let magnitude = (bits >> UInt128(random.below(128))) % DecimalSum.bound
        // Round ones, too, so that halves come up.
        let tidy = random.below(3) == 0 ? magnitude / 500_000_000 * 500_000_000 : magnitude
        return random.below(2) == 0 ? Int128(tidy) : -Int128(tidy)
      }
      let (a, b) = (pair[0], pair[1])
      let isNegative = (a < 0) != (b < 0)
      let product = (Big(a.magnitude) * Big(b.magnitude)).rounded(by: scale)
      #expect(decimalProduct(a, b) == signed(product, isNegative), "\(a) * \(b)")
      guard b != 0 else { continue }
      let quotient = (Big(a.magnitude) * scale).rounded(by: Big(b.magnitude))
      #expect(decimalQuotient(a, b) == signed(quotient, isNegative), "\(a) / \(b)")
    }
  }

  @Test func sumsOverflowAt38Digits() {
    let greatest = Int128(DecimalSum.bound - 1)
    #expect(decimalSum(greatest, 0) == greatest)
    #expect(decimalSum(greatest, 1) == nil)
    #expect(decimalDifference(-greatest, 1) == nil)
    #expect(decimalSum(greatest, greatest) == nil)
  }

  @Test(
    arguments: [
      (2_500_000_000_000_000_000, 0, 2_000_000_000_000_000_000),
      (3_500_000_000_000_000_000, 0, 4_000_000_000_000_000_000),
      (-2_500_000_000_000_000_000, 0, -2_000_000_000_000_000_000),
      (1_250_000_000_000_000_000, 1, 1_200_000_000_000_000_000),
      (15_000_000_000_000_000_000, -1, 20_000_000_000_000_000_000), (7, 18, 7), (7, 99, 7), (7, 17, 10),
      (7, -400, 0),
      (7, .min, 0), (7, .max, 7),
    ] as [(Int128, Int64, Int128)])
  func roundingGoesHalfEven(_ value: Int128, _ digits: Int64, _ expected: Int128) {
    #expect(decimalRounded(value, digits: digits) == expected)
  }

  @Test func wholeNumbersBelowAndAbove() {
    let one: Int128 = 1_000_000_000_000_000_000
    #expect(decimalFloor(one * 3 / 2) == one)
    #expect(decimalFloor(-one * 3 / 2) == -2 * one)
    #expect(decimalCeiling(one * 3 / 2) == 2 * one)
    #expect(decimalCeiling(-one * 3 / 2) == -one)
    #expect(decimalFloor(-Int128(DecimalSum.bound - 1)) == nil)
    #expect(decimalRounded(Int128(DecimalSum.bound - 1), digits: 0) == nil)
  }

  @Test(
    arguments: [
      (0.5, 500_000_000_000_000_000), (0.1, 100_000_000_000_000_006), (-1e-18, -1), (1e-19, 0),
      (.leastNonzeroMagnitude, 0),
      (9e19, 90_000_000_000_000_000_000_000_000_000_000_000_000), (0x1p-19, 1_907_348_632_812),
    ] as [(Double, Int128)])
  func floatsBecomeDecimals(_ value: Double, _ expected: Int128) {
    #expect(decimal(ofFloat: value) == expected)
  }

  @Test(arguments: [1e20, -1e20, .infinity, .nan, 1e300])
  func largeFloatsAreNoDecimals(_ value: Double) { #expect(decimal(ofFloat: value) == nil) }

  @Test func decimalsBecomeTheNearestFloats() {
    #expect(float(ofDecimal: 100_000_000_000_000_000) == 0.1)
    #expect(float(ofDecimal: 1) == 1e-18)
    #expect(float(ofDecimal: -123_456_789_012_345_678_901_234_567_890) == -123_456_789_012.345678901234567890)
  }
}
