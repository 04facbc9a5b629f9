import Columns
import Dataflow
import Semantics

// States of several workers, or times, become one, and groups become rows.

extension Aggregation {
  /// Groups that a merge without partitions may have.
  private static let groupsOfOneTable = 32_768
  private static let partitions = 32

  /// The groups of all states together.
  /// - Parameters:
  ///   - keeping: Whether the states, sealed before, are still needed as they are.
  ///   - pool: Who does it; all workers unless told otherwise.
  func finish(
    _ states: [State], keeping: Bool = false, by pool: WorkerPool? = nil
  ) throws(RunFailure) -> Result {
    let pool = pool ?? operation.context.pool
    var states = states
    if states.isEmpty { states.append(makeState()) }
    for state in states { state.seal() }
    let total = states.reduce(0) { $0 + $1.groupCount }
    guard total > Self.groupsOfOneTable, states.count > 1, pool.count > 1, states[0].table != nil else {
      let all = states.count > 1 ? merged(states, keeping: keeping) : states[0]
      return result(try self.columns(of: all, pool), all.groupCount, pool)
    }
    // Each state's groups by partition, then each partition on its own.
    let sealed = states
    let members = pool.collect(sealed.count) { Self.groupsByPartition(sealed[$0]) }
    let parts = try pool.map(Self.partitions) { partition throws(RunFailure) -> [Column] in
      try operation.context.checkCancelled()
      let target = makeState()
      for (state, groups) in zip(sealed, members) { merge(state, groups: groups[partition], into: target) }
      return try self.columns(of: target, WorkerPool.alone)
    }
    let columns: [Column] = pool.collect(parts[0].count) { index in
      Column.concatenated(parts.map { $0[index] })
    }
    return result(columns, columns[0].count, pool)
  }

  /// All groups in one state, sealed. The largest takes the others in, or a new one where they are kept.
  func merged(_ states: [State], keeping: Bool = false) -> State {
    for state in states { state.seal() }
    let largest = states.indices.max { states[$0].groupCount < states[$1].groupCount }
    let target = keeping ? makeState() : largest.map { states[$0] } ?? makeState()
    for state in states where state !== target { merge(state, groups: nil, into: target) }
    for accumulator in target.accumulators { accumulator.seal() }
    return target
  }

  /// Some groups of a state whose groups are numbered elsewhere, as 0..<count of a new one.
  func extracted(_ groups: Buffer<Int32>, of state: State) -> State {
    let target = makeState(keyed: false)
    target.setGroupCount(groups.count)
    let to = Buffer<Int32>(uninitialized: groups.count)
    for index in 0..<groups.count { to.base[index] = Int32(truncatingIfNeeded: index) }
    let mapping = GroupMapping(from: groups, to: to, sourceGroups: state.groupCount)
    for (accumulator, other) in zip(target.accumulators, state.accumulators) {
      accumulator.reserve(groups.count)
      other.seal()
      accumulator.merge(other, mapping)
    }
    return target
  }

  private static func groupsByPartition(_ state: State) -> [Buffer<Int32>] {
    guard let table = state.table else { return [] }
    var members: [[Int32]] = Array(repeating: [], count: partitions)
    for group in 0..<table.count {
      members[Int(table.hashes[group] >> 59)].append(Int32(truncatingIfNeeded: group))
    }
    return members.map { Buffer($0) }
  }

  /// Adds some groups of a state, or all, to another.
  private func merge(_ state: State, groups: Buffer<Int32>?, into target: State) {
    let from =
      groups ?? Buffer((0..<state.groupCount).map { Int32(truncatingIfNeeded: $0) })
    guard from.count > 0 else { return }
    let to = Buffer<Int32>(repeating: 0, count: from.count)
    if let table = state.table {
      let width = layout.width
      let lanes = Buffer<UInt64>(uninitialized: from.count * width)
      let hashes = Buffer<UInt64>(uninitialized: from.count)
      for index in 0..<from.count {
        let group = Int(from[index])
        (lanes.base + index * width).update(from: table.lanes + group * width, count: width)
        hashes.base[index] = table.hashes[group]
      }
      target.table?.groups(lanes: lanes.base, hashes: hashes.base, count: from.count, into: to.base)
      withExtendedLifetime((lanes, hashes)) {}
    }
    let mapping = GroupMapping(from: from, to: to, sourceGroups: state.groupCount)
    for (accumulator, other) in zip(target.accumulators, state.accumulators) {
      accumulator.reserve(target.groupCount)
      accumulator.merge(other, mapping)
    }
  }

  /// The values of a state's groups, for which all accumulators have room; a column for each call.
  func values(of state: State, _ pool: WorkerPool) throws(RunFailure) -> [Column] {
    var values: [Column] = []
    for (call, accumulator) in zip(calls, state.accumulators) {
      do {
        values.append(try accumulator.finish(state.groupCount, pool))
      } catch {
        throw operation.fault(error.message, at: call.span)
      }
    }
    return values
  }

  /// The key, where there is one and it is not the element itself, then the values.
  private func columns(of state: State, _ pool: WorkerPool) throws(RunFailure) -> [Column] {
    let values = try values(of: state, pool)
    if case .value = key, let table = state.table { return table.keyColumns() + values }
    return values
  }

  private func result(_ columns: [Column], _ count: Int, _ pool: WorkerPool) -> Result {
    guard let keyType else { return Result(count: count, key: nil, values: columns, order: nil) }
    let order = sortPermutation(order(ofKeys: columns[0], keyType), count: count, pool: pool)
    let hasKey = columns.count > calls.count
    return Result(
      count: count, key: hasKey ? columns[0] : nil, values: Array(columns.dropFirst(hasKey ? 1 : 0)),
      order: order)
  }

  /// The canonical order of keys, as columns of a sort.
  func order(ofKeys keys: Column, _ type: Type) -> [SortColumn] {
    let key = Batch(elements: keys, of: type)
    return zip(key.columns, ElementOrder(type).types).map { SortColumn($0, $1) }
  }

  // MARK: State

  /// What a state holds: the key, where there is one, then what each accumulator holds.
  func partials(of state: State) -> Batch {
    state.seal()
    let partials = state.accumulators.map { $0.partials(state.groupCount) }
    return Batch(count: state.groupCount, columns: (state.table?.keyColumns() ?? []) + partials).compacted()
  }

  /// Adds what `partials` gave.
  func absorb(_ rows: Batch, into state: State) {
    let groups = Buffer<Int32>(repeating: 0, count: rows.count)
    var columns = rows.columns[...]
    if let table = state.table {
      table.groups(of: layout.encode([columns.removeFirst()], count: rows.count), into: groups.base)
    }
    absorb(Array(columns), groups, into: state)
  }

  /// Adds what accumulators held of groups whose numbers are known.
  func absorb(_ partials: [Column], _ groups: Buffer<Int32>, into state: State) {
    for (accumulator, column) in zip(state.accumulators, partials) {
      accumulator.reserve(state.groupCount)
      accumulator.absorb(column, groups.base)
    }
    withExtendedLifetime(groups) {}
  }
}
