import Columns

/// A join with a `latest` by something else than its key: a left row matches each row that was the newest of its own
/// key at the left row's time. A right row counts until the next of its key comes, whatever that one is joined by.
final class VersionMatcher: TimeMatcher, @unchecked Sendable {
  // Unchecked: used by one task at a time.
  private let joins: RowKey
  private let ttl: Int64
  private let newest: KeyStates
  private var index: JoinIndex
  private var enough = RowStore.few
  private var leftCount = 0

  let ordersRight = true
  let dropsAbsent = false
  let takesLaterTime = false
  let delay: Int64 = 0

  /// - Parameters:
  ///   - versions: The key of `latest`.
  ///   - joins: The right side of the join's equalities.
  init(versions: RowKey, joins: RowKey, ttl: Int64) {
    self.joins = joins
    self.ttl = ttl
    newest = KeyStates(called: "newest", versions.layout, keep: ttl, Shards(workers: 1))
    index = JoinIndex(joins.layout)
  }

  func candidates(
    _ partition: Int, _ left: KeyedRows?, _ right: KeyedRows?, before bound: Int64?, by operation: Operator
  ) throws(RunFailure) -> TimeCandidates {
    let part = newest[partition]
    leftCount = left?.rows.count ?? 0
    let groups = right.map { part.groups(of: $0.keys) } ?? Buffer(uninitialized: 0)
    let joined = try right.map { right throws(RunFailure) in try joinGroups(right.rows, operation) }
    let candidates = left.map { left in
      matches(left, index.groups(of: left.keys), right, groups, joined, part)
    }
    if let right, let joined, bound != nil {
      let last = Buffer((0..<right.runs).map { Int32(truncatingIfNeeded: right.run($0).upperBound - 1) })
      part.set(groups, right.rows.gathered(last).compacted(), times: { right.times[Int(last[$0])] })
      for run in 0..<groups.count { index.move(groups[run], to: joined[Int(last[run])]) }
    }
    if let bound, newest.forget(partition, before: bound) || index.groups >= enough {
      try reindex(operation)
    }
    return candidates ?? .none
  }

  /// What right rows are joined by; -1 where that is absent.
  private func joinGroups(_ rows: Batch, _ operation: Operator) throws(RunFailure) -> Buffer<Int32> {
    let present = try joins.present(rows, by: operation)
    let groups = index.groups(of: try joins.encoded(rows, by: operation))
    guard let present else { return groups }
    return Buffer((0..<rows.count).map { present[$0] ? groups[$0] : -1 })
  }

  /// - Parameters:
  ///   - leftGroups: What the left rows of each run are joined by.
  ///   - groups: Of each run of right rows the group of its key.
  ///   - joined: What the right rows are joined by.
  private func matches(
    _ left: KeyedRows, _ leftGroups: Buffer<Int32>, _ right: KeyedRows?, _ groups: Buffer<Int32>,
    _ joined: Buffer<Int32>?, _ part: KeyStates.Partition
  ) -> TimeCandidates {
    let new = right.flatMap { right in joined.map { NewVersions(right, $0, ttl) } } ?? NewVersions()
    var ends: [Int32: Int64] = [:]
    if let right {
      for (run, group) in groups.values.enumerated() { ends[group] = right.times[right.run(run).lowerBound] }
    }
    var pairs: (left: [Int32], right: [Int32]) = ([], [])
    // Right rows that are due have their own numbers, those of before follow.
    var before: [Int32] = []
    var numbers: [Int32: Int32] = [:]
    for run in 0..<left.runs {
      for row in left.run(run) {
        let time = left.times[row]
        index.forEach(in: leftGroups[run]) { group in
          guard time <= saturatingSum(part.time(of: group), ttl), time < ends[group] ?? .max else { return }
          let number =
            numbers[group] ?? Int32(truncatingIfNeeded: (right?.rows.count ?? 0) + before.count)
          if numbers.updateValue(number, forKey: group) == nil { before.append(group) }
          pairs.left.append(Int32(truncatingIfNeeded: row))
          pairs.right.append(number)
        }
        new.forEach(in: leftGroups[run], at: time) { number in
          pairs.left.append(Int32(truncatingIfNeeded: row))
          pairs.right.append(number)
        }
      }
    }
    var sources: [Batch] = []
    if let right { sources.append(right.rows) }
    if !before.isEmpty { sources.append(part.states(of: Buffer(before))) }
    let leftRows = left.rows
    let rightRows = sources.isEmpty ? Batch(count: 0, columns: []) : Batch.concatenated(sources)
    return TimeCandidates(
      pairs: RowPairs(left: Buffer(pairs.left), right: Buffer(pairs.right)),
      left: { leftRows.gathered($0) }, right: { rightRows.gathered($0) })
  }

