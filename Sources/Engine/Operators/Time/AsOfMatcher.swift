import Columns

/// `as_of`, and a join by the key of a `latest`: a left row matches the newest right row of its key that is not after
/// it, of several of one time the canonically greatest. Rows that are due come later than all that were, so of each
/// key only the newest right row is kept.
final class AsOfMatcher: TimeMatcher, @unchecked Sendable {
  // Unchecked: a partition is changed by one task at a time, the rest by the driver between stages.
  private let age: Int64
  private let newest: KeyStates
  /// By partition: of each group the run of its right rows that are due, while they are looked through; and how many
  /// left rows are due.
  private let runs: [FlatArray<Int32>]
  private let counts = FlatArray<Int32>(filledWith: 0)

  let ordersRight = true
  let dropsAbsent = true
  let takesLaterTime = false
  let delay: Int64 = 0

  /// - Parameter age: How much older than the left row a right one may be.
  init(_ layout: KeyLayout, age: Int64, _ shards: Shards) {
    self.age = age
    newest = KeyStates(called: "newest", layout, keep: age, shards)
    runs = (0..<shards.partitions).map { _ in FlatArray(filledWith: -1) }
    counts.grow(to: shards.partitions)
  }

  func candidates(
    _ partition: Int, _ left: KeyedRows?, _ right: KeyedRows?, before bound: Int64?, by operation: Operator
  ) throws(RunFailure) -> TimeCandidates {
    // Only now: what is due may still be earlier.
    defer { if let bound { newest.forget(partition, before: bound) } }
    counts[partition] = Int32(truncatingIfNeeded: left?.rows.count ?? 0)
    let part = newest[partition]
    let rightGroups = right.map { part.groups(of: $0.keys) } ?? Buffer(uninitialized: 0)
    var candidates = TimeCandidates.none
    if let left {
      let leftGroups = part.groups(of: left.keys)
      // The run of right rows of each group, for as long as this takes.
      let runs = runs[partition]
      runs.grow(to: part.keys.count)
      for run in 0..<rightGroups.count { runs[Int(rightGroups[run])] = Int32(truncatingIfNeeded: run) }
      candidates = matches(left, leftGroups, right, runs, part)
      for run in 0..<rightGroups.count { runs[Int(rightGroups[run])] = -1 }
    }
    if let right, bound != nil {
      let last = Buffer((0..<right.runs).map { Int32(truncatingIfNeeded: right.run($0).upperBound - 1) })
      part.set(rightGroups, right.rows.gathered(last).compacted(), times: { right.times[Int(last[$0])] })
    }
    return candidates
  }

  /// Walks the rows of each key on both sides in the order of time.
  private func matches(
    _ left: KeyedRows, _ groups: Buffer<Int32>, _ right: KeyedRows?, _ runs: FlatArray<Int32>,
    _ part: KeyStates.Partition
  ) -> TimeCandidates {
    // Right rows that are due have their own numbers, those of before follow.
    let dueCount = Int32(truncatingIfNeeded: right?.rows.count ?? 0)
    var before: [Int32] = []
    var lefts: [Int32] = []
    var rights: [Int32] = []
    for run in 0..<left.runs {
      let group = groups[run]
      var match: Int32 = -1
      var matchTime = part.time(of: group)
      var hasBefore = matchTime > .min
      var next = 0
      var end = 0
      if runs[Int(group)] >= 0, let range = right?.run(Int(runs[Int(group)])) {
        next = range.lowerBound
        end = range.upperBound
      }
      for row in left.run(run) {
        let time = left.times[row]
        while next < end, let right, right.times[next] <= time {
          match = Int32(truncatingIfNeeded: next)
          matchTime = right.times[next]
          hasBefore = false
          next += 1
        }
        guard match >= 0 || hasBefore, time <= saturatingSum(matchTime, age) else { continue }
        if hasBefore {
          match = dueCount + Int32(truncatingIfNeeded: before.count)
          before.append(group)
          hasBefore = false
        }
        lefts.append(Int32(truncatingIfNeeded: row))
        rights.append(match)
      }
    }
    var sources: [Batch] = []
    if let right { sources.append(right.rows) }
    if !before.isEmpty { sources.append(part.states(of: Buffer(before))) }
    let leftRows = left.rows
    let rightRows = sources.isEmpty ? Batch(count: 0, columns: []) : Batch.concatenated(sources)
    return TimeCandidates(
      pairs: RowPairs(left: Buffer(lefts), right: Buffer(rights)), left: { leftRows.gathered($0) },
      right: { rightRows.gathered($0) })
  }

  func settle(
    _ partition: Int, _ pairs: RowPairs, before bound: Int64?
  ) -> (matched: Buffer<Int32>, unmatched: Buffer<Int32>) {
    settled(pairs, of: Int(counts[partition]))
  }

  func release(before bound: Int64?) {}

  func save(before bound: Int64, by operation: Operator) -> [OperatorState.Section] {
    newest.forgetAll(before: bound)
    return newest.save()
  }

  func restore(_ state: OperatorState, by operation: Operator) { newest.restore(state) }
}

/// Of `count` left rows that are all settled at once, those that are in a pair and those that are not.
func settled(_ pairs: RowPairs, of count: Int) -> (matched: Buffer<Int32>, unmatched: Buffer<Int32>) {
  let isMatched = Bitmap(repeating: false, count: count)
  for row in pairs.left.values { isMatched.words.base[Int(row) >> 6] |= 1 << UInt64(row & 63) }
  return (isMatched.setIndices(), isMatched.inverted.setIndices())
}
