import Columns
import Dataflow
import Semantics

/// `distinct` of a timed flow: of each key the earliest row, ties in canonical order, and with `within` again one
/// when the last that stayed is so long ago.
final class SpacedOperator: Operator, @unchecked Sendable {
  // Unchecked: what changes belongs to a partition, which one task works on at a time.
  private let distance: Int64
  private let waiting: WaitingRows
  /// Of each key when the last row came that stayed.
  private let survivors: KeyStates
  private var reached = Int64.min
  private var results: [Batch] = []
  private var ranges = Pieces()

  init(_ index: Int, _ context: RunContext, _ distinct: DistinctOperation) throws(RunFailure) {
    let element = context.graph.nodes[index].inputElement(context.graph)
    let constants = Constants(index, context)
    distance = try distinct.within.map { within throws(RunFailure) in try constants.duration(within) } ?? .max
    let shards = Shards(workers: context.pool.count)
    let key = RowKey(distinct.by, element, context)
    waiting = WaitingRows(key, ElementOrder(element), shards)
    survivors = KeyStates(called: "survivors", key.layout, keep: distance, shards)
    super.init(index, context)
  }

  override var keepsRows: Bool { true }

  override func makeLocal() -> AnyObject { WaitingRows.Incoming() }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    let batch = try inTime(batch, worker, lateFrom: { saturatingSum($0, 1) })
    try waiting.add(batch, to: worker.local(self, as: WaitingRows.Incoming.self), by: self)
  }

  override func advance(_ progress: TimeProgress, _ workers: [Worker]) throws(RunFailure) {
    try context.checkCancelled()
    waiting.take(workers.compactMap { $0.take(self, as: WaitingRows.Incoming.self) })
    reached = progress.watermark
    let bound = progress.bound
    results = try context.pool.map(waiting.shards.partitions) { partition throws(RunFailure) in
      try surviving(partition, before: bound)
    }
    ranges = Pieces(results.map(\.count), size: context.options.morselRows)
  }

  private func surviving(_ partition: Int, before bound: Int64?) throws(RunFailure) -> Batch {
    // Only now: what is due may still be earlier.
    defer { if let bound { survivors.forget(partition, before: bound) } }
    guard let due = try waiting.due(partition, before: bound, by: self) else {
      return Batch(count: 0, columns: [])
    }
    let part = survivors[partition]
    let groups = part.groups(of: due.keys)
    var kept: [Int32] = []
    var last: [(group: Int32, time: Int64)] = []
    for run in 0..<due.runs {
      var survivor = part.time(of: groups[run])
      let before = kept.count
      for row in due.run(run) {
        let time = due.times[row]
        if survivor > .min, time < saturatingSum(survivor, distance) { continue }
        survivor = time
        kept.append(Int32(truncatingIfNeeded: row))
      }
      if kept.count > before { last.append((groups[run], survivor)) }
    }
    if bound != nil {
      part.set(
        Buffer(last.map(\.group)), Batch(count: last.count, columns: []), times: { last[$0].time })
    }
    return pruned(due.rows.gathered(Buffer(kept)))
  }

  override func release() { results = [] }

  override var pieces: Int { ranges.count }

  override func piece(_ index: Int) -> Batch {
    let (partition, range) = ranges[index]
    return results[partition].sliced(range)
  }

  override func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState? {
    guard keepsState else { return nil }
    survivors.forgetAll(before: reached)
    return OperatorState(try waiting.save(by: self) + survivors.save())
  }

  override func restore(_ state: OperatorState, _ workers: [Worker]) throws(RunFailure) {
    try waiting.restore(state, by: self)
    survivors.restore(state)
  }
}

extension Operator {
  /// Whether anything must survive a crash: the bounded part of a stream runs again.
  var keepsState: Bool { !context.graph.isBounded(Edge(index)) }
}
