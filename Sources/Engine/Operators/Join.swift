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
  private var table: JoinTable?
  private var rightRows: Batch?

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
    let graph = context.graph
    let inputs = graph.nodes[index].inputs
    let types = inputs.map { graph.nodes[$0.node].outputs[$0.port].element }
    func flags(_ fields: FieldSet, _ side: Int) -> [Bool] {
      (0..<types[side].fieldCount).map { fields.contains($0) }
    }
    var residualFields = FieldUses()
    if let residual = join.residual { residualFields.add(residual) }
    residualUses = (flags(residualFields[join.left], 0), flags(residualFields[join.right], 1))
    let output = context.needs[Edge(index)]
    if let select = join.select {
      let uses = Needs.uses(ofBody: select.body, output: output)
      resultUses = (flags(uses[select.parameters[0]], 0), flags(uses[select.parameters[1]], 1))
    } else {
      resultUses = (flags(output, 0), flags(.none, 1))
    }
    super.init(index, context)
  }

  override func makeLocal() -> AnyObject { Build() }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    if input == 1 {
      let keys = layout.compacted(try encode(batch, rightKeys, elements[1]))
      // What only the keys read is not kept.
      let kept = batch.pruned(zip(residualUses.right, resultUses.right).map { $0 || $1 }).compacted()
      worker.local(self, as: Build.self).batches.append((worker.nextPlace(), kept, keys))
    } else {
      try probe(batch, worker)
    }
  }

  private func encode(
    _ batch: Batch, _ kernels: [Kernel], _ element: Type
  ) throws(RunFailure) -> EncodedKeys {
    var columns: [Column] = []
    for kernel in kernels {
      columns.append(try values(RowFunction(kernel: kernel, element: element), batch))
    }
    return layout.encode(columns, count: batch.count, forJoin: true)
  }

  // MARK: The right side

  override func finish(_ workers: [Worker]) throws(RunFailure) {
    try context.checkCancelled()
    var all: [(place: BatchPlace, batch: Batch, keys: EncodedKeys)] = []
    for worker in workers { all += worker.take(self, as: Build.self)?.batches ?? [] }
    all.sort { $0.place < $1.place }
    try checkKept(all.reduce(0) { $0 + $1.batch.count })
    rightRows =
      all.isEmpty
      ? ElementShape(elements[1]).emptyBatch
      : KeptRows.concatenate(all.map(\.batch), context.pool).withOneOwner
    table = JoinTable(layout: layout, keys: EncodedKeys.concatenated(all.map(\.keys)), pool: context.pool)
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

  private func probe(_ batch: Batch, _ worker: Worker) throws(RunFailure) {
    guard let table else { return }
    let first = table.firstMatches(try encode(batch, leftKeys, elements[0]))
    switch kind {
    case .semi, .anti:
      var matched = Bitmap(packing: batch.count) { first.base[$0] >= 0 }
      if residual != nil {
        let pairs = try fulfilling(allPairs(first, table, keepsUnmatched: false), batch)
        matched = Bitmap(repeating: false, count: batch.count)
        for row in pairs.left.values { matched.words.base[Int(row) >> 6] |= 1 << UInt64(row & 63) }
      }
      try emit(pruned(batch).filtered(by: kind == .semi ? matched : matched.inverted), worker)
    case .inner: try select(fulfilling(allPairs(first, table, keepsUnmatched: false), batch), batch, worker)
    case .left:
      guard residual != nil else {
        return try select(allPairs(first, table, keepsUnmatched: true), batch, worker)
      }
      let pairs = try fulfilling(allPairs(first, table, keepsUnmatched: false), batch)
      try select(withUnmatched(pairs, batch.count), batch, worker)
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

  /// The pairs for which the residual condition holds.
  private func fulfilling(_ pairs: Pairs, _ batch: Batch) throws(RunFailure) -> Pairs {
    guard let residual, let rightRows, pairs.count > 0 else { return pairs }
    var kept: [Pairs] = []
    for piece in 0..<context.pieces(of: pairs.count) {
      try context.checkCancelled()
      let part = pairs.slice(context.rows(ofPiece: piece, count: pairs.count))
      let left = batch.pruned(residualUses.left).gathered(part.left)
      let right = rightRows.pruned(residualUses.right).gathered(part.right)
      let frame = Frame(
        count: part.count, [left.elements(of: elements[0]), right.elements(of: elements[1])])
      let evaluated = residual.evaluate(frame)
      if let failure = evaluated.failures?.entries.first { throw fault(failure, left, elements[0]) }
      let holds = evaluated.column.bits.setIndices()
      kept.append(
        Pairs(left: part.left.gathered(holds), right: part.right.gathered(holds)))
    }
    return Pairs(
      left: .joined(kept.map(\.left)), right: .joined(kept.map(\.right)))
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
    guard let select, let rightRows, pairs.count > 0 else { return }
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
      if let failure = evaluated.failures?.entries.first { throw fault(failure, left, elements[0]) }
      try emit(Batch(elements: evaluated.column, of: node.outputs[0].element), worker)
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
