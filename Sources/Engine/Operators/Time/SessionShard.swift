import Columns

/// The sessions of some keys: rows that wait, and of each key at most one session that is open between two rounds.
///
/// Unchecked: used by one thread at a time, between whose uses the pool synchronises.
final class SessionShard: @unchecked Sendable {
  static let openPrefix = "open "

  private let aggregation: Aggregation
  private let gap: Int64
  /// Rows that others may still come before; the key stands in front, where there is one.
  private var waiting: [Batch] = []
  /// Numbers the keys; nil without one.
  private var keys: GroupTable?
  /// By key, its open session; -1 without.
  private var open = FlatArray<Int32>(filledWith: -1)
  /// The groups are sessions: open ones, and some that have been given.
  private var state: Aggregation.State
  /// By session: its key, or -1 once it has been given, and the times of its first and last row.
  private var owners = FlatArray<Int32>(filledWith: -1)
  private var firsts = FlatArray<Int64>(filledWith: 0)
  private var lasts = FlatArray<Int64>(filledWith: 0)
  private var openCount = 0
  /// No open session ends before.
  private var nextEnd = Int64.max
  private var version = 0
  private var saved: [OperatorState.Section] = []

  init(_ aggregation: Aggregation, gap: Int64) {
    self.aggregation = aggregation
    self.gap = gap
    keys = aggregation.keyType == nil ? nil : GroupTable(layout: aggregation.layout)
    state = aggregation.makeState(keyed: false)
    state.setGroupCount(0)
  }

  private var hasKey: Bool { keys != nil }

  /// Takes rows.
  func append(_ rows: Batch) {
    waiting.append(rows)
    touch()
  }

  private func touch() {
    version += 1
    saved = []
  }

  /// The sessions that have ended before the horizon, if any; no row with an earlier time follows. Without one no
  /// row follows at all.
  func advance(to horizon: Int64?) throws(RunFailure) -> WindowGroups? {
    if let rows = takeComplete(horizon) { try add(rows) }
    guard openCount > 0, horizon.map({ nextEnd <= $0 }) ?? true else { return nil }
    var ended: [Int32] = []
    nextEnd = .max
    for session in 0..<owners.count where owners[session] >= 0 {
      let end = end(of: session)
      if horizon.map({ end <= $0 }) ?? true {
        ended.append(Int32(truncatingIfNeeded: session))
      } else {
        nextEnd = min(nextEnd, end)
      }
    }
    return ended.isEmpty ? nil : try close(Buffer(ended))
  }

  private func end(of session: Int) -> Int64 { saturatingSum(lasts[session], gap) }

  /// The rows that none before them can follow.
  private func takeComplete(_ horizon: Int64?) -> Batch? {
    guard !waiting.isEmpty else { return nil }
    var complete: [Batch] = []
    var rest: [Batch] = []
    for batch in waiting {
      guard let horizon, let times = batch.tags?.times else {
        complete.append(batch)
        continue
      }
      let isComplete = Bitmap(count: batch.count) { times.base[$0] < horizon }
      let count = isComplete.setCount
      if count > 0 { complete.append(batch.filtered(by: isComplete)) }
      if count == 0 {
        rest.append(batch)
      } else if count < batch.count {
        rest.append(batch.filtered(by: isComplete.inverted).compacted())
      }
    }
    waiting = rest.count > 32 ? [Batch.concatenated(rest)] : rest
    return complete.isEmpty ? nil : Batch.concatenated(complete)
  }

  /// Gives each row its session, in time order, and aggregates them.
  private func add(_ rows: Batch) throws(RunFailure) {
    guard let times = rows.tags?.times else { preconditionFailure("sessions are of timed rows") }
    touch()
    let keyOfRow = number(hasKey ? rows.columns[0] : nil, count: rows.count)
    let order = sortPermutation(
      [
        SortColumn(Column(count: rows.count, storage: .int32(keyOfRow)), .date),
        SortColumn(Column(count: rows.count, storage: .int64(times)), .timestamp),
      ], count: rows.count)
    let sessions = Buffer<Int32>(uninitialized: rows.count)
    for place in 0..<rows.count {
      let row = Int(order[place])
      let key = Int(keyOfRow[row])
      let time = times.base[row]
      var session = Int(open[key])
      if session >= 0, time < end(of: session) {
        lasts[session] = max(lasts[session], time)
      } else {
        session = begin(key, at: time)
      }
      nextEnd = min(nextEnd, end(of: session))
      sessions.base[row] = Int32(truncatingIfNeeded: session)
    }
    state.setGroupCount(owners.count)
    let elements = Batch(
      count: rows.count, columns: Array(rows.columns.dropFirst(hasKey ? 1 : 0)), tags: rows.tags)
    try aggregation.add(elements, groups: UnsafePointer(sessions.base), to: state)
    withExtendedLifetime(sessions) {}
  }

