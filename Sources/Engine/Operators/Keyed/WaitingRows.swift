import Columns

/// Rows that wait until event time has passed them: they come out by key, in the order of time and then in
/// canonical order, a partition of the keys at a time.
final class WaitingRows: @unchecked Sendable {
  // Unchecked: a partition is changed by one task at a time, the rest by the driver between stages.
  let shards: Shards
  private let key: RowKey
  private let ties: RowTies
  private let kept: [Bool]?
  private let versions: ShardVersions
  private var incoming: [Arrival] = []
  private var partitions: [[Run]]

  /// Rows that have come in one batch, split by partition.
  fileprivate struct Arrival {
    let batch: Batch
    let lists: RowLists
  }

  /// Rows of one worker that have come in this round.
  final class Incoming {
    fileprivate var arrivals: [Arrival] = []
  }

  /// Rows in the order of time; those before `start` have gone.
  private struct Run {
    let rows: Batch
    var start = 0
    var count: Int { rows.count - start }
  }

  /// - Parameters:
  ///   - kind: What sections are called.
  ///   - kept: The columns of the element that are kept; nil for all.
  init(
    called kind: String = "waiting", _ key: RowKey, _ order: ElementOrder, kept: [Bool]? = nil,
    _ shards: Shards
  ) {
    self.key = key
    self.kept = kept
    self.shards = shards
    ties = RowTies(key.layout, order, kept: kept)
    versions = ShardVersions(kind)
    partitions = Array(repeating: [], count: shards.partitions)
  }

  /// Takes rows that have come; on any worker.
  func add(_ batch: Batch, to incoming: Incoming, by operation: Operator) throws(RunFailure) {
    guard batch.count > 0 else { return }
    incoming.arrivals.append(try arrival(batch, operation))
  }

  private func arrival(_ batch: Batch, _ operation: Operator) throws(RunFailure) -> Arrival {
    let keys = try key.encoded(batch, by: operation)
    let rows = kept.map { batch.pruned($0) } ?? batch
    return Arrival(batch: rows.compacted(), lists: shards.split(keys.hashes))
  }

  /// All rows of a round have come.
  func take(_ all: [Incoming]) {
    incoming = []
    for part in all { incoming += part.arrivals }
  }

  /// The rows of a partition that are earlier than `bound`, all without one; nil where there are none. They are
  /// let go.
  func due(
    _ partition: Int, before bound: Int64?, by operation: Operator
  ) throws(RunFailure) -> KeyedRows? {
    var parts: [Batch] = []
    for index in partitions[partition].indices {
      let run = partitions[partition][index]
      let end = bound.map { run.rows.eventTimes.firstIndex(notBefore: $0) } ?? run.rows.count
      guard end > run.start else { continue }
      parts.append(run.rows.sliced(run.start..<end))
      partitions[partition][index].start = end
    }
    let new = arrived(partition)
    if new.count > 0 {
      let isDue = bound.map { bound in Bitmap(count: new.count) { new.times[$0] < bound } }
      if isDue?.isFull ?? true {
        parts.append(new.rows(at: nil))
      } else if let isDue {
        if !isDue.isEmpty { parts.append(new.rows(at: isDue.setIndices())) }
        try wait(new.inOrder(isDue.inverted.setIndices()), partition, operation)
      }
    }
    tidy(partition)
    guard !parts.isEmpty else { return nil }
    let all = Batch.concatenated(parts)
    let due = KeyedRows(all, try key.encoded(all, by: operation), ties)
    if bound != nil { for index in 0..<due.runs { versions.note(due.keys.hashes[index]) } }
    return due
  }

  // MARK: What has come

  /// The rows of a partition among all that have come, not copied yet.
  private struct Arrived {
    let batches: [Batch]
    let choices: Choices
    let times: Buffer<Int64>
    var count: Int { times.count }

