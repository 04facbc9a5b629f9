import Columns
import Testing

@Suite struct ExactSumTests {
  private func sum(_ terms: [Double]) -> Double {
    var sum = FloatSum()
    for term in terms { sum.add(term) }
    return sum.value
  }

  private static let roundedOnce: [(terms: [Double], sum: Double)] = [
    ([], 0),
    ([0.1, 0.2, 0.3], 0.6),
    ([1e308, 1e308, -1e308], 1e308),
    ([1e100, 1, -1e100], 1),
    ([1, 1e100, 1, -1e100], 2),
    ([.leastNonzeroMagnitude, -.leastNonzeroMagnitude], 0),
    ([.greatestFiniteMagnitude, .greatestFiniteMagnitude], .infinity),
    ([.infinity, 1], .infinity),
    ([-.infinity], -.infinity),
    ([1e308, 1e-308], 1e308),
    ([0x1p53, 1, 1], 0x1.0000000000001p53),
    ([0x1p53, 1, 0x1p-60], 0x1.0000000000001p53),
    ([0x1p53, 1], 0x1p53),
    ([-0x1p53, -1, -0x1p-1074], -0x1.0000000000001p53),
    ([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 1),
  ]

  @Test(arguments: roundedOnce)
  func sumsAreRoundedOnce(_ terms: [Double], _ expected: Double) {
    #expect(sum(terms) == expected)
    #expect(sum(terms.reversed()) == expected)
  }

  @Test func sumsOfOppositeInfinitiesAreNoNumbers() {
    #expect(sum([.infinity, -.infinity]).isNaN)
    #expect(sum([.nan, 1]).isNaN)
  }

  @Test(arguments: 0..<60)
  func orderAndGroupingDoNotMatter(_ seed: Int) {
    var random = Random(UInt64(seed))
    // From terms of one size to terms of all sizes.
    let spread = [0, 4, 60, 600, 2040][seed % 5]
    let terms = (0..<200).map { _ -> Double in
      let bits = random.next() & 0x800F_FFFF_FFFF_FFFF
      let exponent = UInt64(1023 - spread / 2 + random.below(spread + 1))
      return Double(bitPattern: bits | min(max(exponent, 1), 2046) << 52)
    }
    let expected = reference(terms)
    #expect(sum(terms) == expected)
    #expect(sum(terms.shuffled(using: &random)) == expected)
    var parts = (0..<5).map { _ in FloatSum() }
    for term in terms { parts[random.below(5)].add(term) }
    var total = FloatSum()
    for part in parts.shuffled(using: &random) { total.merge(part) }
    #expect(total.value == expected)
  }

  /// The sum by an expansion that grows without bound (Shewchuk), rounded as Python's `fsum` does.
  private func reference(_ terms: [Double]) -> Double {
    var partials: [Double] = []
    for term in terms {
      var x = term
      var kept: [Double] = []
      for partial in partials {
        var (a, b) = (x, partial)
        if a.magnitude < b.magnitude { swap(&a, &b) }
        let high = a + b
        let low = b - (high - a)
        if low != 0 { kept.append(low) }
        x = high
      }
      partials = kept + [x]
    }
    var high = 0.0
    while let next = partials.popLast() {
      let x = high
      high = x + next
      let low = next - (high - x)
      if low != 0 {
        if let below = partials.last, (low < 0) == (below < 0) {
          let y = low * 2
          let z = high + y
          if y == z - high { high = z }
        }
        break
      }
    }
    return high
  }

  @Test(arguments: 0..<40)
  func deviationsDoNotDependOnOrder(_ seed: Int) throws {
    var random = Random(UInt64(seed) + 100)
    let scale = [1.0, 1e-3, 1e200, 1e-200, 1e307][seed % 5]
    let offset = [0.0, 1e6][seed % 2] * min(scale, 1e300)
    let terms = (0..<50).map { _ in (Double(random.below(1000)) / 1000 * scale) + offset }
    func moments(_ terms: [Double]) -> FloatMoments {
      var result = FloatMoments()
      for term in terms { result.add(term) }
      return result
    }
    let deviation = try #require(moments(terms).deviation)
    #expect(moments(terms.shuffled(using: &random)).deviation == deviation)
    var halves = moments(Array(terms[..<20]))
    halves.merge(moments(Array(terms[20...])))
    #expect(halves.deviation == deviation)
    let scaled = terms.map { ($0 - offset) / scale }
    let mean = scaled.reduce(0, +) / 50
    let expected = (scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 49).squareRoot() * scale
    #expect((deviation - expected).magnitude <= expected * 1e-6)
  }

  @Test func deviationsOfFewOrEqualTerms() {
    var moments = FloatMoments()
    #expect(moments.deviation == nil)
    moments.add(0.1)
    #expect(moments.deviation == nil)
    moments.add(0.1)
    #expect(moments.deviation == 0)
    moments.add(0.4)
    #expect(moments.mean == 0.2 || moments.mean == 0.20000000000000004)
  }

  @Test func integersOverflowOnlyAtTheEnd() {
    var sum = IntegerSum()
    for term in [Int64.max, .max, .min, .min, 2] { sum.add(term) }
    #expect(sum.value == 0)
    sum.add(.max)
    #expect(sum.value == .max)
    sum.add(1)
    #expect(sum.value == nil)
    #expect(sum.mean(of: 2) == 0x1p62)
  }

  @Test func decimalsOverflowOnlyAtTheEnd() {
    let greatest = Int128(DecimalSum.bound - 1)
    var sum = DecimalSum()
    for term in [greatest, greatest, greatest, -greatest, -greatest] { sum.add(term) }
    #expect(sum.value == greatest)
    var other = DecimalSum()
    other.add(1)
    other.merge(sum)
    #expect(other.value == nil)
    other.add(-2)
    #expect(other.value == greatest - 1)
  }

  @Test(arguments: [
    ([7], 2, 4), ([5], 2, 2), ([-5], 2, -2), ([-7], 2, -4), ([1, 1], 3, 1), ([10], 4, 2), ([0], 9, 0),
  ])
  func decimalMeansAreRoundedHalfEven(_ terms: [Int128], _ count: Int64, _ expected: Int128) {
    var sum = DecimalSum()
    for term in terms { sum.add(term) }
    #expect(sum.mean(of: count) == expected)
  }

  @Test func meansOfSumsThatOverflow() {
    let greatest = Int128(DecimalSum.bound - 1)
    var sum = DecimalSum()
    for _ in 0..<1000 { sum.add(-greatest) }
    #expect(sum.mean(of: 1000) == -greatest)
  }
}
