import Columns
import Dataflow
import Semantics

/// Joins that look at event time: `within`, `as_of`, and with `latest` on the right. Both sides wait until both
/// watermarks have passed them, so a row that comes out never changes.
final class TimeJoinOperator: Operator, @unchecked Sendable {
  // Unchecked: what changes belongs to a partition, which one task works on at a time.
  /// Whether the right side is a `latest`, which then passes on all its rows.
  let matchesNewest: Bool
  private let kind: JoinOperation.Kind
  private let residual: Kernel?
  private let select: Kernel?
  private let matcher: any TimeMatcher
  private let sides: [Side]
  private var bound: Int64? = .min
  private var results: [Result] = []
  private var ranges = Pieces()
  /// Results of each partition: pairs, then left rows without a partner.
  private var parts: [(partition: Int, isMatched: Bool)] = []

  /// What is known of an input.
  private struct Side {
    let waiting: WaitingRows
    /// Rows whose key is absent match nothing and need not be kept.
    let absent: RowKey?
    /// The columns that `residual` reads and those that go into the result.
    let residualUses: [Bool]
    let resultUses: [Bool]
  }

  /// Rows of a worker that have come in this round.
  private final class Incoming {
    let sides = [WaitingRows.Incoming(), WaitingRows.Incoming()]
  }

  /// What a partition gives.
  private struct Result {
    var candidates = TimeCandidates.none
    var pairs = RowPairs()
    /// Left rows that have a partner now, and those that will never have one.
    var matched = Buffer<Int32>(uninitialized: 0)
    var unmatched = Buffer<Int32>(uninitialized: 0)
  }

  init(_ index: Int, _ context: RunContext, _ join: JoinOperation) throws(RunFailure) {
    let graph = context.graph
    let inputs = graph.nodes[index].inputs
    let elements = inputs.map { graph.nodes[$0.node].outputs[$0.port].element }
    let compiler = context.compiler()
    let constants = Constants(index, context)
    kind = join.kind
    residual = join.residual.map { compiler.compile($0, inputs: [join.left, join.right]) }
    select = join.select.map { compiler.compile($0) }
    let layout = KeyLayout(equalities: join.equalities)
    let keys = [
      RowKey(join.equalities.map(\.left), of: join.left, layout, context),
      RowKey(join.equalities.map(\.right), of: join.right, layout, context),
    ]
    let shards: Shards
    let rightKey: RowKey
    let matcher: any TimeMatcher
    if let time = join.time {
      matchesNewest = false
      shards = Shards(workers: context.pool.count)
      rightKey = keys[1]
      switch time {
      case .within(let distance):
        matcher = WithinMatcher(keys, try constants.duration(distance), shards)
      case .asOf(let age):
        let age = try age.map { age throws(RunFailure) in try constants.duration(age) }
        matcher = AsOfMatcher(layout, age: age ?? .max, shards)
      }
    } else {
      matchesNewest = true
      guard let latest = graph.latest(besideJoin: index) else {
        preconditionFailure("a join that looks at event time says how")
      }
      let ttl = try latest.ttl.map { ttl throws(RunFailure) in try constants.duration(ttl) } ?? .max
      if latest.hasKey(ofRightSide: join) {
        shards = Shards(workers: context.pool.count)
        rightKey = keys[1]
        matcher = AsOfMatcher(layout, age: ttl, shards)
      } else {
        // Versions of one key may match different left keys, so these are not worked on apart.
        shards = Shards(workers: 1)
        rightKey = RowKey(latest.key, elements[1], context)
        matcher = VersionMatcher(versions: rightKey, joins: keys[1], ttl: ttl)
      }
    }
    let uses = JoinUses(join, output: context.needs[Edge(index)])
    self.matcher = matcher
    let needs: [[Bool]?] = [uses.kept(0, elements[0]), matcher.ordersRight ? nil : uses.kept(1, elements[1])]
    sides = [0, 1].map { side in
      let key = side == 0 ? keys[0] : rightKey
      return Side(
        waiting: WaitingRows(
          called: side == 0 ? "left" : "right", key, ElementOrder(elements[side]), kept: needs[side], shards),
        absent: side == 1 && matcher.dropsAbsent ? keys[1] : nil,
        residualUses: uses.residual(side, elements[side]), resultUses: uses.result(side, elements[side]))
    }
    super.init(index, context)
  }

