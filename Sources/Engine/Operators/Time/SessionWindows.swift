import Columns
import Dataflow

/// Sessions: of each key, until nothing came for `gap`. Rows wait until none before them can follow; then they
/// extend their key's session or begin the next one, and are aggregated at once.
///
/// Keys are in virtual shards by their hash, so that workers need not wait for each other.
final class SessionWindows: WindowGrouping {
  private static let shardCount = 64

  /// Rows of one worker, by shard: those of shard `s` of a batch are `offsets[s]..<offsets[s + 1]`.
  private final class Arrived {
    var batches: [(rows: Batch, offsets: Buffer<Int32>)] = []
  }

  private unowned let operation: Operator
  private let aggregation: Aggregation
  private let gap: Int64
  private let lateness: Int64
  private let shards: [SessionShard]
  private var ready: WindowGroups?
  private var order: Buffer<Int32> = Buffer(uninitialized: 0)

  init(_ aggregation: Aggregation, gap: Int64, lateness: Int64, of operation: Operator) {
    self.operation = operation
    self.aggregation = aggregation
    self.gap = gap
    self.lateness = lateness
    shards = (0..<Self.shardCount).map { _ in SessionShard(aggregation, gap: gap) }
  }

  // MARK: Rows

  func makeLocal() -> AnyObject { Arrived() }

  func push(_ batch: Batch, _ worker: Worker) throws(RunFailure) {
    guard batch.count > 0 else { return }
    let keys = try aggregation.keys(of: batch)
    let rows = Batch(
      count: batch.count, columns: (keys.map { [$0] } ?? []) + batch.columns,
      tags: RowTags(times: batch.tags?.times))
    worker.local(operation, as: Arrived.self).batches.append(byShard(rows, keys))
  }

  /// Rows in the order of their shards.
  private func byShard(_ rows: Batch, _ keys: Column?) -> (rows: Batch, offsets: Buffer<Int32>) {
    guard let keys else {
      let offsets = Buffer<Int32>(
        repeating: Int32(truncatingIfNeeded: rows.count), count: Self.shardCount + 1)
      offsets.base[0] = 0
      return (rows.compacted(), offsets)
    }
    let hashes = aggregation.layout.encode([keys], count: rows.count).hashes
    let lists = GroupLists(hashes.mapped { Int32(truncatingIfNeeded: $0 >> 58) }, count: Self.shardCount)
    return (rows.gathered(lists.rows).compacted(), lists.offsets)
  }

  // MARK: Windows

  func advance(to watermark: Int64, _ workers: [Worker]) throws(RunFailure) {
    let arrived = workers.flatMap { $0.take(operation, as: Arrived.self)?.batches ?? [] }
    let (shards, lateness, aggregation) = (shards, lateness, aggregation)
    let parts = try operation.context.pool.map(Self.shardCount) { index throws(RunFailure) -> WindowGroups? in
      for (rows, offsets) in arrived {
        let range = Int(offsets[index])..<Int(offsets[index + 1])
        if !range.isEmpty { shards[index].append(rows.sliced(range)) }
      }
      // A row of a time before the horizon has no row before it that is still to come.
      let horizon = watermark == .max ? nil : saturatingSum(watermark, -lateness)
      return try shards[index].advance(to: horizon)
    }
    let fired = parts.compactMap { $0 }
    guard !fired.isEmpty else { return }
    let groups = Batch.concatenated(fired.map(\.groups))
    let starts = Buffer.concatenated(fired.map(\.starts))
    let ends = Buffer.concatenated(fired.map(\.ends))
    ready = WindowGroups(groups, starts: starts, ends: ends)
    var columns = [SortColumn(Column(count: ends.count, storage: .int64(ends)), .timestamp)]
    if let type = aggregation.keyType { columns += aggregation.order(ofKeys: groups.columns[0], type) }
    order = sortPermutation(columns, count: groups.count, pool: operation.context.pool)
  }

  var pieces: Int { ready.map { operation.context.pieces(of: $0.groups.count) } ?? 0 }

  func piece(_ index: Int) throws(RunFailure) -> WindowGroups {
    guard let ready else { preconditionFailure("a piece of what is ready") }
    let range = operation.context.rows(ofPiece: index, count: order.count)
    let rows = order.sliced(range)
    return WindowGroups(
      ready.groups.gathered(rows), starts: ready.starts.gathered(rows), ends: ready.ends.gathered(rows))
  }

  func release() { ready = nil }

  // MARK: State

  func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState {
    let (shards, contents) = (shards, operation.partialContents)
    let sections = operation.context.pool.collect(Self.shardCount) {
      shards[$0].save(named: "\($0)", partials: contents)
    }
    return OperatorState(sections.flatMap { $0 })
  }

  func restore(_ state: OperatorState) {
    let hasKey = aggregation.keyType != nil
    for section in state.sections {
      let isOpen = section.name.hasPrefix(SessionShard.openPrefix)
      let (rows, offsets) = byShard(section.rows, hasKey ? section.rows.columns[isOpen ? 2 : 0] : nil)
      for (index, shard) in shards.enumerated() where offsets[index] < offsets[index + 1] {
        let own = rows.sliced(Int(offsets[index])..<Int(offsets[index + 1]))
        if isOpen { shard.restore(open: own) } else { shard.append(own) }
      }
    }
    let version = state.sections.reduce(0) { max($0, $1.version) }
    for shard in shards { shard.restored(version: version) }
  }
}
