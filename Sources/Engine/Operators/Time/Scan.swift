import Columns
import Dataflow
import Semantics

/// `scan`: a state along the rows of each key, in the order of time and then in canonical order. The rows of one key
/// need each other's results, those of different keys do not: the first rows of all keys are stepped at once, then
/// the second ones, and so on.
final class ScanOperator: Operator, @unchecked Sendable {
  // Unchecked: what changes belongs to a partition, which one task works on at a time.
  private let step: RowFunction
  private let stepUses: [Bool]
  private let emitted: RowFunction
  private let initial: Column
  private let ttl: Int64
  private let waiting: WaitingRows
  private let states: KeyStates
  private var reached = Int64.min
  private var results: [Result] = []
  private var ranges = Pieces()

  /// What a partition gives.
  private struct Result {
    var rows = Batch(count: 0, columns: [])
    /// The state after each row, in the order in which they were stepped.
    var states: Column?
    /// Where the state after each row is.
    var places = Buffer<Int32>(uninitialized: 0)
  }

  init(_ index: Int, _ context: RunContext, _ scan: ScanOperation) throws(RunFailure) {
    let element = context.graph.nodes[index].inputElement(context.graph)
    let constants = Constants(index, context)
    let compiler = context.compiler()
    step = RowFunction(kernel: compiler.compile(scan.step), element: element)
    let uses = FieldUses(scan.step)[scan.step.parameters[1]]
    stepUses = (0..<element.fieldCount).map { uses.contains($0) }
    emitted = RowFunction(kernel: compiler.compile(scan.emit), element: element)
    initial = try constants.column(scan.initial)
    ttl = try scan.ttl.map { ttl throws(RunFailure) in try constants.duration(ttl) } ?? .max
    let shards = Shards(workers: context.pool.count)
    let key = RowKey(scan.key, element, context)
    waiting = WaitingRows(key, ElementOrder(element), shards)
    states = KeyStates(key.layout, keep: ttl, shards)
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
      try scan(partition, before: bound)
    }
    ranges = Pieces(results.map(\.rows.count), size: context.options.morselRows)
  }

  // MARK: Chains

  /// Rows of one key that follow each other, each within `ttl` of the one before: the state goes on along them.
  private struct Chain {
    /// Its first row.
    let start: Int
    var count: Int
    /// The group whose state it starts from; -1 for the initial state.
    let from: Int32
    /// The group whose state its last row leaves; -1 where a later chain does.
    var to: Int32
  }

  private func scan(_ partition: Int, before bound: Int64?) throws(RunFailure) -> Result {
    // Only now: what is due may still be earlier.
    defer { if let bound { states.forget(partition, before: bound) } }
    guard let due = try waiting.due(partition, before: bound, by: self) else { return Result() }
    let part = states[partition]
    let chains = chains(due, part.groups(of: due.keys), part)
    let (after, places, last) = try stepped(chains, due, starts: starts(of: chains, part))
    if bound != nil {
      let ends = Bitmap(count: chains.count) { chains[$0].to >= 0 }.setIndices()
      part.set(
        ends.map { chains[Int($0)].to },
        Batch(count: ends.count, columns: [last.gathered(ends)]).compacted(),
        times: { index in
          let chain = chains[Int(ends[index])]
          return due.times[chain.start + chain.count - 1]
        })
    }
    return Result(rows: due.rows, states: after, places: places)
  }

  /// The chains of the rows that are due, long ones first.
  private func chains(_ due: KeyedRows, _ groups: Buffer<Int32>, _ part: KeyStates.Partition) -> [Chain] {
    var chains: [Chain] = []
    for run in 0..<due.runs {
      let group = groups[run]
      var before = part.time(of: group)
      var from = group
      for row in due.run(run) {
        let time = due.times[row]
        // Before its first row a key was last seen at the beginning of time.
        let startsOver = before == .min || time > saturatingSum(before, ttl)
        if startsOver || row == due.run(run).lowerBound {
          if startsOver { from = -1 }
          if row > due.run(run).lowerBound { chains[chains.count - 1].to = -1 }
          chains.append(Chain(start: row, count: 0, from: from, to: group))
        }
        chains[chains.count - 1].count += 1
        before = time
      }
    }
    // Chains that are as long stay in order, so that what fails first does not depend on the sort.
    let order = sortPermutation(
      [
        SortColumn(
          Column(count: chains.count, storage: .int64(Buffer(chains.map { Int64($0.count) }))), .int,
          isDescending: true)
      ], count: chains.count)
    return (0..<order.count).map { chains[Int(order[$0])] }
  }

  /// The states that chains start from.
  private func starts(of chains: [Chain], _ part: KeyStates.Partition) -> Column {
    let known = chains.map(\.from).filter { $0 >= 0 }
    if known.isEmpty { return initial.repeated(chains.count) }
    let stored = part.states(of: Buffer(known)).columns[0]
    if known.count == chains.count { return stored }
    let source = Buffer<UInt32>(uninitialized: chains.count)
    let row = Buffer<Int32>(uninitialized: chains.count)
    var next: Int32 = 0
    for (index, chain) in chains.enumerated() {
      source.base[index] = chain.from < 0 ? 1 : 0
      row.base[index] = chain.from < 0 ? 0 : next
      if chain.from >= 0 { next += 1 }
    }
    return .interleaved([stored, initial], Choices(source: source, row: row))
  }

  /// Steps the first rows of all chains, then the second ones, and so on.
  /// - Returns: The state after each row, where it is for each, and that after the last row of each chain.
  private func stepped(
    _ chains: [Chain], _ due: KeyedRows, starts: Column
  ) throws(RunFailure) -> (after: Column, places: Buffer<Int32>, last: Column) {
    let rows = due.rows.pruned(stepUses)
    let places = Buffer<Int32>(uninitialized: due.rows.count)
    var states = starts
    var after: [Column] = []
    // Of chains that have ended, the shortest and so last ones first.
    var ended: [Column] = []
    var active = chains.count
    var done = 0
    for round in 0..<(chains.first?.count ?? 0) {
      if round & 1023 == 0 { try context.checkCancelled() }
      let before = active
      while chains[active - 1].count <= round { active -= 1 }
      if active < before {
        ended.append(states.sliced(active..<before))
        states = states.sliced(0..<active)
      }
      let indices = Buffer<Int32>(uninitialized: active)
      for chain in 0..<active {
        let row = chains[chain].start + round
        indices.base[chain] = Int32(truncatingIfNeeded: row)
        places.base[row] = Int32(truncatingIfNeeded: done + chain)
      }
      let elements = rows.gathered(indices).elements(of: step.element)
      let evaluated = step.kernel.evaluate(Frame(count: active, [states, elements]))
      if let failure = evaluated.failures?.entries.first {
        throw fault(failure, due.rows.gathered(indices), step.element)
      }
      states = evaluated.column
      after.append(states)
      done += active
    }
    ended.append(states)
    return (.concatenated(after), places, .concatenated(ended.reversed()))
  }

  // MARK: Results

  override func release() { results = [] }

  override var pieces: Int { ranges.count }

  override func piece(_ index: Int) throws(RunFailure) -> Batch {
    let (partition, range) = ranges[index]
    guard let states = results[partition].states else { return Batch(count: 0, columns: []) }
    let rows = results[partition].rows.sliced(range)
    let after = states.gathered(results[partition].places.sliced(range))
    let evaluated = emitted.kernel.evaluate(
      Frame(count: rows.count, [after, rows.elements(of: emitted.element)]))
    if let failure = evaluated.failures?.entries.first { throw fault(failure, rows, emitted.element) }
    return Batch(elements: evaluated.column, of: node.outputs[0].element, tags: rows.tags)
  }

  // MARK: State

  override func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState? {
    guard keepsState else { return nil }
    states.forgetAll(before: reached)
    return OperatorState(try waiting.save(by: self) + states.save())
  }

  override func restore(_ state: OperatorState, _ workers: [Worker]) throws(RunFailure) {
    try waiting.restore(state, by: self)
    states.restore(state)
  }
}
