import Columns
import Dataflow
import Semantics
import Synchronization

/// `latest`: the newest row of each key, of several of one time the canonically greatest. A stream gives it again
/// whenever it has changed. Joins with it need to know what was the newest at some time, so they get all rows.
final class LatestOperator: Operator, @unchecked Sendable {
  // Unchecked: what changes belongs to a partition, which one task works on at a time.
  private let waiting: WaitingRows
  /// The joins that match what was the newest at their left rows' times.
  private var joins: [Target] = []
  private var results: [Batch] = []
  private var ranges = Pieces()

  init(_ index: Int, _ context: RunContext, _ latest: LatestOperation) throws(RunFailure) {
    let element = context.graph.nodes[index].inputElement(context.graph)
    waiting = WaitingRows(
      RowKey(latest.key, element, context), ElementOrder(element), Shards(workers: context.pool.count))
    super.init(index, context)
  }

  override var keepsRows: Bool { true }

  override func makeLocal() -> AnyObject { WaitingRows.Incoming() }

  override func connect(_ targets: [Target], port: Int) {
    guard port == 0 else { return super.connect(targets, port: port) }
    let matching = { (target: Target) in (target.operation as? TimeJoinOperator)?.matchesNewest ?? false }
    joins = targets.filter { $0.input == 1 && matching($0) }
    super.connect(targets.filter { $0.input != 1 || !matching($0) }, port: port)
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    let batch = try inTime(batch, worker, lateFrom: { saturatingSum($0, 1) })
    guard batch.count > 0 else { return }
    try hand(pruned(batch), to: joins, worker)
    if outputs[0].isEmpty {
      counters.rowsOut0.wrappingAdd(batch.count, ordering: .relaxed)
      return
    }
    try waiting.add(batch, to: worker.local(self, as: WaitingRows.Incoming.self), by: self)
  }

  /// What is due is newer than all that has been given of its key, so nothing else needs to be known of it, however
  /// long a key is remembered.
  override func advance(_ progress: TimeProgress, _ workers: [Worker]) throws(RunFailure) {
    try context.checkCancelled()
    waiting.take(workers.compactMap { $0.take(self, as: WaitingRows.Incoming.self) })
    let bound = progress.bound
    results = try context.pool.map(waiting.shards.partitions) { partition throws(RunFailure) in
      guard let due = try waiting.due(partition, before: bound, by: self) else {
        return Batch(count: 0, columns: [])
      }
      let newest = Buffer((0..<due.runs).map { Int32(truncatingIfNeeded: due.run($0).upperBound - 1) })
      return pruned(due.rows.gathered(newest))
    }
    ranges = Pieces(results.map(\.count), size: context.options.morselRows)
  }

  override func release() { results = [] }

  override var pieces: Int { ranges.count }

  override func piece(_ index: Int) -> Batch {
    let (partition, range) = ranges[index]
    return results[partition].sliced(range)
  }

  override func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState? {
    guard keepsState else { return nil }
    return OperatorState(try waiting.save(by: self))
  }

  override func restore(_ state: OperatorState, _ workers: [Worker]) throws(RunFailure) {
    try waiting.restore(state, by: self)
  }
}
