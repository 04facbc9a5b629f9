import Columns
import Dataflow
import Diagnosing
import Semantics

/// Grouped or whole aggregation of rows: which rows a call sees, its argument, its accumulator. One state for
/// each worker, merged at the end by partitions of the keys' hashes.
final class Aggregation: @unchecked Sendable {
  // Unchecked: written while the plan is made, only read afterwards.
  /// A call, compiled.
  private struct Call {
    let argument: RowFunction?
    /// Index into `filters`; nil for all rows.
    let filter: Int?
    let span: Span
    let makeAccumulator: () -> Accumulator
  }

  /// What rows are grouped by.
  private enum Key {
    case none
    case value(RowFunction)
    /// The whole element.
    case element
  }

  /// A worker's share; filled by one worker, then sealed and only read, hence unchecked.
  final class State: @unchecked Sendable {
    fileprivate let table: GroupTable?
    fileprivate let accumulators: [Accumulator]
    fileprivate var groups: Buffer<Int32> = Buffer(uninitialized: 0)

    fileprivate init(table: GroupTable?, accumulators: [Accumulator]) {
      self.table = table
      self.accumulators = accumulators
    }

    fileprivate var groupCount: Int { table?.count ?? 1 }

    /// Room for the group of each of `count` rows.
    fileprivate func room(_ count: Int) -> UnsafeMutablePointer<Int32> {
      if groups.count < count { groups = Buffer(repeating: 0, count: count) }
      return groups.base
    }
  }

  /// The groups: their key, then a column for each call; and the canonical order of the keys.
  struct Result {
    let count: Int
    let key: Column?
    let values: [Column]
    let order: Buffer<Int32>?
  }

  private unowned let operation: Operator
  private let element: Type
  private let key: Key
  private let keyType: Type?
  private let layout: KeyLayout
  private var calls: [Call] = []
  /// The distinct conditions of `g.where`.
  private var filters: [Filter] = []

  /// A chain of conditions of which all hold.
  private struct Filter {
    let conditions: [RowFunction]
    /// The columns that later conditions or the calls read: others are not copied.
    var uses: FieldSet
  }

  /// The groups and calls of `group_by` and `aggregate`, over elements of input `input`.
  init(_ aggregate: AggregateOperation, of operation: Operator) throws(RunFailure) {
    self.operation = operation
    element = operation.elements[0]
    if let lambda = aggregate.key {
      let function = operation.function(lambda)
      key = .value(function)
      keyType = function.kernel.type
      layout = KeyLayout(types: [function.kernel.type])
    } else {
      key = .none
      keyType = nil
      layout = KeyLayout(parts: [])
    }
    var known: [[Span]: Int] = [:]
    for call in aggregate.calls {
      var filter: Int?
      if !call.filters.isEmpty {
        let spans = call.filters.map(\.body.span)
        filter = known[spans]
        if filter == nil {
          filter = filters.count
          known[spans] = filters.count
          var uses = FieldSet.none
          for later in call.filters.dropFirst() { uses.formUnion(FieldUses(later)[later.parameters[0]]) }
          filters.append(Filter(conditions: call.filters.map { operation.function($0) }, uses: uses))
        }
      }
      if let filter {
        if let argument = call.argument {
          filters[filter].uses.formUnion(FieldUses(argument)[argument.parameters[0]])
        }
        if call.function.keepsElements { filters[filter].uses = .whole }
      }
      let constant = try call.constant.map { expression throws(RunFailure) in
        try operation.constant(expression)
      }
      let element = element
      calls.append(
        Call(
          argument: call.argument.map { operation.function($0) }, filter: filter, span: call.span,
          makeAccumulator: { makeAccumulator(call, constant: constant, element: element) }))
    }
  }

