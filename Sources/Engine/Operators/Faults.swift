import Columns
import Dataflow
import Formats
import Semantics
import Synchronization

/// The built-in flow `faults`: rows that have no value somewhere, told by the operator or source that dropped them.
/// What is derived from it can't feed it again: there a row without a value fails the run.
final class FaultsOperator: Operator {
  /// A row of the flow.
  struct Fault {
    /// Why a row went there.
    enum Kind: String {
      /// A row of a source does not fit its record.
      case decode
      /// An expression has no value: it overflows.
      case value
    }
    let operatorName: String
    let source: String
    let position: String
    let kind: Kind
    let message: String
    let payload: String
  }

  private final class Taken {
    var rows = 0
  }

  override func makeLocal() -> AnyObject { Taken() }

  /// Rows that a worker has dropped since this was last asked.
  func takeCount(_ worker: Worker) -> Int { worker.take(self, as: Taken.self)?.rows ?? 0 }

  /// Rows that were dropped, in order.
  func take(_ faults: [Fault], _ worker: Worker) throws(RunFailure) {
    let previous = worker.enter(index)
    counters.rowsIn.wrappingAdd(faults.count, ordering: .relaxed)
    worker.local(self, as: Taken.self).rows += faults.count
    let texts = [
      faults.map(\.operatorName), faults.map(\.source), faults.map(\.position), faults.map(\.kind.rawValue),
      faults.map(\.message), faults.map(\.payload),
    ]
    try emit(Batch(count: faults.count, columns: texts.map { Column($0) }), worker)
    worker.enter(previous)
  }
}

extension Column {
  fileprivate init(_ texts: [String]) {
    let arena = TextArena()
    self.init(count: texts.count, storage: .text(Buffer(texts.map { arena.add($0) }), owners: [arena]))
  }
}

extension Graph {
  /// The nodes that rows of `faults` come to, itself among them; none where nothing is derived from it.
  var behindFaults: Set<Int> {
    var found: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      if case .faults = node.operation { found.insert(index) }
      if node.inputs.contains(where: { found.contains($0.node) }) { found.insert(index) }
    }
    return found
  }
}

/// The rows of a batch for which an expression has a value.
struct Fitting {
  /// These rows.
  let rows: Batch
  /// A value for each.
  let values: Column
  /// Which of the batch they are; nil for all.
  let kept: Bitmap?
}

extension Operator {
  /// The values of a lambda. A row without one goes to `faults`, or fails the run.
  final func fitting(
    _ function: RowFunction, _ batch: Batch, _ worker: Worker
  ) throws(RunFailure) -> Fitting {
    let evaluated = function.kernel.evaluate(batch, element: function.element)
    guard let failures = evaluated.failures else {
      return Fitting(rows: batch, values: evaluated.column, kept: nil)
    }
    try refuse(failures.entries, of: batch, function.element, worker)
    let kept = failures.rows(count: batch.count).inverted
    return Fitting(
      rows: batch.filtered(by: kept), values: evaluated.column.filtered(by: kept), kept: kept)
  }

  /// Hands rows without a value to `faults`; the first that has to fails the run.
  final func refuse(
    _ failures: [RowFailure], of batch: Batch, _ element: Type, _ worker: Worker
  ) throws(RunFailure) {
    // What stands under `try` in a lambda fails the run in any case.
    if let failure = failures.first(where: { faults == nil || $0.kind == .failure }) {
      throw fault(failure, batch, element)
    }
    guard let faults else { return }
    counters.faulted.wrappingAdd(failures.count, ordering: .relaxed)
    let redaction = redaction
    let origin = batch.tags?.origin
    var found: [FaultsOperator.Fault] = []
    for failure in failures {
      let row = Int(failure.row)
      found.append(
        FaultsOperator.Fault(
          operatorName: node.name, source: origin?.positions.source ?? "",
          position: origin?.position(of: row) ?? "", kind: .value, message: text(of: failure),
          payload: batch.sliced(row..<row + 1).payload(element, redaction)))
    }
    try faults.take(found, worker)
  }
}

extension Batch {
  /// The one row as JSON, without columns that nobody reads and values that are not shown.
  fileprivate func payload(_ element: Type, _ redaction: Redaction) -> String {
    guard element.isStructure else {
      if redaction != .none { return Redaction.text }
      let schema = TableSchema(columns: [FieldSchema("value", ColumnType(element))], isRecord: false)
      return json(columns, schema) ?? RowText().row(self, 0, element)
    }
    var shown: [Column] = []
    var fields: [FieldSchema] = []
    for (index, field) in ColumnField.columns(of: element).enumerated()
    where !columns[index].isPlaceholder(for: element.fieldTypes[index]) {
      let isHidden = redaction.hides(index)
      shown.append(isHidden ? Column([Redaction.text]) : columns[index])
      fields.append(
        isHidden
          ? FieldSchema(field.name, .string)
          : FieldSchema(field.name, field.type, isOptional: field.isOptional))
    }
    return json(shown, TableSchema(columns: fields)) ?? RowText(redaction: redaction).row(self, 0, element)
  }

  /// nil for numbers that JSON has not.
  private func json(_ columns: [Column], _ schema: TableSchema) -> String? {
    let line = try? JSONLinesWriter(schema: schema).encode(Batch(count: 1, columns: columns))
    return line.map { String(decoding: $0.dropLast(), as: UTF8.self) }
  }
}
