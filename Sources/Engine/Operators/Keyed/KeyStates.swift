import Columns

/// What is known of each key: a row of state, and a time up to which it counts from.
final class KeyStates: @unchecked Sendable {
  // Unchecked: a partition is changed by one task at a time, the rest by the driver between stages.

  /// The keys of a partition, by group.
  final class Partition {
    fileprivate(set) var keys: GroupTable
    fileprivate var rows = RowStore()
    /// The time that goes with the state; `.min` of a key without one.
    fileprivate var times = FlatArray<Int64>(filledWith: .min)
    fileprivate let versions: ShardVersions
    /// Groups from which on it is worth looking for those that are forgotten.
    fileprivate var enough = RowStore.few

    fileprivate init(_ layout: KeyLayout, _ versions: ShardVersions) {
      keys = GroupTable(layout: layout)
      self.versions = versions
    }

    /// The groups of some keys, new ones among them.
    func groups(of keys: EncodedKeys) -> Buffer<Int32> {
      let groups = self.keys.groups(of: keys)
      times.grow(to: self.keys.count)
      return groups
    }

    /// The time of a group's state, `.min` without one.
    func time(of group: Int32) -> Int64 { times[Int(group)] }

    /// The groups that have a state.
    var known: Buffer<Int32> { Bitmap(count: keys.count) { times[$0] > .min }.setIndices() }

    /// The states of some groups that have one, at least one.
    func states(of groups: Buffer<Int32>) -> Batch { rows.rows(at: groups) }

    /// Gives groups a state each.
    func set(_ groups: Buffer<Int32>, _ states: Batch, times: (Int) -> Int64) {
      for (index, group) in groups.values.enumerated() {
        self.times[Int(group)] = times(index)
        versions.note(keys.hashes[Int(group)])
      }
      rows.put(states, at: groups)
    }
  }

  private let shards: Shards
  private let layout: KeyLayout
  private let keep: Int64
  private let versions: ShardVersions
  private let partitions: [Partition]

  /// - Parameters:
  ///   - kind: What sections are called.
  ///   - keep: For how long after its time a state counts.
  init(called kind: String = "state", _ layout: KeyLayout, keep: Int64, _ shards: Shards) {
    self.layout = layout
    self.keep = keep
    self.shards = shards
    let versions = ShardVersions(kind)
    self.versions = versions
    partitions = (0..<shards.partitions).map { _ in Partition(layout, versions) }
  }

  subscript(partition: Int) -> Partition { partitions[partition] }

  /// The groups whose states still count where no time before `bound` follows.
  private func live(_ part: Partition, _ bound: Int64) -> Buffer<Int32> {
    Bitmap(count: part.keys.count) { group in
      part.times[group] > .min && saturatingSum(part.times[group], keep) >= bound
    }.setIndices()
  }

  /// Forgets states that no longer count, once they may be most of a partition; groups get other numbers then.
  /// - Parameter bound: No time before it follows.
  /// - Returns: Whether they have.
  @discardableResult
  func forget(_ partition: Int, before bound: Int64) -> Bool {
    let part = partitions[partition]
    guard part.keys.count >= part.enough else { return false }
    let live = live(part, bound)
    part.enough = max(RowStore.few, 2 * live.count)
    guard live.count * 2 <= part.keys.count else { return false }
    retain(live, in: part)
    return true
  }

  /// Forgets all states that no longer count: what is saved then holds no others.
  func forgetAll(before bound: Int64) {
    for part in partitions {
      let live = live(part, bound)
      if live.count < part.keys.count { retain(live, in: part) }
    }
  }

  private func retain(_ live: Buffer<Int32>, in part: Partition) {
    var next = 0
    for group in 0..<part.keys.count {
      if next < live.count, Int(live[next]) == group {
        next += 1
      } else if part.times[group] > .min {
        versions.note(part.keys.hashes[group])
      }
    }
    let states = live.count == 0 ? nil : part.states(of: live)
    let times = live.map { part.times[Int($0)] }
    part.keys = part.keys.keeping(live)
    part.rows = RowStore()
    part.times = FlatArray(filledWith: .min)
    part.times.grow(to: live.count)
    for group in 0..<times.count { part.times[group] = times[group] }
    if let states { part.rows.put(states, at: Buffer((0..<Int32(live.count)).map { $0 })) }
  }

  // MARK: State

  /// All states, a section for each shard: key, time, then the state.
  func save() -> [OperatorState.Section] {
    var sections: [OperatorState.Section] = []
    for (index, part) in partitions.enumerated() {
      let live = part.known
      var rows = Batch(count: 0, columns: [])
      if live.count > 0 {
        let states = part.states(of: live)
        let times = live.map { part.times[Int($0)] }
        rows = Batch(
          count: live.count,
          columns: part.keys.keyColumns().map { $0.gathered(live) }
            + [Column(count: live.count, storage: .int64(times))] + states.columns,
          tags: states.tags)
      }
      sections += versions.sections(rows, part.keys.hashes(of: live), ofPartition: index, shards)
    }
    return sections
  }

  /// Takes back what was saved.
  func restore(_ state: OperatorState) {
    for rows in versions.restore(state) where rows.count > 0 {
      let width = layout.parts.count
      let keys = layout.decoded.encode(Array(rows.columns.prefix(width)), count: rows.count)
      let times = rows.columns[width].int64s
      let states = Batch(
        count: rows.count, columns: Array(rows.columns.dropFirst(width + 1)), tags: rows.tags)
      let lists = shards.split(keys.hashes)
      for (index, part) in partitions.enumerated() {
        let own = lists[index]
        guard own.count > 0 else { continue }
        let groups = part.groups(of: keys.gathered(own, width: layout.width))
        for place in 0..<own.count { part.times[Int(groups[place])] = times[Int(own[place])] }
        part.rows.put(states.gathered(own), at: groups)
      }
    }
  }
}

extension EncodedKeys {
  /// The keys of some rows, of so many lanes.
  func gathered(_ rows: Buffer<Int32>, width: Int) -> EncodedKeys {
    let picked = Buffer<UInt64>(uninitialized: rows.count * width)
    for (index, row) in rows.values.enumerated() {
      (picked.base + index * width).update(from: lanes.base + Int(row) * width, count: width)
    }
    return EncodedKeys(
      count: rows.count, lanes: picked, hashes: hashes.gathered(rows),
      present: present?.gathered(rows.values),
      owners: owners)
  }
}
