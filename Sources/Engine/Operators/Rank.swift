import Columns
import Dataflow
import Semantics

/// Rows put aside by one worker, in batches that know their place.
final class KeptRows {
  var batches: [(place: BatchPlace, batch: Batch)] = []
  var count = 0
  /// Rows that were left when rows that can't count were last dropped.
  var countAfterCut = 0

  /// Keeps rows, but not the blocks of input that their texts lie in.
  func append(_ batch: Batch, at place: BatchPlace) {
    batches.append((place, batch.compacted()))
    count += batch.count
  }

  /// All rows of all workers, in the order of the flow; nil without any.
  static func gather(
    _ operation: Operator, _ workers: [Worker], _ pool: WorkerPool
  ) throws(RunFailure) -> Batch? {
    var all: [(place: BatchPlace, batch: Batch)] = []
    for worker in workers {
      if let kept = worker.take(operation, as: KeptRows.self) { all += kept.batches }
    }
    guard !all.isEmpty else { return nil }
    all.sort { $0.place < $1.place }
    try operation.checkKept(all.reduce(0) { $0 + $1.batch.count })
    return concatenate(all.map(\.batch), pool)
  }

  /// One batch of all, column by column in parallel.
  static func concatenate(_ batches: [Batch], _ pool: WorkerPool) -> Batch {
    guard batches.count > 1 else { return batches[0] }
    let columns = pool.collect(batches[0].columns.count) { index in
      Column.concatenated(batches.map { $0.columns[index] })
    }
    return Batch(
      count: batches.reduce(0) { $0 + $1.count }, columns: columns, tags: .concatenated(batches))
  }
}

/// `sort`, `limit`, `top`: rows in the order of keys, ties in canonical order, perhaps only the first of all
/// or of each group. With a limit, a worker keeps only what may still count.
final class RankOperator: Operator {
  private let group: RowFunction?
  private let keys: [(function: RowFunction, isDescending: Bool)]
  private let limit: Int?
  private let keepsTies: Bool
  private let order: ElementOrder
  private let rowsBeforeCut: Int
  private var rows: Batch?
  private var ranking: Buffer<Int32> = Buffer(uninitialized: 0)

  /// `sort`; `limit` is that of a `limit` that follows.
  convenience init(_ index: Int, _ context: RunContext, sort keys: [SortKey], limit: Int?) {
    self.init(index, context, group: nil, keys: keys, limit: limit, keepsTies: false, isTop: false)
  }

  /// `top`.
  convenience init(_ index: Int, _ context: RunContext, top: TopOperation) throws(RunFailure) {
    let limit = try Constants(index, context).count(top.count)
    self.init(
      index, context, group: top.group, keys: top.keys, limit: limit, keepsTies: top.keepsTies, isTop: true)
  }

  private init(
    _ index: Int, _ context: RunContext, group: TypedLambda?, keys: [SortKey], limit: Int?, keepsTies: Bool,
    isTop: Bool
  ) {
    let element = context.graph.nodes[index].inputElement(context.graph)
    let compiler = context.compiler()
    self.group = group.map { RowFunction(kernel: compiler.compile($0), element: element) }
    // `top` goes from the greatest, and `desc` turns that round.
    self.keys = keys.map { key in
      (RowFunction(kernel: compiler.compile(key.key), element: element), key.isDescending != isTop)
    }
    self.limit = limit
    self.keepsTies = keepsTies
    order = ElementOrder(element)
    rowsBeforeCut = max(65_536, 4 * context.options.morselRows)
    super.init(index, context)
  }

  override var keepsRows: Bool { true }

  override func makeLocal() -> AnyObject { KeptRows() }

