import Columns
import Dataflow
import Semantics

/// `check`: sees every row, judges at the end.
final class CheckOperator: Operator {
  private var clauses: [Clause] = []

  /// A clause, compiled.
  private enum Clause {
    case rows(min: Int?, max: Int?)
    case unique(RowFunction, KeyLayout)
    case every(RowFunction, atLeast: Double?)
    case that(Aggregation, Kernel, calls: [AggregateCall])
  }

  /// What a worker has seen.
  private final class State {
    var rows = 0
    var clauses: [ClauseState] = []
  }

  private enum ClauseState {
    case none
    case unique(GroupTable, FlatArray<Int64>)
    case every(Misses)
    case that(Aggregation.State)
  }

  /// Rows that do not fulfil a condition: how many, and the first few.
  private final class Misses {
    static let shown = 3
    var count = 0
    var examples: [(place: BatchPlace, row: Batch)] = []
  }

  init(_ index: Int, _ context: RunContext, _ checks: [CheckOperation]) throws(RunFailure) {
    super.init(index, context)
    let constants = Constants(index, context)
    for check in checks {
      switch check.condition {
      case .rows(let min, let max):
        clauses.append(
          .rows(
            min: try min.map { value throws(RunFailure) in try constants.count(value) },
            max: try max.map { value throws(RunFailure) in try constants.count(value) }))
      case .unique(let lambda):
        let function = function(lambda)
        clauses.append(.unique(function, KeyLayout(types: [function.kernel.type])))
      case .every(let lambda, let atLeast):
        clauses.append(
          .every(
            function(lambda),
            atLeast: try atLeast.map { value throws(RunFailure) in try constants.fraction(value) }))
      case .that(let aggregate):
        let inputs = [aggregate.keyLocal].compactMap { $0 } + aggregate.calls.map(\.local)
        let kernel = context.compiler().compile(aggregate.result, inputs: inputs)
        clauses.append(
          .that(
            try Aggregation(aggregate, of: self), kernel,
            calls: aggregate.calls))
      }
    }
  }

  override func makeLocal() -> AnyObject {
    let state = State()
    state.clauses = clauses.map { clause in
      switch clause {
      case .rows: .none
      case .unique(_, let layout): .unique(GroupTable(layout: layout), FlatArray(filledWith: 0))
      case .every: .every(Misses())
      case .that(let aggregation, _, _): .that(aggregation.makeState())
      }
    }
    return state
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    let state = worker.local(self, as: State.self)
    state.rows += batch.count
    for (clause, part) in zip(clauses, state.clauses) {
      switch (clause, part) {
      case (.unique(let function, let layout), .unique(let table, let counts)):
        let keys = layout.encode([try values(function, batch)], count: batch.count)
        let groups = Buffer<Int32>(uninitialized: batch.count)
        table.groups(of: keys, into: groups.base)
        counts.grow(to: table.count)
        for group in groups.values { counts[Int(group)] += 1 }
      case (.every(let function, _), .every(let misses)):
        let missing = try values(function, batch).bits.inverted
        if missing.isEmpty { continue }
        let rows = missing.setIndices()
        misses.count += rows.count
        let wanted = Misses.shown - misses.examples.count
        for row in rows.values.prefix(max(0, wanted)) {
          misses.examples.append((worker.nextPlace(), batch.sliced(Int(row)..<Int(row) + 1).compacted()))
        }
      case (.that(let aggregation, _, _), .that(let state)): try aggregation.add(batch, to: state)
      default: break
      }
    }
  }

  // MARK: The verdict

  /// The clauses that do not hold, and those of `warn` among them; after all rows have come.
  func judge(_ workers: [Worker]) throws(RunFailure) -> (failed: [FailedCheck], warnings: [FailedCheck]) {
    guard case .check(let checks) = node.operation else { return ([], []) }
    let states = workers.compactMap { $0.take(self, as: State.self) }
    let rows = states.reduce(0) { $0 + $1.rows }
    var failed: [FailedCheck] = []
    var warnings: [FailedCheck] = []
    for (place, check) in checks.enumerated() {
      let parts = states.map { $0.clauses[place] }
      guard let (found, examples) = try judge(clauses[place], parts, rows) else { continue }
      let report = FailedCheck(
        node: index, operatorName: node.name, span: check.span, description: check.description,
        found: found, examples: examples)
      if check.warns { warnings.append(report) } else { failed.append(report) }
    }
    return (failed, warnings)
  }

