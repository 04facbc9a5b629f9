import Columns
import Dataflow
import Diagnosing
import Semantics

/// Grouped or whole aggregation of rows: which rows a call sees, its argument, its accumulator. One state for
/// each worker, merged at the end by partitions of the keys' hashes.
final class Aggregation: @unchecked Sendable {
  // Unchecked: written while the plan is made, only read afterwards.
  /// A call, compiled.
  struct Call {
    /// The accumulator's values: none, those of one function, or a structure of those of several.
    let arguments: [RowFunction]
    /// Index into `filters`; nil for all rows.
    let filter: Int?
    let span: Span
    let makeAccumulator: () -> Accumulator
  }

  /// What rows are grouped by.
  enum Key {
    case none
    case value(RowFunction)
    /// The whole element.
    case element
  }

  /// A worker's share; filled by one worker, then sealed and only read, hence unchecked.
  final class State: @unchecked Sendable {
    let table: GroupTable?
    let accumulators: [Accumulator]
    private var groups: Buffer<Int32> = Buffer(uninitialized: 0)
    private var isSealed = false
    /// Where no table numbers the groups.
    private var ownCount = 1

    fileprivate init(table: GroupTable?, accumulators: [Accumulator]) {
      self.table = table
      self.accumulators = accumulators
    }

    var groupCount: Int { table?.count ?? ownCount }

    /// Groups 0..<count are there; no table numbers them.
    func setGroupCount(_ count: Int) { ownCount = count }

    /// Room for the group of each of `count` rows.
    fileprivate func room(_ count: Int) -> UnsafeMutablePointer<Int32> {
      if groups.count < count { groups = Buffer(repeating: 0, count: count) }
      return groups.base
    }

    /// Nothing more will be added: several threads may read it at once.
    func seal() {
      if isSealed { return }
      isSealed = true
      for accumulator in accumulators {
        // A state that never got a row has no room yet.
        accumulator.reserve(groupCount)
        accumulator.seal()
      }
    }
  }

  /// The groups: their key, then a column for each call; and the canonical order of the keys.
  struct Result {
    let count: Int
    let key: Column?
    let values: [Column]
    let order: Buffer<Int32>?

    /// Some groups, in order: the key where there is one, then the values.
    func rows(_ range: Range<Int>) -> Batch {
      let columns = [key].compactMap { $0 } + values
      guard let order else { return Batch(count: count, columns: columns) }
      let rows = UnsafeBufferPointer(rebasing: order.values[range])
      return Batch(count: range.count, columns: columns.map { $0.gathered(rows) })
    }
  }

  unowned let operation: Operator
  private let element: Type
  let key: Key
  let keyType: Type?
  let layout: KeyLayout
  private(set) var calls: [Call] = []
  /// Whether event times must come with the rows.
  private(set) var usesTime = false
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
    (key, keyType, layout) = Self.key(aggregate.key, operation)
    usesTime = aggregate.calls.contains { $0.function == .first || $0.function == .last }
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
          arguments: [call.argument].compactMap { $0 }.map { operation.function($0) }, filter: filter,
          span: call.span,
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
    if by != nil {
      (key, keyType, layout) = Self.key(by, operation)
    } else {
      key = .element
      keyType = element
      layout = KeyLayout(types: [element])
      // Equal rows differ at most in the sign of a zero.
      if !order.types.contains(.float) { ties = nil }
    }
    calls.append(
      Call(
        arguments: [], filter: nil, span: operation.node.span,
        makeAccumulator: {
          ChosenElements(
            ChoiceAccumulator.Rule(key: nil, isMaximum: false, ties: ties), shape: ElementShape(element),
            takesValues: false)
        }))
  }

  /// The first elements of each group, as lists.
  init(_ top: TopOperation, limit: Int, of operation: Operator) {
    self.operation = operation
    let element = operation.elements[0]
    self.element = element
    (key, keyType, layout) = Self.key(top.group, operation)
    let functions = top.keys.map { operation.function($0.key) }
    let rule = RankedElements.Rule(
      // `top` goes from the greatest, and `desc` turns that round.
      keys: zip(functions, top.keys).map { (ColumnType($0.kernel.type), isDescending: !$1.isDescending) },
      limit: limit, keepsTies: top.keepsTies, skipsAbsent: false)
    calls.append(
      Call(
        arguments: functions, filter: nil, span: operation.node.span,
        makeAccumulator: {
          RankedElements(rule, elements: ElementShape(element), isOptional: false)
        }))
  }

  private static func key(_ lambda: TypedLambda?, _ operation: Operator) -> (Key, Type?, KeyLayout) {
    guard let lambda else { return (.none, nil, KeyLayout(parts: [])) }
    let function = operation.function(lambda)
    return (.value(function), function.kernel.type, KeyLayout(types: [function.kernel.type]))
  }

  /// A state without groups. One whose groups something else numbers than their keys is not `keyed`.
  func makeState(keyed: Bool = true) -> State {
    var table: GroupTable?
    if case .none = key {} else if keyed { table = GroupTable(layout: layout) }
    return State(table: table, accumulators: calls.map { $0.makeAccumulator() })
  }

  /// What rows are grouped by; nil where all are one group.
  func keys(of batch: Batch) throws(RunFailure) -> Column? {
    switch key {
    case .none: nil
    case .value(let function): try operation.values(function, batch)
    case .element: batch.elements(of: element)
    }
  }

  /// Adds rows, each to the group of its key.
  func add(_ batch: Batch, to state: State) throws(RunFailure) {
    let groups = state.room(batch.count)
    if let table = state.table, let column = try keys(of: batch) {
      table.groups(of: layout.encode([column], count: batch.count), into: groups)
    }
    try add(batch, groups: UnsafePointer(groups), to: state)
  }

  /// Adds rows whose groups are known.
  func add(
    _ batch: Batch, groups: UnsafePointer<Int32>, to state: State
  ) throws(RunFailure) {
    let all = AggregateInput(count: batch.count, values: nil, elements: batch)
    var filtered: [(input: AggregateInput, groups: Buffer<Int32>)] = []
    for filter in filters { filtered.append(try rows(all, groups, passing: filter)) }
    for (call, accumulator) in zip(calls, state.accumulators) {
      let input = call.filter.map { filtered[$0].input } ?? all
      let inputGroups = call.filter.map { UnsafePointer(filtered[$0].groups.base) } ?? groups
      accumulator.reserve(state.groupCount)
      guard input.count > 0 else { continue }
      accumulator.add(
        AggregateInput(
          count: input.count, values: try values(call.arguments, input.elements), elements: input.elements),
        inputGroups)
    }
    withExtendedLifetime(filtered) {}
  }

  private func values(_ functions: [RowFunction], _ elements: Batch) throws(RunFailure) -> Column? {
    guard functions.count > 1 else {
      return try functions.first.map { function throws(RunFailure) in
        try operation.values(function, elements)
      }
    }
    var columns: [Column] = []
    for function in functions { columns.append(try operation.values(function, elements)) }
    return Column(count: elements.count, storage: .structure(columns))
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
}
