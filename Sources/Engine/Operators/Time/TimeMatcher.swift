import Columns

/// Finds which rows of two sides match in time. Rows have numbers that are their matcher's own.
protocol TimeMatcher: Sendable {
  /// Whether it matters which of two right rows of one key and time comes first, so that all columns are needed.
  var ordersRight: Bool { get }
  /// Whether right rows whose join key is absent change nothing.
  var dropsAbsent: Bool { get }
  /// Whether a pair has the later time of the two, not that of the left row.
  var takesLaterTime: Bool { get }
  /// How much later than its time it may show that a left row has a partner or none.
  var delay: Int64 { get }

  /// The pairs that rows which are due make, with each other and with what was due before, as far as keys and times
  /// go.
  func candidates(
    _ partition: Int, _ left: KeyedRows?, _ right: KeyedRows?, before bound: Int64?, by operation: Operator
  ) throws(RunFailure) -> TimeCandidates
  /// These of the pairs match: which left rows have a partner for the first time, and which will never have one?
  func settle(
    _ partition: Int, _ pairs: RowPairs, before bound: Int64?
  ) -> (matched: Buffer<Int32>, unmatched: Buffer<Int32>)
  /// All results have gone on, and what no row from `bound` on can match may go, too.
  func release(before bound: Int64?)

  /// - Parameter bound: No row with an earlier time follows.
  func save(before bound: Int64, by operation: Operator) throws(RunFailure) -> [OperatorState.Section]
  func restore(_ state: OperatorState, by operation: Operator) throws(RunFailure)
}

/// Pairs of a left and a right row.
struct RowPairs: Sendable {
  var left = Buffer<Int32>(uninitialized: 0)
  var right = Buffer<Int32>(uninitialized: 0)

  var count: Int { left.count }

  func sliced(_ range: Range<Int>) -> RowPairs {
    range.count == count ? self : RowPairs(left: left.sliced(range), right: right.sliced(range))
  }

  func gathered(_ indices: Buffer<Int32>) -> RowPairs {
    RowPairs(left: left.gathered(indices), right: right.gathered(indices))
  }

  static func joined(_ parts: [RowPairs]) -> RowPairs {
    RowPairs(left: .joined(parts.map(\.left)), right: .joined(parts.map(\.right)))
  }

  /// Each left row that is in a pair once, in order.
  var lefts: [Int32] {
    var rows: [Int32] = []
    for row in left.values.sorted() where row != rows.last { rows.append(row) }
    return rows
  }
}

/// Pairs of rows, and where the rows are.
struct TimeCandidates: Sendable {
  var pairs: RowPairs
  /// The left rows with these numbers.
  let left: @Sendable (Buffer<Int32>) -> Batch
  /// The right rows with these numbers.
  let right: @Sendable (Buffer<Int32>) -> Batch

  static let none = TimeCandidates(
    pairs: RowPairs(), left: { _ in Batch(count: 0, columns: []) },
    right: { _ in Batch(count: 0, columns: []) })
}

extension RowTags {
  /// Of each pair of rows the tags of the later one, of the left where both are of one time.
  static func later(_ left: RowTags?, _ right: RowTags?) -> RowTags? {
    guard let lefts = left?.times, let rights = right?.times else { return left }
    let count = lefts.count
    let times = Buffer<Int64>(uninitialized: count)
    for row in 0..<count { times.base[row] = max(lefts[row], rights[row]) }
    guard left?.watermarks != nil || right?.watermarks != nil else { return RowTags(times: times) }
    let watermarks = Buffer<Int64>(uninitialized: count)
    for row in 0..<count {
      watermarks.base[row] = (lefts[row] >= rights[row] ? left : right)?.watermarks?[row] ?? .min
    }
    return RowTags(times: times, watermarks: watermarks)
  }
}