  /// The number of each key, with room for it.
  private func number(_ column: Column?, count: Int) -> Buffer<Int32> {
    let numbers = Buffer<Int32>(repeating: 0, count: count)
    if let keys, let column {
      keys.groups(of: aggregation.layout.encode([column], count: count), into: numbers.base)
    }
    open.grow(to: keys?.count ?? 1)
    return numbers
  }

  private func begin(_ key: Int, at time: Int64) -> Int {
    let session = owners.count
    for array in [firsts, lasts] {
      array.grow(to: session + 1)
      array[session] = time
    }
    owners.grow(to: session + 1)
    owners[session] = Int32(truncatingIfNeeded: key)
    open[key] = Int32(truncatingIfNeeded: session)
    openCount += 1
    return session
  }

  /// Gives sessions away.
  private func close(_ sessions: Buffer<Int32>) throws(RunFailure) -> WindowGroups {
    touch()
    let closing = aggregation.extracted(sessions, of: state)
    let values = try aggregation.values(of: closing, .alone)
    let owner = sessions.mapped { owners[Int($0)] }
    let groups = Batch(count: sessions.count, columns: (keys?.keyColumns(of: owner) ?? []) + values)
    let starts = sessions.mapped { firsts[Int($0)] }
    let ends = sessions.mapped { end(of: Int($0)) }
    for (index, session) in sessions.values.enumerated() {
      let key = Int(owner[index])
      if open[key] == session { open[key] = -1 }
      owners[Int(session)] = -1
    }
    openCount -= sessions.count
    if owners.count > 2 * openCount + 1024 { compact() }
    return WindowGroups(groups, starts: starts, ends: ends)
  }

  /// Forgets sessions that have been given, and keys without one.
  private func compact() {
    let kept = Buffer(
      (0..<owners.count).filter { owners[$0] >= 0 }.map { Int32(truncatingIfNeeded: $0) })
    let key = keys?.keyColumns(of: kept.mapped { owners[Int($0)] }).first
    let (first, last) = (kept.mapped { firsts[Int($0)] }, kept.mapped { lasts[Int($0)] })
    state = aggregation.extracted(kept, of: state)
    keys = keys.map { GroupTable(layout: $0.layout) }
    open = FlatArray(filledWith: -1)
    owners = FlatArray(filledWith: -1)
    firsts = FlatArray(filledWith: 0)
    lasts = FlatArray(filledWith: 0)
    openCount = 0
    _ = begin(keys: key, firsts: first, lasts: last)
  }

  /// Begins sessions of keys that have none; their numbers.
  private func begin(keys column: Column?, firsts: Buffer<Int64>, lasts: Buffer<Int64>) -> Buffer<Int32> {
    let keyOfSession = number(column, count: firsts.count)
    let sessions = Buffer<Int32>(uninitialized: firsts.count)
    for index in 0..<firsts.count {
      let session = begin(Int(keyOfSession[index]), at: firsts[index])
      self.lasts[session] = lasts[index]
      nextEnd = min(nextEnd, end(of: session))
      sessions.base[index] = Int32(truncatingIfNeeded: session)
    }
    return sessions
  }

  // MARK: State

  /// What is held, as it was given the last time if nothing has changed since.
  func save(named name: String, partials: OperatorState.Contents?) -> [OperatorState.Section] {
    guard saved.isEmpty else { return saved }
    if openCount > 0 {
      if openCount < owners.count { compact() }
      let columns = [firsts, lasts].map { Column(count: openCount, storage: .int64($0.prefix(openCount))) }
      let key = keys?.keyColumns(of: owners.prefix(openCount)) ?? []
      let rows = Batch(
        count: openCount, columns: columns + key + aggregation.partials(of: state).columns)
      saved.append(
        OperatorState.Section(
          Self.openPrefix + name, version: version, rows: rows.compacted(), contents: partials))
    }
    if !waiting.isEmpty {
      waiting = [Batch.concatenated(waiting)]
      saved.append(
        OperatorState.Section(
          "waiting \(name)", version: version, rows: waiting[0],
          contents: .elements(input: 0, from: hasKey ? 1 : 0)))
    }
    return saved
  }

  /// Takes back sessions that were open.
  func restore(open rows: Batch) {
    let columns = rows.columns
    let sessions = begin(
      keys: hasKey ? columns[2] : nil, firsts: columns[0].int64s, lasts: columns[1].int64s)
    state.setGroupCount(owners.count)
    aggregation.absorb(Array(columns.dropFirst(hasKey ? 3 : 2)), sessions, into: state)
  }

  /// All is taken back of a state whose versions went so far.
  func restored(version: Int) {
    self.version = version
    touch()
  }
}
