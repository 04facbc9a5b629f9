import Columns
import Dataflow
import Semantics

/// `timed`: gives each row its event time and, on a flow without end, the watermark of its own partition when it
/// came: the greatest earlier time of the partition, less `delay`. Rows wait for the end of the round, because only
/// then the order of a partition's rows is known.
final class TimedOperator: Operator {
  private let time: RowFunction
  private let delay: Int64
  private let idle: Int64?
  private let isBounded: Bool
  /// The sources whose partitions come here, by node.
  private let sources: Set<Int>
  /// Per partition, the greatest time so far.
  private var greatest: [Int: Int64] = [:]
  /// Partitions that the watermark did not wait for when it last moved.
  private var skipped: Set<Int> = []
  private var reached = Int64.min
  /// Whether the watermark waits for no partition, because `idle` has given up all of them.
  private(set) var isIdle = false
  private var version = 0
  private var due: [Kept] = []
  private var bases: [Int64] = []

  /// Rows of one partition, in its order.
  private struct Kept {
    let place: BatchPlace
    let batch: Batch
    let partition: Int
    let greatest: Int64
  }

  private final class Rows {
    var batches: [Kept] = []
  }

  init(_ index: Int, _ context: RunContext, _ operation: TimedOperation) throws(RunFailure) {
    let node = context.graph.nodes[index]
    time = RowFunction(
      kernel: context.compiler().compile(operation.time), element: node.inputElement(context.graph))
    isBounded = context.graph.isBounded(node.inputs[0])
    sources = context.graph.sources(of: index)
    do {
      delay = try context.compiler().evaluateConstant(operation.delay).int64s[0]
      idle = try operation.idle.map { idle throws(RowFailure) in
        try context.compiler().evaluateConstant(idle).int64s[0]
      }
    } catch {
      throw .fault(
        RunFault(node: index, operatorName: node.name, span: error.span, message: error.message))
    }
    super.init(index, context)
  }

  override var keepsRows: Bool { !isBounded }

  override func makeLocal() -> AnyObject { Rows() }

  override func push(_ untimed: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    let asked = try fitting(time, untimed, worker)
    let (batch, times) = (asked.rows, asked.values.int64s)
    if batch.count == 0 { return }
    if isBounded {
      return try emit(batch.tagged(RowTags(times: times, origin: batch.tags?.origin)), worker)
    }
    let partition = batch.tags?.origin?.positions.partition ?? -1
    var most = Int64.min
    for row in 0..<batch.count { most = max(most, times.base[row]) }
    worker.local(self, as: Rows.self).batches.append(
      Kept(
        place: worker.nextPlace(), batch: batch.tagged(RowTags(times: times, origin: batch.tags?.origin)),
        partition: partition, greatest: most))
  }

  override func advance(_ progress: TimeProgress, _ workers: [Worker]) throws(RunFailure) {
    guard !isBounded else { return }
    due = []
    bases = []
    for worker in workers { due += worker.take(self, as: Rows.self)?.batches ?? [] }
    due.sort { $0.place < $1.place }
    for kept in due {
      var watermark = saturatingSum(greatest[kept.partition] ?? .min, -delay)
      // The one exception: a partition that was given up may come back behind the others.
      if skipped.contains(kept.partition) { watermark = max(watermark, reached) }
      bases.append(watermark)
      greatest[kept.partition] = max(greatest[kept.partition] ?? .min, kept.greatest)
    }
    if !due.isEmpty { version += 1 }
    advanceWatermark(progress)
  }

  private func advanceWatermark(_ progress: TimeProgress) {
    if progress.hasEnded {
      reached = .max
      return
    }
    let partitions = context.partitions.states(of: sources)
    var least: Int64?
    skipped = []
    for state in partitions.open {
      if let idle, context.partitions.now - state.lastArrival >= Int(idle) * 1000 {
        skipped.insert(state.partition)
        continue
      }
      let own = greatest[state.partition].map { saturatingSum($0, -delay) } ?? .min
      least = min(least ?? .max, own)
    }
    isIdle = partitions.isComplete && least == nil && !skipped.isEmpty
    if partitions.isComplete, let least { reached = max(reached, least) }
  }

  /// Goes on without rows to where the flows are that meet this one, so that they need not wait for it.
  func follow(_ watermark: Int64) { reached = max(reached, watermark) }

  override func watermark(_ progress: TimeProgress) -> Int64 { isBounded ? progress.watermark : reached }

  override func release() {
    due = []
    bases = []
  }

  override var pieces: Int { due.count }

  override func piece(_ index: Int) -> Batch {
    let batch = due[index].batch
    guard let tags = batch.tags, let times = tags.times else { return batch }
    let watermarks = Buffer<Int64>(uninitialized: batch.count)
    var watermark = bases[index]
    for row in 0..<batch.count {
      watermarks.base[row] = watermark
      watermark = max(watermark, saturatingSum(times.base[row], -delay))
    }
    return pruned(batch.tagged(RowTags(times: times, watermarks: watermarks, origin: tags.origin)))
  }

  // MARK: State

  override func save(_ workers: [Worker]) -> OperatorState? {
    guard !isBounded else { return nil }
    let known = greatest.sorted { $0.key < $1.key }
    let arena = TextArena()
    let names = known.map { context.partitions.name(of: $0.key) }
    let rows = Batch(
      count: known.count,
      columns: [
        Column(
          count: known.count, storage: .text(Buffer(names.map { arena.add($0.source) }), owners: [arena])),
        Column(
          count: known.count, storage: .text(Buffer(names.map { arena.add($0.partition) }), owners: [arena])),
        Column(count: known.count, storage: .int64(Buffer(known.map(\.value)))),
      ])
    let watermark = Batch(count: 1, columns: [Column(count: 1, storage: .int64(Buffer([reached])))])
    return OperatorState([
      OperatorState.Section("partitions", version: version, rows: rows, contents: .own),
      OperatorState.Section(
        "watermark", version: Int(truncatingIfNeeded: reached), rows: watermark, contents: .own),
    ])
  }

  override func restore(_ state: OperatorState, _ workers: [Worker]) {
    for section in state.sections {
      if section.name == "watermark" {
        reached = section.rows.columns[0].int64s[0]
        continue
      }
      version = section.version
      for row in 0..<section.rows.count {
        let columns = section.rows.columns
        let partition = context.partitions.number(
          source: columns[0].texts[row].string, partition: columns[1].texts[row].string)
        greatest[partition] = columns[2].int64s[row]
      }
    }
  }
}

extension Graph {
  /// The sources whose rows come to a node.
  func sources(of index: Int) -> Set<Int> {
    if case .source = nodes[index].operation { return [index] }
    return nodes[index].inputs.reduce(into: Set()) { $0.formUnion(sources(of: $1.node)) }
  }
}
