import Columns

/// `within`: rows of one key match that are at most so far apart. Both sides are kept for that long.
final class WithinMatcher: TimeMatcher, @unchecked Sendable {
  // Unchecked: a partition is changed by one task at a time, the rest by the driver between stages.
  private let keys: [RowKey]
  private let distance: Int64
  private let shards: Shards
  private let versions = [ShardVersions("lefts"), ShardVersions("rights")]
  private let partitions: [Partition]

  private final class Partition {
    var keys: GroupTable
    let left = RowHistory()
    let right = RowHistory()
    /// Of each left row whether it has a partner.
    let hasPartner = FlatArray<Bool>(filledWith: false)
    var enough = RowStore.few
    init(_ layout: KeyLayout) { keys = GroupTable(layout: layout) }
  }

  let ordersRight = false
  let dropsAbsent = true
  let takesLaterTime = true
  var delay: Int64 { distance }

  init(_ keys: [RowKey], _ distance: Int64, _ shards: Shards) {
    self.keys = keys
    self.distance = distance
    self.shards = shards
    partitions = (0..<shards.partitions).map { _ in Partition(keys[0].layout) }
  }

  func candidates(
    _ partition: Int, _ left: KeyedRows?, _ right: KeyedRows?, before bound: Int64?, by operation: Operator
  ) throws(RunFailure) -> TimeCandidates {
    let part = partitions[partition]
    var lefts: [Int32] = []
    var rights: [Int32] = []
    if let right {
      let groups = part.keys.groups(of: right.keys)
      let numbers = part.right.append(right.rows, groups: right.spread(groups))
      for run in 0..<right.runs {
        versions[1].note(right.keys.hashes[run])
        // With left rows of before; those that are due now look for their partners themselves.
        walk(right, run, part.left.first(of: groups[run]), part.left) { row, other in
          lefts.append(other)
          rights.append(numbers[row])
        }
      }
    }
    if let left {
      let groups = part.keys.groups(of: left.keys)
      let numbers = part.left.append(left.rows, groups: left.spread(groups))
      for index in 0..<numbers.count {
        let number = numbers[index]
        part.hasPartner.grow(to: Int(number) + 1)
        part.hasPartner[Int(number)] = false
      }
      for run in 0..<left.runs {
        versions[0].note(left.keys.hashes[run])
        walk(left, run, part.right.first(of: groups[run]), part.right) { row, other in
          lefts.append(numbers[row])
          rights.append(other)
        }
      }
    }
    let (leftRows, rightRows) = (part.left.store, part.right.store)
    return TimeCandidates(
      pairs: RowPairs(left: Buffer(lefts), right: Buffer(rights)), left: { leftRows.rows(at: $0) },
      right: { rightRows.rows(at: $0) })
  }

  /// Calls `body` with each row of a run and each row of a history, from `first` on, that is near enough.
  private func walk(
    _ rows: KeyedRows, _ run: Int, _ first: Int32, _ history: RowHistory, _ body: (Int, Int32) -> Void
  ) {
    var start = first
    for row in rows.run(run) {
      let time = rows.times[row]
      // Both are in the order of time: what is too old for this row is so for the next.
      while start >= 0, saturatingSum(history.time(of: start), distance) < time {
        start = history.row(after: start)
      }
      var other = start
      while other >= 0, history.time(of: other) <= saturatingSum(time, distance) {
        body(row, other)
        other = history.row(after: other)
      }
    }
  }

  func settle(
    _ partition: Int, _ pairs: RowPairs, before bound: Int64?
  ) -> (matched: Buffer<Int32>, unmatched: Buffer<Int32>) {
    let part = partitions[partition]
    let matched = pairs.lefts.filter { !part.hasPartner[Int($0)] }
    for row in matched {
      part.hasPartner[Int(row)] = true
      versions[0].note(part.keys.hashes[Int(part.left.group(of: row))])
    }
    // No right row near enough follows.
    let gone = part.left.rows(before: bound.map { saturatingSum($0, -distance) })
    return (Buffer(matched), Buffer(gone.filter { !part.hasPartner[Int($0)] }.sorted()))
  }

  func release(before bound: Int64?) {
    guard let bound else { return }
    let least = saturatingSum(bound, -distance)
    for part in partitions {
      for (side, history) in [part.left, part.right].enumerated() {
        for number in history.rows(before: least) {
          versions[side].note(part.keys.hashes[Int(history.group(of: number))])
        }
        history.drop(before: least)
      }
      guard part.keys.count >= part.enough else { continue }
      let live = Bitmap(count: part.keys.count) { group in
        part.left.first(of: Int32(group)) >= 0 || part.right.first(of: Int32(group)) >= 0
      }.setIndices()
      part.enough = max(RowStore.few, 2 * live.count)
      guard live.count * 2 <= part.keys.count else { continue }
      part.keys = part.keys.keeping(live)
      part.left.keep(live)
      part.right.keep(live)
    }
  }

  // MARK: State

  func save(before bound: Int64, by operation: Operator) throws(RunFailure) -> [OperatorState.Section] {
    var sections: [OperatorState.Section] = []
    for (index, part) in partitions.enumerated() {
      for (side, history) in [part.left, part.right].enumerated() {
        let numbers = history.numbers
        var rows = Batch(count: 0, columns: [])
        if numbers.count > 0 {
          rows = history.store.rows(at: numbers)
          // Behind a left row's columns stands whether it has a partner.
          let flags = Bitmap(count: numbers.count) { side == 0 && part.hasPartner[Int(numbers[$0])] }
          rows = Batch(
            count: rows.count, columns: rows.columns + [Column(count: rows.count, storage: .bits(flags))],
            tags: rows.tags)
        }
        let groups = numbers.map { history.group(of: $0) }
        sections += versions[side].sections(
          rows, part.keys.hashes(of: groups), ofPartition: index, shards)
      }
    }
    return sections
  }

  func restore(_ state: OperatorState, by operation: Operator) throws(RunFailure) {
    for side in 0...1 {
      let saved = versions[side].restore(state).filter { $0.count > 0 }
      guard !saved.isEmpty else { continue }
      let all = Batch.concatenated(saved)
      let flags = all.columns[all.columns.count - 1].bits
      let rows = Batch(count: all.count, columns: Array(all.columns.dropLast()), tags: all.tags)
      let encoded = try keys[side].encoded(rows, by: operation)
      let lists = shards.split(encoded.hashes)
      for (index, part) in partitions.enumerated() {
        let own = lists[index]
        let groups = part.keys.groups(of: encoded.gathered(own, width: keys[side].layout.width))
        let numbers = (side == 0 ? part.left : part.right).append(rows.gathered(own), groups: groups)
        guard side == 0 else { continue }
        for place in 0..<own.count {
          part.hasPartner.grow(to: Int(numbers[place]) + 1)
          part.hasPartner[Int(numbers[place])] = flags[Int(own[place])]
        }
      }
    }
  }
}
