import Formats

/// The columns of a key as the digits of the row's number: no two rows have the same.
struct KeyDigits {
  /// How one column takes its digit.
  struct Place: Sendable {
    let divisor: UInt64
    /// 0 where all that is left is the digit.
    let base: UInt64

    func digit(_ row: UInt64) -> UInt64 { base == 0 ? row / divisor : row / divisor % base }
  }

  /// So many different values of all columns but the last, where that is enough: a key of shop and day has a few
  /// shops on every day.
  private static let few: UInt64 = 10

  let domains: [Domain]
  private let places: [Place]

  init(_ fields: [FieldSchema], rows: UInt64) throws(SynthesisProblem) {
    var domains: [Domain] = []
    for field in fields { domains.append(try Domain(field, rows: rows)) }
    self.domains = domains
    let all = Self.product(domains.map(\.count))
    if let first = fields.first, all < rows {
      let names = fields.map { "`\($0.name)`" }.joined(separator: " and ")
      throw SynthesisProblem(
        first.name,
        "\(rows) rows need as many different keys, and \(names) \(fields.count == 1 ? "has" : "together have") "
          + "only \(all)", help: "ask for fewer rows, or widen what the constraints allow")
    }
    let small = domains.dropLast().map { min($0.count, Self.few) }
    let isEnough = domains.last.map { Self.product(small + [$0.count]) >= rows } ?? true
    var places: [Place] = []
    var divisor: UInt64 = 1
    for (index, domain) in domains.enumerated() {
      let isLast = index + 1 == domains.count
      let base = isLast ? 0 : isEnough ? small[index] : domain.count
      places.append(Place(divisor: divisor, base: base))
      divisor = Self.product([divisor, max(base, 1)])
    }
    self.places = places
  }

  func place(_ index: Int) -> Place { places[index] }

  private static func product(_ counts: [UInt64]) -> UInt64 {
    counts.reduce(1) { product, count in
      let (result, overflow) = product.multipliedReportingOverflow(by: count)
      return overflow ? .max : result
    }
  }
}
