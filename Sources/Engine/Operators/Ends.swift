import Columns
import Dataflow
import Semantics
import Synchronization

/// `from`: what a stage starts with.
final class SourceOperator: Operator {
  let name: String
  private let source: any RowSource

  init(_ index: Int, _ context: RunContext, _ name: String, _ source: any RowSource) {
    self.name = name
    self.source = source
    super.init(index, context)
  }

  /// Opens the source; what the connector throws is its own.
  func open() throws(RunFailure) -> any MorselReader {
    do {
      let reader = try source.open()
      counters.bytesTotal.store(source.size ?? -1, ordering: .relaxed)
      return reader
    } catch { throw failure(error) }
  }

  /// The rows of a morsel. One that does not fit goes to `faults`, or fails the run.
  func decode(_ morsel: any Morsel, _ worker: Worker) throws(RunFailure) -> Batch {
    let rows: DecodedRows
    do {
      rows = faults == nil ? DecodedRows(try morsel.decode()) : try morsel.decodeFitting()
    } catch { throw failure(error) }
    counters.bytesRead.wrappingAdd(morsel.size, ordering: .relaxed)
    counters.rowsIn.wrappingAdd(rows.batch.count + rows.refused.count, ordering: .relaxed)
    guard let faults else { return rows.batch }
    if !rows.refused.isEmpty {
      counters.faulted.wrappingAdd(rows.refused.count, ordering: .relaxed)
      try faults.take(rows.refused.map { fault(of: $0) }, worker)
    }
    let batch = placed(rows.batch, of: morsel)
    return rows.fitting.map { batch.tagged(batch.tags?.gathered($0)) } ?? batch
  }

  /// The rows with the places that they come from.
  func placed(_ batch: Batch, of morsel: any Morsel) -> Batch {
    if batch.tags != nil { return batch }
    return batch.tagged(RowTags(origin: RowOrigin(MorselRows(morsel: morsel, source: name))))
  }

  private func fault(of row: RefusedRow) -> FaultsOperator.Fault {
    let fault = row.fault
    let message = hides(fault) ? Redaction.failure : fault.message
    let isShown = Redaction(givenBy: node, in: context.graph) == .none
    return FaultsOperator.Fault(
      operatorName: node.name, source: name, position: fault.position, kind: .decode,
      message: fault.column.map { "column `\($0)`: \(message)" } ?? message,
      payload: isShown ? row.text : Redaction.text)
  }

  /// A fault of a row, or an error of the connector.
  func failure(_ error: any Error) -> RunFailure {
    guard let fault = error as? RowFault else { return .input(name: name, error: error) }
    return .fault(
      RunFault(
        node: index, operatorName: node.name, span: node.span, position: fault.position,
        column: fault.column, message: hides(fault) ? Redaction.failure : fault.message, help: fault.help))
  }

  /// Whether what a fault says may tell a labelled value: that of its column, or of any where it has none.
  private func hides(_ fault: RowFault) -> Bool {
    switch Redaction(givenBy: node, in: context.graph) {
    case .none: return false
    case .all: return true
    case .columns(let columns):
      guard let name = fault.column, let output = node.outputs.first else { return true }
      guard case .record(let record) = output.element else { return true }
      return !record.fields.indices.contains { index in
        !columns.contains(index) && record.fields[index].holds(name)
      }
    }
  }
}

/// The rows of a morsel that is of no partition.
private struct MorselRows: RowPositions {
  let morsel: any Morsel
  let source: String

  func position(ofRow row: Int) -> String { morsel.position(ofRow: row) }
  var partition: Int { -1 }
}

/// `into`: encodes on all workers, appends in the order of the morsels.
final class SinkOperator: Operator {
  let name: String
  /// Whether its rows are shown even when a check refuses the run.
  var publishesAlways: Bool {
    if case .sink(let sink) = node.operation { sink.publishesAlways } else { false }
  }
  private let sink: any RowSink
  private var staged: (any StagedOutput)?
  /// Behind the gate: bytes that wait for earlier morsels, and which morsel is next.
  private let gate = Gate()
  private var waiting: [Int: [[UInt8]]] = [:]
  private var next = 0

  /// The encoded rows of the morsel under way.
  private final class Pending {
    var chunks: [[UInt8]] = []
  }

  init(_ index: Int, _ context: RunContext, _ name: String, _ sink: any RowSink) {
    self.name = name
    self.sink = sink
    super.init(index, context)
  }

  func open() throws(RunFailure) {
    do { staged = try sink.open() } catch { throw .output(name: name, error: error) }
  }

  override func makeLocal() -> AnyObject { Pending() }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    guard let staged else { return }
    let pending = worker.local(self, as: Pending.self)
    do {
      pending.chunks.append(try staged.encode(batch))
      // The earliest morsel need not wait, so its output, however large, is not kept.
      try gate.withLock {
        if next == worker.sequence {
          try append(pending.chunks, staged)
          pending.chunks.removeAll()
        }
      }
    } catch { throw failure(error) }
  }

  /// A stage starts over with its first morsel.
  func beginStage() {
    next = 0
    waiting.removeAll()
  }

  /// The morsel is done: what it gave is written, or waits for those before it.
  func endMorsel(_ worker: Worker) throws(RunFailure) {
    guard let staged else { return }
    let pending = worker.local(self, as: Pending.self)
    do {
      try gate.withLock {
        waiting[worker.sequence] = pending.chunks
        pending.chunks.removeAll()
        while let chunks = waiting.removeValue(forKey: next) {
          try append(chunks, staged)
          next += 1
        }
      }
    } catch { throw failure(error) }
  }

  private func append(_ chunks: [[UInt8]], _ staged: any StagedOutput) throws {
    for chunk in chunks {
      try staged.append(chunk)
      counters.bytesWritten.wrappingAdd(chunk.count, ordering: .relaxed)
    }
  }

  /// A row that the sink can't hold, or an error of the connector.
  private func failure(_ error: any Error) -> RunFailure {
    guard let fault = error as? RowFault else { return .output(name: name, error: error) }
    return .fault(
      RunFault(
        node: index, operatorName: node.name, span: node.span, position: fault.position,
        column: fault.column, message: redaction == .none ? fault.message : Redaction.failure,
        help: fault.help))
  }

  /// All rows are in.
  func close() throws(RunFailure) -> StagedRun.Output? {
    guard let staged else { return nil }
    do { try staged.finish() } catch { throw .output(name: name, error: error) }
    return StagedRun.Output(
      name: name, rows: counters.rowsIn.load(ordering: .relaxed), staged: staged)
  }

  /// Removes what was staged.
  func discard() {
    staged?.discard()
    staged = nil
  }
}

extension Field {
  /// Whether a fault's column is this one or a part of it.
  fileprivate func holds(_ name: String) -> Bool {
    name == column || name.hasPrefix("\(column).") || name.hasPrefix("\(column)[")
  }
}