  override var keepsRows: Bool { true }

  override func makeLocal() -> AnyObject { Incoming() }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    var batch = batch
    // A `latest` has taken its late rows out.
    if input == 0 || !matchesNewest {
      batch = try inTime(
        batch, input: input, worker, lateFrom: { saturatingSum($0, 1) }, asLate: { late($0, input) })
    }
    if let present = try sides[input].absent?.present(batch, by: self) {
      batch = batch.filtered(by: present)
    }
    try sides[input].waiting.add(
      batch, to: worker.local(self, as: Incoming.self).sides[input], by: self)
  }

  /// A late row of either side, and nothing on the other.
  private func late(_ batch: Batch, _ input: Int) -> Batch {
    let columns = [0, 1].map { side in
      side == input
        ? batch.elements(of: elements[side]) : Column.absent(ColumnType(elements[side]), count: batch.count)
    }
    return Batch(count: batch.count, columns: columns, tags: batch.tags)
  }

  // MARK: Matching

  override func advance(_ progress: TimeProgress, _ workers: [Worker]) throws(RunFailure) {
    try context.checkCancelled()
    let incoming = workers.compactMap { $0.take(self, as: Incoming.self) }
    for (side, rows) in sides.enumerated() { rows.waiting.take(incoming.map { $0.sides[side] }) }
    bound = progress.bound
    results = try context.pool.map(sides[0].waiting.shards.partitions) { partition throws(RunFailure) in
      try match(partition)
    }
    // All pairs come first: so the order of a batch's rows does not depend on the number of partitions.
    parts = results.indices.map { ($0, true) } + results.indices.map { ($0, false) }
    ranges = Pieces(parts.map { count($0.partition, $0.isMatched) }, size: context.options.morselRows)
  }

  private func match(_ partition: Int) throws(RunFailure) -> Result {
    let left = try sides[0].waiting.due(partition, before: bound, by: self)
    let right = try sides[1].waiting.due(partition, before: bound, by: self)
    let candidates = try matcher.candidates(partition, left, right, before: bound, by: self)
    let pairs = try fulfilling(candidates)
    let (matched, unmatched) = matcher.settle(partition, pairs, before: bound)
    return Result(candidates: candidates, pairs: pairs, matched: matched, unmatched: unmatched)
  }

  /// The pairs for which the residual condition holds.
  private func fulfilling(_ candidates: TimeCandidates) throws(RunFailure) -> RowPairs {
    guard let residual, candidates.pairs.count > 0 else { return candidates.pairs }
    var kept: [RowPairs] = []
    for piece in 0..<context.pieces(of: candidates.pairs.count) {
      try context.checkCancelled()
      let pairs = candidates.pairs.sliced(context.rows(ofPiece: piece, count: candidates.pairs.count))
      let left = candidates.left(pairs.left).pruned(sides[0].residualUses)
      let right = candidates.right(pairs.right).pruned(sides[1].residualUses)
      let evaluated = residual.evaluate(
        Frame(count: pairs.count, [left.elements(of: elements[0]), right.elements(of: elements[1])]))
      if let failure = evaluated.failures?.entries.first { throw fault(failure, left, elements[0]) }
      kept.append(pairs.gathered(evaluated.column.bits.setIndices()))
    }
    return .joined(kept)
  }

  // MARK: Results

  /// How many results a partition has, with a partner or without.
  private func count(_ partition: Int, _ isMatched: Bool) -> Int {
    let result = results[partition]
    return switch kind {
    case .inner: isMatched ? result.pairs.count : 0
    case .left: isMatched ? result.pairs.count : result.unmatched.count
    case .semi: isMatched ? result.matched.count : 0
    case .anti: isMatched ? 0 : result.unmatched.count
    }
  }

  override var pieces: Int { ranges.count }

  override func piece(_ index: Int) throws(RunFailure) -> Batch {
    let (part, range) = ranges[index]
    let (partition, isMatched) = parts[part]
    let result = results[partition]
    guard let select else {
      return result.candidates.left((isMatched ? result.matched : result.unmatched).sliced(range))
    }
    let left: Batch
    let right: Column
    var tags: RowTags?
    if isMatched {
      let pairs = result.pairs.sliced(range)
      left = result.candidates.left(pairs.left)
      let rows = result.candidates.right(pairs.right)
      tags = matcher.takesLaterTime ? RowTags.later(left.tags, rows.tags) : left.tags
      right = rows.pruned(sides[1].resultUses).elements(of: elements[1])
    } else {
      left = result.candidates.left(result.unmatched.sliced(range))
      tags = left.tags
      right = .absent(ColumnType(elements[1]), count: left.count)
    }
    let evaluated = select.evaluate(
      Frame(count: left.count, [left.pruned(sides[0].resultUses).elements(of: elements[0]), right]))
    if let failure = evaluated.failures?.entries.first { throw fault(failure, left, elements[0]) }
    return Batch(elements: evaluated.column, of: node.outputs[0].element, tags: tags)
  }

  override func release() {
    results = []
    matcher.release(before: bound)
  }

  /// What has no partner yet, or is to come out with its own time, may be as old as a partner may be far.
  override func watermark(_ progress: TimeProgress) -> Int64 {
    if progress.hasEnded { return .max }
    return kind == .inner ? progress.watermark : saturatingSum(progress.watermark, -matcher.delay)
  }

  // MARK: State

  override func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState? {
    guard keepsState else { return nil }
    var sections = try matcher.save(before: bound ?? .max, by: self)
    for side in sides { sections += try side.waiting.save(by: self) }
    return OperatorState(sections)
  }

  override func restore(_ state: OperatorState, _ workers: [Worker]) throws(RunFailure) {
    for side in sides { try side.waiting.restore(state, by: self) }
    try matcher.restore(state, by: self)
  }
}

