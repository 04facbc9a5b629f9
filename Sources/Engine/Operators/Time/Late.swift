import Columns
import Dataflow
import Semantics
import Synchronization

extension Operator {
  /// The rows that are in time. Late ones go to port 1 where they are bound, are counted where they are discarded,
  /// and fail the run else.
  /// - Parameters:
  ///   - earliest: The watermark from which on a row of this time is late: `timed` has told each row that of its own
  ///     partition when it came.
  ///   - asLate: What goes to port 1 of late rows.
  func inTime(
    _ batch: Batch, input: Int = 0, _ worker: Worker, lateFrom earliest: (Int64) -> Int64,
    asLate: (Batch) -> Batch = { $0 }
  ) throws(RunFailure) -> Batch {
    guard let times = batch.tags?.times, let watermarks = batch.tags?.watermarks else { return batch }
    let late = Bitmap(count: batch.count) { watermarks.base[$0] >= earliest(times.base[$0]) }
    let count = late.setCount
    guard count > 0 else { return batch }
    counters.late.wrappingAdd(count, ordering: .relaxed)
    switch node.operation.secondResult {
    case .bound:
      // Late rows are untimed, but still know where they come from.
      let rows = asLate(batch.filtered(by: late))
      try emit(rows.tagged(RowTags(origin: rows.tags?.origin)), port: 1, worker)
    case .discard: break
    case .fail, nil: throw lateFailure(batch, Int(late.setIndices()[0]), elements[input])
    }
    return batch.filtered(by: late.inverted)
  }

  private func lateFailure(_ batch: Batch, _ row: Int, _ element: Type) -> RunFailure {
    .fault(
      RunFault(
        node: index, operatorName: node.name, span: node.span,
        position: batch.tags?.origin?.position(of: row) ?? "",
        message: "a row came too late for `\(node.operation.name)`",
        row: RowText(redaction: redaction).row(batch, row, element),
        help: "give `timed` a longer `delay:`, or bind or discard the late rows"))
  }

  /// A constant `Duration` over the pipeline's parameters, in microseconds.
  func duration(_ expression: TypedExpression?) throws(RunFailure) -> Int64 {
    guard let expression else { return 0 }
    return try constant(expression).int64s[0]
  }
}

extension Constants {
  /// A constant `Duration`, in microseconds.
  func duration(_ expression: TypedExpression) throws(RunFailure) -> Int64 {
    try column(expression).int64s[0]
  }
}

/// `a + b`, held at the ends of the range: times near them stay ordered.
func saturatingSum(_ a: Int64, _ b: Int64) -> Int64 {
  let (sum, overflow) = a.addingReportingOverflow(b)
  return overflow ? (b > 0 ? .max : .min) : sum
}
