import Columns
import Dataflow
import Diagnosing
import Semantics
import Synchronization

/// Where an operator's rows go.
struct Target {
  let operation: Operator
  /// Which of its inputs.
  let input: Int
}

/// A node of the graph, made ready to run: takes batches from what is before it, on any worker, and hands its
/// own on at once.
///
/// Everything here is set before the workers start; what changes while they run is in their locals, behind
/// atomics, or set between two stages.
class Operator {
  /// What is the same for all operators of a run.
  let context: RunContext
  /// The index of the node in the graph.
  let index: Int
  let node: Dataflow.Node
  let counters: RunProgress.Counters
  /// The place of its state among a worker's.
  var slot = 0
  /// The element's type, of each input.
  let elements: [Type]
  /// Whether rows that come are dropped: after a restart the bounded part of a stream runs again only to rebuild
  /// tables.
  var isMuted = false
  /// Who takes the rows of each port.
  var outputs: [[Target]] = [[], []]
  /// Who takes rows that have no value here; nil where one fails the run.
  var faults: FaultsOperator?
  /// The columns that anyone downstream reads, of each port; nil for all.
  var needed: [[Bool]?] = [nil, nil]

  /// The operator of node `index`, or a helper of it that nobody counts and that passes all columns on.
  init(_ index: Int, _ context: RunContext, isHelper: Bool = false) {
    self.context = context
    self.index = index
    node = context.graph.nodes[index]
    counters = isHelper ? RunProgress.Counters() : context.progress.counters[index]
    elements = node.inputs.map { context.graph.nodes[$0.node].outputs[$0.port].element }
    for port in node.outputs.indices where !isHelper {
      let fields = context.needs[Edge(index, port: port)]
      if fields == .whole { continue }
      let flags = (0..<node.outputs[port].element.fieldCount).map { fields.contains($0) }
      // A flow of plain values has one column, whatever is read of it.
      if flags.contains(false), node.outputs[port].element.isStructure { needed[port] = flags }
    }
  }

  /// Tells who takes the rows of a port.
  func connect(_ targets: [Target], port: Int) { outputs[port] = targets }

  /// Takes rows of input `input`.
  func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    preconditionFailure("an operator takes rows")
  }

  /// The state that a worker has here.
  func makeLocal() -> AnyObject { preconditionFailure("an operator with a state makes it") }

  /// All rows of all inputs have come: makes ready what `piece` gives, or what the probing side needs.
  func finish(_ workers: [Worker]) throws(RunFailure) {}

  /// All rows so far have come, and event time is so far: makes ready what `piece` gives. A batch says so once,
  /// at the end; a stream after every round. What is not due yet stays for a later call.
  func advance(_ progress: TimeProgress, _ workers: [Worker]) throws(RunFailure) {
    if progress.hasEnded { try finish(workers) }
  }

  /// No row with an earlier time follows of what it gives, once what is due has gone on.
  func watermark(_ progress: TimeProgress) -> Int64 { progress.watermark }

  /// Whether rows that come in only go on after `advance`.
  var keepsRows: Bool { false }

  /// All pieces have been taken: lets the rows that were due go.
  func release() {}

  /// How many batches an operator gives that has kept its rows, after `advance`.
  var pieces: Int { 0 }

  /// What must survive a crash, between two rounds; nil where there is nothing.
  func save(_ workers: [Worker]) throws(RunFailure) -> OperatorState? { nil }

  /// Takes back what `save` gave, perhaps with other workers, before any row comes.
  func restore(_ state: OperatorState, _ workers: [Worker]) throws(RunFailure) {}

  /// One of these batches; called on any worker.
  func piece(_ index: Int) throws(RunFailure) -> Batch { preconditionFailure("an operator gives its rows") }

  /// Hands rows on.
  final func emit(_ batch: Batch, port: Int = 0, _ worker: Worker) throws(RunFailure) {
    guard batch.count > 0 else { return }
    if port == 0 {
      counters.rowsOut0.wrappingAdd(batch.count, ordering: .relaxed)
    } else {
      counters.rowsOut1.wrappingAdd(batch.count, ordering: .relaxed)
    }
    try hand(pruned(batch, port: port), to: outputs[port], worker)
  }

  /// Hands rows to some operators.
  final func hand(_ batch: Batch, to targets: [Target], _ worker: Worker) throws(RunFailure) {
    for target in targets {
      let operation = target.operation
      if operation.isMuted { continue }
      operation.counters.rowsIn.wrappingAdd(batch.count, ordering: .relaxed)
      let previous = worker.enter(operation.index)
      try operation.push(batch, input: target.input, worker)
      worker.enter(previous)
    }
  }

  /// The batch with placeholders for columns that nobody reads: operators behind a `union` see the same
  /// columns whichever side a row comes from, and nobody copies them.
  final func pruned(_ batch: Batch, port: Int = 0) -> Batch {
    guard let needed = needed[port] else { return batch }
    return batch.pruned(needed)
  }

  /// A compiled lambda over the element of an input.
  final func function(_ lambda: TypedLambda, input: Int = 0) -> RowFunction {
    RowFunction(kernel: context.compiler().compile(lambda), element: elements[input])
  }

  /// The values of a lambda; a row without one fails the run.
  final func values(_ function: RowFunction, _ batch: Batch) throws(RunFailure) -> Column {
    let evaluated = function.kernel.evaluate(batch, element: function.element)
    if let failure = evaluated.failures?.entries.first { throw fault(failure, batch, function.element) }
    return evaluated.column
  }

  /// The fault of an expression, with the row that it was evaluated for.
  final func fault(_ failure: RowFailure, _ batch: Batch, _ element: Type) -> RunFailure {
    .fault(
      RunFault(
        node: index, operatorName: node.name, span: failure.span,
        position: batch.tags?.origin?.position(of: Int(failure.row)) ?? "", message: text(of: failure),
        row: RowText(redaction: redaction).row(batch, Int(failure.row), element)))
  }

  /// What is not shown of the rows that come in.
  final var redaction: Redaction { Redaction(readBy: node, in: context.graph) }

  /// What a failure says, unless it tells a labelled value.
  final func text(of failure: RowFailure) -> String {
    context.graph.labelled.hidesFailure(at: failure.span) ? Redaction.failure : failure.message
  }

  /// A fault without a row.
  final func fault(_ message: String, at span: Span) -> RunFailure {
    .fault(RunFault(node: index, operatorName: node.name, span: span, message: message))
  }

  /// Rows that are kept have numbers of 32 bits.
  final func checkKept(_ rows: Int) throws(RunFailure) {
    guard rows >= Int(Int32.max) else { return }
    throw fault("\(rows) rows are too many to be kept at once; the most are \(Int32.max)", at: node.span)
  }

  /// The value of a constant over the pipeline's parameters, a column of one row.
  final func constant(_ expression: TypedExpression) throws(RunFailure) -> Column {
    do {
      return try context.compiler().evaluateConstant(expression)
    } catch {
      throw fault(error.message, at: error.span)
    }
  }
}

