import Diagnosing
import JobStore

extension RunReport {
  /// The newest epochs, and what each operator has done.
  static func streamText(_ entry: RunCatalog.Entry, _ newest: EpochRecord) -> String {
    let epochs = entry.epochs.map { epoch in
      [
        "\(epoch.number)", epoch.committed.description, time(epoch.watermark) ?? "",
        Figures.count(epoch.rows.rowsIn), Figures.count(epoch.rows.rowsOut), Figures.count(epoch.rows.late),
        Figures.count(epoch.rows.failed), Figures.count(epoch.rows.faulted), Figures.size(epoch.stateBytes),
        [epoch.isSavepoint ? "savepoint" : nil, epoch.isApplied ? nil : "not yet visible"].compactMap { $0 }
          .joined(separator: ", "),
      ]
    }
    let operators = entry.operators.map { record in
      [
        record.name, record.operation, Figures.count(record.rows.rowsIn), Figures.count(record.rows.rowsOut),
        Figures.count(record.rows.late), Figures.count(record.rows.failed),
        Figures.count(record.rows.faulted), time(record.watermark) ?? "",
      ]
    }
    let counters = ["LATE", "FAILED", "FAULTED"]
    return Figures.table(
      ["EPOCH", "COMPLETE", "WATERMARK", "ROWS IN", "ROWS OUT"] + counters + ["STATE", ""], epochs,
      right: [0, 3, 4, 5, 6, 7, 8])
      + "\n"
      + Figures.table(
        ["OPERATOR", "KIND", "IN", "OUT"] + counters + ["WATERMARK"], operators, right: [2, 3, 4, 5, 6])
  }

  /// What a stream's run has besides that of others.
  static func streamMembers(_ entry: RunCatalog.Entry) -> [(key: String, value: JSONValue)] {
    let epochs = entry.epochs.map { epoch in
      JSONValue.object(
        [
          ("number", .int(Int64(epoch.number))),
          ("committed", .string(epoch.committed.description)),
          ("watermark", .optional(time(epoch.watermark))),
          ("positions", .raw(epoch.positions)),
        ] + members(epoch.rows) + [
          ("state_bytes", .int(epoch.stateBytes)),
          ("savepoint", .bool(epoch.isSavepoint)),
          ("applied", .bool(epoch.isApplied)),
        ])
    }
    let operators = entry.operators.map { record in
      JSONValue.object(
        [("name", .string(record.name)), ("operator", .string(record.operation))] + members(record.rows)
          + [("watermark", .optional(time(record.watermark)))])
    }
    return [
      ("resumable", .bool(entry.resumePoint != nil)),
      ("epochs", .array(epochs)),
      ("operators", .array(operators)),
    ]
  }

  private static func members(_ rows: RowCounts) -> [(key: String, value: JSONValue)] {
    [
      ("rows_in", .int(rows.rowsIn)), ("rows_out", .int(rows.rowsOut)), ("late", .int(rows.late)),
      ("failed", .int(rows.failed)), ("faulted", .int(rows.faulted)),
    ]
  }

  /// How far event time is.
  private static func time(_ watermark: Int64?) -> String? {
    watermark.map { $0 == .max ? "end" : Moment(microseconds: $0).description }
  }
}