  /// What was found where the clause does not hold.
  private func judge(
    _ clause: Clause, _ parts: [ClauseState], _ rows: Int
  ) throws(RunFailure) -> (String, [String])? {
    switch clause {
    case .rows(let min, let max):
      if let min, rows < min { return ("found \(count(rows, "row")), wanted at least \(min)", []) }
      if let max, rows > max { return ("found \(count(rows, "row")), wanted at most \(max)", []) }
      return nil
    case .unique(let function, let layout): return judgeUnique(function, layout, parts)
    case .every(_, let atLeast): return judgeEvery(atLeast, parts, rows)
    case .that(let aggregation, let kernel, let calls):
      let states = parts.compactMap { part in if case .that(let state) = part { state } else { nil } }
      let values = try aggregation.finish(states).values
      let result = kernel.evaluate(Frame(count: 1, values))
      if let failure = result.failures?.entries.first { throw fault(text(of: failure), at: failure.span) }
      if result.column.bits[0] { return nil }
      let examples = zip(calls, values).map { call, value in
        "\(call.function.rawValue) is \(hides(call) ? Redaction.text : RowText().value(value, 0, call.local.type))"
      }
      return ("it does not hold for the whole", examples)
    }
  }

  /// Counts tell nothing; which columns another aggregate is made of, nobody knows here.
  private func hides(_ call: AggregateCall) -> Bool {
    call.function != .count && call.function != .countDistinct && redaction != .none
  }

  private func judgeUnique(
    _ function: RowFunction, _ layout: KeyLayout, _ parts: [ClauseState]
  ) -> (String, [String])? {
    let all = GroupTable(layout: layout)
    let total = FlatArray<Int64>(filledWith: 0)
    for case .unique(let table, let counts) in parts {
      let groups = Buffer<Int32>(uninitialized: table.count)
      all.groups(lanes: table.lanes, hashes: table.hashes, count: table.count, into: groups.base)
      total.grow(to: all.count)
      for group in 0..<table.count { total[Int(groups[group])] += counts[group] }
    }
    let repeated = Bitmap(count: all.count) { total[$0] > 1 }.setIndices()
    if repeated.count == 0 { return nil }
    let keys = all.keyColumns()[0].gathered(repeated)
    let type = function.kernel.type
    let order = sortPermutation([SortColumn(keys, ColumnType(type))], count: keys.count)
    // Which columns a key is made of, nobody knows here.
    let hidesKeys = redaction != .none
    let examples = order.values.prefix(Misses.shown).map { row in
      "\(hidesKeys ? Redaction.text : RowText().value(keys, Int(row), type)) occurs \(total[Int(repeated[Int(row)])]) times"
    }
    return ("\(count(repeated.count, "key")) more than once", examples)
  }

  private func judgeEvery(_ atLeast: Double?, _ parts: [ClauseState], _ rows: Int) -> (String, [String])? {
    var missing = 0
    var examples: [(place: BatchPlace, row: Batch)] = []
    for case .every(let misses) in parts {
      missing += misses.count
      examples += misses.examples
    }
    guard missing > 0 else { return nil }
    if let atLeast, Double(rows - missing) / Double(rows) >= atLeast { return nil }
    examples.sort { $0.place < $1.place }
    var found = "\(missing) of \(count(rows, "row")) \(missing == 1 ? "does" : "do") not fulfil it"
    if let atLeast { found += "; a share of \(atLeast) must" }
    return (
      found, examples.prefix(Misses.shown).map { RowText(redaction: redaction).row($0.row, 0, elements[0]) }
    )
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
