import Columns
import Semantics

/// `g.first(f)` and `g.last(f)`: what `f` gives of the row that is first, or last, in (event time, canonical)
/// order.
final class ValuesInTime: Accumulator {
  private let choice: ChoiceAccumulator

  init(takesLast: Bool, value: ColumnType, element: Type) {
    let rule = ChoiceAccumulator.Rule(
      key: .timestamp, isMaximum: false, ties: ElementOrder(element), takesLast: takesLast)
    let shape = ElementShape(element).emptyBatch.columns
    choice = ChoiceAccumulator(rule, shape: shape + [.zeros(value, count: 0)])
  }

  override func reserve(_ count: Int) { choice.reserve(count) }

  override func add(_ input: AggregateInput, _ groups: UnsafePointer<Int32>) {
    guard let values = input.values else { return }
    let (rows, kept) = presentRows(values, groups)
    let elements = rows.map { input.elements.gathered($0) } ?? input.elements
    let present = (rows.map { values.gathered($0) } ?? values).assumingPresent
    guard let times = elements.tags?.times else { preconditionFailure("only timed flows have a first row") }
    let key = Column(count: kept.count, storage: .int64(times))
    choice.add(Batch(count: kept.count, columns: [key] + elements.columns + [present]), kept)
  }

  override func merge(_ other: Accumulator, _ mapping: GroupMapping) {
    guard let other = other as? ValuesInTime else { return }
    choice.merge(other.choice, mapping)
  }

  override func seal() { choice.seal() }

  override func finish(_ count: Int, _ pool: WorkerPool) -> Column {
    let (columns, validity) = choice.chosen(count)
    return columns[columns.count - 1].masked(by: validity)
  }

  override func partials(_ count: Int) -> Column { choice.partials(count) }

  override func absorb(_ partials: Column, _ groups: UnsafePointer<Int32>) { choice.absorb(partials, groups) }
}