    /// Some of the rows, or all.
    func rows(at indices: Buffer<Int32>?) -> Batch {
      guard let indices else { return .interleaved(batches, choices) }
      return .interleaved(
        batches,
        Choices(source: choices.source.gathered(indices), row: choices.row.gathered(indices)))
    }

    /// Some of the rows, in the order of time.
    func inOrder(_ indices: Buffer<Int32>) -> Batch {
      rows(at: indices.gathered(orderOfTimes(times.gathered(indices))))
    }
  }

  private func arrived(_ partition: Int) -> Arrived {
    let lists = incoming.map { $0.lists[partition] }
    let count = lists.reduce(0) { $0 + $1.count }
    let source = Buffer<UInt32>(uninitialized: count)
    let row = Buffer<Int32>(uninitialized: count)
    let times = Buffer<Int64>(uninitialized: count)
    var next = 0
    for (index, list) in lists.enumerated() {
      let all = incoming[index].batch.eventTimes
      for entry in 0..<list.count {
        let place = list[entry]
        source.base[next] = UInt32(truncatingIfNeeded: index)
        row.base[next] = place
        times.base[next] = all[Int(place)]
        next += 1
      }
    }
    return Arrived(
      batches: incoming.map(\.batch), choices: Choices(source: source, row: row), times: times)
  }

  /// Keeps rows, which are in the order of time, for later.
  private func wait(_ rows: Batch, _ partition: Int, _ operation: Operator) throws(RunFailure) {
    let keys = try key.encoded(rows, by: operation)
    for row in 0..<rows.count { versions.note(keys.hashes[row]) }
    partitions[partition].append(Run(rows: rows))
  }

  /// Drops runs that have gone, and makes one of two that are about as long: so there are only few.
  private func tidy(_ partition: Int) {
    var runs = partitions[partition].filter { $0.count > 0 }
    while runs.count > 1, runs[runs.count - 1].count * 2 >= runs[runs.count - 2].count {
      let rows = Batch.concatenated(runs.suffix(2).map { $0.rows.sliced($0.start..<$0.rows.count) })
      runs.removeLast(2)
      runs.append(Run(rows: rows.gathered(orderOfTimes(rows.eventTimes))))
    }
    partitions[partition] = runs
  }

  // MARK: State

  /// A section for each shard; between two rounds.
  func save(by operation: Operator) throws(RunFailure) -> [OperatorState.Section] {
    var sections: [OperatorState.Section] = []
    for (partition, runs) in partitions.enumerated() {
      let rest = runs.map { $0.rows.sliced($0.start..<$0.rows.count) }
      let rows = rest.isEmpty ? Batch(count: 0, columns: []) : Batch.concatenated(rest)
      let hashes = rest.isEmpty ? Buffer(uninitialized: 0) : try key.encoded(rows, by: operation).hashes
      sections += versions.sections(rows, hashes, ofPartition: partition, shards)
    }
    return sections
  }

  /// Takes back what was saved.
  func restore(_ state: OperatorState, by operation: Operator) throws(RunFailure) {
    for rows in versions.restore(state) where rows.count > 0 {
      let arrival = try arrival(rows, operation)
      for partition in partitions.indices {
        let part = arrival.batch.gathered(arrival.lists[partition])
        guard part.count > 0 else { continue }
        partitions[partition].append(Run(rows: part.gathered(orderOfTimes(part.eventTimes))))
      }
    }
    for partition in partitions.indices { tidy(partition) }
  }
}

/// The rows in the order of their times.
func orderOfTimes(_ times: Buffer<Int64>) -> Buffer<Int32> {
  sortPermutation([SortColumn(Column(count: times.count, storage: .int64(times)), .int)], count: times.count)
}

extension Buffer<Int64> {
  /// Of ascending values the place of the first that is not less than `bound`.
  func firstIndex(notBefore bound: Int64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension TimeProgress {
  /// Rows before this are complete; nil where all are.
  var bound: Int64? { hasEnded ? nil : watermark }
}
