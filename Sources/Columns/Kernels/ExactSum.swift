// Sums that do not depend on the order of their terms, so that parallel results are bit-identical.

/// The exact sum of floats, rounded once, at the end.
///
/// The sum is kept as three floats whose exact sum it is; what does not fit there goes to an accumulator as wide
/// as the floats' whole range. Both are exact, so neither order nor grouping of the terms can be seen.
public struct FloatSum: Sendable {
  @usableFromInline var first = 0.0
  @usableFromInline var second = 0.0
  @usableFromInline var third = 0.0
  private var rest: WideAccumulator?
  private var special: UInt8 = 0

  /// No terms.
  public init() {}

  /// Adds a term.
  @inlinable public mutating func add(_ term: Double) {
    let sum = first + term
    guard sum.isFinite else { return addSlowly(term) }
    let error = Self.error(first, term, sum)
    if error == 0 {
      first = sum
      return
    }
    let low = second + error
    let lowError = Self.error(second, error, low)
    if lowError != 0 {
      let lowest = third + lowError
      // All changes or none: the slow way starts from what was there.
      if Self.error(third, lowError, lowest) != 0 { return addSlowly(term) }
      third = lowest
    }
    first = sum
    second = low
  }

  /// What rounding took from `a + b`, exactly.
  @inlinable static func error(_ a: Double, _ b: Double, _ sum: Double) -> Double {
    let part = sum - a
    return (a - (sum - part)) + (b - part)
  }

  @usableFromInline mutating func addSlowly(_ term: Double) {
    guard term.isFinite else {
      special |= term.isNaN ? 4 : term > 0 ? 1 : 2
      return
    }
    spill()
    rest?.add(term)
  }

  private mutating func spill() {
    if rest == nil {
      rest = WideAccumulator()
    } else if !isKnownUniquelyReferenced(&rest) {
      rest = rest.map { WideAccumulator($0) }
    }
    for part in [first, second, third] where part != 0 { rest?.add(part) }
    first = 0
    second = 0
    third = 0
  }

  /// Adds the terms of another sum.
  public mutating func merge(_ other: FloatSum) {
    special |= other.special
    add(other.first)
    add(other.second)
    add(other.third)
    if let others = other.rest {
      spill()
      rest?.add(others)
    }
  }

  /// Adds the exact square of a finite term of moderate size, else of any.
  fileprivate mutating func addSquare(of term: Double) {
    let size = term.magnitude
    if size == 0 { return }
    if size > 0x1p-480, size < 0x1p480 {
      let square = term * term
      add(square)
      add((-square).addingProduct(term, term))
    } else if term.isFinite {
      spill()
      rest?.addSquare(of: term)
    } else {
      special |= term.isNaN ? 4 : 1
    }
  }

  fileprivate var isFinite: Bool { special == 0 }

  /// All terms, exactly.
  fileprivate var exact: ExactNumber {
    let total = rest.map { WideAccumulator($0) } ?? WideAccumulator()
    for part in [first, second, third] where part != 0 { total.add(part) }
    return total.number
  }

  /// The float nearest to the exact sum; NaN if a term is NaN or infinities of both signs meet.
  public var value: Double {
    if special != 0 { return special == 1 ? .infinity : special == 2 ? -.infinity : .nan }
    if rest == nil, third == 0 { return first + second }
    return exact.rounded
  }
}

/// Count, exact sum and exact sum of squares of floats: what mean and deviation need.
public struct FloatMoments: Sendable {
  /// Number of terms.
  public private(set) var count: Int64 = 0
  /// The sum of the terms.
  public private(set) var sum = FloatSum()
  private var squares = FloatSum()

  /// No terms.
  public init() {}

  /// Adds a term.
  public mutating func add(_ term: Double) {
    count += 1
    sum.add(term)
    squares.addSquare(of: term)
  }

  /// Adds the terms of others.
  public mutating func merge(_ other: FloatMoments) {
    count += other.count
    sum.merge(other.sum)
    squares.merge(other.squares)
  }

  /// The sum over the count; nil of no terms.
  public var mean: Double? { count == 0 ? nil : sum.value / Double(count) }

  /// The standard deviation of a sample; nil of fewer than two terms.
  public var deviation: Double? {
    guard count > 1 else { return nil }
    guard sum.isFinite, squares.isFinite else { return .nan }
    // n * sum(x^2) - sum(x)^2, exactly; never negative.
    let spread = squares.exact.multiplied(by: UInt64(count)).minusSquare(of: sum.exact)
    guard let (significand, exponent) = spread.scientific else { return 0 }
    var quotient = significand / (Double(count) * Double(count - 1))
    var power = exponent
    if power & 1 != 0 {
      quotient *= 2
      power -= 1
    }
    return Double(sign: .plus, exponent: power / 2, significand: quotient.squareRoot())
  }
}

/// The exact sum of 64-bit integers; whether it fits is judged at the end.
public struct IntegerSum: Sendable {
  @usableFromInline var total: Int128 = 0

  /// No terms.
  @inlinable public init() {}

  /// Adds a term.
  @inlinable public mutating func add(_ term: Int64) { total &+= Int128(term) }

  /// Adds the terms of another sum.
  @inlinable public mutating func merge(_ other: IntegerSum) { total &+= other.total }