  /// One row for each key of `distinct`, the canonically least; without a key one of each.
  init(distinct by: TypedLambda?, of operation: Operator) {
    self.operation = operation
    let element = operation.elements[0]
    self.element = element
    let order = ElementOrder(element)
    var ties: ElementOrder? = order
    if let by {
      let function = operation.function(by)
      key = .value(function)
      keyType = function.kernel.type
      layout = KeyLayout(types: [function.kernel.type])
    } else {
      key = .element
      keyType = element
      layout = KeyLayout(types: [element])
      // Equal rows differ at most in the sign of a zero.
      if !order.types.contains(.float) { ties = nil }
    }
    calls.append(
      Call(
        argument: nil, filter: nil, span: operation.node.span,
        makeAccumulator: {
          ChosenElements(
            ChoiceAccumulator.Rule(key: nil, isMaximum: false, ties: ties), shape: ElementShape(element),
            takesValues: false)
        }))
  }

  func makeState() -> State {
    var table: GroupTable?
    if case .none = key {} else { table = GroupTable(layout: layout) }
    return State(table: table, accumulators: calls.map { $0.makeAccumulator() })
  }

  /// Adds rows.
  func add(_ batch: Batch, to state: State) throws(RunFailure) {
    let groups = state.room(batch.count)
    if let table = state.table {
      let column: Column
      if case .value(let function) = key {
        column = try operation.values(function, batch)
      } else {
        column = batch.elements(of: element)
      }
      table.groups(of: layout.encode([column], count: batch.count), into: groups)
    }
    let all = AggregateInput(count: batch.count, values: nil, elements: batch)
    var filtered: [(input: AggregateInput, groups: Buffer<Int32>)] = []
    for filter in filters { filtered.append(try rows(all, UnsafePointer(groups), passing: filter)) }
    for (call, accumulator) in zip(calls, state.accumulators) {
      let input = call.filter.map { filtered[$0].input } ?? all
      let inputGroups = call.filter.map { UnsafePointer(filtered[$0].groups.base) } ?? UnsafePointer(groups)
      accumulator.reserve(state.groupCount)
      guard input.count > 0 else { continue }
      let values = try call.argument.map { argument throws(RunFailure) in
        try operation.values(argument, input.elements)
      }
      accumulator.add(
        AggregateInput(count: input.count, values: values, elements: input.elements), inputGroups)
    }
    withExtendedLifetime(filtered) {}
  }

  /// The rows for which all conditions hold; later ones see only what earlier ones let through.
  private func rows(
    _ input: AggregateInput, _ groups: UnsafePointer<Int32>, passing filter: Filter
  ) throws(RunFailure) -> (input: AggregateInput, groups: Buffer<Int32>) {
    var elements = input.elements
    var kept = Buffer<Int32>(uninitialized: input.count)
    kept.base.update(from: groups, count: input.count)
    let needed = element.isStructure ? elements.columns.indices.map { filter.uses.contains($0) } : nil
    for condition in filter.conditions where elements.count > 0 {
      let bits = try operation.values(condition, elements).bits
      if bits.isFull { continue }
      let rows = bits.setIndices()
      kept = kept.gathered(rows)
      if let needed { elements = elements.pruned(needed) }
      elements = elements.gathered(rows)
    }
    return (AggregateInput(count: elements.count, values: nil, elements: elements), kept)
  }

  /// Groups that a merge without partitions may have.
  private static let groupsOfOneTable = 32_768
  private static let partitions = 32