/// A lambda over elements of a type.
struct RowFunction: Sendable {
  let kernel: Kernel
  let element: Type
}

/// The columns of a flow's elements.
struct ElementShape: Sendable {
  let element: Type
  /// No rows, with all columns.
  let emptyBatch: Batch

  init(_ element: Type) {
    self.element = element
    emptyBatch = Batch(
      count: 0, columns: ColumnField.columns(of: element).map { .zeros($0.type, count: 0) })
  }
}

extension Batch {
  /// Placeholders for the columns that are not needed.
  func pruned(_ needed: [Bool]) -> Batch {
    Batch(
      count: count,
      columns: zip(columns, needed).map { $1 ? $0 : .placeholder(count: count) }, tags: tags)
  }
}

/// A thread's part of a run: its states of operators, and where its time goes.
final class Worker: @unchecked Sendable {
  // Unchecked: used by one thread at a time, between whose uses the pool synchronises.
  let index: Int
  /// The place of the rows under way: stage, then morsel.
  private(set) var stage = 0
  private(set) var sequence = 0
  /// Batches that operators of this worker have put aside from this morsel; orders them.
  private var step = 0
  private var locals: [AnyObject?]
  private var busy: [Int]
  private var current = -1
  private var last = 0

  init(index: Int, nodes: Int, operations: Int) {
    self.index = index
    locals = Array(repeating: nil, count: operations)
    busy = Array(repeating: 0, count: nodes)
  }

  /// The worker's state of an operator, made when first asked for.
  @inline(__always)
  func local<State: AnyObject>(_ operation: Operator, as type: State.Type) -> State {
    if let state = locals[operation.slot] { return unsafeDowncast(state, to: type) }
    let state = operation.makeLocal()
    locals[operation.slot] = state
    return unsafeDowncast(state, to: type)
  }

  /// The worker's state of an operator, if it has one; it is given away.
  func take<State: AnyObject>(_ operation: Operator, as type: State.Type) -> State? {
    defer { locals[operation.slot] = nil }
    return locals[operation.slot].map { unsafeDowncast($0, to: type) }
  }

  /// Starts a morsel.
  func begin(stage: Int, sequence: Int) {
    self.stage = stage
    self.sequence = sequence
    step = 0
  }

  /// The place of a batch in its flow, before all that comes later.
  func nextPlace() -> BatchPlace {
    step += 1
    return BatchPlace(stage: stage, sequence: sequence, step: step)
  }

  /// Counts the time since the last call for the node then entered; returns that node.
  @discardableResult
  func enter(_ node: Int) -> Int {
    let now = monotonicNanoseconds()
    let previous = current
    if previous >= 0 { busy[previous] += now - last }
    last = now
    current = node
    return previous
  }

  /// Adds the time spent to the counters that others see.
  func report(to progress: RunProgress) {
    for node in busy.indices where busy[node] != 0 {
      progress.counters[node].busy.wrappingAdd(busy[node], ordering: .relaxed)
      busy[node] = 0
    }
  }
}

/// Where a batch stands in the order of its flow's rows.
struct BatchPlace: Comparable {
  let stage: Int
  let sequence: Int
  let step: Int

  static func < (a: BatchPlace, b: BatchPlace) -> Bool {
    (a.stage, a.sequence, a.step) < (b.stage, b.sequence, b.step)
  }
}