  /// Takes the terms of another sum out, which were added before.
  @inlinable public mutating func subtract(_ other: IntegerSum) { total &-= other.total }

  /// The sum; nil where it overflows.
  public var value: Int64? { Int64(exactly: total) }

  /// The sum over `count`, which is not 0.
  public func mean(of count: Int64) -> Double { Double(total) / Double(count) }
}

/// The exact sum of decimals (times 10^18); whether it fits is judged at the end.
public struct DecimalSum: Sendable {
  private var low: UInt128 = 0
  private var high: Int64 = 0

  /// No terms.
  public init() {}

  /// Adds a term.
  public mutating func add(_ term: Int128) {
    let (sum, carry) = low.addingReportingOverflow(UInt128(truncatingIfNeeded: term))
    low = sum
    high &+= (term < 0 ? -1 : 0) + (carry ? 1 : 0)
  }

  /// Adds the terms of another sum.
  public mutating func merge(_ other: DecimalSum) {
    let (sum, carry) = low.addingReportingOverflow(other.low)
    low = sum
    high &+= other.high &+ (carry ? 1 : 0)
  }

  /// Takes the terms of another sum out, which were added before.
  public mutating func subtract(_ other: DecimalSum) {
    let (difference, borrow) = low.subtractingReportingOverflow(other.low)
    low = difference
    high &-= other.high &+ (borrow ? 1 : 0)
  }

  /// The sum; nil where it has more than 38 digits.
  public var value: Int128? {
    let result = Int128(truncatingIfNeeded: low)
    guard high == (result < 0 ? -1 : 0), result.magnitude < DecimalSum.bound else { return nil }
    return result
  }

  /// The sum over `count`, which is not 0, rounded half-even; it always fits, as the terms do.
  public func mean(of count: Int64) -> Int128 {
    let isNegative = high < 0
    var low = low
    var top = UInt64(bitPattern: high)
    if isNegative {
      low = ~low &+ 1
      top = ~top &+ (low == 0 ? 1 : 0)
    }
    let divisor = UInt64(count.magnitude)
    var remainder = top % divisor
    let upper = divisor.dividingFullWidth((remainder, UInt64(truncatingIfNeeded: low >> 64)))
    remainder = upper.remainder
    let lower = divisor.dividingFullWidth((remainder, UInt64(truncatingIfNeeded: low)))
    remainder = lower.remainder
    var quotient = UInt128(upper.quotient) << 64 | UInt128(lower.quotient)
    let rest = divisor - remainder
    if remainder > rest || (remainder == rest && quotient & 1 == 1) { quotient += 1 }
    let result = Int128(truncatingIfNeeded: quotient)
    return isNegative ? -result : result
  }

  /// 10^38: the magnitude that no decimal reaches.
  public static let bound: UInt128 = 100_000_000_000_000_000_000_000_000_000_000_000_000
}

// MARK: Sums as plain words, for a state that outlives the process. The words of a sum give the very same sum back.

extension IntegerSum {
  /// The sum of these words.
  public init(words: UnsafeBufferPointer<Int64>) {
    total = Int128(words[1]) << 64 | Int128(UInt64(bitPattern: words[0]))
  }

  /// Adds the words of the sum.
  public func append(to words: inout [Int64]) {
    words.append(Int64(truncatingIfNeeded: total))
    words.append(Int64(truncatingIfNeeded: total >> 64))
  }
}

extension DecimalSum {
  /// The sum of these words.
  public init(words: UnsafeBufferPointer<Int64>) {
    low = UInt128(UInt64(bitPattern: words[1])) << 64 | UInt128(UInt64(bitPattern: words[0]))
    high = words[2]
  }

  /// Adds the words of the sum.
  public func append(to words: inout [Int64]) {
    words.append(Int64(truncatingIfNeeded: low))
    words.append(Int64(truncatingIfNeeded: low >> 64))
    words.append(high)
  }
}

extension FloatSum {
  private static let parts = 4

  /// The sum of these words.
  public init(words: UnsafeBufferPointer<Int64>) {
    first = Double(bitPattern: UInt64(bitPattern: words[0]))
    second = Double(bitPattern: UInt64(bitPattern: words[1]))
    third = Double(bitPattern: UInt64(bitPattern: words[2]))
    special = UInt8(truncatingIfNeeded: words[3])
    if words.count > Self.parts { rest = WideAccumulator(digits: Array(words.dropFirst(Self.parts))) }
  }

  /// Adds the words of the sum.
  public func append(to words: inout [Int64]) {
    for part in [first, second, third] { words.append(Int64(bitPattern: part.bitPattern)) }
    words.append(Int64(special))
    if let rest { words += rest.carriedDigits }
  }
}

extension FloatMoments {
  /// The moments of these words.
  public init(words: UnsafeBufferPointer<Int64>) {
    count = words[0]
    let middle = 2 + Int(words[1])
    sum = FloatSum(words: UnsafeBufferPointer(rebasing: words[2..<middle]))
    squares = FloatSum(words: UnsafeBufferPointer(rebasing: words[middle...]))
  }

  /// Adds the words of the moments.
  public func append(to words: inout [Int64]) {
    var parts: [Int64] = []
    sum.append(to: &parts)
    words += [count, Int64(parts.count)]
    words += parts
    squares.append(to: &words)
  }
}
