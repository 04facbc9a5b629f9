import Columns
import Engine
import Semantics

/// What differs between the rows that are expected and those that came.
struct RowDifference {
  /// Rows that differ; indices are those of the two sides.
  enum Entry {
    /// Expected, and did not come.
    case missing(Int)
    /// Came, and was not expected.
    case surplus(Int)
    /// Of one key, or alike in most fields: the fields in which they differ.
    case changed(expected: Int, found: Int, fields: [Int])
  }

  let element: Type
  /// A column of elements.
  let expected: Column
  /// A column of elements.
  let found: Column
  /// In the order of the expected rows, the surplus ones behind them.
  let entries: [Entry]
  /// Rows that are the same on both sides.
  let equalCount: Int
  /// Whether the rows are the same, but not their order.
  let isOrderOnly: Bool

  /// Nil where there is no difference. The order counts where the flow `isOrdered`.
  init?(_ element: Type, expected: Column, found: Column, isOrdered: Bool) {
    self.element = element
    self.expected = expected
    self.found = found
    let (missing, surplus) = Self.unmatched(ColumnType(element), expected, found)
    equalCount = expected.count - missing.count
    if missing.isEmpty, surplus.isEmpty {
      guard isOrdered else { return nil }
      let moved = (0..<expected.count).filter { !expected.isEqual($0, to: found, $0) }
      if moved.isEmpty { return nil }
      entries = moved.map {
        .changed(expected: $0, found: $0, fields: Self.differing(element, expected, $0, found, $0))
      }
      isOrderOnly = true
      return
    }
    isOrderOnly = false
    let partners = Self.partners(element, expected, missing, found, surplus)
    var entries: [Entry] = []
    for row in missing {
      if let other = partners[row] {
        entries.append(
          .changed(
            expected: row, found: other, fields: Self.differing(element, expected, row, found, other)))
      } else {
        entries.append(.missing(row))
      }
    }
    let taken = Set(partners.values)
    entries += surplus.filter { !taken.contains($0) }.map { .surplus($0) }
    self.entries = entries
  }

  /// The rows of each side that have no equal on the other, as many times as they are there.
  private static func unmatched(
    _ type: ColumnType, _ expected: Column, _ found: Column
  ) -> (missing: [Int], surplus: [Int]) {
    let left = sortPermutation([SortColumn(expected, type)], count: expected.count)
    let right = sortPermutation([SortColumn(found, type)], count: found.count)
    var missing: [Int] = []
    var surplus: [Int] = []
    var i = 0
    var j = 0
    while i < left.count || j < right.count {
      let order =
        i == left.count
        ? 1 : j == right.count ? -1 : canonicalOrder(type, expected, Int(left[i]), found, Int(right[j]))
      if order < 0 { missing.append(Int(left[i])) }
      if order > 0 { surplus.append(Int(right[j])) }
      if order <= 0 { i += 1 }
      if order >= 0 { j += 1 }
    }
    return (missing.sorted(), surplus.sorted())
  }

  /// The rows beyond which no partner is looked for: nobody reads so many.
  private static let mostPartners = 200

  /// For a missing row the surplus one that it most likely was meant to be: of the same `@key`, or alike in at
  /// least half of the fields.
  private static func partners(
    _ element: Type, _ expected: Column, _ missing: [Int], _ found: Column, _ surplus: [Int]
  ) -> [Int: Int] {
    let count = element.fields.count
    guard count > 1 else { return [:] }
    let keys = element.fields.indices.filter { element.fields[$0].isKey }
    var free = Array(surplus.prefix(mostPartners))
    var partners: [Int: Int] = [:]
    for row in missing.prefix(mostPartners) {
      var best: (place: Int, equal: Int)?
      for (place, other) in free.enumerated() {
        let differing = Set(differing(element, expected, row, found, other))
        if keys.isEmpty {
          let equal = count - differing.count
          if equal * 2 >= count, equal > best?.equal ?? 0 { best = (place, equal) }
        } else if differing.isDisjoint(with: keys) {
          best = (place, count)
          break
        }
      }
      if let best { partners[row] = free.remove(at: best.place) }
    }
    return partners
  }

  /// The fields in which two rows differ.
  private static func differing(_ element: Type, _ left: Column, _ i: Int, _ right: Column, _ j: Int) -> [Int]
  {
    guard !element.fields.isEmpty else { return [0] }
    return element.fields.indices.filter { !left.fields[$0].isEqual(i, to: right.fields[$0], j) }
  }
}

extension Type {
  /// A field of a record or row.
  struct ShownField {
    let name: String
    let type: Type
    let isKey: Bool
  }

  /// The fields of a record or row; none of another type.
  var fields: [ShownField] {
    switch self {
    case .record(let record):
      record.fields.map { ShownField(name: $0.name, type: $0.type, isKey: $0.isKey) }
    case .row(let row):
      zip(row.names, row.types).map { ShownField(name: $0, type: $1, isKey: false) }
    default: []
    }
  }
}