  /// The groups of all states together.
  func finish(_ states: [State]) throws(RunFailure) -> Result {
    let pool = operation.context.pool
    var states = states
    if states.isEmpty { states.append(makeState()) }
    for state in states {
      for accumulator in state.accumulators {
        // A state that never got a row has no room yet.
        accumulator.reserve(state.groupCount)
        accumulator.seal()
      }
    }
    let total = states.reduce(0) { $0 + $1.groupCount }
    guard total > Self.groupsOfOneTable, states.count > 1, case .some = states[0].table else {
      // The largest takes the others in.
      let largest = states.indices.max { states[$0].groupCount < states[$1].groupCount } ?? 0
      for (index, state) in states.enumerated() where index != largest {
        merge(state, groups: nil, into: states[largest])
      }
      let (keys, values) = try finishedColumns(states[largest], pool)
      return result(keys, values, states[largest].groupCount, pool)
    }
    // Each state's groups by partition, then each partition on its own.
    let sorted = states
    let members = pool.collect(sorted.count) { Self.groupsByPartition(sorted[$0]) }
    let parts = try pool.map(Self.partitions) { partition throws(RunFailure) -> [Column] in
      try operation.context.checkCancelled()
      let target = makeState()
      for (state, groups) in zip(sorted, members) { merge(state, groups: groups[partition], into: target) }
      let (keys, values) = try finishedColumns(target, WorkerPool.alone)
      return [keys].compactMap { $0 } + values
    }
    let columns: [Column] = pool.collect(parts[0].count) { index in
      Column.concatenated(parts.map { $0[index] })
    }
    let hasKey = columns.count > calls.count
    return result(
      hasKey ? columns[0] : nil, Array(columns.dropFirst(hasKey ? 1 : 0)), columns[0].count, pool)
  }

  private static func groupsByPartition(_ state: State) -> [Buffer<Int32>] {
    guard let table = state.table else { return [] }
    var members: [[Int32]] = Array(repeating: [], count: partitions)
    for group in 0..<table.count {
      members[Int(table.hashes[group] >> 59)].append(Int32(truncatingIfNeeded: group))
    }
    return members.map { Buffer($0) }
  }

  /// Adds some groups of a state, or all, to another.
  private func merge(_ state: State, groups: Buffer<Int32>?, into target: State) {
    let from =
      groups ?? Buffer((0..<state.groupCount).map { Int32(truncatingIfNeeded: $0) })
    guard from.count > 0 else { return }
    let to = Buffer<Int32>(repeating: 0, count: from.count)
    if let table = state.table {
      let width = layout.width
      let lanes = Buffer<UInt64>(uninitialized: from.count * width)
      let hashes = Buffer<UInt64>(uninitialized: from.count)
      for index in 0..<from.count {
        let group = Int(from[index])
        (lanes.base + index * width).update(from: table.lanes + group * width, count: width)
        hashes.base[index] = table.hashes[group]
      }
      target.table?.groups(lanes: lanes.base, hashes: hashes.base, count: from.count, into: to.base)
    }
    let mapping = GroupMapping(from: from, to: to, sourceGroups: state.groupCount)
    for (accumulator, other) in zip(target.accumulators, state.accumulators) {
      accumulator.reserve(target.groupCount)
      accumulator.merge(other, mapping)
    }
  }

  /// The key, unless it is the element itself, and the values of a state's groups.
  private func finishedColumns(
    _ state: State, _ pool: WorkerPool
  ) throws(RunFailure) -> (key: Column?, values: [Column]) {
    var values: [Column] = []
    for (call, accumulator) in zip(calls, state.accumulators) {
      accumulator.reserve(state.groupCount)
      do {
        values.append(try accumulator.finish(state.groupCount, pool))
      } catch {
        throw operation.fault(error.message, at: call.span)
      }
    }
    if case .value = key, let table = state.table { return (table.keyColumns()[0], values) }
    return (nil, values)
  }

  private func result(_ keys: Column?, _ values: [Column], _ count: Int, _ pool: WorkerPool) -> Result {
    guard let keyType else { return Result(count: count, key: nil, values: values, order: nil) }
    let key = Batch(elements: keys ?? values[0], of: keyType)
    let columns = zip(key.columns, ElementOrder(keyType).types).map { SortColumn($0, $1) }
    let order = sortPermutation(columns, count: count, pool: pool)
    return Result(count: count, key: keys, values: values, order: order)
  }
}