  /// A row's columns: group, keys, then the element's.
  private var extraColumns: Int { keys.count + (group == nil ? 0 : 1) }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    var columns: [Column] = []
    if let group { columns.append(try values(group, batch)) }
    for key in keys { columns.append(try values(key.function, batch)) }
    let kept = worker.local(self, as: KeptRows.self)
    kept.append(Batch(count: batch.count, columns: columns + batch.columns), at: worker.nextPlace())
    if limit != nil, kept.count > 2 * kept.countAfterCut + rowsBeforeCut {
      let all = Batch.concatenated(kept.batches.map(\.batch))
      let cut = all.gathered(ranked(all, WorkerPool.alone))
      kept.batches = [(worker.nextPlace(), cut)]
      kept.count = cut.count
      kept.countAfterCut = cut.count
    }
  }

  /// The rows that stay, in order.
  private func ranked(_ batch: Batch, _ pool: WorkerPool) -> Buffer<Int32> {
    var columns: [SortColumn] = []
    if let group { columns.append(SortColumn(batch.columns[0], ColumnType(group.kernel.type))) }
    for (index, key) in keys.enumerated() {
      let column = batch.columns[columns.count]
      columns.append(
        SortColumn(column, ColumnType(keys[index].function.kernel.type), isDescending: key.isDescending))
    }
    let elements = order.ties(Array(batch.columns.dropFirst(extraColumns)))
    let rows = sortPermutation(columns + elements, count: batch.count, pool: pool)
    guard let limit else { return rows }
    guard limit > 0 else { return Buffer(uninitialized: 0) }
    let groupColumns = group == nil ? [] : [columns[0]]
    let sameGroup = RowOrder(
      groupColumns.map(\.column), groupColumns.map(\.column), by: groupColumns.map(\.order))
    let sameKeys = RowOrder(columns.map(\.column), columns.map(\.column), by: columns.map(\.order))
    var rank = 0
    let kept = Bitmap(count: rows.count) { place in
      guard place > 0 else { return true }
      let row = Int(rows[place])
      let before = Int(rows[place - 1])
      rank = group == nil || sameGroup.compare(row, before) == 0 ? rank + 1 : 0
      if rank < limit { return true }
      guard keepsTies else { return false }
      // Equal to the last one that counts: the chain of ties is not broken since.
      return sameKeys.compare(row, Int(rows[place - (rank - limit + 1)])) == 0
    }
    return rows.gathered(kept.setIndices())
  }

  override func finish(_ workers: [Worker]) throws(RunFailure) {
    try context.checkCancelled()
    guard let all = try KeptRows.gather(self, workers, context.pool) else { return }
    ranking = ranked(all, context.pool)
    rows = pruned(Batch(count: all.count, columns: Array(all.columns.dropFirst(extraColumns))))
  }

  override func release() { rows = nil }

  override var pieces: Int { rows == nil ? 0 : context.pieces(of: ranking.count) }

  override func piece(_ index: Int) throws(RunFailure) -> Batch {
    guard let rows else { return Batch(count: 0, columns: []) }
    let range = context.rows(ofPiece: index, count: ranking.count)
    return rows.gathered(UnsafeBufferPointer(rebasing: ranking.values[range]))
  }
}

/// Keeps rows in their order until all have come: before a join whose other side needs them first, and for a
/// `limit` that does not stand right behind its `sort`.
final class KeepOperator: Operator {
  private let limit: Int?
  private var rows: Batch?

  /// A `limit`, or without one a helper of a join.
  init(_ index: Int, _ context: RunContext, limit: Int?) {
    self.limit = limit
    super.init(index, context, isHelper: limit == nil)
  }

  override var keepsRows: Bool { true }

  override func makeLocal() -> AnyObject { KeptRows() }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) {
    worker.local(self, as: KeptRows.self).append(batch, at: worker.nextPlace())
  }

  override func finish(_ workers: [Worker]) throws(RunFailure) {
    rows = try KeptRows.gather(self, workers, context.pool)
    if let limit, let all = rows, all.count > limit { rows = all.sliced(0..<limit) }
  }

  override func release() { rows = nil }

  override var pieces: Int { context.pieces(of: rows?.count ?? 0) }

  override func piece(_ index: Int) throws(RunFailure) -> Batch {
    guard let rows else { return Batch(count: 0, columns: []) }
    return rows.sliced(context.rows(ofPiece: index, count: rows.count))
  }
}
