import Columns
import Dataflow
import Semantics

/// The aggregates of a `rolling`. The group of a row is a range of the rows of its key, so arguments are evaluated
/// once a row, whatever the number of groups that it is in.
final class RollingCalls {
  /// An aggregate, compiled.
  private struct Call {
    let function: AggregateFunction
    let conditions: [RowFunction]
    let argument: RowFunction?
    let call: AggregateCall
    let constant: Column?

    /// The order in which the best value comes first, as `makeAccumulator` has it.
    func order(_ values: Column, _ ties: [SortColumn]?) -> RowOrder {
      let isDescending = function == .max || function == .maxBy
      let type = ColumnType(argument?.kernel.type ?? .nothing)
      // The bits of a zero tell whether it is the lesser one.
      let own = ElementOrder(types: [type]).ties([values])
      let key = ties == nil ? own : [own[0]]
      let columns =
        key.map { SortColumn($0.column, $0.order.type, isDescending: isDescending) } + (ties ?? [])
      return RowOrder(columns.map(\.column), columns.map(\.column), by: columns.map(\.order))
    }
  }

  /// What an aggregate sees of the members.
  struct Values: Sendable {
    /// How many of the members before each count.
    fileprivate let ranks: Buffer<Int32>?
    /// The argument of those that count.
    fileprivate let values: Column?
    /// Those that count themselves, for aggregates that keep them.
    fileprivate let elements: Batch?

    /// The place among those that count of the first that is not before a member.
    fileprivate func place(_ member: Int32) -> Int { Int(ranks.map { $0[Int(member)] } ?? member) }
  }

  /// Pairs of a row and a member of its group that are made at once.
  private static let pairs = 65_536

  private unowned let operation: Operator
  private let element: Type
  private var calls: [Call] = []

  init(_ calls: [AggregateCall], of operation: Operator) throws(RunFailure) {
    self.operation = operation
    element = operation.elements[0]
    for call in calls {
      self.calls.append(
        Call(
          function: call.function, conditions: call.filters.map { operation.function($0) },
          argument: call.argument.map { operation.function($0) }, call: call,
          constant: try call.constant.map { expression throws(RunFailure) in
            try operation.constant(expression)
          }))
    }
  }

  // MARK: Arguments

  /// What each aggregate sees of the members.
  func values(_ members: Batch) throws(RunFailure) -> [Values] {
    var all: [Values] = []
    for call in calls { all.append(try values(call, members)) }
    return all
  }

  private func values(_ call: Call, _ members: Batch) throws(RunFailure) -> Values {
    var kept: Buffer<Int32>?
    var rows = members
    func keep(_ mask: Bitmap) {
      let indices = mask.setIndices()
      kept = kept?.gathered(indices) ?? indices
      rows = rows.gathered(indices)
    }
    for condition in call.conditions {
      let holds = try operation.values(condition, rows).bits
      if !holds.isFull { keep(holds) }
    }
    var values = try call.argument.map { argument throws(RunFailure) in try operation.values(argument, rows) }
    // An absent value does not count.
    if let validity = values?.validity, !validity.isFull {
      values = values?.filtered(by: validity)
      keep(validity)
    }
    var ranks: Buffer<Int32>?
    if let kept {
      let before = Buffer<Int32>(uninitialized: members.count + 1)
      var next = 0
      for member in 0...members.count {
        before.base[member] = Int32(truncatingIfNeeded: next)
        if next < kept.count, Int(kept[next]) == member { next += 1 }
      }
      ranks = before
    }
    return Values(
      ranks: ranks, values: values?.assumingPresent, elements: call.function.keepsElements ? rows : nil)
  }

  // MARK: Results

  /// The values of each aggregate over the ranges of members `starts[i]...ends[i]`.
  func results(
    _ values: [Values], starts: Buffer<Int32>, ends: Buffer<Int32>
  ) throws(RunFailure) -> [Column] {
    var results: [Column] = []
    for (call, values) in zip(calls, values) {
      let ranges = Ranges(
        starts: starts.map { Int32(values.place($0)) }, ends: ends.map { Int32(values.place($0 + 1)) })
      results.append(try result(call, values, ranges))
    }
    return results
  }

  private func result(_ call: Call, _ values: Values, _ ranges: Ranges) throws(RunFailure) -> Column {
    guard let column = values.values else { return ranges.counts }
    do {
      switch (call.function, column.storage) {
      case (.first, _): return column.gatheredOptional(ranges.places(\.first))
      case (.last, _): return column.gatheredOptional(ranges.places(\.last))
      case (.min, _), (.max, _):
        return column.gatheredOptional(ranges.least(call.order(column, nil)))
      case (.minBy, _), (.maxBy, _):
        guard let elements = values.elements else { break }
        return elements.elements(of: element)
          .gatheredOptional(ranges.least(call.order(column, ElementOrder(element).ties(elements.columns))))
      case (.sum, .int64), (.mean, .int64):
        return try ranges.sums(of: column, call.call, IntegerSum.self) { $0.subtract($1) }
      case (.sum, .int128), (.mean, .int128):
        return try ranges.sums(of: column, call.call, DecimalSum.self) { $0.subtract($1) }
      default: break
      }
    } catch {
      throw operation.fault(error.message, at: call.call.span)
    }
    return try aggregated(call, values, column, ranges)
  }

  /// Gives an accumulator each pair of a row and a member of its group, some at once.
  private func aggregated(
    _ call: Call, _ values: Values, _ column: Column, _ ranges: Ranges
  ) throws(RunFailure) -> Column {
    let accumulator = makeAccumulator(call.call, constant: call.constant, element: element)
    accumulator.reserve(ranges.count)
    let groups = Buffer<Int32>(uninitialized: Self.pairs)
    let places = Buffer<Int32>(uninitialized: Self.pairs)
    var filled = 0
    func flush() {
      let picked = places.sliced(0..<filled)
      let elements = values.elements?.gathered(picked) ?? Batch(count: filled, columns: [])
      accumulator.add(
        AggregateInput(count: filled, values: column.gathered(picked), elements: elements),
        UnsafePointer(groups.base))
      filled = 0
    }
    for row in 0..<ranges.count {
      for place in ranges.starts[row]..<ranges.ends[row] {
        if filled == Self.pairs {
          try operation.context.checkCancelled()
          flush()
        }
        groups.base[filled] = Int32(truncatingIfNeeded: row)
        places.base[filled] = place
        filled += 1
      }
    }
    if filled > 0 { flush() }
    accumulator.seal()
    do { return try accumulator.finish(ranges.count, .alone) } catch {
      throw operation.fault(error.message, at: call.call.span)
    }
  }
}
