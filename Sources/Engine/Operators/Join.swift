import Columns
import Dataflow
import Semantics

/// The joins: the right side is kept in a table, the left side streams past it.
final class JoinOperator: Operator {
  private let kind: JoinOperation.Kind
  private let leftKeys: [Kernel]
  private let rightKeys: [Kernel]
  private let layout: KeyLayout
  private let residual: Kernel?
  private let select: Kernel?
  /// The columns that `residual` reads of each side, and those that go into the result.
  private let residualUses: (left: [Bool], right: [Bool])
  private let resultUses: (left: [Bool], right: [Bool])
  /// The right side, once it is complete. Another operator of the same node may take it over.
  var rightSide: RightSide?

  /// The rows of the right side, and where to find those of a key.
  struct RightSide: Sendable {
    let table: JoinTable
    let rows: Batch
  }

  /// A batch of the right side, with its keys.
  private final class Build {
    var batches: [(place: BatchPlace, batch: Batch, keys: EncodedKeys)] = []
  }

  init(_ index: Int, _ context: RunContext, _ join: JoinOperation) {
    kind = join.kind
    let compiler = context.compiler()
    leftKeys = join.equalities.map { compiler.compile($0.left, inputs: [join.left]) }
    rightKeys = join.equalities.map { compiler.compile($0.right, inputs: [join.right]) }
    layout = KeyLayout(joinTypes: join.equalities.map(\.left.type))
    residual = join.residual.map { compiler.compile($0, inputs: [join.left, join.right]) }
    select = join.select.map { compiler.compile($0) }
    let types = context.graph.nodes[index].inputs.map { edge in
      context.graph.nodes[edge.node].outputs[edge.port].element
    }
    let uses = JoinUses(join, output: context.needs[Edge(index)])
    residualUses = (uses.residual(0, types[0]), uses.residual(1, types[1]))
    resultUses = (uses.result(0, types[0]), uses.result(1, types[1]))
    super.init(index, context)
  }