  func settle(
    _ partition: Int, _ pairs: RowPairs, before bound: Int64?
  ) -> (matched: Buffer<Int32>, unmatched: Buffer<Int32>) {
    settled(pairs, of: leftCount)
  }

  func release(before bound: Int64?) {}

  // MARK: State

  private func reindex(_ operation: Operator) throws(RunFailure) {
    index = JoinIndex(joins.layout)
    let part = newest[0]
    let groups = part.known
    if groups.count > 0 {
      let joined = try joinGroups(part.states(of: groups), operation)
      for place in 0..<groups.count { index.move(groups[place], to: joined[place]) }
    }
    enough = max(RowStore.few, 2 * index.groups)
  }

  func save(before bound: Int64, by operation: Operator) throws(RunFailure) -> [OperatorState.Section] {
    newest.forgetAll(before: bound)
    try reindex(operation)
    return newest.save()
  }

  func restore(_ state: OperatorState, by operation: Operator) throws(RunFailure) {
    newest.restore(state)
    try reindex(operation)
  }
}

/// The keys whose newest rows are joined by the same, in lists.
private struct JoinIndex {
  private let table: GroupTable
  private let heads = FlatArray<Int32>(filledWith: -1)
  /// Of each key what it is joined by, and its neighbours in that list.
  private let lists = FlatArray<Int32>(filledWith: -1)
  private let following = FlatArray<Int32>(filledWith: -1)
  private let preceding = FlatArray<Int32>(filledWith: -1)

  init(_ layout: KeyLayout) { table = GroupTable(layout: layout) }

  var groups: Int { table.count }

  func groups(of keys: EncodedKeys) -> Buffer<Int32> {
    let groups = table.groups(of: keys)
    heads.grow(to: table.count)
    return groups
  }

  func forEach(in list: Int32, _ body: (Int32) -> Void) {
    var key = heads[Int(list)]
    while key >= 0 {
      body(key)
      key = following[Int(key)]
    }
  }

  /// Puts a key into the list of what it is joined by now, in none for -1.
  func move(_ key: Int32, to list: Int32) {
    for array in [lists, following, preceding] { array.grow(to: Int(key) + 1) }
    let index = Int(key)
    if lists[index] >= 0 {
      let (before, after) = (preceding[index], following[index])
      if before >= 0 { following[Int(before)] = after } else { heads[Int(lists[index])] = after }
      if after >= 0 { preceding[Int(after)] = before }
    }
    lists[index] = list
    guard list >= 0 else { return }
    let head = heads[Int(list)]
    preceding[index] = -1
    following[index] = head
    if head >= 0 { preceding[Int(head)] = key }
    heads[Int(list)] = key
  }
}

/// Right rows that are due, by what they are joined by, with the times at which they are the newest of their keys.
private struct NewVersions {
  private var times = Buffer<Int64>(uninitialized: 0)
  private var ends = Buffer<Int64>(uninitialized: 0)
  private var heads: [Int32: Int32] = [:]
  private var following = Buffer<Int32>(uninitialized: 0)

  init() {}

  init(_ rows: KeyedRows, _ joined: Buffer<Int32>, _ ttl: Int64) {
    times = rows.times
    ends = Buffer(repeating: .max, count: rows.rows.count)
    following = Buffer(repeating: -1, count: rows.rows.count)
    // From the last on, so that lists are in order.
    for run in (0..<rows.runs).reversed() {
      let range = rows.run(run)
      for row in range.reversed() {
        // Of several rows of one time the last is the newest; the others never are.
        ends.base[row] = saturatingSum(times[row], ttl)
        if row + 1 < range.upperBound { ends.base[row] = min(ends[row], times[row + 1] - 1) }
        guard joined[row] >= 0 else { continue }
        following.base[row] = heads[joined[row]] ?? -1
        heads[joined[row]] = Int32(truncatingIfNeeded: row)
      }
    }
  }

  /// Calls `body` with the rows in a list that are the newest of their keys at a time.
  func forEach(in list: Int32, at time: Int64, _ body: (Int32) -> Void) {
    var row = heads[list] ?? -1
    while row >= 0 {
      if times[Int(row)] <= time, time <= ends[Int(row)] { body(row) }
      row = following[Int(row)]
    }
  }
}