extension LatestOperation {
  /// Whether the equalities of a join hold exactly between rows of one key.
  fileprivate func hasKey(ofRightSide join: JoinOperation) -> Bool {
    var parts = [key.body]
    if join.equalities.count > 1, case .construct(let fields) = key.body.kind { parts = fields }
    guard parts.count == join.equalities.count else { return false }
    return parts.allSatisfy { part in
      let lambda = TypedLambda(parameters: key.parameters, body: part)
      return join.equalities.contains { equality in
        ExpressionEquality.areSame(lambda, TypedLambda(parameters: [join.right], body: equality.right))
      }
    }
  }
}

/// The columns that a join reads of its sides.
struct JoinUses {
  private let locals: [Local]
  private let keys: FieldUses
  private let residual: FieldUses
  private let result: [FieldSet]

  /// - Parameter output: What is read of its results.
  init(_ join: JoinOperation, output: FieldSet) {
    locals = [join.left, join.right]
    var keys = FieldUses()
    for equality in join.equalities {
      keys.add(equality.left)
      keys.add(equality.right)
    }
    self.keys = keys
    var residual = FieldUses()
    if let condition = join.residual { residual.add(condition) }
    self.residual = residual
    if let select = join.select {
      let uses = Needs.uses(ofBody: select.body, output: output)
      result = select.parameters.map { uses[$0] }
    } else {
      result = [output, .none]
    }
  }

  func residual(_ side: Int, _ element: Type) -> [Bool] { flags(residual[locals[side]], element) }
  func result(_ side: Int, _ element: Type) -> [Bool] { flags(result[side], element) }

  /// Columns of which anything is read.
  func kept(_ side: Int, _ element: Type) -> [Bool] {
    var fields = keys[locals[side]]
    fields.formUnion(residual[locals[side]])
    fields.formUnion(result[side])
    return flags(fields, element)
  }

  private func flags(_ fields: FieldSet, _ element: Type) -> [Bool] {
    (0..<element.fieldCount).map { fields.contains($0) }
  }
}