  override func makeLocal() -> AnyObject { Build() }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    if input == 1 {
      let (rows, encoded) = try encode(batch, rightKeys, elements[1], worker)
      let keys = layout.compacted(encoded)
      // What only the keys read is not kept.
      let kept = rows.pruned(zip(residualUses.right, resultUses.right).map { $0 || $1 })
        .tagged(nil).compacted()
      worker.local(self, as: Build.self).batches.append((worker.nextPlace(), kept, keys))
    } else {
      try probe(batch, worker)
    }
  }

  /// The rows whose keys have a value, and these.
  private func encode(
    _ batch: Batch, _ kernels: [Kernel], _ element: Type, _ worker: Worker
  ) throws(RunFailure) -> (rows: Batch, keys: EncodedKeys) {
    var rows = batch
    var columns: [Column] = []
    for kernel in kernels {
      let keyed = try fitting(RowFunction(kernel: kernel, element: element), rows, worker)
      if let kept = keyed.kept { columns = columns.map { $0.filtered(by: kept) } }
      columns.append(keyed.values)
      rows = keyed.rows
    }
    return (rows, layout.encode(columns, count: rows.count, forJoin: true))
  }

  // MARK: The right side

  /// Makes the table of the right rows that have come since the last time: left rows from now on look into this one.
  override func finish(_ workers: [Worker]) throws(RunFailure) {
    try context.checkCancelled()
    var all: [(place: BatchPlace, batch: Batch, keys: EncodedKeys)] = []
    for worker in workers { all += worker.take(self, as: Build.self)?.batches ?? [] }
    all.sort { $0.place < $1.place }
    try checkKept(all.reduce(0) { $0 + $1.batch.count })
    let rows =
      all.isEmpty
      ? ElementShape(elements[1]).emptyBatch
      : KeptRows.concatenate(all.map(\.batch), context.pool).withOneOwner
    rightSide = RightSide(
      table: JoinTable(layout: layout, keys: EncodedKeys.concatenated(all.map(\.keys)), pool: context.pool),
      rows: rows)
  }

  // MARK: The left side

  /// Pairs of a left and a right row; a right row of -1 stands for none.
  private struct Pairs {
    var left: Buffer<Int32>
    var right: Buffer<Int32>
    /// Whether the left rows are all rows of the batch, each once, in order.
    var takesEachOnce = false

    var count: Int { left.count }

    func slice(_ range: Range<Int>) -> Pairs {
      range.count == count ? self : Pairs(left: left.sliced(range), right: right.sliced(range))
    }
  }

  private func probe(_ probed: Batch, _ worker: Worker) throws(RunFailure) {
    guard let table = rightSide?.table else { return }
    let keyed = try encode(probed, leftKeys, elements[0], worker)
    var batch = keyed.rows
    var first = table.firstMatches(keyed.keys)
    var pairs: Pairs?
    if residual != nil {
      let asked = try fulfilling(allPairs(first, table, keepsUnmatched: false), batch, worker)
      pairs = asked.pairs
      if let refused = asked.refused {
        // A row for which a condition has no value is neither matched nor unmatched: it is asked without it.
        let kept = refused.inverted
        batch = batch.filtered(by: kept)
        first = Column(count: kept.count, storage: .int32(first)).filtered(by: kept).int32s
        pairs = try fulfilling(allPairs(first, table, keepsUnmatched: false), batch, worker).pairs
      }
    }
    switch kind {
    case .semi, .anti:
      var matched = Bitmap(packing: batch.count) { first.base[$0] >= 0 }
      if let pairs {
        matched = Bitmap(repeating: false, count: batch.count)
        for row in pairs.left.values { matched.words.base[Int(row) >> 6] |= 1 << UInt64(row & 63) }
      }
      try emit(pruned(batch).filtered(by: kind == .semi ? matched : matched.inverted), worker)
    case .inner:
      try select(pairs ?? allPairs(first, table, keepsUnmatched: false), batch, worker)
    case .left:
      try select(
        pairs.map { withUnmatched($0, batch.count) } ?? allPairs(first, table, keepsUnmatched: true), batch,
        worker)
    }
  }

  /// All pairs of equal keys, by left row and then by right row.
  private func allPairs(_ first: Buffer<Int32>, _ table: JoinTable, keepsUnmatched: Bool) -> Pairs {
    let rows = first.count
    var total = rows
    if table.hasDuplicates {
      total = 0
      for row in 0..<rows {
        var match = first.base[row]
        if match < 0, keepsUnmatched { total += 1 }
        while match >= 0 {
          total += 1
          match = table.row(after: match)
        }
      }
    } else if !keepsUnmatched {
      total = 0
      for row in 0..<rows { total += first.base[row] >= 0 ? 1 : 0 }
    }
    let left = Buffer<Int32>(uninitialized: total)
    if !table.hasDuplicates, total == rows {
      for row in 0..<rows { left.base[row] = Int32(truncatingIfNeeded: row) }
      return Pairs(left: left, right: first, takesEachOnce: true)
    }
    let right = Buffer<Int32>(uninitialized: total)
    var next = 0
    for row in 0..<rows {
      var match = first.base[row]
      if match < 0 {
        guard keepsUnmatched else { continue }
        left.base[next] = Int32(truncatingIfNeeded: row)
        right.base[next] = -1
        next += 1
        continue
      }
      repeat {
        left.base[next] = Int32(truncatingIfNeeded: row)
        right.base[next] = match
        next += 1
        match = table.row(after: match)
      } while match >= 0
    }
    return Pairs(left: left, right: right)
  }

  /// The pairs for which the residual condition holds, and the left rows for one of whose pairs it has no value.
  private func fulfilling(
    _ pairs: Pairs, _ batch: Batch, _ worker: Worker
  ) throws(RunFailure) -> (pairs: Pairs, refused: Bitmap?) {
    guard let residual, let rightRows = rightSide?.rows, pairs.count > 0 else { return (pairs, nil) }
    var kept: [Pairs] = []
    var refused: [Int32: RowFailure] = [:]
    for piece in 0..<context.pieces(of: pairs.count) {
      try context.checkCancelled()
      let part = pairs.slice(context.rows(ofPiece: piece, count: pairs.count))
      let left = batch.pruned(residualUses.left).gathered(part.left)
      let right = rightRows.pruned(residualUses.right).gathered(part.right)
      let frame = Frame(
        count: part.count, [left.elements(of: elements[0]), right.elements(of: elements[1])])
      let evaluated = residual.evaluate(frame)
      for failure in evaluated.failures?.entries ?? [] {
        let row = part.left[Int(failure.row)]
        refused[row] =
          refused[row]
          ?? RowFailure(row: row, kind: failure.kind, message: failure.message, span: failure.span)
      }
      let holds = evaluated.column.bits.setIndices()
      kept.append(
        Pairs(left: part.left.gathered(holds), right: part.right.gathered(holds)))
    }
    if !refused.isEmpty {
      let failures = refused.values.sorted { $0.row < $1.row }
      try refuse(failures, of: batch.pruned(residualUses.left), elements[0], worker)
    }
    return (
      Pairs(left: .joined(kept.map(\.left)), right: .joined(kept.map(\.right))),
      refused.isEmpty ? nil : Bitmap(count: batch.count) { refused[Int32($0)] != nil }
    )
  }

  /// The pairs, and each left row that has none with none.
  private func withUnmatched(_ pairs: Pairs, _ rows: Int) -> Pairs {
    var left: [Int32] = []
    var right: [Int32] = []
    left.reserveCapacity(max(rows, pairs.count))
    right.reserveCapacity(max(rows, pairs.count))
    var pair = 0
    for row in 0..<rows {
      if pair == pairs.count || Int(pairs.left[pair]) != row {
        left.append(Int32(truncatingIfNeeded: row))
        right.append(-1)
      }
      while pair < pairs.count, Int(pairs.left[pair]) == row {
        left.append(pairs.left[pair])
        right.append(pairs.right[pair])
        pair += 1
      }
    }
    return Pairs(left: Buffer(left), right: Buffer(right))
  }

  /// Makes a row of each pair; only now are columns copied, and only those that are read.
  private func select(_ pairs: Pairs, _ batch: Batch, _ worker: Worker) throws(RunFailure) {
    guard let select, let rightRows = rightSide?.rows, pairs.count > 0 else { return }
    let limit = max(2 * context.options.morselRows, batch.count)
    // Many matches a row: they go on in pieces.
    let pieces = pairs.count <= limit ? 1 : context.pieces(of: pairs.count)
    for piece in 0..<pieces {
      if pieces > 1 { try context.checkCancelled() }
      let part =
        pieces == 1 ? pairs : pairs.slice(context.rows(ofPiece: piece, count: pairs.count))
      let leftColumns = batch.pruned(resultUses.left)
      let left = part.takesEachOnce ? leftColumns : leftColumns.gathered(part.left)
      let right = rightElements(rightRows.pruned(resultUses.right), part.right)
      let evaluated = select.evaluate(
        Frame(count: part.count, [left.elements(of: elements[0]), right]))
      var result = Batch(elements: evaluated.column, of: node.outputs[0].element, tags: left.tags)
      if let failures = evaluated.failures {
        try refuse(failures.entries, of: left, elements[0], worker)
        result = result.filtered(by: failures.rows(count: part.count).inverted)
      }
      try emit(result, worker)
    }
  }

  /// The right elements of pairs; absent where there is none.
  private func rightElements(_ rows: Batch, _ indices: Buffer<Int32>) -> Column {
    guard kind == .left else { return rows.gathered(indices).elements(of: elements[1]) }
    guard elements[1].isStructure else { return rows.columns[0].gatheredOptional(indices) }
    var hasUnmatched = false
    for index in indices.values where index < 0 {
      hasUnmatched = true
      break
    }
    guard hasUnmatched else { return rows.gathered(indices).elements(of: elements[1]) }
    let columns = rows.gatheredOptional(indices.values).columns
    return Column(
      count: indices.count, validity: Bitmap(packing: indices.count) { indices.base[$0] >= 0 },
      storage: .structure(columns))
  }
}

