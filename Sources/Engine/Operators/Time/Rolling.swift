import Columns
import Dataflow
import Semantics

/// `rolling`: each row with the group of its key's rows of the time before it, up to and including itself in
/// canonical order.
final class RollingOperator: Operator, @unchecked Sendable {
  // Unchecked: what changes belongs to a partition, which one task works on at a time.
  private let span: Int64
  private let key: RowKey
  private let keyColumn: RowFunction
  private var calls: RollingCalls?
  private let result: Kernel
  private let hasKey: Bool
  private let waiting: WaitingRows
  private let versions = ShardVersions("rows")
  private let partitions: [Partition]
  private var results: [Result] = []
  private var ranges = Pieces()

  /// The rows that later ones may still need, by key.
  private final class Partition: @unchecked Sendable {
    // Unchecked: worked on by one task at a time.
    var keys: GroupTable
    let history = RowHistory()
    var enough = RowStore.few
    init(_ layout: KeyLayout) { keys = GroupTable(layout: layout) }
  }

  /// What a partition gives: a row for each that is due.
  private struct Result {
    /// All rows of the keys that have rows due, key by key in order.
    var members = Batch(count: 0, columns: [])
    /// Which of them are due, and where the group of each starts.
    var rows = Buffer<Int32>(uninitialized: 0)
    var starts = Buffer<Int32>(uninitialized: 0)
    var values: [RollingCalls.Values] = []
  }

  init(_ index: Int, _ context: RunContext, _ rolling: RollingOperation) throws(RunFailure) {
    let element = context.graph.nodes[index].inputElement(context.graph)
    span = try Constants(index, context).duration(rolling.span)
    key = RowKey(rolling.key, element, context)
    keyColumn = RowFunction(kernel: context.compiler().compile(rolling.key), element: element)
    hasKey = rolling.aggregate.keyLocal != nil
    result = context.compiler().compile(
      rolling.aggregate.result,
      inputs: [rolling.row] + [rolling.aggregate.keyLocal].compactMap { $0 }
        + rolling.aggregate.calls.map(\.local))
    let shards = Shards(workers: context.pool.count)
    let layout = key.layout
    waiting = WaitingRows(key, ElementOrder(element), shards)
    partitions = (0..<shards.partitions).map { _ in Partition(layout) }
    super.init(index, context)
    calls = try RollingCalls(rolling.aggregate.calls, of: self)
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
    let bound = progress.bound
    results = try context.pool.map(partitions.count) { partition throws(RunFailure) in
      try roll(partition, before: bound)
    }
    ranges = Pieces(results.map(\.rows.count), size: context.options.morselRows)
  }

  private func roll(_ partition: Int, before bound: Int64?) throws(RunFailure) -> Result {
    let part = partitions[partition]
    // Only now: what is due may still be earlier.
    defer { if let bound { drop(part, before: saturatingSum(saturatingSum(bound, -span), 1)) } }
    guard let calls, let due = try waiting.due(partition, before: bound, by: self) else { return Result() }
    let groups = part.keys.groups(of: due.keys)
    let (members, rows) = joined(due, groups, part.history)
    if bound != nil {
      _ = part.history.append(due.rows, groups: due.spread(groups))
      for run in 0..<due.runs { versions.note(due.keys.hashes[run]) }
    }
    let starts = starts(rows, members.eventTimes, due)
    return Result(members: members, rows: rows, starts: starts, values: try calls.values(members))
  }

  /// The rows of the keys that have rows due: those of before and those that are due.
  private func joined(
    _ due: KeyedRows, _ groups: Buffer<Int32>, _ history: RowHistory
  ) -> (members: Batch, rows: Buffer<Int32>) {
    let rows = Buffer<Int32>(uninitialized: due.rows.count)
    var before: [Int32] = []
    var source: [UInt32] = []
    var row: [Int32] = []
    for run in 0..<due.runs {
      var number = history.first(of: groups[run])
      while number >= 0 {
        source.append(0)
        row.append(Int32(truncatingIfNeeded: before.count))
        before.append(number)
        number = history.row(after: number)
      }
      for index in due.run(run) {
        rows.base[index] = Int32(truncatingIfNeeded: row.count)
        source.append(1)
        row.append(Int32(truncatingIfNeeded: index))
      }
    }
    if before.isEmpty { return (due.rows, rows) }
    let members = Batch.interleaved(
      [history.store.rows(at: Buffer(before)), due.rows], Choices(source: Buffer(source), row: Buffer(row)))
    return (members, rows)
  }

