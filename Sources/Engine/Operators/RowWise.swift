import Columns
import Dataflow
import Semantics
import Synchronization

// Operators that look at one row at a time and keep no state.

/// `map`.
final class MapOperator: Operator {
  private let mapping: RowFunction

  init(_ index: Int, _ context: RunContext, _ lambda: TypedLambda) {
    mapping = RowFunction(
      kernel: context.compiler().compile(lambda),
      element: context.graph.nodes[index].inputElement(context.graph))
    super.init(index, context)
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    let mapped = try fitting(mapping, batch, worker)
    try emit(
      Batch(elements: mapped.values, of: node.outputs[0].element, tags: mapped.rows.tags), worker)
  }
}

/// `filter`.
final class FilterOperator: Operator {
  private let predicate: RowFunction

  init(_ index: Int, _ context: RunContext, _ lambda: TypedLambda) {
    predicate = RowFunction(
      kernel: context.compiler().compile(lambda),
      element: context.graph.nodes[index].inputElement(context.graph))
    super.init(index, context)
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    let asked = try fitting(predicate, batch, worker)
    try emit(pruned(asked.rows).filtered(by: asked.values.bits), worker)
  }
}

/// `flat_map`: the elements of each row's list, in order.
final class FlatMapOperator: Operator {
  private let mapping: RowFunction

  init(_ index: Int, _ context: RunContext, _ lambda: TypedLambda) {
    mapping = RowFunction(
      kernel: context.compiler().compile(lambda),
      element: context.graph.nodes[index].inputElement(context.graph))
    super.init(index, context)
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    let mapped = try fitting(mapping, batch, worker)
    let (offsets, elements) = mapped.values.lists
    let rows = mapped.rows.count
    let range = Int(offsets[0])..<Int(offsets[rows])
    let limit = 2 * context.options.morselRows
    // A few rows may have long lists: they go on in pieces.
    var start = range.lowerBound
    while start < range.upperBound {
      try context.checkCancelled()
      let end = range.upperBound - start > limit ? start + context.options.morselRows : range.upperBound
      let tags = mapped.rows.tags.map { tags in
        tags.gathered(parents(of: start..<end, offsets, rows: rows))
      }
      try emit(Batch(elements: elements.sliced(start..<end), of: node.outputs[0].element, tags: tags), worker)
      start = end
    }
  }
}

/// The row that each element of these lists is of.
private func parents(of elements: Range<Int>, _ offsets: Buffer<Int32>, rows: Int) -> Buffer<Int32> {
  let result = Buffer<Int32>(uninitialized: elements.count)
  var row = 0
  for (index, element) in elements.enumerated() {
    while row + 1 < rows, Int(offsets[row + 1]) <= element { row += 1 }
    result.base[index] = Int32(truncatingIfNeeded: row)
  }
  return result
}

/// `try_map`: rows whose lambda fails go to port 1, or are dropped, or fail the run.
final class TryMapOperator: Operator {
  private let mapping: RowFunction
  private let policy: SecondResult

  init(_ index: Int, _ context: RunContext, _ lambda: TypedLambda, _ policy: SecondResult) {
    mapping = RowFunction(
      kernel: context.compiler().compile(lambda, isCovered: true),
      element: context.graph.nodes[index].inputElement(context.graph))
    self.policy = policy
    super.init(index, context)
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    let evaluated = mapping.kernel.evaluate(batch, element: mapping.element)
    let result = Batch(elements: evaluated.column, of: node.outputs[0].element, tags: batch.tags)
    guard let failures = evaluated.failures else { return try emit(result, worker) }
    let faulted = failures.entries.filter { $0.kind == .fault }
    if !faulted.isEmpty { try refuse(faulted, of: batch, mapping.element, worker) }
    let failed = failures.entries.filter { $0.kind == .failure }
    if case .fail = policy, let failure = failed.first { throw fault(failure, batch, mapping.element) }
    try emit(pruned(result).filtered(by: failures.rows(count: batch.count).inverted), worker)
    counters.failed.wrappingAdd(failed.count, ordering: .relaxed)
    if case .bound = policy {
      try emitFailed(failed, batch, worker)
    } else {
      counters.rowsOut1.wrappingAdd(failed.count, ordering: .relaxed)
    }
  }

  /// `Failed { input, error, operator }`.
  private func emitFailed(_ failed: [RowFailure], _ batch: Batch, _ worker: Worker) throws(RunFailure) {
    let count = failed.count
    let rows = Buffer<Int32>(uninitialized: count)
    let messages = Buffer<TextView>(uninitialized: count)
    let arena = TextArena()
    for (index, entry) in failed.enumerated() {
      rows.base[index] = entry.row
      messages.base[index] = arena.add(entry.message)
    }
    let input = batch.gathered(rows)
    let columns = [
      input.elements(of: mapping.element),
      Column(count: count, storage: .text(messages, owners: [arena])),
      Column(
        count: count,
        storage: .text(Buffer(repeating: arena.add(node.name), count: count), owners: [arena])),
    ]
    // They are untimed, but still know where they come from.
    try emit(
      Batch(count: count, columns: columns, tags: input.tags.map { RowTags(origin: $0.origin) }), port: 1,
      worker)
  }
}

/// `union`, and `limit` where `sort` has already cut.
final class RelayOperator: Operator {
  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    try emit(batch, worker)
  }
}

/// `discard`.
final class DiscardOperator: Operator {
  override func push(_ batch: Batch, input: Int, _ worker: Worker) {}
}

extension Dataflow.Node {
  /// The type of the first input's elements.
  func inputElement(_ graph: Graph) -> Type {
    graph.nodes[inputs[0].node].outputs[inputs[0].port].element
  }
}