extension EncodedKeys {
  /// One after the other.
  static func concatenated(_ parts: [EncodedKeys]) -> EncodedKeys {
    if parts.count == 1 { return parts[0] }
    let count = parts.reduce(0) { $0 + $1.count }
    var present: Bitmap?
    if parts.contains(where: { $0.present != nil }) {
      present = .concatenated(parts.map { $0.present ?? Bitmap(repeating: true, count: $0.count) })
    }
    return EncodedKeys(
      count: count, lanes: .joined(parts.map(\.lanes)), hashes: .joined(parts.map(\.hashes)),
      present: present, owners: parts.flatMap(\.owners))
  }
}

extension Buffer {
  /// One after the other.
  static func joined(_ parts: [Buffer<Value>]) -> Buffer<Value> {
    if parts.count == 1 { return parts[0] }
    let result = Buffer(uninitialized: parts.reduce(0) { $0 + $1.count })
    var next = result.base
    for part in parts {
      next.update(from: part.base, count: part.count)
      next += part.count
    }
    return result
  }
}

/// Many owners as one, so that copies of a column do not copy the list of them.
private final class OwnerGroup: TextOwner {
  let owners: [any TextOwner]
  init(_ owners: [any TextOwner]) { self.owners = owners }
}

extension Column {
  fileprivate var withOneOwner: Column {
    switch storage {
    case .text(let views, let owners) where owners.count > 1:
      return Column(
        count: count, validity: validity, storage: .text(views, owners: [OwnerGroup(owners)]))
    case .list(let offsets, let values):
      return Column(
        count: count, validity: validity, storage: .list(offsets: offsets, values: values.withOneOwner))
    case .structure(let columns):
      return Column(
        count: count, validity: validity, storage: .structure(columns.map(\.withOneOwner)))
    default: return self
    }
  }
}

extension Batch {
  fileprivate var withOneOwner: Batch { Batch(count: count, columns: columns.map(\.withOneOwner)) }
}
