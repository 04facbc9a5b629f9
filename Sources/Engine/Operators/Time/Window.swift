import Columns
import Dataflow
import Semantics

/// `window`: takes out the late rows. Who aggregates the rows cuts them.
final class WindowOperator: Operator {
  private var cut: WindowCut?

  init(_ index: Int, _ context: RunContext, _ operation: WindowOperation) throws(RunFailure) {
    super.init(index, context)
    cut = try cut(of: operation)
  }

  override func push(_ batch: Batch, input: Int, _ worker: Worker) throws(RunFailure) {
    guard let cut, let times = batch.tags?.times, let watermarks = batch.tags?.watermarks else {
      return try emit(batch, worker)
    }
    // Mostly nothing is late, and the earliest row tells.
    var earliest = Int64.max
    var greatest = Int64.min
    for row in 0..<batch.count {
      earliest = min(earliest, times.base[row])
      greatest = max(greatest, watermarks.base[row])
    }
    if greatest < cut.lateFrom(earliest) { return try emit(batch, worker) }
    try emit(inTime(batch, worker) { cut.lateFrom($0) }, worker)
  }
}