  /// Where the group of each row that is due starts among the members.
  private func starts(_ rows: Buffer<Int32>, _ times: Buffer<Int64>, _ due: KeyedRows) -> Buffer<Int32> {
    let starts = Buffer<Int32>(uninitialized: rows.count)
    var end = 0
    for run in 0..<due.runs {
      // The members of a key start where those of the one before end.
      var start = end
      for index in due.run(run) {
        let row = Int(rows[index])
        let bound = saturatingSum(times[row], -span)
        while start < row, times[start] <= bound { start += 1 }
        starts.base[index] = Int32(truncatingIfNeeded: start)
      }
      end = Int(rows[due.run(run).upperBound - 1]) + 1
    }
    return starts
  }

  /// Lets rows go that are in no later row's group, and keys without rows, once they may be most.
  private func drop(_ part: Partition, before bound: Int64) {
    for number in part.history.rows(before: bound) {
      versions.note(part.keys.hashes[Int(part.history.group(of: number))])
    }
    part.history.drop(before: bound)
    guard part.keys.count >= part.enough else { return }
    let live = Bitmap(count: part.keys.count) { part.history.first(of: Int32($0)) >= 0 }.setIndices()
    part.enough = max(RowStore.few, 2 * live.count)
    guard live.count * 2 <= part.keys.count else { return }
    part.keys = part.keys.keeping(live)
    part.history.keep(live)
  }

  // MARK: Results

  override func release() { results = [] }

  override var pieces: Int { ranges.count }

  override func piece(_ index: Int) throws(RunFailure) -> Batch {
    guard let calls else { return Batch(count: 0, columns: []) }
    let (partition, range) = ranges[index]
    let part = results[partition]
    let rows = part.rows.sliced(range)
    let own = part.members.gathered(rows)
    var inputs = [own.elements(of: elements[0])]
    if hasKey { inputs.append(try values(keyColumn, own)) }
    inputs += try calls.results(part.values, starts: part.starts.sliced(range), ends: rows)
    let evaluated = result.evaluate(Frame(count: own.count, inputs))
    if let failure = evaluated.failures?.entries.first { throw fault(failure, own, elements[0]) }
    return Batch(elements: evaluated.column, of: node.outputs[0].element, tags: own.tags)
  }

  // MARK: State

  override func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState? {
    guard keepsState else { return nil }
    var sections = try waiting.save(by: self)
    for (index, part) in partitions.enumerated() {
      let numbers = part.history.numbers
      let rows = numbers.count == 0 ? Batch(count: 0, columns: []) : part.history.store.rows(at: numbers)
      let groups = numbers.map { part.history.group(of: $0) }
      sections += versions.sections(
        rows, part.keys.hashes(of: groups), ofPartition: index, waiting.shards)
    }
    return OperatorState(sections)
  }

  override func restore(_ state: OperatorState, _ workers: [Worker]) throws(RunFailure) {
    try waiting.restore(state, by: self)
    // The queue of a history is in the order of time, so all its rows come back at once.
    let sections = versions.restore(state).filter { $0.count > 0 }
    guard !sections.isEmpty else { return }
    let rows = Batch.concatenated(sections)
    let keys = try key.encoded(rows, by: self)
    let lists = waiting.shards.split(keys.hashes)
    for (index, part) in partitions.enumerated() {
      let own = lists[index]
      let groups = part.keys.groups(of: keys.gathered(own, width: key.layout.width))
      _ = part.history.append(rows.gathered(own), groups: groups)
    }
  }
}
